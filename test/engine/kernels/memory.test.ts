// Where buffers lie: reuse, zeroing, growth, views that stay valid, addresses above 2 GiB, and running out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ModelError } from "../../../src/engine/errors.ts";
import { ReferenceKernels } from "../../../src/engine/kernels/reference/reference.ts";
import { variants } from "./variants.ts";

const MEGABYTE = 1024 * 1024;
const [plain] = variants;

test("buffers start on a cache line and do not overlap", () => {
  const { memory } = plain.create();
  let end = 0;
  for (const length of [1, 16, 17, 0, 1000, 3 * MEGABYTE, 5]) {
    const buffer = memory.floats(length, true);
    assert.equal(buffer.ptr % 64, 0);
    assert.ok(buffer.ptr >= end, `${buffer.ptr} lies before ${end}`);
    assert.equal(buffer.array.length, length);
    assert.equal(buffer.array.byteOffset, buffer.ptr);
    end = buffer.ptr + 4 * length;
  }
});

test("an iteration gets the memory of the one before, filled with zeros", () => {
  const { memory } = plain.create();
  const allocate = () => [5, 70_000, 3 * MEGABYTE, 9].map((length) => memory.floats(length, false));
  const first = allocate();
  for (const buffer of first) buffer.array.fill(7);
  const kept = memory.floats(10, true);
  kept.array.fill(3);
  const size = memory.memory.buffer.byteLength;
  for (let iteration = 0; iteration < 20; iteration++) {
    memory.endIteration();
    const again = allocate();
    assert.deepEqual(
      again.map((buffer) => buffer.ptr),
      first.map((buffer) => buffer.ptr),
    );
    for (const buffer of again) {
      assert.ok(buffer.array.every((value) => value === 0));
      buffer.array.fill(iteration);
    }
  }
  assert.equal(memory.memory.buffer.byteLength, size);
  assert.ok(kept.array.every((value) => value === 3));
});

test("memory that another layout used before is zero too", () => {
  const { memory } = plain.create();
  memory.floats(1000, false).array.fill(7);
  memory.endIteration();
  for (const length of [3, 500, 100, 2000]) {
    assert.ok(memory.floats(length, false).array.every((value) => value === 0));
    assert.ok(memory.ints(length, false).array.every((value) => value === 0));
  }
});

test("views stay valid when the memory grows", () => {
  const kernels = plain.create();
  const before = kernels.memory.floats(8, true);
  const view = before.array;
  const size = kernels.memory.memory.buffer.byteLength;
  const after = kernels.memory.floats(8 * MEGABYTE, true);
  assert.ok(kernels.memory.memory.buffer.byteLength > size);
  kernels.fill(8, before, 2);
  assert.deepEqual([...view], [2, 2, 2, 2, 2, 2, 2, 2]);
  kernels.copy(8, before, after.sub(8 * MEGABYTE - 8, 8));
  assert.equal(after.array.at(-1), 2);
});

test("a sub-buffer is the same memory", () => {
  const { memory } = plain.create();
  const floats = memory.floats(10, false);
  floats.sub(3, 4).sub(1, 2).array.set([1, 2]);
  assert.deepEqual([...floats.array], [0, 0, 0, 0, 1, 2, 0, 0, 0, 0]);
  const ints = memory.ints(4, false);
  ints.sub(2, 2).array.set([5, 6]);
  assert.deepEqual([...ints.array], [0, 0, 5, 6]);
});

test("usage counts persistent bytes and the highest iteration", () => {
  const { memory } = plain.create();
  const { persistent } = memory.usage();
  memory.floats(16, true);
  memory.floats(160, false);
  memory.endIteration();
  memory.floats(1, false);
  assert.deepEqual(memory.usage(), { persistent: persistent + 64, iteration: 640 });
});

for (const variant of variants) {
  test(`${variant.name} kernels work above 2 GiB`, () => {
    const kernels = variant.create();
    // pages that nobody writes to take no memory
    kernels.memory.floats((2 ** 31 - MEGABYTE) / 4, true);
    const [m, n, k] = [9, 13, 5];
    const across = kernels.memory.floats((4 * MEGABYTE) / 4, true);
    const [a, b, c] = [m * k, k * n, m * n].map((length) => kernels.memory.floats(length, true));
    assert.ok(across.ptr < 2 ** 31 && across.ptr + 4 * across.length > 2 ** 31);
    assert.ok(c.ptr > 2 ** 31);
    kernels.fill(across.length, across, 0.5);
    assert.equal(kernels.sum(across.length, across), across.length / 2);
    kernels.unary("tanh", across.length, across, across);
    assert.ok(across.array.every((value) => Math.abs(value - Math.tanh(0.5)) < 1e-6));
    kernels.fill(m * k, a, 2);
    kernels.fill(k * n, b, 3);
    kernels.gemm(false, false, m, n, k, a, k, b, n, c, n, false);
    assert.ok(c.array.every((value) => value === 30));
    assert.deepEqual(kernels.moments(m * n, c), {
      sum: 3510,
      sumSquares: 105300,
      min: 30,
      max: 30,
      zeros: 0,
      nonFinite: 0,
    });
  });
}

test("running out of memory says what was wanted and what is in use", () => {
  const kernels = plain.create({ maximumBytes: 12 * MEGABYTE });
  kernels.memory.floats(MEGABYTE, false);
  assert.throws(
    () => kernels.memory.floats(2 * MEGABYTE, false),
    (error) => {
      assert.ok(error instanceof ModelError);
      assert.match(error.message, /^out of memory: 8,388,608 bytes \(8\.4 MB\) wanted, /);
      assert.match(error.message, /4,194,304 bytes \(4\.2 MB\) by this iteration/);
      assert.match(error.message, /of at most 12,582,912 bytes/);
      return true;
    },
  );
  // what fits still fits, also in the last pages
  assert.equal(kernels.memory.floats(10, false).length, 10);
  kernels.memory.endIteration();
  assert.equal(kernels.memory.floats(MEGABYTE, false).length, MEGABYTE);
});

test("the whole 4 GiB can be asked for, and not more", () => {
  const { memory } = plain.create();
  assert.throws(() => memory.floats(2 ** 30, true), ModelError);
  const large = memory.floats((2 ** 32 - 4 * MEGABYTE) / 4, true);
  large.sub(large.length - 1, 1).array[0] = 1;
  assert.equal(large.array.at(-1), 1);
});

test("the reference counts its memory in the same way", () => {
  const { memory } = new ReferenceKernels();
  memory.floats(10, true);
  memory.floats(3, false);
  memory.ints(2, false);
  memory.endIteration();
  memory.floats(1, false);
  assert.deepEqual(memory.usage(), { persistent: 80, iteration: 32 });
});
