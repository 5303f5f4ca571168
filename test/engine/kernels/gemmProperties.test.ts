// The matrix product against a naive loop: any sizes, transposes, leading dimensions and places in memory, exactly.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Random } from "../../../src/engine/random.ts";
import { variants } from "./variants.ts";

/** Small sizes often, and some that fill several tiles or blocks. */
const size = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 10, max: 48 }), fc.constantFrom(64, 129, 150));
const slack = fc.integer({ min: 0, max: 5 });
const products = fc.record({
  m: size,
  n: size,
  k: size,
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  accumulate: fc.boolean(),
  slackA: slack,
  slackB: slack,
  slackC: slack,
  /** Elements before a matrix, so that it does not begin at a multiple of 16 bytes. */
  before: fc.integer({ min: 0, max: 3 }),
  values: fc.nat(),
});

for (const variant of variants) {
  test(`${variant.name} gemm is the naive loop's product to the last bit, and touches nothing beside its matrix`, () => {
    const kernels = variant.create();
    fc.assert(
      fc.property(
        products,
        ({ m, n, k, transposeA, transposeB, accumulate, slackA, slackB, slackC, before, values }) => {
          kernels.memory.endIteration();
          const random = new Random(values);
          /** Whole numbers from −4 to 4: their products and sums are exact in float32 in whatever order they are added. */
          const matrix = (rows: number, ld: number) => {
            const whole = kernels.memory.floats(before + rows * ld, false);
            for (let i = 0; i < whole.length; i++) whole.array[i] = random.integer(9) - 4;
            return whole.sub(before, rows * ld);
          };
          const [rowsA, lda] = transposeA ? [k, m + slackA] : [m, k + slackA];
          const [rowsB, ldb] = transposeB ? [n, k + slackB] : [k, n + slackB];
          const ldc = n + slackC;
          const [a, b, c] = [matrix(rowsA, lda), matrix(rowsB, ldb), matrix(m, ldc)];
          const expected = Array.from(c.array.subarray(0, m * ldc));
          for (let i = 0; i < m; i++) {
            for (let j = 0; j < n; j++) {
              let sum = accumulate ? expected[i * ldc + j] : 0;
              for (let l = 0; l < k; l++) {
                const x = a.array[transposeA ? l * lda + i : i * lda + l];
                const y = b.array[transposeB ? j * ldb + l : l * ldb + j];
                sum += x * y;
              }
              expected[i * ldc + j] = sum;
            }
          }
          kernels.gemm(transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc, accumulate);
          // −0 and 0 are one number here
          const wrong = expected.findIndex((v, i) => v !== c.array[i]);
          assert.equal(wrong, -1, `element ${wrong}: ${c.array[wrong]}, the loop has ${expected[wrong]}`);
        },
      ),
      { seed: 22, numRuns: 400 },
    );
  });
}
