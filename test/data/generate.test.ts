// data.generate: samples from a function of the seeded generator.
import assert from "node:assert/strict";
import test from "node:test";
import { generate } from "../../src/data/index.ts";
import { ModelError } from "../../src/engine/errors.ts";
import type { Random } from "../../src/engine/random.ts";
import { assertDataError, numbers, open, wholeBatch } from "./helpers.ts";

const sine = (random: Random) => {
  const x = random.uniform(-3, 3);
  return { input: [x], target: [Math.sin(x)] };
};

test("the function makes one sample at a time, numbered from 0", () => {
  const { train, description } = open(generate((_, i) => ({ input: [i, 10 * i], target: i % 2 }), { samples: 3 }));
  assert.deepEqual(wholeBatch(train), {
    input: { shape: [3, 2], data: Float32Array.of(0, 0, 1, 10, 2, 20) },
    target: { shape: [3], data: Int32Array.of(0, 1, 0) },
  });
  assert.equal(description, "3 samples, input [2], target class number");
});

test("the same seed gives the same samples, another seed others, and the default is 1000", () => {
  const drawn = (seed: number) => numbers(wholeBatch(open(generate(sine), {}, seed).train).input);
  assert.equal(drawn(1).length, 1000);
  assert.deepEqual(drawn(1), drawn(1));
  assert.notDeepEqual(drawn(1), drawn(2));
});

test("opening twice draws anew from the generator it is given, so a restarted run repeats", () => {
  const source = generate(sine, { samples: 5 });
  assert.deepEqual(wholeBatch(open(source).train), wholeBatch(open(source).train));
});

test("a share is held out for validation", () => {
  const { train, validation } = open(generate(sine, { samples: 50, validation: 0.2 }));
  assert.deepEqual([train.length, validation?.length], [40, 10]);
});

test("samples of different shapes and values that are not finite are errors at the sample", () => {
  assertDataError(() => open(generate((_, i) => ({ input: Array(i < 4 ? 2 : 3).fill(0), target: 0 }))), {
    file: "data.generate",
    row: 5,
    message: /input\[4\] has 3 values, but input\[0\] has 2/,
  });
  assertDataError(() => open(generate((_, i) => ({ input: [1], target: 1 / (2 - i) }), { samples: 3 })), {
    file: "data.generate",
    row: 3,
    message: /target\[2\] is Infinity/,
  });
});

test("a function that returns nothing, and something that is no function, are errors", () => {
  const nothing = JSON.parse("[null]");
  assert.throws(
    () => open(generate(() => nothing[0])),
    (e) => e instanceof ModelError && /did not return \{ input, target \} for sample 0/.test(e.message),
  );
  assert.throws(
    () => generate(nothing[0]),
    (e) => e instanceof ModelError && /must be a function/.test(e.message),
  );
});

test("an exception in the function passes through untouched", () => {
  const mine = new RangeError("mine");
  assert.throws(
    () =>
      open(
        generate(() => {
          throw mine;
        }),
      ),
    mine,
  );
});
