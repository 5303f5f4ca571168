// The schedules by hand, and what they refuse. Their agreement with PyTorch is in parity/training.test.ts.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { optim } from "../../src/api.ts";
import { filled } from "../../src/engine/create.ts";
import { Parameter } from "../../src/engine/tensor.ts";
import type { Schedule } from "../../src/optim/schedules/schedule.ts";
import { freshEngine } from "../engine/harness.ts";

const { schedules } = optim;

function adam(learningRate: number): optim.Optimizer {
  freshEngine();
  return optim.adam([new Parameter(filled([1], () => 0))], { learningRate });
}

/** Learning rates before the first step and after each of the losses. */
function rates(learningRate: number, make: (o: optim.Optimizer) => Schedule, losses: readonly number[]): number[] {
  const optimizer = adam(learningRate);
  const schedule = make(optimizer);
  const first = optimizer.learningRate;
  return [
    first,
    ...losses.map((loss) => {
      schedule.step(loss);
      return optimizer.learningRate;
    }),
  ];
}

function closeAll(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) < 1e-12, `${i}: ${actual[i]}, expected ${value}`);
  });
}
const steps = (n: number) => Array<number>(n).fill(0);

describe("schedules by hand", () => {
  test("step halves every second time", () =>
    closeAll(
      rates(8, (o) => schedules.step(o, { stepSize: 2, gamma: 0.5 }), steps(4)),
      [8, 8, 4, 4, 2],
    ));
  test("cosine is half way in the middle and at its lowest at the end", () =>
    closeAll(
      rates(1, (o) => schedules.cosine(o, { tMax: 4, etaMin: 0.2 }), steps(4)).filter((_, i) => i % 2 === 0),
      [1, 0.6, 0.2],
    ));
  test("linear warms up and stays", () =>
    closeAll(
      rates(1, (o) => schedules.linear(o, { startFactor: 0.5, totalIters: 2 }), steps(3)),
      [0.5, 0.75, 1, 1],
    ));
  test("one-cycle goes from max/25 to max and down to that / 10,000", () => {
    const all = rates(1, (o) => schedules.oneCycle(o, { maxLearningRate: 5, totalSteps: 10, pctStart: 0.5 }), steps(9));
    closeAll([all[0], all[4], all[9]], [5 / 25, 5, 5 / 25 / 1e4]);
    assert.equal(Math.max(...all), all[4]);
  });
  test("plateau waits for more than `patience` epochs without a better loss", () => {
    const make = (o: optim.Optimizer) => schedules.plateau(o, { patience: 1, factor: 0.5 });
    // better, bad, better, bad, bad: halved, NaN is bad, bad: halved
    closeAll(rates(8, make, [3, 3, 2, 2, 2, Number.NaN, 2]), [8, 8, 8, 8, 8, 4, 4, 2]);
  });
  test("warm-up and then cosine, each from its own beginning", () => {
    const make = (o: optim.Optimizer) =>
      schedules.sequential(
        o,
        [
          (p) => schedules.linear(p, { startFactor: 0.5, totalIters: 2 }),
          (p) => schedules.cosine(p, { tMax: 2, interval: "iteration" }),
        ],
        { milestones: [2] },
      );
    closeAll(rates(1, make, steps(4)), [0.5, 0.75, 1, 0.5, 0]);
  });
});

test("each group follows its own initial rate", () => {
  freshEngine();
  const group = (learningRate: number) => ({ parameters: [new Parameter(filled([1], () => 0))], learningRate });
  const optimizer = optim.adam([group(1), group(0.1)]);
  schedules.exponential(optimizer, { gamma: 0.5 }).step();
  closeAll(
    optimizer.groups.map(({ settings }) => settings.learningRate),
    [0.5, 0.05],
  );
});

test("a formula's schedule can go to any step at once", () => {
  fc.assert(
    fc.property(fc.nat(50), (t) => {
      const optimizer = adam(1);
      const schedule = schedules.cosine(optimizer, { tMax: 7 });
      for (let i = 0; i < t; i++) schedule.step();
      const walked = optimizer.learningRate;
      schedule.t = 3;
      schedule.t = t;
      assert.equal(optimizer.learningRate, walked);
    }),
  );
});

test("rates stay between the lowest and the highest of a cycle", () => {
  const cycle = fc.record({
    totalSteps: fc.integer({ min: 1, max: 60 }),
    pctStart: fc.double({ min: 0, max: 1, noNaN: true }),
    threePhase: fc.boolean(),
    annealStrategy: fc.constantFrom("cos" as const, "linear" as const),
  });
  fc.assert(
    fc.property(cycle, (options) => {
      // with three phases both ramps must fit
      fc.pre(!options.threePhase || 2 * options.pctStart * options.totalSteps - 2 <= options.totalSteps - 1);
      fc.pre(options.pctStart * options.totalSteps >= 1 && options.totalSteps > 2);
      const make = (o: optim.Optimizer) => schedules.oneCycle(o, { maxLearningRate: 1, ...options });
      for (const rate of rates(0.5, make, steps(options.totalSteps - 1)))
        assert.ok(rate <= 1 + 1e-9 && rate >= 1 / 25 / 1e4 - 1e-9, String(rate));
    }),
  );
});

describe("a schedule refuses", () => {
  const refused: readonly (readonly [string, RegExp, () => unknown])[] = [
    [
      "a step size of 0",
      /stepSize must be a whole number of at least 1, but it is 0/,
      () => schedules.step(adam(1), { stepSize: 0 }),
    ],
    [
      "a factor above 1",
      /factor must lie between 0 and 1, but it is 2/,
      () => schedules.plateau(adam(1), { factor: 2 }),
    ],
    [
      "a cycle for an optimizer without momentum",
      /Adagrad has no momentum to cycle; set cycleMomentum: false/,
      () => schedules.oneCycle(optim.adagrad([...adam(1).parameters]), { maxLearningRate: 1, totalSteps: 5 }),
    ],
    [
      "to go on after its end",
      /made for 2 steps, but the training goes on/,
      () => rates(1, (o) => schedules.oneCycle(o, { maxLearningRate: 1, totalSteps: 2 }), steps(3)),
    ],
    [
      "milestones that do not fit",
      /2 schedules need 1 milestones between them, but there are 0/,
      () => schedules.sequential(adam(1), [(o) => schedules.linear(o), (o) => schedules.linear(o)], { milestones: [] }),
    ],
  ];
  for (const [name, pattern, body] of refused) test(name, () => assert.throws(body, pattern));
});
