// The share that is held out for validation: its size, its seed, and that nothing is lost or seen twice.
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { arrays } from "../../src/data/index.ts";
import { splitSamples } from "../../src/data/samples.ts";
import { Random } from "../../src/engine/random.ts";
import { assertDataError, numbers, open, wholeBatch } from "./helpers.ts";

const counting = (n: number) => ({ input: Array.from({ length: n }, (_, i) => [i]), target: Array(n).fill(0) });

test("training and validation part together are all samples, each once and in order", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 200 }),
      fc.double({ min: 0.01, max: 0.49, noNaN: true }),
      fc.nat(),
      (n, share, seed) => {
        const { train, validation } = splitSamples("x", n, share, new Random(seed));
        assert.ok(validation !== null);
        assert.equal(validation.length, Math.max(1, Math.round(share * n)));
        assert.deepEqual(train, train.slice().sort());
        assert.deepEqual(validation, validation.slice().sort());
        assert.deepEqual(
          [...train, ...validation].sort((a, b) => a - b),
          Array.from({ length: n }, (_, i) => i),
        );
      },
    ),
  );
});

test("the same seed draws the same validation samples, another seed others", () => {
  const held = (seed: number) =>
    numbers(wholeBatch(open(arrays(counting(100), { validation: 0.2 }), {}, seed).validation).input);
  assert.equal(held(1).length, 20);
  assert.deepEqual(held(1), held(1));
  assert.notDeepEqual(held(1), held(2));
});

test("without validation no random number is used, so the order of training does not depend on it", () => {
  const random = new Random(5);
  const { train } = splitSamples("x", 3, 0, random);
  assert.deepEqual(train, Int32Array.of(0, 1, 2));
  assert.deepEqual(random.getState(), new Random(5).getState());
});

test("a share that leaves nothing to train on is an error with the numbers", () => {
  assertDataError(() => splitSamples("few.csv", 1, 0.5, new Random(1)), {
    file: "few.csv",
    message: /validation: 0\.5 of 1 sample leaves none to train on/,
  });
});

test("batching options pass through with their defaults", () => {
  const plain = open(arrays(counting(3)));
  assert.deepEqual([plain.batchSize, plain.shuffle, plain.dropLast], [32, true, false]);
  const set = open(arrays(counting(3), { batchSize: 2, shuffle: false, dropLast: true }));
  assert.deepEqual([set.batchSize, set.shuffle, set.dropLast], [2, false, true]);
});
