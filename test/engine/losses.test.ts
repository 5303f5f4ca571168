// The losses by hand: values with their arithmetic, what the reductions have in common, kinks, extremes and errors.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { F, nn } from "../../src/api.ts";
import { filled, tensor } from "../../src/engine/create.ts";
import { Engine, setEngine } from "../../src/engine/engine.ts";
import { Random } from "../../src/engine/random.ts";
import type { Tensor } from "../../src/engine/tensor.ts";
import { builtKernels } from "./builtKernels.ts";
import { freshEngine, variable, wholeNumbers } from "./harness.ts";

function close(actual: number, expected: number, tolerance = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, expected ${expected}`);
}

function closeAll(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-12): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    close(actual[i], value, tolerance);
  });
}

/** Gradient of f at `values`, which is one row. */
function gradientAt(values: readonly number[], f: (x: Tensor) => Tensor): number[] {
  const engine = freshEngine();
  const x = variable([1, values.length], (i) => values[i]);
  engine.backward(f(x).sum());
  return Array.from(x.gradient().array);
}

const [ln2, ln3] = [Math.log(2), Math.log(3)];

describe("cross-entropy by hand", () => {
  // softmax of [ln 1, ln 2, ln 3, ln 2] is [1, 2, 3, 2] / 8
  const logits = () =>
    tensor([
      [0, ln2, ln3, ln2],
      [0, 0, 0, 0],
    ]);
  const first = [8, 4, 8 / 3, 4].map(Math.log); // −log p of the first row
  const second = Math.log(4); // −log ¼

  test("none, sum and mean", () => {
    const engine = freshEngine();
    const labels = wholeNumbers(engine, [2], [2, 0]);
    closeAll(F.crossEntropy(logits(), labels, { reduction: "none" }).toFlatArray(), [first[2], second]);
    close(F.crossEntropy(logits(), labels, { reduction: "sum" }).item(), first[2] + second);
    close(F.crossEntropy(logits(), labels).item(), (first[2] + second) / 2);
  });

  test("a target of −100 counts for nothing and is not in the mean", () => {
    const engine = freshEngine();
    const labels = wholeNumbers(engine, [2], [1, -100]);
    close(F.crossEntropy(logits(), labels).item(), first[1]);
    closeAll(F.crossEntropy(logits(), labels, { reduction: "none" }).toFlatArray(), [first[1], 0]);
  });

  test("ignored targets get no gradient", () => {
    const engine = freshEngine();
    const x = variable([2, 2], (i) => [0, 0, 5, 6][i]);
    engine.backward(F.crossEntropy(x, wholeNumbers(engine, [2], [1, 0]), { ignoreIndex: 0 }));
    // softmax is ½, ½
    assert.deepEqual(Array.from(x.gradient().array), [0.5, -0.5, 0, 0]);
  });

  test("class weights weigh the mean too", () => {
    const engine = freshEngine();
    const weight = tensor([3, 1, 1, 1]);
    // (1 · first[2] + 3 · second) / (1 + 3)
    close(F.crossEntropy(logits(), wholeNumbers(engine, [2], [2, 0]), { weight }).item(), (first[2] + 3 * second) / 4);
  });

  test("label smoothing spreads a share over all classes", () => {
    const engine = freshEngine();
    const labels = wholeNumbers(engine, [1], [2]);
    const spread = (first[0] + first[1] + first[2] + first[3]) / 4;
    close(
      F.crossEntropy(logits().narrow(0, 0, 1), labels, { labelSmoothing: 0.1 }).item(),
      0.9 * first[2] + 0.1 * spread,
    );
  });

  test("soft targets that are one-hot are class numbers", () => {
    const engine = freshEngine();
    const hot = tensor([
      [0, 0, 1, 0],
      [1, 0, 0, 0],
    ]);
    const labels = wholeNumbers(engine, [2], [2, 0]);
    for (const options of [{}, { labelSmoothing: 0.3 }, { reduction: "sum" } as const])
      close(F.crossEntropy(logits(), hot, options).item(), F.crossEntropy(logits(), labels, options).item());
  });

  test("all targets ignored: the mean is NaN, as PyTorch's, and the sum 0", () => {
    const engine = freshEngine();
    const labels = wholeNumbers(engine, [2], [-100, -100]);
    assert.ok(Number.isNaN(F.crossEntropy(logits(), labels).item()));
    assert.equal(F.crossEntropy(logits(), labels, { reduction: "sum" }).item(), 0);
  });

  for (const { name, kernels } of builtKernels()) {
    test(`logits of ±1000 keep loss and gradient exact with every option (${name})`, () => {
      const engine = new Engine(kernels());
      setEngine(engine);
      engine.endIteration();
      const x = variable([1, 2], (i) => [1000, -1000][i]);
      const loss = F.crossEntropy(x, wholeNumbers(engine, [1], [1]), { labelSmoothing: 0.5 });
      // p = [1, 0], −log p = [0, 2000], q = [¼, ¾]: ¾ · 2000; gradient p − q
      assert.equal(loss.item(), 1500);
      engine.backward(loss);
      closeAll(x.gradient().array, [0.75, -0.75], 1e-6);
    });
  }
});

describe("other losses by hand", () => {
  test("nll takes the log-probability at the target", () => {
    const engine = freshEngine();
    const x = tensor([
      [-1, -2],
      [-3, -4],
    ]);
    const labels = wholeNumbers(engine, [2], [0, 1]);
    close(F.nllLoss(x, labels).item(), (1 + 4) / 2);
    close(F.nllLoss(x, labels, { weight: tensor([1, 3]) }).item(), (1 + 3 * 4) / (1 + 3));
  });

  test("huber, smooth L1 and L1 of d = 3, −0.5 and 0", () => {
    freshEngine();
    const [x, y] = [tensor([3, 0.5, 1]), tensor([0, 1, 1])];
    // δ = 2: 2(3 − 1) = 4, ½ · ¼ = 0.125
    closeAll(F.huberLoss(x, y, { delta: 2, reduction: "none" }).toFlatArray(), [4, 0.125, 0]);
    // β = ¼: 3 − ⅛, ½ − ⅛
    closeAll(F.smoothL1Loss(x, y, { beta: 0.25, reduction: "none" }).toFlatArray(), [2.875, 0.375, 0]);
    close(F.l1Loss(x, y, { reduction: "sum" }).item(), 3.5);
    close(F.mseLoss(x, y, { reduction: "sum" }).item(), 9.25);
    closeAll(F.mseLoss(x, y, { reduction: "none" }).toFlatArray(), [9, 0.25, 0]);
  });

  test("binary cross-entropy of a logit of 0 is ln 2 and of a confident one almost 0 or the logit", () => {
    freshEngine();
    const loss = (x: number, y: number, posWeight?: Tensor) =>
      F.bceWithLogits(tensor([x]), tensor([y]), { posWeight }).item();
    close(loss(0, 1), ln2);
    close(loss(0, 0.3), ln2);
    close(loss(800, 0), 800);
    close(loss(-800, 1), 800);
    close(loss(0, 1, tensor([5])), 5 * ln2);
    close(loss(40, 1), Math.exp(-40), 1e-30);
  });

  test("the divergence of equal distributions is 0, and what has probability 0 counts for nothing", () => {
    freshEngine();
    const p = tensor([[0.25, 0.75, 0]]);
    close(F.klDiv(tensor([[Math.log(0.25), Math.log(0.75), -3]]), p, { reduction: "sum" }).item(), 0);
    // ¾ ln(¾ / ¼) + ¼ ln(¼ / ¾) = ½ ln 3
    const x = tensor([[Math.log(0.25), Math.log(0.75)]]);
    const q = tensor([[0.75, 0.25]]);
    close(F.klDiv(x, q, { reduction: "batchmean" }).item(), ln3 / 2);
    close(F.klDiv(x, q).item(), ln3 / 4);
  });

  test("at its kinks each loss has PyTorch's subgradient", () => {
    const zeros = () => filled([1, 3], () => 0);
    const at = [0, 1, -1];
    assert.deepEqual(
      gradientAt(at, (x) => F.l1Loss(x, zeros(), { reduction: "none" })),
      [0, 1, -1],
    );
    assert.deepEqual(
      gradientAt(at, (x) => F.huberLoss(x, zeros(), { reduction: "none" })),
      [0, 1, -1],
    );
    assert.deepEqual(
      gradientAt(at, (x) => F.smoothL1Loss(x, zeros(), { beta: 0, reduction: "none" })),
      [0, 1, -1],
    );
  });

  test("as modules they are the functions with their options", () => {
    freshEngine();
    const [x, y] = [tensor([3, 0.5]), tensor([0, 1])];
    assert.equal(new nn.HuberLoss({ delta: 2 }).forward(x, y).item(), F.huberLoss(x, y, { delta: 2 }).item());
    assert.equal(new nn.MSELoss().forward(x, y).item(), F.mseLoss(x, y).item());
    assert.deepEqual(new nn.CrossEntropyLoss({ weight: tensor([1, 2]) }).parameters(), []);
  });
});

const number = fc.double({ min: -20, max: 20, noNaN: true });
const rows = fc.integer({ min: 1, max: 5 }).chain((m) => fc.tuple(fc.constant(m), fc.integer({ min: 1, max: 5 })));
/** Two matrices of one shape. */
const pairs = rows.chain(([m, n]) => {
  const matrix = fc.array(number, { minLength: m * n, maxLength: m * n });
  return fc.tuple(fc.constant([m, n]), matrix, matrix);
});
type Loss = (x: Tensor, y: Tensor, options: { readonly reduction: "none" | "sum" | "mean" }) => Tensor;
const pointwise: readonly (readonly [string, Loss])[] = [
  ["mseLoss", F.mseLoss],
  ["l1Loss", F.l1Loss],
  ["smoothL1Loss", F.smoothL1Loss],
  ["huberLoss", (x, y, o) => F.huberLoss(x, y, { ...o, delta: 3 })],
  ["bceWithLogits", F.bceWithLogits],
  ["klDiv", (x, y, o) => F.klDiv(x, y, { ...o, logTarget: true })],
  ["soft crossEntropy", F.crossEntropy],
];

describe("for all outputs and targets", () => {
  for (const [name, loss] of pointwise) {
    test(`${name}: the sum is the sum of the losses, and n times the mean`, () => {
      fc.assert(
        fc.property(pairs, ([shape, a, b]) => {
          freshEngine();
          const [x, y] = [filled(shape, (i) => a[i]), filled(shape, (i) => b[i])];
          const each = loss(x, y, { reduction: "none" });
          const sum = loss(x, y, { reduction: "sum" }).item();
          const scale = each.toFlatArray().reduce((s, v) => s + Math.abs(v), 1e-6);
          close(sum, each.sum().item(), 1e-11 * scale);
          close(loss(x, y, { reduction: "mean" }).item() * each.length, sum, 1e-11 * scale);
        }),
      );
    });

    test(`${name}: ⟨u, J v⟩ = ⟨Jᵀ u, v⟩, J v by a difference`, () => {
      fc.assert(
        fc.property(rows, fc.nat(), (shape, seed) => {
          const engine = freshEngine();
          const random = new Random(seed);
          const y = filled(shape, () => random.uniform());
          // x − y keeps away from 0, 1 and 3, where a loss has its kink
          const distance = () => random.uniform(0.1, 0.9) + random.integer(3);
          const x = variable(shape, (i) => y.toFlatArray()[i] + distance() * (random.uniform() < 0.5 ? -1 : 1));
          const v = filled(shape, () => random.normal());
          const f = (t: number) => loss(x.add(v.mul(t)), y, { reduction: "none" });
          const value = f(0);
          const u = filled(value.shape, () => random.normal());
          engine.backward(value.mul(u).sum());
          const [gradient, direction] = [Array.from(x.gradient().array), v.toFlatArray()];
          const back = gradient.reduce((sum, g, i) => sum + g * direction[i], 0);
          const h = 1e-6;
          const forward = (f(h).mul(u).sum().item() - f(-h).mul(u).sum().item()) / (2 * h);
          close(back, forward, 1e-7 * (1 + Math.abs(back)));
        }),
      );
    });
  }

  test("cross-entropy of class numbers: every option is soft cross-entropy with the targets that it stands for", () => {
    const cases = fc.record({
      classes: fc.integer({ min: 1, max: 5 }),
      smoothing: fc.double({ min: 0, max: 1, noNaN: true }),
      picks: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(cases, ({ classes, smoothing, picks, seed }) => {
        const engine = freshEngine();
        engine.random.setState([seed, 1, 2, 3]);
        const x = variable([picks.length, classes], () => 3 * engine.random.normal());
        const copy = variable([picks.length, classes], (i) => x.toFlatArray()[i]);
        const labels = picks.map((p) => p % classes);
        const hot = filled([picks.length, classes], (i) => (labels[Math.floor(i / classes)] === i % classes ? 1 : 0));
        const weight = filled([classes], (i) => i + 0.5);
        const options = { weight, labelSmoothing: smoothing, reduction: "sum" } as const;
        const byNumber = F.crossEntropy(x, wholeNumbers(engine, [picks.length], labels), options);
        const bySoft = F.crossEntropy(copy, hot, options);
        close(byNumber.item(), bySoft.item(), 1e-9 * (1 + Math.abs(bySoft.item())));
        engine.backward(byNumber.add(bySoft));
        closeAll(x.gradient().array, Array.from(copy.gradient().array), 1e-9);
      }),
    );
  });

  test("the plain mean of cross-entropy is the general one, to the last digits", () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 6, maxLength: 6 }),
        fc.array(fc.nat(2), { minLength: 2, maxLength: 2 }),
        (a, t) => {
          const engine = freshEngine();
          const [x, y] = [variable([2, 3], (i) => a[i]), variable([2, 3], (i) => a[i])];
          const labels = wholeNumbers(engine, [2], t);
          const [fast, general] = [F.crossEntropy(x, labels), F.crossEntropy(y, labels, { weight: tensor([1, 1, 1]) })];
          close(fast.item(), general.item(), 1e-12);
          engine.backward(fast.add(general));
          closeAll(x.gradient().array, Array.from(y.gradient().array), 1e-14);
        },
      ),
    );
  });
});

describe("errors of losses say what, where and both values", () => {
  const errors: readonly (readonly [string, RegExp, (engine: Engine) => Tensor])[] = [
    [
      "shapes that differ",
      /huber loss: the output has shape \[3, 1\], but the target has \[3\]; reshape/,
      () =>
        F.huberLoss(
          filled([3, 1], () => 0),
          filled([3], () => 0),
        ),
    ],
    [
      "a label out of range",
      /nll: label 3 at position 1 .* 3 classes, so labels go from 0 to 2/,
      (e) =>
        F.nllLoss(
          filled([2, 3], () => 0),
          wholeNumbers(e, [2], [0, 3]),
        ),
    ],
    [
      "a negative label that is not ignored",
      /label -1 at position 0/,
      (e) =>
        F.crossEntropy(
          filled([2, 3], () => 0),
          wholeNumbers(e, [2], [-1, 0]),
        ),
    ],
    [
      "too few class weights",
      /weight must hold one number for each of the 3 classes, but its shape is \[2\]/,
      (e) =>
        F.crossEntropy(
          filled([1, 3], () => 0),
          wholeNumbers(e, [1], [0]),
          { weight: tensor([1, 2]) },
        ),
    ],
    [
      "smoothing beyond 1",
      /labelSmoothing must lie in \[0, 1\], but it is 1.5/,
      (e) =>
        F.crossEntropy(
          filled([1, 3], () => 0),
          wholeNumbers(e, [1], [0]),
          { labelSmoothing: 1.5 },
        ),
    ],
    ["a delta of 0", /delta must be above 0, but it is 0/, () => F.huberLoss(tensor([1]), tensor([1]), { delta: 0 })],
    [
      "weights that do not fit",
      /posWeight has shape \[3\], which does not broadcast to the output's \[1, 2\]/,
      () => F.bceWithLogits(tensor([[1, 2]]), tensor([[1, 0]]), { posWeight: tensor([1, 2, 3]) }),
    ],
  ];
  for (const [name, pattern, compute] of errors) {
    test(name, () => {
      const engine = freshEngine();
      assert.throws(() => compute(engine), pattern);
    });
  }
});
