// The kernels of convolution, pooling and batch normalisation against the reference, for windows of every kind.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { FloatBuffer, Kernels } from "../../../src/engine/kernels/kernels.ts";
import type { Sliding } from "../../../src/engine/kernels/layers/imageKernels.ts";
import { assertClose, type Both, Pair, type Tolerance, variants } from "./variants.ts";

const same: Tolerance = { relative: 0, absolute: 0 };
const { NaN: nan, NEGATIVE_INFINITY: lowest } = Number;

/** Windows on planes of this size, with the number of places that follows. */
function windows(
  [channels, height, width]: readonly [number, number, number],
  kernel: readonly [number, number],
  stride: readonly [number, number],
  padding: readonly [number, number],
  dilation: readonly [number, number],
): Sliding {
  const places = (size: number, axis: 0 | 1) =>
    Math.floor((size + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis]) + 1;
  const [rows, columns] = [places(height, 0), places(width, 1)];
  return { channels, height, width, rows, columns, kernel, stride, padding, dilation };
}

const sliding: readonly Sliding[] = [
  windows([2, 5, 7], [3, 3], [1, 1], [0, 0], [1, 1]),
  windows([1, 9, 18], [2, 3], [1, 1], [1, 2], [1, 1]),
  windows([3, 6, 11], [2, 2], [2, 3], [1, 1], [1, 2]),
  windows([2, 8, 9], [3, 2], [3, 2], [1, 0], [2, 3]),
  windows([1, 1, 13], [1, 5], [1, 2], [0, 2], [1, 1]),
  windows([2, 1, 1], [1, 1], [1, 1], [0, 0], [1, 1]),
  // places at which no element of the window lies within the plane
  windows([1, 1, 1], [2, 2], [1, 1], [3, 3], [1, 1]),
  windows([1, 2, 2], [2, 2], [5, 5], [4, 4], [1, 1]),
  windows([0, 4, 4], [2, 2], [1, 1], [0, 0], [1, 1]),
];

/** Samples, channels, numbers side by side. */
const layouts = [
  [5, 7, 1],
  [4, 3, 2],
  [3, 2, 3],
  [2, 3, 4],
  [3, 5, 49],
  [1, 1, 130],
  [0, 3, 4],
] as const;

function both(pair: Pair, run: (kernels: Kernels, pick: (both: Both) => FloatBuffer) => void): void {
  run(pair.wasm, (buffers) => buffers.w);
  run(pair.reference, (buffers) => buffers.r);
}

for (const variant of variants) {
  const name = (text: string) => `${variant.name} ${text}`;

  test(name("windows unroll into columns and roll up again as in the reference"), () => {
    for (const w of sliding) {
      const pair = new Pair(variant.create());
      const inputs = w.channels * w.height * w.width;
      const unrolled = w.channels * w.kernel[0] * w.kernel[1] * w.rows * w.columns;
      const [x, X, dx] = [pair.normal(inputs), pair.normal(unrolled), pair.normal(inputs)];
      both(pair, ({ layers: { images } }, $) => {
        images.unroll(w, $(x), $(X));
        images.rollUp(w, $(X), $(dx));
      });
      assertClose(X, same, `X, ${JSON.stringify(w)}`);
      assertClose(dx, { relative: 1e-6, absolute: 1e-6 }, `dx, ${JSON.stringify(w)}`);
    }
  });

  test(name("maxima of windows and their places are the reference's, ties, NaN and −∞ too"), () => {
    const pooling = sliding.filter(({ kernel, padding }) => padding.every((p, axis) => 2 * p <= kernel[axis]));
    assert.ok(pooling.length > 4);
    for (const w of pooling) {
      const pair = new Pair(variant.create());
      const inputs = w.channels * w.height * w.width;
      const outputs = w.channels * w.rows * w.columns;
      const values = [0, 1, 1, 2, nan, lowest];
      for (const x of [
        pair.normal(inputs),
        pair.floats(Float32Array.from({ length: inputs }, () => values[pair.random.integer(values.length)])),
        pair.floats(new Float32Array(inputs).fill(lowest)),
      ]) {
        const [y, places] = [pair.normal(outputs), pair.ints(new Array(outputs).fill(7))];
        pair.wasm.layers.images.maxPool(w, x.w, y.w, places.w);
        pair.reference.layers.images.maxPool(w, x.r, y.r, places.r);
        assertClose(y, same, `y, ${JSON.stringify(w)}`);
        assert.deepEqual([...places.w.array], [...places.r.array], `places, ${JSON.stringify(w)}`);
      }
    }
  });

  test(name("channels are normalised over the batch as in the reference, forward and backward"), () => {
    for (const [samples, channels, inner] of layouts) {
      for (const affine of [true, false]) {
        const pair = new Pair(variant.create());
        const n = samples * channels * inner;
        const [x, y, dy, dx] = [0, 0, 0, 0].map(() => pair.normal(n));
        const [weight, bias] = [pair.normal(channels), pair.normal(channels)];
        const [moments, sums] = [0, 0].map(() => pair.floats(new Float32Array(2 * channels)));
        const statistics = pair.floats(
          Float32Array.from({ length: 2 * channels }, (_, i) => (i < channels ? pair.random.normal() : 1.5)),
        );
        for (const fixed of [true, false]) {
          both(pair, ({ layers: { images } }, $) => {
            const norm = { samples, channels, inner, x: $(x), weight: affine ? $(weight) : null };
            const whole = { ...norm, statistics: $(statistics) };
            $(sums).array.fill(0);
            $(moments).array.fill(0);
            if (n > 0) images.channelMoments(samples, channels, inner, $(x), $(moments));
            images.normChannels(whole, affine ? $(bias) : null, $(y));
            images.normChannelSums(whole, $(dy), $(sums));
            images.normChannelsBackward(whole, fixed ? null : $(sums), $(dy), $(dx));
          });
          const where = `${samples}×${channels}×${inner}, affine ${affine}, fixed ${fixed}`;
          assertClose(moments, { relative: 2e-6, absolute: 1e-6 }, `moments, ${where}`);
          assertClose(y, { relative: 2e-6, absolute: 2e-6 }, `y, ${where}`);
          assertClose(sums, { relative: 5e-6, absolute: 2e-5 }, `sums, ${where}`);
          assertClose(dx, { relative: 5e-6, absolute: 1e-5 }, `dx, ${where}`);
        }
      }
    }
  });

  test(name("a NaN stays in its channel"), () => {
    const pair = new Pair(variant.create());
    const x = pair.floats([1, 2, nan, 4, 5, 6, 7, 8]);
    const moments = pair.floats(new Float32Array(4));
    both(pair, ({ layers }, $) => layers.images.channelMoments(2, 2, 2, $(x), $(moments)));
    assertClose(moments, { relative: 1e-7, absolute: 0 }, "moments");
    // channel 0 has 1 2 5 6: mean 3.5, variance (6.25 + 2.25 + 2.25 + 6.25) / 4
    assert.deepEqual([...moments.w.array], [3.5, nan, 4.25, nan]);
  });
}
