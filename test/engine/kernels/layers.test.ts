// The kernels of layers against the reference, on lengths that leave every possible rest, and at infinities and NaN.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { FloatBuffer, Kernels } from "../../../src/engine/kernels/kernels.ts";
import { activationRules } from "../../../src/engine/kernels/layers/activations.ts";
import type { ActivationOp } from "../../../src/engine/kernels/layers/layerKernels.ts";
import { Random } from "../../../src/engine/random.ts";
import { assertClose, assertNumberClose, type Both, Pair, variants } from "./variants.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const lengths = [0, 1, 2, 3, 4, 5, 7, 8, 63, 130, 1001];
/** Rows, columns. */
const shapes = [
  [0, 4],
  [3, 1],
  [2, 3],
  [4, 4],
  [5, 17],
  [3, 130],
  [9, 66],
] as const;
const parameters: { readonly [Op in ActivationOp]: readonly (readonly [number, number])[] } = {
  leakyRelu: [
    [0.01, 0],
    [-0.5, 0],
  ],
  elu: [
    [1, 1],
    [1.6732632, 1.0507009],
  ],
  silu: [[0, 0]],
  softplus: [
    [1, 20],
    [3, 2],
  ],
};
const operations = Object.keys(activationRules) as ActivationOp[];

function both(pair: Pair, run: (kernels: Kernels, pick: (both: Both) => FloatBuffer) => void): void {
  run(pair.wasm, (buffers) => buffers.w);
  run(pair.reference, (buffers) => buffers.r);
}

for (const variant of variants) {
  const name = (text: string) => `${variant.name} ${text}`;

  for (const op of operations) {
    test(name(`${op} and its derivative agree with the reference, in place too`), () => {
      const pair = new Pair(variant.create());
      for (const [p, q] of parameters[op]) {
        for (const n of lengths) {
          const x = pair.normal(n + 3);
          const [y, dy, dx] = [pair.normal(n + 3), pair.normal(n + 3), pair.normal(n + 3)];
          both(pair, ({ layers }, $) => {
            layers.activation(op, p, q, n, $(x), $(y));
            layers.activationBackward(op, p, q, n, $(x), $(y), $(dy), $(dx));
            layers.activation(op, p, q, n, $(x), $(x));
          });
          assertClose(y, { relative: 1e-6, absolute: 1e-7 }, `y, n=${n}`);
          assertClose(dx, { relative: 2e-6, absolute: 1e-6 }, `dx, n=${n}`);
          assertClose(x, { relative: 1e-6, absolute: 1e-7 }, `in place, n=${n}`);
        }
      }
    });
  }

  test(name("ELU keeps the digits of small values"), () => {
    const pair = new Pair(variant.create());
    const x = pair.floats([-1e-7, -3e-5, -1e-3, -0.1, -30, -infinity]);
    both(pair, ({ layers }, $) => layers.activation("elu", 1, 1, 6, $(x), $(x)));
    assertClose(x, { relative: 3e-7, absolute: 0 }, "elu");
  });

  test(name("activations saturate at infinities, are continuous at 0, and pass NaN on"), () => {
    const values = [-infinity, infinity, nan, 0, -0, -200, 200];
    const expected: { readonly [Op in ActivationOp]: readonly number[] } = {
      leakyRelu: [-infinity, infinity, nan, 0, -0, -100, 200],
      elu: [-1, infinity, nan, 0, -0, -1, 200],
      // −∞ · 0, as in PyTorch; and the last of the left tail, −200 e^−200, is 0 in float32
      silu: [nan, infinity, nan, 0, -0, -0, 200],
      softplus: [0, infinity, nan, Math.fround(Math.LN2), Math.fround(Math.LN2), 0, 200],
    };
    for (const op of operations) {
      const pair = new Pair(variant.create());
      const x = pair.floats(values);
      const [p, q] = op === "softplus" ? [1, 20] : op === "leakyRelu" ? [0.5, 0] : [1, 1];
      pair.wasm.layers.activation(op, p, q, values.length, x.w, x.w);
      x.w.array.forEach((v, i) => {
        assertNumberClose(v, expected[op][i], { relative: 0, absolute: 0 }, `${op}(${values[i]})`);
      });
    }
  });

  test(name("slopes at kinks are PyTorch's"), () => {
    const pair = new Pair(variant.create());
    for (const [op, p, q, at0] of [
      ["leakyRelu", 0.3, 0, 0.3],
      ["elu", 0.7, 1, 0.7],
    ] as const) {
      const [x, y, dy, dx] = [
        [0, -0],
        [0, -0],
        [1, 1],
        [0, 0],
      ].map((values) => pair.floats(values));
      both(pair, ({ layers }, $) => layers.activationBackward(op, p, q, 2, $(x), $(y), $(dy), $(dx)));
      for (const buffer of [dx.w, dx.r])
        assert.deepEqual([...buffer.array].map(Math.fround), [at0, at0].map(Math.fround));
    }
  });

  test(name("dropout draws the reference's mask and leaves the generator in the same state"), () => {
    for (const p of [0, 0.1, 0.5, 0.999]) {
      const pair = new Pair(variant.create());
      for (const n of lengths) {
        const mask = pair.normal(n);
        const randoms = [new Random(n), new Random(n)];
        pair.wasm.layers.dropoutMask(n, p, randoms[0], mask.w);
        pair.reference.layers.dropoutMask(n, p, randoms[1], mask.r);
        assertClose(mask, { relative: 1e-7, absolute: 0 }, `p=${p}, n=${n}`);
        assert.deepEqual(randoms[0].getState(), randoms[1].getState());
      }
    }
  });

  test(name("layer norm and RMS norm agree with the reference, with and without weight and bias"), () => {
    for (const centred of [true, false]) {
      for (const affine of [true, false]) {
        for (const [m, n] of shapes) {
          const pair = new Pair(variant.create());
          const x = pair.normal(m * n + 1);
          const [weight, bias] = [pair.normal(n), pair.normal(n)];
          const [y, dy, dx, dWeight] = [m * n + 1, m * n + 1, m * n + 1, n + 1].map((length) => pair.normal(length));
          const statistics = pair.normal(2 * m);
          both(pair, ({ layers }, $) => {
            const norm = { centred, m, n, x: $(x), weight: affine ? $(weight) : null, statistics: $(statistics) };
            // a large ε where a row has one element: x̂ = 0/√ε in both, not a quotient of rounding errors
            layers.normRows(norm, n === 1 ? 1 : 1e-5, affine ? $(bias) : null, $(y));
            layers.normRowsBackward(norm, $(dy), $(dx));
            layers.normWeightBackward(norm, $(dy), $(dWeight));
          });
          const where = `centred ${centred}, affine ${affine}, ${m}×${n}`;
          assertClose(y, { relative: 5e-6, absolute: 5e-6 }, `y, ${where}`);
          assertClose(dx, { relative: 1e-5, absolute: 2e-5 }, `dx, ${where}`);
          assertClose(dWeight, { relative: 1e-5, absolute: 2e-5 }, `dWeight, ${where}`);
        }
      }
    }
  });

  test(name("layer norm survives a large mean, and a NaN or infinite row does not touch its neighbours"), () => {
    const pair = new Pair(variant.create());
    const n = 7;
    const rows = [
      Array.from({ length: n }, (_, i) => 4096 + i),
      [1, 2, nan, 4, 5, 6, 7],
      [1, 2, 3, 4, 5, 6, infinity],
      [3, 1, 4, 1, 5, 9, 2],
    ];
    const [x, y, statistics] = [pair.floats(rows.flat()), pair.normal(4 * n), pair.normal(8)];
    both(pair, ({ layers }, $) => {
      const norm = { centred: true, m: 4, n, x: $(x), weight: null, statistics: $(statistics) };
      layers.normRows(norm, 1e-5, null, $(y));
    });
    assertClose(y, { relative: 1e-5, absolute: 1e-6 }, "y");
    // (0 … 6 less 3) / √4
    assert.ok(Math.abs(y.w.array[0] - -1.5) < 1e-5);
    assert.deepEqual(
      [0, 1, 2, 3].map((i) => Number.isNaN(y.w.array[i * n])),
      [false, true, true, false],
    );
  });

  test(name("log-softmax agrees with the reference, forward and backward"), () => {
    const pair = new Pair(variant.create());
    for (const [m, n] of shapes) {
      const x = pair.normal(m * n);
      both(pair, (kernels, $) => kernels.scale(m * n, 8, $(x), $(x)));
      const [y, dy, dx] = [pair.normal(m * n), pair.normal(m * n), pair.normal(m * n)];
      both(pair, ({ layers }, $) => {
        layers.logSoftmaxRows(m, n, $(x), $(y));
        layers.logSoftmaxRowsBackward(m, n, $(y), $(dy), $(dx));
      });
      assertClose(y, { relative: 1e-6, absolute: 2e-6 }, `y, ${m}×${n}`);
      assertClose(dx, { relative: 2e-6, absolute: 1e-5 }, `dx, ${m}×${n}`);
    }
  });

  test(name("log-softmax is finite where softmax is 0, and keeps NaN within its row"), () => {
    const pair = new Pair(variant.create());
    const x = pair.floats([1000, -1000, 0, nan, 1, 2, -infinity, 0, 0, infinity, 0, 0]);
    const y = pair.normal(12);
    both(pair, ({ layers }, $) => layers.logSoftmaxRows(4, 3, $(x), $(y)));
    assertClose(y, { relative: 3e-7, absolute: 0 }, "y");
    assert.deepEqual([...y.w.array.subarray(0, 7)], [0, -2000, -1000, nan, nan, nan, -infinity]);
  });

  test(name("masked softmax agrees with the reference for every mask"), () => {
    const pair = new Pair(variant.create());
    for (const [m, n] of shapes) {
      for (const causal of [false, true]) {
        for (const rowStep of [null, 0, n]) {
          // −∞ hides; the first key stays visible
          const hidden = (i: number) => (i % n !== 0 && pair.random.uniform() < 0.3 ? -infinity : pair.random.normal());
          const mask = rowStep === null ? null : pair.floats(Array.from({ length: m * n + n }, (_, i) => hidden(i)));
          const [x, p, dp, dx] = [m * n, m * n, m * n, m * n].map((length) => pair.normal(length));
          both(pair, ({ layers }, $) => {
            layers.maskedSoftmaxRows(m, n, 0.7, $(x), mask && $(mask), rowStep ?? 0, causal, $(p));
            layers.maskedSoftmaxRowsBackward(m, n, 0.7, $(p), $(dp), $(dx));
          });
          const where = `${m}×${n}, causal ${causal}, mask step ${rowStep}`;
          assertClose(p, { relative: 5e-6, absolute: 0 }, `p, ${where}`);
          assertClose(dx, { relative: 1e-6, absolute: 3e-6 }, `dx, ${where}`);
        }
      }
    }
  });

  test(name("a row of masked softmax that sees nothing is NaN, and its neighbours are not"), () => {
    const pair = new Pair(variant.create());
    const [x, mask, p] = [
      pair.normal(10),
      pair.floats([...Array(5).fill(-infinity), ...Array(5).fill(0)]),
      pair.normal(10),
    ];
    both(pair, ({ layers }, $) => layers.maskedSoftmaxRows(2, 5, 1, $(x), $(mask), 5, false, $(p)));
    for (const { array } of [p.w, p.r]) {
      assert.deepEqual([...array].map(Number.isNaN), [...Array(5).fill(true), ...Array(5).fill(false)]);
    }
  });
}
