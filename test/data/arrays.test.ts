// data.arrays: shapes, element types, batches and what is said of arrays that do not fit.
import assert from "node:assert/strict";
import test from "node:test";
import { arrays } from "../../src/data/index.ts";
import { ModelError } from "../../src/engine/errors.ts";
import { assertDataError, numbers, open, wholeBatch } from "./helpers.ts";

const xor = {
  input: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  target: [0, 1, 1, 0],
};

test("one whole number a sample is a class number, and a batch stacks the samples asked for in that order", () => {
  const { train, validation, description } = open(arrays(xor));
  const { input, target } = train.batch(Int32Array.of(3, 1));
  assert.deepEqual(input, { shape: [2, 2], data: Float32Array.of(1, 1, 0, 1) });
  assert.deepEqual(target, { shape: [2], data: Int32Array.of(0, 1) });
  assert.equal(validation, null);
  assert.equal(description, "4 samples, input [2], target class number");
});

test("targets are floats when one is a fraction, when one is negative, when they have a shape, or when told so", () => {
  const target = (value: typeof xor.target | number[][], targetType?: "float" | "int") =>
    wholeBatch(open(arrays({ input: xor.input, target: value }, { targetType })).train).target;
  assert.deepEqual(target([0, 0.5, 1, 0]), { shape: [4], data: Float32Array.of(0, 0.5, 1, 0) });
  assert.deepEqual(target([-1, 1, 1, -1]), { shape: [4], data: Float32Array.of(-1, 1, 1, -1) });
  assert.deepEqual(target([[0], [1], [1], [0]]), { shape: [4, 1], data: Float32Array.of(0, 1, 1, 0) });
  assert.deepEqual(target([0, 1, 1, 0], "float"), { shape: [4], data: Float32Array.of(0, 1, 1, 0) });
  assert.deepEqual(target([[0], [1], [1], [0]], "int"), { shape: [4, 1], data: Int32Array.of(0, 1, 1, 0) });
});

test("token numbers go in as integers with inputType int", () => {
  const { train } = open(arrays({ input: [[5, 2, 7]], target: [[2, 7, 1]] }, { inputType: "int", targetType: "int" }));
  assert.deepEqual(wholeBatch(train), {
    input: { shape: [1, 3], data: Int32Array.of(5, 2, 7) },
    target: { shape: [1, 3], data: Int32Array.of(2, 7, 1) },
  });
});

test("typed arrays are taken as rows and as a whole", () => {
  const source = arrays({ input: [Float32Array.of(1, 2), Float64Array.of(3, 4)], target: Uint8Array.of(1, 0) });
  assert.deepEqual(wholeBatch(open(source).train), {
    input: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
    target: { shape: [2], data: Int32Array.of(1, 0) },
  });
});

test("deeper nesting keeps its shape: two sequences of three timesteps with one feature", () => {
  const source = arrays({
    input: [
      [[1], [2], [3]],
      [[4], [5], [6]],
    ],
    target: [6, 15],
  });
  const { input } = open(source).train.batch(Int32Array.of(1));
  assert.deepEqual(input, { shape: [1, 3, 1], data: Float32Array.of(4, 5, 6) });
});

test("a batch is the caller's own: the next one does not change it", () => {
  const { train } = open(arrays(xor));
  const first = train.batch(Int32Array.of(3));
  train.batch(Int32Array.of(0));
  assert.deepEqual(numbers(first.input), [1, 1]);
});

test("samples of their own for validation follow the training samples' element types", () => {
  const source = arrays(
    { input: [[1], [2]], target: [0.5, 1.5] },
    { validation: { input: [[3], [4], [5]], target: [1, 2, 3] } },
  );
  const { train, validation } = open(source);
  assert.equal(train.length, 2);
  assert.deepEqual(wholeBatch(validation).target, { shape: [3], data: Float32Array.of(1, 2, 3) });
});

test("a ragged row is named by its place, with both lengths", () => {
  assertDataError(() => arrays({ input: [[1, 2], [3, 4], [5]], target: [0, 1, 0] }), {
    file: "data.arrays",
    row: 3,
    message: /input\[2\] has 1 values, but input\[0\] has 2/,
  });
  assertDataError(
    () =>
      arrays({
        input: [
          [[1], [2]],
          [[3], 4],
        ],
        target: [0, 1],
      }),
    {
      file: "data.arrays",
      row: 2,
      column: 2,
      message: /input\[1\]\[1\] is a number, but input\[0\]\[0\] is an array of 1/,
    },
  );
});

test("NaN, infinity and numbers beyond float32 are errors at their place", () => {
  const cases = [
    [Number.NaN, /input\[1\]\[0\] is NaN/],
    [Number.NEGATIVE_INFINITY, /input\[1\]\[0\] is -Infinity/],
    [1e39, /input\[1\]\[0\] is 1e\+39, too large for float32/],
  ] as const;
  for (const [value, message] of cases) {
    assertDataError(() => arrays({ input: [[1], [value]], target: [0, 1] }), {
      file: "data.arrays",
      row: 2,
      column: 1,
      message,
    });
  }
});

test("something that is no number is shown as it is", () => {
  const fromJson = JSON.parse('{"input": [[1, "two"]], "target": [0]}');
  assertDataError(() => arrays(fromJson), {
    file: "data.arrays",
    row: 1,
    column: 2,
    message: /input\[0\]\[1\] is "two", but input\[0\]\[0\] is a number/,
  });
});

test("an empty data set, different numbers of samples and fractions among integers are errors", () => {
  assertDataError(() => arrays({ input: [], target: [] }), { file: "data.arrays", message: /input is empty/ });
  assertDataError(() => arrays({ input: [[1], [2]], target: [0] }), {
    file: "data.arrays",
    message: /input has 2 samples, target has 1/,
  });
  assertDataError(() => arrays({ input: [[1], [2]], target: [0, 1.5] }, { targetType: "int" }), {
    file: "data.arrays",
    row: 2,
    message: /target holds 1\.5, which is not a 32-bit whole number/,
  });
});

test("validation samples of another shape are an error with both shapes", () => {
  assertDataError(() => arrays(xor, { validation: { input: [[1, 2, 3]], target: [0] } }), {
    file: "data.arrays validation",
    message: /input of a sample has shape \[3\], in the training samples \[2\]/,
  });
});

test("a mistyped option is named where the source is made", () => {
  const wrong: readonly [object, RegExp][] = [
    [{ batchsize: 4 }, /data\.arrays has no option "batchsize"/],
    [{ batchSize: 0 }, /batchSize is 0; it must be a whole number of at least 1/],
    [{ batchSize: 2.5 }, /batchSize is 2\.5/],
    [{ shuffle: "yes" }, /shuffle is "yes"; it must be true or false/],
    [{ validation: 1 }, /validation is 1; a share must be at least 0 and less than 1/],
    [{ validation: Number.NaN }, /validation is NaN/],
    [{ targetType: "integer" }, /targetType is "integer"; it must be "float" or "int"/],
  ];
  for (const [options, message] of wrong) {
    assert.throws(
      () => arrays(xor, options),
      (e) => e instanceof ModelError && message.test(e.message),
    );
  }
});
