// The matrix product against the reference: every path through the blocking, every transpose, every leading dimension.

import { test } from "node:test";
import { assertClose, type Both, Pair, variants } from "./variants.ts";

const flags = [false, true];

/** m, n, k. The blocks are 128 × 512 × 256, the tiles 4 × 8; up to 16 and 32 rows other paths are taken. */
const sizes = [
  [0, 5, 3],
  [5, 0, 3],
  [5, 3, 0],
  [1, 1, 1],
  [1, 17, 9],
  [4, 8, 1],
  [3, 7, 5],
  [13, 21, 33],
  [16, 128, 65],
  [17, 9, 30],
  [32, 10, 258],
  [33, 12, 7],
  [130, 31, 300],
  [33, 530, 20],
  [7, 1030, 513],
] as const;

/** Rounding of a sum of k float32 products of normally distributed numbers. */
const tolerance = (k: number) => ({ relative: 1e-5, absolute: 1e-6 + 2e-7 * k });

for (const variant of variants) {
  for (const [m, n, k] of sizes) {
    test(`${variant.name} gemm multiplies ${m}×${k} by ${k}×${n} in every layout`, () => {
      const pair = new Pair(variant.create());
      for (const transposeA of flags) {
        for (const transposeB of flags) {
          for (const accumulate of flags) {
            for (const slack of [0, 3]) check(pair, transposeA, transposeB, m, n, k, slack, accumulate);
          }
        }
      }
    });
  }

  test(`${variant.name} gemm passes NaN and infinities on to exactly the rows and columns they belong to`, () => {
    for (const transposeB of flags) {
      for (const m of [6, 40]) {
        const pair = new Pair(variant.create());
        const [n, k] = [11, 6];
        const a = pair.normal(m * k);
        const b = pair.normal(k * n);
        const c = pair.normal(m * n);
        for (const buffer of [a.w, a.r]) {
          buffer.array[4 * k + 2] = Number.NaN;
          buffer.array[5 * k + 1] = Number.POSITIVE_INFINITY;
        }
        const ldb = transposeB ? k : n;
        pair.wasm.gemm(false, transposeB, m, n, k, a.w, k, b.w, ldb, c.w, n, false);
        pair.reference.gemm(false, transposeB, m, n, k, a.r, k, b.r, ldb, c.r, n, false);
        assertClose(c, tolerance(k), `m=${m} transposeB=${transposeB}`);
      }
    }
  });

  test(`${variant.name} gemm overwrites what was in c, NaN too, unless it accumulates`, () => {
    for (const [m, n, k] of [
      [3, 5, 0],
      [9, 11, 3],
      [40, 20, 300],
    ]) {
      const pair = new Pair(variant.create());
      const a = pair.normal(m * k);
      const b = pair.normal(k * n);
      const c = pair.floats(new Float32Array(m * n).fill(Number.NaN));
      pair.wasm.gemm(false, false, m, n, k, a.w, k, b.w, n, c.w, n, false);
      pair.reference.gemm(false, false, m, n, k, a.r, k, b.r, n, c.r, n, false);
      assertClose(c, tolerance(k), `${m}×${n}×${k}`);
    }
  });

  test(`${variant.name} gemm gives the same bits again`, () => {
    const pair = new Pair(variant.create());
    const [m, n, k] = [37, 41, 300];
    const a = pair.normal(m * k).w;
    const b = pair.normal(k * n).w;
    const first = pair.wasm.memory.floats(m * n, false);
    pair.wasm.gemm(false, false, m, n, k, a, k, b, n, first, n, false);
    // often enough that the optimising compiler takes over in between
    for (let i = 0; i < 300; i++) {
      const again = pair.wasm.memory.floats(m * n, false);
      pair.wasm.gemm(false, false, m, n, k, a, k, b, n, again, n, false);
      assertClose({ w: again, r: first }, { relative: 0, absolute: 0 }, `repetition ${i}`);
    }
  });
}

/** c lies inside a wider matrix, whose other columns must stay as they were. */
function check(
  pair: Pair,
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  slack: number,
  accumulate: boolean,
): void {
  pair.wasm.memory.endIteration();
  const [rowsA, lda] = transposeA ? [k, m + slack] : [m, k + slack];
  const [rowsB, ldb] = transposeB ? [n, k + slack] : [k, n + slack];
  const ldc = n + slack;
  const a = surrounded(pair, rowsA * lda, lda, transposeA ? m : k);
  const b = surrounded(pair, rowsB * ldb, ldb, transposeB ? k : n);
  const c = pair.normal(m * ldc);
  pair.wasm.gemm(transposeA, transposeB, m, n, k, a.w, lda, b.w, ldb, c.w, ldc, accumulate);
  pair.reference.gemm(transposeA, transposeB, m, n, k, a.r, lda, b.r, ldb, c.r, ldc, accumulate);
  assertClose(c, tolerance(k), JSON.stringify({ transposeA, transposeB, slack, accumulate }));
}

/** Normally distributed numbers, with NaN between the rows: reading it would show. */
function surrounded(pair: Pair, length: number, ld: number, columns: number): Both {
  const values = Float32Array.from({ length }, (_, i) => (i % ld < columns ? pair.random.normal() : Number.NaN));
  return pair.floats(values);
}
