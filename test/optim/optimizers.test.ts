// The optimizers by hand: one or two steps with their arithmetic, groups, frozen parameters, what they refuse.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { optim } from "../../src/api.ts";
import { filled } from "../../src/engine/create.ts";
import { Parameter } from "../../src/engine/tensor.ts";
import { freshEngine } from "../engine/harness.ts";

function parameter(...values: number[]): Parameter {
  return new Parameter(filled([values.length], (i) => values[i]));
}

function setGradient(p: Parameter, ...values: number[]): void {
  p.gradient().array.set(values);
}

/** Weights after steps with these gradients, from w = 1. */
function walk(make: (parameters: Parameter[]) => optim.Optimizer, gradients: readonly number[]): number[] {
  freshEngine();
  const p = parameter(1);
  const optimizer = make([p]);
  return gradients.map((g) => {
    setGradient(p, g);
    optimizer.step();
    return p.floats.array[0];
  });
}

function closeAll(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) < 1e-12, `${i}: ${actual[i]}, expected ${value}`);
  });
}

describe("one step after another", () => {
  test("RMSprop divides by the root mean square", () => {
    // v = 0.1 · 4 = 0.4, w = 1 − 0.5 · 2/√0.4; v = 0.36 + 0.1 · 1, w −= 0.5 · 1/√0.46
    const first = 1 - (0.5 * 2) / Math.sqrt(0.4);
    closeAll(
      walk((p) => optim.rmsprop(p, { learningRate: 0.5, alpha: 0.9, eps: 0 }), [2, 1]),
      [first, first - 0.5 / Math.sqrt(0.46)],
    );
  });

  test("centered RMSprop divides by the standard deviation", () => {
    // v = 0.5 · 4 = 2, ḡ = 0.5 · 2 = 1: √(2 − 1) = 1
    closeAll(
      walk((p) => optim.rmsprop(p, { learningRate: 0.1, alpha: 0.5, eps: 0, centered: true }), [2]),
      [0.8],
    );
  });

  test("centered RMSprop stays finite when the gradient never changes", () => {
    const weights = walk((p) => optim.rmsprop(p, { centered: true, alpha: 0.5 }), Array(80).fill(3));
    assert.ok(weights.every(Number.isFinite));
  });

  test("Adagrad divides by the root of the sum of squares", () => {
    // G = 9, w = 1 − 1; G = 9 + 16, w = 0 − 4/5
    closeAll(
      walk((p) => optim.adagrad(p, { learningRate: 1, eps: 0 }), [3, 4]),
      [0, -0.8],
    );
    // G begins with 7: √(7 + 9) = 4; the second learning rate is 1/(1 + 1 · 1)
    closeAll(
      walk((p) => optim.adagrad(p, { learningRate: 1, eps: 0, initialAccumulatorValue: 7, lrDecay: 1 }), [3, 3]),
      [1 - 3 / 4, 1 - 3 / 4 - (0.5 * 3) / 5],
    );
  });

  test("AdamW decays the weight itself, Adam its gradient", () => {
    // the first step of Adam is η sign(g) whatever the gradient's size, so λw added to it changes nothing
    closeAll(
      walk((p) => optim.adam(p, { learningRate: 0.1, eps: 0, weightDecay: 0.5 }), [3]),
      [0.9],
    );
    // (1 − 0.1 · 0.5) − 0.1
    closeAll(
      walk((p) => optim.adamW(p, { learningRate: 0.1, eps: 0, weightDecay: 0.5 }), [3]),
      [0.85],
    );
  });

  test("AMSGrad never divides by less than before", () => {
    const options = { learningRate: 0.1, betas: [0, 0], eps: 0 } as const;
    // β₁ = β₂ = 0: m = g, v = g². Adam steps by 1 · η each time; AMSGrad's second step has 2 under the root's place
    closeAll(
      walk((p) => optim.adam(p, options), [2, 1]),
      [0.9, 0.8],
    );
    closeAll(
      walk((p) => optim.adam(p, { ...options, amsgrad: true }), [2, 1]),
      [0.9, 0.9 - 0.1 / 2],
    );
  });
});

describe("defaults are PyTorch's", () => {
  for (const [make, expected] of [
    [optim.adam, { learningRate: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false }],
    [optim.adamW, { learningRate: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01, amsgrad: false }],
    [optim.rmsprop, { learningRate: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false }],
    [optim.adagrad, { learningRate: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 }],
  ] as const) {
    test(make.name, () => {
      freshEngine();
      assert.deepEqual(make([parameter(1)]).groups[0].settings, expected);
    });
  }
});

describe("groups of parameters", () => {
  test("have settings of their own and take the others from the options", () => {
    freshEngine();
    const [a, b] = [parameter(1), parameter(1)];
    const optimizer = optim.sgd([{ parameters: [a], learningRate: 0.5 }, { parameters: [b] }], { learningRate: 0.1 });
    for (const p of [a, b]) setGradient(p, 1);
    optimizer.step();
    closeAll([a.floats.array[0], b.floats.array[0]], [0.5, 0.9]);
    assert.equal(optimizer.learningRate, 0.5);
    assert.deepEqual(optimizer.parameters, [a, b]);
    optimizer.learningRate = 0.2;
    assert.deepEqual(
      optimizer.groups.map(({ settings }) => settings.learningRate),
      [0.2, 0.2],
    );
  });

  test("may not share a parameter", () => {
    freshEngine();
    const p = parameter(1);
    assert.throws(() => optim.adam([{ parameters: [p] }, { parameters: [p] }]), /a parameter is in two groups/);
  });

  test("are checked one by one", () => {
    freshEngine();
    const [a, b] = [parameter(1), parameter(1)];
    assert.throws(
      () => optim.adam([{ parameters: [a] }, { parameters: [b], betas: [1, 0.9] }]),
      /betas must lie in \[0, 1\), but they are 1 and 0.9/,
    );
    assert.throws(
      () => optim.rmsprop([a], { alpha: -1 }),
      /rmsprop: alpha must be a number of at least 0, but it is -1/,
    );
    assert.throws(() => optim.adagrad([]), /no parameters to train/);
  });
});

describe("what an optimizer remembers", () => {
  test("is there after the first step, by the literature's letters", () => {
    freshEngine();
    const p = parameter(1, 2);
    const names = (optimizer: optim.Optimizer) => {
      assert.deepEqual(optimizer.state(0), []);
      setGradient(p, 1, 1);
      optimizer.step();
      return optimizer.state(0).map(([name]) => name);
    };
    assert.deepEqual(names(optim.adam([p], { amsgrad: true })), ["m", "v", "v_max"]);
    assert.deepEqual(names(optim.rmsprop([p], { centered: true, momentum: 0.9 })), ["v", "g_mean", "b"]);
    assert.deepEqual(names(optim.adagrad([p])), ["G"]);
    assert.deepEqual(names(optim.sgd([p], { learningRate: 1, momentum: 0.9 })), ["v"]);
    assert.deepEqual(names(optim.sgd([p], { learningRate: 1 })), []);
  });

  test("a parameter that was frozen for a while is corrected for its own number of steps", () => {
    freshEngine();
    const [a, b] = [parameter(1), parameter(1)];
    const optimizer = optim.adam([a, b], { learningRate: 0.1, eps: 0 });
    b.requiresGrad = false;
    for (const p of [a, b, a, b]) {
      for (const q of [a, b]) if (q.requiresGrad) setGradient(q, 5);
      if (p === b) b.requiresGrad = true;
      optimizer.step();
    }
    // whatever its size, a constant gradient moves a weight by η each step: a four times, b once it is trained again
    closeAll(a.floats.array, [1 - 4 * 0.1]);
    closeAll(b.floats.array, [1 - 2 * 0.1]);
  });
});

describe("clipping by value", () => {
  test("limits every element on its own and leaves NaN", () => {
    freshEngine();
    const p = parameter(0, 0, 0, 0);
    setGradient(p, 3, -0.2, -7, Number.NaN);
    optim.clipGradValue([p, parameter(1)], 0.5);
    assert.deepEqual(Array.from(p.gradient().array), [0.5, -0.2, -0.5, Number.NaN]);
  });
});
