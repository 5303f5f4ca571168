// Every kernel but the matrix product against the reference, on lengths that leave every possible rest.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { BinaryOp, FloatBuffer, IntBuffer, Kernels, UnaryOp } from "../../../src/engine/kernels/kernels.ts";
import { binaryRules, unaryRules } from "../../../src/engine/kernels/reference/functions.ts";
import { assertClose, assertNumberClose, type Both, Pair, type Tolerance, variants } from "./variants.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const lengths = [0, 1, 2, 3, 4, 5, 7, 8, 63, 130, 1001];
/** Rows, columns. */
const shapes = [
  [0, 4],
  [3, 0],
  [1, 1],
  [2, 3],
  [5, 17],
  [16, 32],
  [9, 65],
] as const;
const rounding: Tolerance = { relative: 5e-7, absolute: 1e-6 };
/** Sums in float64 of float32 numbers: the inputs are the same, so only the order differs. */
const exactSum: Tolerance = { relative: 1e-12, absolute: 1e-12 };

/** Runs one kernel on both sets; `pick` chooses the buffers of a set. */
type Run = (kernels: Kernels, pick: (both: Both) => FloatBuffer, pickInts: (both: Ints) => IntBuffer) => void;
type Ints = ReturnType<Pair["ints"]>;

function both(pair: Pair, run: Run): void {
  run(
    pair.wasm,
    (buffers) => buffers.w,
    (buffers) => buffers.w,
  );
  run(
    pair.reference,
    (buffers) => buffers.r,
    (buffers) => buffers.r,
  );
}

for (const variant of variants) {
  const pair = () => new Pair(variant.create());
  const name = (text: string) => `${variant.name} ${text}`;

  for (const op of Object.keys(unaryRules) as UnaryOp[]) {
    test(name(`${op} and its derivative agree with the reference`), () => {
      const p = pair();
      for (const n of lengths) {
        const x = p.normal(n + 3);
        const [y, dy, dx] = [p.normal(n + 3), p.normal(n + 3), p.normal(n + 3)];
        both(p, (kernels, $) => {
          // what has no logarithm and no root has none in both
          kernels.unary(op, n, $(x), $(y));
          kernels.unaryBackward(op, n, $(x), $(y), $(dy), $(dx));
        });
        assertClose(y, { relative: 2e-6, absolute: 1e-7 }, `y, n=${n}`);
        assertClose(dx, { relative: 4e-6, absolute: 2e-6 }, `dx, n=${n}`);
      }
    });
  }

  test(name("derivatives at kinks, zeros and NaN are PyTorch's"), () => {
    const p = pair();
    const x = [-0, 0, nan, 1, -1, -1];
    const dy = [infinity, infinity, 1, -2, infinity, 3];
    const expected: Partial<Record<UnaryOp, number[]>> = {
      relu: [0, 0, 1, -2, 0, 0],
      abs: [0, 0, nan, -2, -infinity, -3],
      sigmoid: [infinity, infinity, nan, -2 * 0.19661193, infinity, 3 * 0.19661193],
    };
    for (const op of Object.keys(expected) as UnaryOp[]) {
      const buffers = [x, x.map(unaryRules[op].f), dy, x.map(() => 0)].map((values) => p.floats(values));
      both(p, (kernels, $) => {
        const [a, b, c, d] = buffers.map($);
        kernels.unaryBackward(op, 6, a, b, c, d);
      });
      assertClose(buffers[3], { relative: 1e-6, absolute: 0 }, `${op}, wasm against reference`);
      for (let i = 0; i < 6; i++) {
        assertNumberClose(
          buffers[3].r.array[i],
          expected[op]?.[i] ?? nan,
          { relative: 1e-6, absolute: 0 },
          `${op}'(${x[i]})`,
        );
      }
    }
  });

  test(name("element-wise arithmetic agrees with the reference, in place too"), () => {
    const p = pair();
    for (const n of lengths) {
      const x = p.normal(n + 2);
      const y = p.normal(n + 2);
      for (const op of Object.keys(binaryRules) as BinaryOp[]) {
        const out = p.normal(n + 2);
        both(p, (kernels, $) => kernels.binary(op, n, $(x), $(y), $(out)));
        assertClose(out, rounding, `${op}, n=${n}`);
      }
      both(p, (kernels, $) => {
        kernels.binary("mul", n, $(x), $(y), $(x));
        kernels.axpy(n, -0.3, $(x), $(y));
        kernels.multiplyAdd(n, $(x), $(x), $(y));
        kernels.scale(n, 1.7, $(y), $(y));
      });
      assertClose(x, rounding, `x, n=${n}`);
      assertClose(y, rounding, `y, n=${n}`);
      both(p, (kernels, $) => {
        kernels.copy(n, $(x), $(y));
        kernels.fill(n, $(x), 2.5);
      });
      assertClose(x, rounding, `filled, n=${n}`);
      assertClose(y, rounding, `copied, n=${n}`);
    }
  });

  test(name("kernels write through sub-buffers and nothing beside them"), () => {
    const p = pair();
    for (const n of lengths) {
      const x = p.normal(n + 9);
      both(p, (kernels, $) => {
        const inner = $(x).sub(5, n);
        kernels.fill(n, inner, 3);
        kernels.unary("tanh", n, inner, inner);
        kernels.axpy(n, 2, inner, inner);
      });
      assertClose(x, rounding, `n=${n}`);
    }
  });

  test(name("bias rows and column sums agree with the reference for any leading dimension"), () => {
    const p = pair();
    for (const [m, n] of shapes) {
      for (const ld of [n, n + 5]) {
        const bias = p.normal(n);
        const c = p.normal(m * ld);
        const out = p.normal(n);
        both(p, (kernels, $) => {
          kernels.addRow(m, n, $(bias), $(c), ld);
          kernels.sumRows(m, n, $(c), ld, $(out));
        });
        assertClose(c, rounding, `c, ${m}×${n}, ld=${ld}`);
        assertClose(out, { relative: 1e-6, absolute: 5e-6 }, `out, ${m}×${n}, ld=${ld}`);
      }
    }
  });

  test(name("rows are gathered and added back, repeated ones too"), () => {
    const p = pair();
    for (const width of [1, 3, 4, 32, 33]) {
      const indices = p.ints([4, 0, 4, 4, 1]);
      const weight = p.normal(5 * width);
      const out = p.normal(5 * width);
      both(p, (kernels, $, ints) => {
        kernels.gatherRows(5, width, ints(indices), $(weight), $(out));
        kernels.scatterAddRows(5, width, ints(indices), $(out), $(weight));
      });
      assertClose(out, { relative: 0, absolute: 0 }, `gathered, width ${width}`);
      assertClose(weight, rounding, `added, width ${width}`);
    }
  });

  test(name("the activation of a timestep and its derivative agree with the reference"), () => {
    const p = pair();
    for (const op of ["tanh", "relu"] as const) {
      for (const [m, n] of shapes) {
        const [ldh, lddh, lddz] = [n + 7, n + 1, n];
        const [h, dh, dz] = [p.normal(m * ldh), p.normal(m * lddh), p.normal(m * lddz)];
        both(p, (kernels, $) => {
          kernels.activateRows(op, m, n, $(h), ldh);
          kernels.activateRowsBackward(op, m, n, $(h), ldh, $(dh), lddh, $(dz), lddz);
        });
        assertClose(h, { relative: 3e-7, absolute: 0 }, `${op}, ${m}×${n}`);
        assertClose(dz, rounding, `${op}', ${m}×${n}`);
      }
    }
  });

  test(name("softmax and cross-entropy agree with the reference, forward and backward"), () => {
    const p = pair();
    for (const [m, n] of shapes.filter(([, columns]) => columns > 0)) {
      const targets = p.ints(Array.from({ length: m }, () => p.random.integer(n)));
      const x = p.normal(m * n);
      both(p, (kernels, $) => kernels.scale(m * n, 8, $(x), $(x)));
      const [probabilities, dp, dx] = [p.normal(m * n), p.normal(m * n), p.normal(m * n)];
      both(p, (kernels, $) => {
        kernels.softmaxRows(m, n, $(x), $(probabilities));
        kernels.softmaxRowsBackward(m, n, $(probabilities), $(dp), $(dx));
      });
      assertClose(probabilities, { relative: 5e-6, absolute: 0 }, `p, ${m}×${n}`);
      assertClose(dx, { relative: 1e-6, absolute: 3e-6 }, `dx of softmax, ${m}×${n}`);
      const losses: number[] = [];
      both(p, (kernels, $, ints) => {
        losses.push(kernels.crossEntropy(m, n, $(x), ints(targets), $(probabilities)));
        kernels.crossEntropyBackward(m, n, $(probabilities), ints(targets), 0.25, $(dx));
      });
      assertNumberClose(losses[0], losses[1], { relative: 1e-6, absolute: 1e-6 }, `loss, ${m}×${n}`);
      assertClose(dx, { relative: 1e-6, absolute: 3e-6 }, `dx of cross-entropy, ${m}×${n}`);
    }
  });

  test(name("cross-entropy does not overflow, and a NaN row does not touch its neighbours"), () => {
    const p = pair();
    const x = p.floats([1000, -1000, 0, 0, nan, 1, 1, 2, 3, infinity, 0, 0]);
    const probabilities = p.normal(12);
    const targets = p.ints([1, 0, 2, 1]);
    const losses: number[] = [];
    both(p, (kernels, $, ints) => {
      losses.push(kernels.crossEntropy(1, 3, $(x), ints(targets), $(probabilities)));
      losses.push(kernels.crossEntropy(4, 3, $(x), ints(targets), $(probabilities)));
    });
    // −log p = log(e^0 + e^−2000 + e^−1000) − (−2000)
    assert.deepEqual(losses, [2000, nan, 2000, nan]);
    assertClose(probabilities, { relative: 3e-7, absolute: 0 }, "p");
    assert.deepEqual([...probabilities.w.array].map(Number.isNaN), [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1].map(Boolean));
  });

  test(name("sums are accumulated in float64"), () => {
    const p = pair();
    for (const n of [...lengths, 100_003]) {
      const [x, y] = [p.normal(n), p.normal(n)];
      const results: number[] = [];
      both(p, (kernels, $) => {
        results.push(kernels.sum(n, $(x)), kernels.sumSquares(n, $(x)));
        results.push(kernels.sumSquaredDifference(n, $(x), $(y)), kernels.squaredError(n, $(x), $(y)));
      });
      for (let i = 0; i < 4; i++) assertNumberClose(results[i], results[i + 4], exactSum, `sum ${i}, n=${n}`);
    }
    // 10⁷ times 0.1 in float32 would be off by thousands
    const tenth = p.wasm.memory.floats(1e7, false);
    p.wasm.fill(1e7, tenth, 0.1);
    assertNumberClose(p.wasm.sum(1e7, tenth), 1e7 * Math.fround(0.1), exactSum, "sum of tenths");
  });

  test(name("moments leave out and count what is not finite"), () => {
    const p = pair();
    const check = (values: readonly number[], where: string) => {
      const x = p.floats(values);
      const w = p.wasm.moments(values.length, x.w);
      const r = p.reference.moments(values.length, x.r);
      for (const key of ["sum", "sumSquares", "min", "max", "zeros", "nonFinite"] as const) {
        assertNumberClose(w[key], r[key], exactSum, `${where}, ${key}`);
      }
      return w;
    };
    for (const n of lengths) check([...p.normal(n).r.array], `n=${n}`);
    assert.deepEqual(check([3, nan, -0, infinity, 0, -1, -infinity], "mixed"), {
      sum: 2,
      sumSquares: 10,
      min: -1,
      max: 3,
      zeros: 2,
      nonFinite: 3,
    });
    assert.deepEqual(check([5, 6, 7, 8, 9], "no zero beyond the end").zeros, 0);
    assert.deepEqual(check([nan, nan], "nothing finite"), {
      sum: 0,
      sumSquares: 0,
      min: nan,
      max: nan,
      zeros: 0,
      nonFinite: 2,
    });
  });

  test(name("SGD agrees with the reference in every mode over ten steps"), () => {
    const p = pair();
    for (const [momentum, dampening, nesterov, weightDecay] of [
      [0, 0, false, 0],
      [0, 0, false, 0.1],
      [0.9, 0, false, 0],
      [0.9, 0.5, false, 0.01],
      [0.8, 0, true, 0.01],
    ] as const) {
      const n = 37;
      const [w, velocity] = [p.normal(n), p.floats(new Float32Array(n).fill(nan))];
      for (let t = 1; t <= 10; t++) {
        const g = p.normal(n);
        const options = { learningRate: 0.05, momentum, dampening, nesterov, weightDecay, first: t === 1 };
        both(p, (kernels, $) => kernels.sgd(n, $(w), $(g), momentum === 0 ? null : $(velocity), options));
      }
      assertClose(w, { relative: 5e-6, absolute: 2e-6 }, `w, momentum ${momentum}, nesterov ${nesterov}`);
      assertClose(velocity, { relative: 5e-6, absolute: 2e-6 }, `velocity, momentum ${momentum}`);
    }
  });

  test(name("Adam agrees with the reference over ten steps"), () => {
    const p = pair();
    for (const n of [1, 6, 40]) {
      for (const weightDecay of [0, 0.1]) {
        const w = p.normal(n);
        const [m, v] = [p.floats(new Float32Array(n)), p.floats(new Float32Array(n))];
        for (let t = 1; t <= 10; t++) {
          const g = p.normal(n);
          const rates = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
          const options = { ...rates, weightDecay, decoupled: false, t };
          both(p, (kernels, $) => kernels.adam(n, $(w), $(g), $(m), $(v), null, options));
        }
        assertClose(w, { relative: 2e-6, absolute: 1e-6 }, `w, n=${n}, weight decay ${weightDecay}`);
        assertClose(m, { relative: 2e-6, absolute: 1e-6 }, `m, n=${n}`);
        assertClose(v, { relative: 2e-6, absolute: 1e-6 }, `v, n=${n}`);
      }
    }
  });
}
