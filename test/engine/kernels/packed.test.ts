// Products with a packed right operand and with a left operand that is mostly zeros, against the plain product in float64.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertClose, Pair, variants } from "./variants.ts";

const flags = [false, true];
const tolerance = (k: number) => ({ relative: 1e-5, absolute: 1e-6 + 2e-7 * k });

/** m, n, k: tiles of 4 × 8, blocks of 128 rows and 256 deep, whole and with a rest. */
const sizes = [
  [1, 1, 1],
  [4, 8, 3],
  [5, 7, 9],
  [16, 65, 128],
  [32, 24, 257],
  [131, 17, 300],
] as const;

for (const variant of variants) {
  for (const [m, n, k] of sizes) {
    test(`${variant.name} gemmPacked multiplies ${m}×${k} by ${k}×${n}`, () => {
      const pair = new Pair(variant.create());
      for (const transposed of flags) {
        for (const accumulate of flags) {
          const [lda, ldb, ldc] = [k + 2, (transposed ? k : n) + 1, n + 3];
          const a = pair.normal(m * lda);
          const b = pair.normal((transposed ? n : k) * ldb);
          const c = pair.normal(m * ldc);
          const packed = pair.wasm.pack(transposed, n, k, b.w, ldb);
          pair.wasm.gemmPacked(m, a.w, lda, packed, c.w, ldc, accumulate);
          pair.reference.gemm(false, transposed, m, n, k, a.r, lda, b.r, ldb, c.r, ldc, accumulate);
          assertClose(c, tolerance(k), `transposed=${transposed} accumulate=${accumulate}`);
        }
      }
    });
  }

  for (const [m, n, k] of sizes) {
    test(`${variant.name} sparse products of ${m}×${k} and ${n} columns are the dense ones`, () => {
      const pair = new Pair(variant.create());
      const values = Array.from({ length: m * k }, (_, i) => (i % 7 === 3 ? pair.random.normal() : 0));
      const a = pair.floats(values);
      const w = pair.normal(n * k);
      const z = pair.floats(new Float32Array(m * n).fill(Number.NaN));
      const sparse = pair.wasm.sparse.compress(m, k, a.w);
      assert.ok(sparse !== null);
      assert.equal(sparse.starts.array[m], values.filter((x) => x !== 0).length);
      pair.wasm.sparse.linear(sparse, n, w.w, z.w);
      pair.reference.gemm(false, true, m, n, k, a.r, k, w.r, k, z.r, n, false);
      assertClose(z, tolerance(k), "z = a·wᵀ");

      const delta = pair.normal(m * n);
      const dW = pair.normal(n * k);
      pair.wasm.sparse.linearBackward(sparse, n, delta.w, dW.w);
      pair.reference.gemm(true, false, n, k, m, delta.r, n, a.r, k, dW.r, k, true);
      assertClose(dW, tolerance(m), "dW += δᵀ·a");
    });
  }

  test(`${variant.name} takes the sparse way up to a quarter of elements that are not 0`, () => {
    const { memory, sparse } = variant.create();
    const a = memory.floats(64, false);
    a.array.fill(1, 0, 16);
    assert.ok(sparse.compress(8, 8, a) !== null);
    a.array[63] = Number.NaN; // counts: it is not 0
    assert.equal(sparse.compress(8, 8, a), null);
  });
}

for (const { name, create } of [
  ...variants,
  { name: "reference", create: () => new Pair(variants[0].create()).reference },
]) {
  test(`${name} finds a NaN or an infinity wherever it stands`, () => {
    const { memory, sparse } = create();
    for (const n of [0, 1, 3, 16, 35]) {
      const x = memory.floats(n, false);
      x.array.fill(3e38);
      assert.equal(sparse.allFinite(n, x), true);
      for (let i = 0; i < n; i++) {
        for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          x.array[i] = bad;
          assert.equal(sparse.allFinite(n, x), false, `${bad} at ${i} of ${n}`);
        }
        x.array[i] = -3e38;
      }
    }
  });
}

test("the reference's own sparse products are its dense ones", () => {
  const pair = new Pair(variants[0].create());
  const { reference } = pair;
  const [m, n, k] = [6, 5, 9];
  const a = pair.floats(Array.from({ length: m * k }, (_, i) => (i % 5 === 1 ? pair.random.normal() : 0))).r;
  const [w, delta] = [pair.normal(n * k).r, pair.normal(m * n).r];
  const sparse = reference.sparse.compress(m, k, a);
  assert.ok(sparse !== null);
  const [z, wanted] = [reference.memory.floats(m * n, false), reference.memory.floats(m * n, false)];
  reference.sparse.linear(sparse, n, w, z);
  reference.gemm(false, true, m, n, k, a, k, w, k, wanted, n, false);
  assert.deepEqual(z.array, wanted.array);
  const [dW, wantedW] = [reference.memory.floats(n * k, false), reference.memory.floats(n * k, false)];
  reference.sparse.linearBackward(sparse, n, delta, dW);
  reference.gemm(true, false, n, k, m, delta, n, a, k, wantedW, k, false);
  assert.deepEqual(dW.array, wantedW.array);
});
