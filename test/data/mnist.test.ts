// data.mnist: the compact file, the IDX pair, and files that are not what they should be.
import assert from "node:assert/strict";
import test from "node:test";
import { mnist } from "../../src/data/index.ts";
import { assertDataError, open, wholeBatch } from "./helpers.ts";

const u32 = (value: number, littleEndian: boolean) => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, littleEndian);
  return [...bytes];
};
const ascii = (s: string) => [...s].map((c) => c.charCodeAt(0));

/** Two pictures of 1 × 2 pixels, labelled 7 and 3. */
const labels = [7, 3];
const pixels = [0, 255, 51, 102];
const compact = Uint8Array.from([...ascii("GDIM"), ...[2, 1, 2].flatMap((v) => u32(v, true)), ...labels, ...pixels]);
const idxImages = Uint8Array.from([0, 0, 8, 3, ...[2, 1, 2].flatMap((v) => u32(v, false)), ...pixels]);
const idxLabels = Uint8Array.from([0, 0, 8, 1, ...u32(2, false), ...labels]);

const expected = {
  // 51/255 = 0.2, 102/255 = 0.4
  input: { shape: [2, 2], data: Float32Array.of(0, 1, 0.2, 0.4) },
  target: { shape: [2], data: Int32Array.of(7, 3) },
};

test("the compact file gives pixels from 0 to 1 and class numbers", () => {
  const { train, description } = open(mnist("m.bin"), { "m.bin": compact });
  assert.deepEqual(wholeBatch(train), expected);
  assert.equal(description, "2 pictures of 2 pixels");
});

test("the IDX pair gives the same", () => {
  const source = mnist({ images: "i", labels: "l" });
  assert.deepEqual(source.files, ["i", "l"]);
  assert.deepEqual(wholeBatch(open(source, { i: idxImages, l: idxLabels }).train), expected);
});

test("a file that is a view into a larger buffer is read from its own beginning", () => {
  const larger = new Uint8Array(compact.length + 7);
  larger.set(compact, 7);
  assert.deepEqual(wholeBatch(open(mnist("m.bin"), { "m.bin": larger.subarray(7) }).train), expected);
});

test("files of their own for validation must hold pictures of the same size", () => {
  const source = mnist("m.bin", { validation: { images: "i", labels: "l" } });
  assert.deepEqual(source.files, ["m.bin", "i", "l"]);
  assert.deepEqual(wholeBatch(open(source, { "m.bin": compact, i: idxImages, l: idxLabels }).validation), expected);

  const square = Uint8Array.from([0, 0, 8, 3, ...[1, 2, 2].flatMap((v) => u32(v, false)), ...pixels]);
  const oneLabel = Uint8Array.from([0, 0, 8, 1, ...u32(1, false), 7]);
  assertDataError(() => open(source, { "m.bin": compact, i: square, l: oneLabel }), {
    file: "i",
    message: /its pictures have 4 pixels, the training pictures 2/,
  });
});

test("a wrong magic number is shown with what it should be", () => {
  const read = (bytes: Uint8Array) => () => open(mnist("m.bin"), { "m.bin": bytes });
  const message = /begins with 50 4b 03 04, not with "GDIM"$/;
  assertDataError(read(Uint8Array.from([0x50, 0x4b, 3, 4, ...compact.subarray(4)])), { file: "m.bin", message });
  assertDataError(read(idxImages), { file: "m.bin", message: /an IDX file goes in as \{ images: …, labels: … \}/ });

  const pair = (i: Uint8Array, l: Uint8Array) => () => open(mnist({ images: "i", labels: "l" }), { i, l });
  assertDataError(pair(Uint8Array.from([...idxLabels, 0, 0, 0, 0, 0, 0]), idxLabels), {
    file: "i",
    message: /begins with 00 00 08 01, but IDX with 3 dimensions begins with 00 00 08 03; are images and labels exch/,
  });
  assertDataError(pair(idxImages, Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0)), {
    file: "l",
    message: /begins with 1f 8b 08 00, .* unpack it first \(gunzip\)/,
  });
});

test("a file that is cut off or too long is an error with both lengths", () => {
  const read = (bytes: Uint8Array) => () => open(mnist("m.bin"), { "m.bin": bytes });
  // header 16 + 2 labels + 2 · 1 · 2 pixels = 22
  assertDataError(read(compact.subarray(0, 21)), { file: "m.bin", message: /has 21 bytes, but 2 .* of 1×2 take 22/ });
  assertDataError(read(Uint8Array.from([...compact, 0])), { file: "m.bin", message: /has 23 bytes/ });
  assertDataError(read(compact.subarray(0, 9)), { file: "m.bin", message: /has 9 bytes, its header alone takes 16/ });
});

test("labels and pictures must be equally many, and there must be some", () => {
  const source = mnist({ images: "i", labels: "l" });
  const three = Uint8Array.from([0, 0, 8, 1, ...u32(3, false), 1, 2, 3]);
  assertDataError(() => open(source, { i: idxImages, l: three }), {
    file: "l",
    message: /has 3 labels, but i has 2 pictures/,
  });
  const none = Uint8Array.from([...ascii("GDIM"), ...[0, 28, 28].flatMap((v) => u32(v, true))]);
  assertDataError(() => open(mnist("m.bin"), { "m.bin": none }), { file: "m.bin", message: /holds 0 pictures/ });
});
