// The kernels of losses and optimizers against the reference, on lengths that leave every possible rest.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FloatBuffer, Kernels } from "../../../src/engine/kernels/kernels.ts";
import { assertClose, type Both, Pair, type Tolerance, variants } from "./variants.ts";

const lengths = [0, 1, 2, 3, 4, 5, 7, 63, 130];
const rounding: Tolerance = { relative: 2e-6, absolute: 1e-6 };

function both(pair: Pair, run: (kernels: Kernels, pick: (both: Both) => FloatBuffer) => void): void {
  run(pair.wasm, (buffers) => buffers.w);
  run(pair.reference, (buffers) => buffers.r);
}

/** An optimizer's step t on the buffers w, g and three of state. */
type Step = (
  kernels: Kernels,
  n: number,
  w: FloatBuffer,
  g: FloatBuffer,
  state: readonly FloatBuffer[],
  t: number,
) => void;

const rates = { learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1 };
const rms = { learningRate: 0.01, alpha: 0.9, epsilon: 1e-3, momentum: 0.8, weightDecay: 0.1 };
const optimizers: Readonly<Record<string, Step>> = {
  AdamW: (k, n, w, g, [m, v], t) => k.adam(n, w, g, m, v, null, { ...rates, decoupled: true, t }),
  AMSGrad: (k, n, w, g, [m, v, largest], t) => k.adam(n, w, g, m, v, largest, { ...rates, decoupled: false, t }),
  RMSprop: (k, n, w, g, [v]) => k.rmsprop(n, w, g, v, null, null, rms),
  "RMSprop with momentum": (k, n, w, g, [v, b]) => k.rmsprop(n, w, g, v, null, b, rms),
  "centered RMSprop": (k, n, w, g, [v, mean, b]) => k.rmsprop(n, w, g, v, mean, b, rms),
  Adagrad: (k, n, w, g, [sum]) => k.adagrad(n, w, g, sum, { learningRate: 0.1, epsilon: 1e-10, weightDecay: 0.1 }),
};

for (const variant of variants) {
  const pair = () => new Pair(variant.create());
  const name = (text: string) => `${variant.name} ${text}`;

  for (const [optimizer, step] of Object.entries(optimizers)) {
    test(name(`${optimizer} agrees with the reference over ten steps and touches nothing beyond the end`), () => {
      const p = pair();
      for (const n of lengths) {
        const w = p.normal(n + 3);
        const state = [0, 1, 2].map(() => p.floats(new Float32Array(n + 3)));
        for (let t = 1; t <= 10; t++) {
          const g = p.normal(n + 3);
          both(p, (k, $) => step(k, n, $(w), $(g), state.map($), t));
        }
        assertClose(w, { relative: 1e-5, absolute: 5e-6 }, `w, n=${n}`);
        for (const s of state) assertClose(s, { relative: 1e-5, absolute: 5e-6 }, `state, n=${n}`);
        for (const s of state) assert.deepEqual([...s.w.array.subarray(n)], [0, 0, 0]);
      }
    });
  }

  test(name("binary cross-entropy and its gradients agree with the reference, far from 0 too"), () => {
    const p = pair();
    for (const n of lengths) {
      const x = p.floats(Float32Array.from({ length: n + 3 }, () => 30 * p.random.normal()));
      const y = p.floats(Float32Array.from({ length: n + 3 }, () => p.random.uniform()));
      const weight = p.floats(Float32Array.from({ length: n + 3 }, () => p.random.uniform(0, 3)));
      for (const w of [weight, null]) {
        const [out, d, dx, dy] = [p.normal(n + 3), p.normal(n + 3), p.normal(n + 3), p.normal(n + 3)];
        both(p, (k, $) => {
          k.binaryCrossEntropy(n, $(x), $(y), w && $(w), $(out));
          k.binaryCrossEntropyBackward(n, $(x), $(y), w && $(w), $(d), $(dx), $(dy));
          k.binaryCrossEntropyBackward(n, $(x), $(y), w && $(w), $(d), null, null);
        });
        for (const [buffer, what] of [
          [out, "loss"],
          [dx, "dx"],
          [dy, "dy"],
        ] as const)
          assertClose(buffer, { relative: 2e-6, absolute: 1e-5 }, `${what}, n=${n}`);
      }
    }
  });

  test(name("binary cross-entropy keeps the digits of small losses, and NaN stays"), () => {
    const p = pair();
    const x = p.floats([12, -12, 40, -40, Number.NaN]);
    const [y, out] = [p.floats([1, 0, 1, 0, 1]), p.floats(new Float32Array(5))];
    both(p, (k, $) => k.binaryCrossEntropy(5, $(x), $(y), null, $(out)));
    assertClose(out, { relative: 1e-6, absolute: 0 }, "loss");
  });

  test(name("softmax with its parts agrees with the reference"), () => {
    const p = pair();
    for (const [m, n] of [
      [0, 4],
      [1, 1],
      [3, 5],
      [4, 64],
      [2, 131],
    ]) {
      const x = p.floats(Float32Array.from({ length: m * n }, () => 20 * p.random.normal()));
      const [soft, max, logSum] = [p.normal(m * n), p.normal(m), p.normal(m)];
      both(p, (k, $) => k.softmaxRowsParts(m, n, $(x), $(soft), $(max), $(logSum)));
      assertClose(soft, rounding, "p");
      assertClose(max, { relative: 0, absolute: 0 }, "max");
      assertClose(logSum, rounding, "log of the sum");
    }
  });

  test(name("clip limits both ways, keeps NaN and leaves what is beyond the end"), () => {
    const p = pair();
    const values = [3, -3, 0.5, -0.25, Number.NaN, Number.POSITIVE_INFINITY, 9];
    const x = p.floats(values);
    both(p, (k, $) => k.clip(6, 2, $(x), $(x)));
    assert.deepEqual([...x.w.array], [2, -2, 0.5, -0.25, Number.NaN, 2, 9]);
    assert.deepEqual([...x.r.array], [2, -2, 0.5, -0.25, Number.NaN, 2, 9]);
  });
}
