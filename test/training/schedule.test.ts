// Schedules, clipping by value and gradient accumulation within the training loop.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { optim } from "../../src/api.ts";
import { defineTraining, type TrainingDefinition, type TrainingPlan } from "../../src/training/define.ts";
import type { Phase } from "../../src/training/observer.ts";
import type { TrainingRun } from "../../src/training/run.ts";
import { counting, Recorder, smallRun } from "./small.ts";

const { schedules } = optim;
const weights = (run: TrainingRun) => run.model.parameters().flatMap((p) => p.toFlatArray());

/** Learning rates of all iterations. */
function rates(change: Partial<TrainingDefinition>): number[] {
  const observer = new Recorder();
  smallRun({ optimizer: (p) => optim.sgd(p, { learningRate: 8 }), ...change }, { observer }).run();
  return observer.results.map((r) => r.learningRate);
}

describe("a schedule", () => {
  // 8 samples in batches of 4 are two iterations an epoch
  test("is stepped after every epoch, and an iteration shows the rate that it used", () => {
    const schedule = (o: optim.Optimizer) => schedules.exponential(o, { gamma: 0.5 });
    assert.deepEqual(rates({ epochs: 3, schedule }), [8, 8, 4, 4, 2, 2]);
  });

  test("or after every iteration", () => {
    const schedule = (o: optim.Optimizer) => schedules.exponential(o, { gamma: 0.5, interval: "iteration" });
    assert.deepEqual(rates({ epochs: 2, schedule }), [8, 4, 2, 1]);
  });

  test("per iteration means per update when batches are accumulated", () => {
    const schedule = (o: optim.Optimizer) => schedules.exponential(o, { gamma: 0.5, interval: "iteration" });
    assert.deepEqual(rates({ epochs: 3, accumulate: 2, schedule }), [8, 8, 4, 4, 2, 2]);
  });

  test("is told how long the training will be", () => {
    let plan: TrainingPlan | null = null;
    const schedule: TrainingDefinition["schedule"] = (o, p) => {
      plan = p;
      return schedules.oneCycle(o, { maxLearningRate: 1, totalSteps: p.updates });
    };
    // 20 samples are 5 batches, ⌈5/2⌉ = 3 updates an epoch
    const all = rates({ epochs: 4, accumulate: 2, data: counting(20), schedule });
    assert.deepEqual(plan, { epochs: 4, updatesPerEpoch: 3, updates: 12 });
    assert.ok(Math.abs(all[all.length - 1] - 1 / 25 / 1e4) < 1e-12);
  });

  test("plateau sees the validation loss, else the mean training loss of the epoch", () => {
    const seen: number[] = [];
    const schedule = (o: optim.Optimizer) => {
      const plateau = schedules.plateau(o, { patience: 0 });
      return { ...plateau, interval: plateau.interval, step: (loss: number) => void seen.push(loss) };
    };
    const observer = new Recorder();
    // 6 samples: batches of 4 and 2
    smallRun({ epochs: 1, data: counting(6), schedule }, { observer }).run();
    const [a, b] = observer.results.map((r) => r.loss);
    assert.ok(Math.abs(seen[0] - (4 * a + 2 * b) / 6) < 1e-12);
    const validating = new Recorder();
    smallRun({ epochs: 2, data: counting(8, { validation: 5 }), schedule }, { observer: validating }).run();
    assert.deepEqual(
      seen.slice(1),
      validating.validations.map((v) => v.loss),
    );
  });

  test("that is no function is an error that says so", () => {
    const definition = Object.assign({}, smallRun().definition, { schedule: schedules });
    assert.throws(() => defineTraining(definition), /`schedule` must be a function of the optimizer/);
  });
});

describe("clipping", () => {
  test("by value limits every element of the gradient that the update uses", () => {
    const observer = new Recorder();
    let largest = 0;
    observer.onEvent = (run, event) => {
      if (event !== "end update" || run === null) return;
      for (const p of run.model.parameters())
        for (const g of p.gradient().array) largest = Math.max(largest, Math.abs(g));
    };
    smallRun({ clipGradValue: 0.01 }, { observer, iterations: 3 }).run();
    assert.equal(largest, 0.01);
    // the norm that is reported is the one from before
    assert.ok(observer.results[0].gradNorm > 0.1);
  });

  test("of a limit that is none is an error", () =>
    assert.throws(() => smallRun({ clipGradValue: 0 }), /`clipGradValue` must be a number above 0, but it is 0/));
});

describe("accumulation", () => {
  /** Weights after one epoch of batches, in the data's own order. */
  const weightsAfter = (samples: number, batchSize: number, change: Partial<TrainingDefinition>) => {
    const source = counting(samples);
    const data: typeof source = { ...source, open: (...a) => ({ ...source.open(...a), batchSize, shuffle: false }) };
    const run = smallRun({ data, optimizer: (p) => optim.sgd(p, { learningRate: 0.5, momentum: 0.9 }), ...change });
    run.run();
    return weights(run);
  };

  test("of n batches is one batch n times as large, also when the last is smaller", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 14 }),
        fc.constantFrom({}, { clipGradNorm: 0.1 }, { clipGradValue: 0.02 }),
        (n, batchSize, samples, clipping) => {
          const parts = weightsAfter(samples, batchSize, { accumulate: n, epochs: 2, ...clipping });
          const whole = weightsAfter(samples, batchSize * n, { epochs: 2, ...clipping });
          parts.forEach((w, i) => {
            assert.ok(Math.abs(w - whole[i]) < 1e-12, `${w} ${whole[i]}`);
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  test("of one batch changes no bit", () =>
    assert.deepEqual(weightsAfter(10, 4, { accumulate: 1 }), weightsAfter(10, 4, {})));

  test("keeps an iteration one batch; its update changes parameters every n-th time and at the epoch's end", () => {
    const observer = new Recorder();
    // 20 samples: 5 iterations, updates after 2, 4 and 5
    const run = smallRun({ accumulate: 2, data: counting(20) }, { observer });
    run.run();
    const iterations: string[][] = [];
    for (const event of observer.log) {
      if (event === "iteration") iterations.push([]);
      iterations.at(-1)?.push(event);
    }
    assert.deepEqual(
      iterations.map((events) => events.some((e) => e.startsWith("update "))),
      [false, true, false, true, true],
    );
    assert.equal(run.optimizer.t, 3);
    // every phase begins and ends in every iteration, in the same order
    const phases: readonly Phase[] = ["forward", "loss", "backward", "update"];
    for (const events of iterations) {
      assert.deepEqual(
        events.filter((e) => /^(begin|end) /.test(e)),
        phases.flatMap((phase) => [`begin ${phase}`, `end ${phase}`]),
      );
    }
  });

  test("reports the norm of the mean gradient so far", () => {
    const norms = (change: Partial<TrainingDefinition>, batchSize: number) => {
      const observer = new Recorder();
      const source = counting(8);
      const data: typeof source = { ...source, open: (...a) => ({ ...source.open(...a), batchSize, shuffle: false }) };
      smallRun({ data, ...change }, { observer }).run();
      return observer.results.map((r) => r.gradNorm);
    };
    const [first, both] = norms({ accumulate: 2 }, 4);
    const [whole] = norms({}, 8);
    const [alone] = norms({}, 4);
    assert.equal(first, alone);
    assert.ok(Math.abs(both - whole) < 1e-12);
  });

  test("of a number that is none is an error", () =>
    assert.throws(() => smallRun({ accumulate: 1.5 }), /`accumulate` must be a whole number above 0, but it is 1.5/));
});
