// What a training sees of its data: every training sample once an epoch, and never one that is held out.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { F, nn, optim, type Tensor } from "../../src/api.ts";
import { arrays } from "../../src/data/index.ts";
import { smallRun } from "./small.ts";

/** Writes down the samples that it is shown; a sample's input is its own number. */
class Witness extends nn.Module {
  linear = new nn.Linear(1, 1);
  readonly trained: number[][] = [];
  readonly validated: number[] = [];

  forward(x: Tensor): Tensor {
    if (this.training) this.trained.push(x.toFlatArray());
    else this.validated.push(...x.toFlatArray());
    return this.linear.forward(x);
  }
}

const sets = fc.record({
  samples: fc.integer({ min: 2, max: 60 }),
  batchSize: fc.integer({ min: 1, max: 20 }),
  shuffle: fc.boolean(),
  dropLast: fc.boolean(),
  validation: fc.oneof(fc.constant(0), fc.double({ min: 0.05, max: 0.45, noNaN: true })),
  seed: fc.nat(1000),
});

test("each epoch is a partition of the training samples into batches, validation sees exactly the others", () => {
  fc.assert(
    fc.property(sets, ({ samples, seed, ...options }) => {
      const { batchSize, shuffle, dropLast } = options;
      const numbers = Array.from({ length: samples }, (_, i) => i);
      const held = options.validation === 0 ? 0 : Math.max(1, Math.round(options.validation * samples));
      const perEpoch = dropLast ? Math.floor((samples - held) / batchSize) : Math.ceil((samples - held) / batchSize);
      // with nothing but an incomplete batch there is nothing to train on
      fc.pre(perEpoch > 0);
      const column = numbers.map((i) => [i]);
      const run = smallRun({
        model: () => new Witness(),
        data: arrays({ input: column, target: column }, options),
        loss: F.mseLoss,
        optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0 }),
        epochs: 2,
        seed,
      });
      run.run();
      assert.ok(run.model instanceof Witness);
      const { trained, validated } = run.model;
      const ascending = (list: readonly number[]) => list.toSorted((a, b) => a - b);

      const heldOut = ascending(validated.slice(0, held));
      assert.equal(validated.length, 2 * held);
      assert.deepEqual(ascending(validated.slice(held)), heldOut);
      assert.equal(new Set(heldOut).size, held);
      const wanted = numbers.filter((i) => !heldOut.includes(i));
      assert.equal(trained.length, 2 * perEpoch);
      for (const epoch of [trained.slice(0, perEpoch), trained.slice(perEpoch)]) {
        const seen = epoch.flat();
        assert.ok(epoch.slice(0, -1).every((batch) => batch.length === batchSize));
        assert.equal(new Set(seen).size, seen.length);
        assert.ok(seen.every((i) => wanted.includes(i)));
        assert.equal(seen.length, dropLast ? perEpoch * batchSize : wanted.length);
        if (!shuffle) assert.deepEqual(seen, wanted.slice(0, seen.length));
      }
    }),
    { seed: 23, numRuns: 100 },
  );
});
