// How exact the float32 functions are, over their whole range, measured against float64.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { UnaryOp } from "../../../src/engine/kernels/kernels.ts";
import { erfc } from "../../../src/engine/kernels/reference/erfc.ts";
import { unaryRules } from "../../../src/engine/kernels/reference/functions.ts";
import { assertNumberClose, type Variant, variants } from "./variants.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
/** Distance of the smallest float32 numbers from each other: below 1e-38 no relative accuracy can be had. */
const SUBNORMAL = 1.5e-45;

/** Both signs, from 1e-30 to `largest`, evenly in the logarithm and evenly in the number. */
function sweep(largest: number): Float32Array {
  const count = 20000;
  const values: number[] = [0, -0];
  for (let i = 0; i <= count; i++) {
    const geometric = 1e-30 * (largest / 1e-30) ** (i / count);
    const linear = (largest * i) / count;
    values.push(geometric, -geometric, linear, -linear);
  }
  return Float32Array.from(values);
}

/** f of `x` by the kernels of one variant. */
function apply(variant: Variant, op: UnaryOp, x: Float32Array): Float32Array {
  const kernels = variant.create();
  const buffer = kernels.memory.floats(x.length, false);
  buffer.array.set(x);
  kernels.unary(op, x.length, buffer, buffer);
  return Float32Array.from(buffer.array);
}

/** relative: over the whole range; gelu's tail loses digits in e^(−x²/2), where the result is below 1e-5. */
const bounds: readonly { op: UnaryOp; largest: number; relative: number; absolute: number }[] = [
  { op: "exp", largest: 110, relative: 2e-7, absolute: SUBNORMAL },
  { op: "sigmoid", largest: 110, relative: 3e-7, absolute: SUBNORMAL },
  { op: "tanh", largest: 50, relative: 3e-7, absolute: SUBNORMAL },
  { op: "gelu", largest: 4, relative: 1.5e-6, absolute: SUBNORMAL },
  { op: "gelu", largest: 100, relative: 5e-7, absolute: 1e-10 },
  { op: "geluTanh", largest: 4, relative: 4e-6, absolute: SUBNORMAL },
  { op: "geluTanh", largest: 100, relative: 1e-6, absolute: 1e-9 },
];

for (const variant of variants) {
  for (const { op, largest, relative, absolute } of bounds) {
    test(`${variant.name} ${op} has a relative error below ${relative} up to |x| = ${largest}`, () => {
      const x = sweep(largest);
      const y = apply(variant, op, x);
      for (let i = 0; i < x.length; i++) {
        const expected = unaryRules[op].f(x[i]);
        // what float32 rounds to infinity is infinity
        assertNumberClose(
          y[i],
          Number.isFinite(Math.fround(expected)) ? expected : infinity,
          { relative, absolute },
          `${op}(${x[i]})`,
        );
      }
    });
  }

  test(`${variant.name} functions saturate at infinities and pass NaN on`, () => {
    const x = Float32Array.of(-infinity, infinity, nan, -200, 200);
    const expected: { readonly [Op in UnaryOp]: readonly number[] } = {
      relu: [0, infinity, nan, 0, 200],
      sigmoid: [0, 1, nan, 0, 1],
      tanh: [-1, 1, nan, -1, 1],
      // −∞ · 0, as in PyTorch
      gelu: [nan, infinity, nan, -0, 200],
      geluTanh: [nan, infinity, nan, -0, 200],
      exp: [0, infinity, nan, 0, infinity],
      log: [nan, infinity, nan, nan, Math.fround(Math.log(200))],
      sqrt: [nan, infinity, nan, nan, Math.fround(Math.sqrt(200))],
      square: [infinity, infinity, nan, 40000, 40000],
      negate: [infinity, -infinity, nan, 200, -200],
      reciprocal: [-0, 0, nan, Math.fround(-1 / 200), Math.fround(1 / 200)],
      abs: [infinity, infinity, nan, 200, 200],
    };
    for (const op of Object.keys(unaryRules) as UnaryOp[]) {
      assert.deepEqual([...apply(variant, op, x)], expected[op], op);
    }
  });

  test(`${variant.name} tanh keeps the sign of zero and never leaves [−1, 1]`, () => {
    assert.deepEqual([...apply(variant, "tanh", Float32Array.of(0, -0))], [0, -0]);
    const y = apply(variant, "tanh", sweep(30));
    assert.ok(y.every((value) => Math.abs(value) <= 1));
  });
}

test("erfc agrees with 40-digit arithmetic to 15 digits", () => {
  const table: readonly [number, number][] = [
    [0, 1],
    [0.1, 0.887537083981715],
    [0.5, 0.4795001221869535],
    [1, 0.15729920705028513],
    [1.5, 0.033894853524689274],
    [2, 0.004677734981047266],
    [3, 2.209049699858544e-5],
    [5, 1.537459794428035e-12],
    [10, 2.088487583762545e-45],
    [-1, 1.8427007929497148],
    [-3, 1.9999779095030015],
  ];
  for (const [x, expected] of table)
    assertNumberClose(erfc(x), expected, { relative: 2e-15, absolute: 0 }, `erfc(${x})`);
  assert.deepEqual([erfc(infinity), erfc(-infinity), erfc(nan)], [0, 2, nan]);
});
