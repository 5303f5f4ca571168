// One gradient check for every operation there is (gradientCases.ts), element by element. Then kinks, ties and edges.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { filled } from "../../src/engine/create.ts";
import { einsum } from "../../src/engine/ops/einsum.ts";
import { crossEntropy } from "../../src/engine/ops/loss/crossEntropy.ts";
import { linear } from "../../src/engine/ops/matmul.ts";
import { rnn as recurrent } from "../../src/engine/ops/recurrent/rnn.ts";
import type { Tensor } from "../../src/engine/tensor.ts";
import { gradientCases } from "./gradientCases.ts";
import { checkGradient, freshEngine, variable, wholeNumbers } from "./harness.ts";

describe("gradient against central differences", () => {
  for (const [name, list] of Object.entries(gradientCases)) {
    list.forEach((c, i) => {
      test(`${name}, case ${i + 1}: ${c.inputs.map((s) => `[${s}]`).join(" ")}`, () => checkGradient(c));
    });
  }

  const einsums: [string, readonly (readonly number[])[]][] = [
    [
      "ij,jk->ik",
      [
        [2, 3],
        [3, 4],
      ],
    ],
    [
      "bij,bjk->bik",
      [
        [2, 3, 2],
        [2, 2, 4],
      ],
    ],
    [
      "btd,hd->bth",
      [
        [2, 3, 4],
        [5, 4],
      ],
    ],
    [
      "bhqd,bhkd->bhqk",
      [
        [2, 2, 3, 2],
        [2, 2, 4, 2],
      ],
    ],
    ["i,i->", [[3], [3]]],
    ["i,j->ij", [[3], [2]]],
    ["ij->ji", [[2, 3]]],
    ["ijk->j", [[2, 3, 2]]],
    [
      "ij,ij->i",
      [
        [2, 3],
        [2, 3],
      ],
    ],
    ["ijk,j->ki", [[2, 3, 2], [3]]],
  ];
  for (const [equation, inputs] of einsums) {
    test(`einsum ${equation}`, () => checkGradient({ inputs, compute: (xs) => einsum(equation, ...xs) }));
  }

  test("an input that is used twice gets both gradients", () => {
    checkGradient({ inputs: [[2, 3]], compute: ([x]) => x.mul(x.tanh()).add(x) });
  });

  test("a chain of mixed operations", () => {
    checkGradient({
      inputs: [[4, 3], [5, 3], [5], [2, 5]],
      compute: ([x, W, b, V]) =>
        linear(linear(x, W, b).tanh(), V, null)
          .softmax()
          .log()
          .mean(0)
          .std(),
    });
  });
});

describe("conventions where there is no derivative", () => {
  const gradientAt = (values: number[], f: (x: Tensor) => Tensor): number[] => {
    const engine = freshEngine();
    const x = variable([values.length], (i) => values[i]);
    engine.backward(f(x).sum());
    return Array.from(x.gradient().array);
  };

  test("relu has derivative 0 at 0, as PyTorch's", () =>
    assert.deepEqual(
      gradientAt([-1, 0, 2], (x) => x.relu()),
      [0, 0, 1],
    ));
  test("abs has derivative 0 at 0", () =>
    assert.deepEqual(
      gradientAt([-3, 0, 3], (x) => x.abs()),
      [-1, 0, 1],
    ));
  test("the norm of zero has gradient 0", () =>
    assert.deepEqual(
      gradientAt([0, 0], (x) => x.norm()),
      [0, 0],
    ));
  test("maximum shares the gradient of equal ones, as PyTorch's", () =>
    assert.deepEqual(
      gradientAt([1, 2, 3], (x) => x.maximum(2)),
      [0, 0.5, 1],
    ));
  test("clamp passes the gradient at its bounds, as PyTorch's", () =>
    assert.deepEqual(
      gradientAt([-2, -1, 0, 1, 2], (x) => x.clamp(-1, 1)),
      [0, 1, 1, 1, 0],
    ));
  test("the first of equal ones along a dimension gets the gradient, as PyTorch's max(dim)", () =>
    assert.deepEqual(
      gradientAt([4, 4, 1], (x) => x.max(0)),
      [1, 0, 0],
    ));
  // three elements are the largest, so each gets a third
  test("equal largest elements share the gradient", () =>
    assert.deepEqual(
      gradientAt([5, 1, 5, 5], (x) => x.max()),
      [1 / 3, 0, 1 / 3, 1 / 3],
    ));
  test("equal smallest elements share the gradient", () =>
    assert.deepEqual(
      gradientAt([2, 2, 3], (x) => x.min()),
      [0.5, 0.5, 0],
    ));
  test("a relu recurrence that is off sends no gradient back", () => {
    const engine = freshEngine();
    const z = variable([1, 2, 1], (i) => [-1, 3][i]);
    const W = variable([1, 1], () => 1);
    // h_0 = max(0, −1) = 0, h_1 = max(0, 3 + 0) = 3: δ_1 = 1, and δ_0 = W δ_1 ⊙ [h_0 > 0] = 0
    engine.backward(recurrent(z, W, null, null, "relu").select(1, 1).sum());
    assert.deepEqual(Array.from(z.gradient().array), [0, 1]);
  });
});

describe("cross-entropy is stable", () => {
  test("logits of 1000 give a finite loss", () => {
    const engine = freshEngine();
    const x = variable([1, 2], (i) => [1000, 0][i]);
    // −log softmax_1 = 1000 + log(1 + e^−1000) = 1000
    const loss = crossEntropy(x, wholeNumbers(engine, [1], [1]));
    assert.equal(loss.item(), 1000);
    engine.backward(loss);
    assert.deepEqual(Array.from(x.gradient().array), [1, -1]);
  });
});

test("a weight that is NaN is seen through data that are mostly zeros, forward and backward, as in a dense product", () => {
  freshEngine();
  const a = filled([2, 32], (i) => (i % 16 === 0 ? 1 : 0));
  const W = variable([16, 32], (i) => (i === 33 ? Number.NaN : 0.5));
  const z = linear(a, W, null);
  assert.deepEqual([z.toFlatArray()[0], z.toFlatArray()[1]], [1, Number.NaN]);
  z.sum().mul(Number.NaN).backward();
  assert.ok(W.gradient().array.every(Number.isNaN));
});
