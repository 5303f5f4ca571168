// Kernels for layers over images: windows into columns and back, maxima of windows, channels normalised over a batch.
// The interface, readable in float64, and bound to wasm. Knows nothing of gradients.

import type { FloatArray, FloatBuffer, IntBuffer } from "../kernels.ts";

/** Windows that slide over `channels` planes of height × width and stand at rows × columns places. */
export interface Sliding {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly rows: number;
  readonly columns: number;
  /** Vertical, horizontal. */
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
}

/** `[samples, channels, inner]`: the numbers of one channel lie `inner` by `inner` in every sample. */
export interface ChannelNorm {
  readonly samples: number;
  readonly channels: number;
  readonly inner: number;
  readonly x: FloatBuffer;
  /** One factor for each channel, null when there is none. */
  readonly weight: FloatBuffer | null;
  /** A mean for each channel, then for each channel r = 1/√(variance + ε). */
  readonly statistics: FloatBuffer;
}

export interface ImageKernels {
  /**
   * X[(c, i, j), (y, x)] = the element that row i and column j of the window at (y, x) sees of plane c. Elements in the padding
   * are not written.
   */
  unroll(windows: Sliding, x: FloatBuffer, X: FloatBuffer): void;
  /** dx += each element of dX at the place that unroll took it from. */
  rollUp(windows: Sliding, dX: FloatBuffer, dx: FloatBuffer): void;
  /** y = largest element of each window, `places` = where it stands in x: the first of equal ones, or the first NaN. */
  maxPool(windows: Sliding, x: FloatBuffer, y: FloatBuffer, places: IntBuffer): void;

  /** out = the mean of each channel, then the biased variance of each. */
  channelMoments(samples: number, channels: number, inner: number, x: FloatBuffer, out: FloatBuffer): void;
  /** y = x̂ weight + bias, x̂ = (x − mean) r. */
  normChannels(norm: ChannelNorm, bias: FloatBuffer | null, y: FloatBuffer): void;
  /** out = Σ dy of each channel, then Σ dy x̂ of each. */
  normChannelSums(norm: ChannelNorm, dy: FloatBuffer, out: FloatBuffer): void;
  /** dx += weight r (dy − mean dy − x̂ mean(dy x̂)), with the means of `sums`; null: the statistics are fixed, no means. */
  normChannelsBackward(norm: ChannelNorm, sums: FloatBuffer | null, dy: FloatBuffer, dx: FloatBuffer): void;
}

/**
 * Calls `visit` for every run of window elements that lie within the planes: `n` of them, `step` apart in the plane, for window
 * element `element` = (c, i, j) at the places from `place` on.
 */
export function forEachRunOfWindows(
  { channels, height, width, rows, columns, kernel, stride, padding, dilation }: Sliding,
  visit: (from: number, element: number, place: number, n: number, step: number) => void,
): void {
  for (let c = 0, element = 0; c < channels; c++) {
    for (let i = 0; i < kernel[0]; i++) {
      const top = i * dilation[0] - padding[0];
      const [y0, y1] = inside(rows, height, stride[0], top);
      for (let j = 0; j < kernel[1]; j++, element++) {
        const left = j * dilation[1] - padding[1];
        const [x0, x1] = inside(columns, width, stride[1], left);
        if (x1 <= x0) continue;
        for (let y = y0; y < y1; y++) {
          const line = (c * height + y * stride[0] + top) * width;
          visit(line + x0 * stride[1] + left, element, y * columns + x0, x1 - x0, stride[1]);
        }
      }
    }
  }
}

/** The places, from the first on and below the end, at which an element `offset` into the window lies within `size`. */
function inside(places: number, size: number, stride: number, offset: number): readonly [first: number, end: number] {
  return [Math.max(0, Math.ceil(-offset / stride)), Math.min(places, Math.ceil((size - offset) / stride))];
}

export const referenceImages: ImageKernels = {
  unroll(windows, { array: x }, { array: X }) {
    const positions = windows.rows * windows.columns;
    forEachRunOfWindows(windows, (from, element, place, n, step) => {
      for (let t = 0; t < n; t++) X[element * positions + place + t] = x[from + t * step];
    });
  },
  rollUp(windows, { array: dX }, { array: dx }) {
    const positions = windows.rows * windows.columns;
    forEachRunOfWindows(windows, (from, element, place, n, step) => {
      for (let t = 0; t < n; t++) dx[from + t * step] += dX[element * positions + place + t];
    });
  },
  maxPool(windows, { array: x }, { array: y }, { array: places }) {
    const positions = windows.rows * windows.columns;
    const size = windows.kernel[0] * windows.kernel[1];
    places.fill(-1, 0, windows.channels * positions);
    forEachRunOfWindows(windows, (from, element, place, n, step) => {
      const first = Math.floor(element / size) * positions + place;
      for (let t = 0; t < n; t++) {
        const [v, best] = [x[from + t * step], y[first + t]];
        if (places[first + t] >= 0 && !(v > best || (Number.isNaN(v) && !Number.isNaN(best)))) continue;
        y[first + t] = v;
        places[first + t] = from + t * step;
      }
    });
  },
  channelMoments(samples, channels, inner, { array: x }, { array: out }) {
    const count = samples * inner;
    forEachBlock(samples, channels, inner, (c, from, to) => {
      for (let i = from; i < to; i++) out[c] += x[i] / count;
    });
    forEachBlock(samples, channels, inner, (c, from, to) => {
      for (let i = from; i < to; i++) out[channels + c] += (x[i] - out[c]) ** 2 / count;
    });
  },
  normChannels(norm, bias, { array: y }) {
    const { samples, channels, inner, x } = norm;
    forEachBlock(samples, channels, inner, (c, from, to) => {
      const scale = norm.weight?.array[c] ?? 1;
      for (let i = from; i < to; i++) y[i] = normalised(norm, c, x.array[i]) * scale + (bias?.array[c] ?? 0);
    });
  },
  normChannelSums(norm, { array: dy }, { array: out }) {
    const { samples, channels, inner, x } = norm;
    forEachBlock(samples, channels, inner, (c, from, to) => {
      for (let i = from; i < to; i++) {
        out[c] += dy[i];
        out[channels + c] += dy[i] * normalised(norm, c, x.array[i]);
      }
    });
  },
  normChannelsBackward(norm, sums, { array: dy }, { array: dx }) {
    const { samples, channels, inner, x, weight, statistics } = norm;
    const count = samples * inner;
    const mean = (place: number) => (sums === null ? 0 : sums.array[place] / count);
    forEachBlock(samples, channels, inner, (c, from, to) => {
      const scale = (weight?.array[c] ?? 1) * statistics.array[channels + c];
      for (let i = from; i < to; i++) {
        dx[i] += scale * (dy[i] - mean(c) - normalised(norm, c, x.array[i]) * mean(channels + c));
      }
    });
  },
};

function normalised({ channels, statistics }: ChannelNorm, c: number, x: FloatArray[number]): number {
  return (x - statistics.array[c]) * statistics.array[channels + c];
}

function forEachBlock(
  samples: number,
  channels: number,
  inner: number,
  visit: (channel: number, from: number, to: number) => void,
): void {
  for (let s = 0, from = 0; s < samples; s++) {
    for (let c = 0; c < channels; c++, from += inner) visit(c, from, from + inner);
  }
}

type Ptr = number;
type Windows = (
  channels: number,
  height: number,
  width: number,
  rows: number,
  columns: number,
  kernelY: number,
  kernelX: number,
  strideY: number,
  strideX: number,
  paddingY: number,
  paddingX: number,
  dilationY: number,
  dilationX: number,
  a: Ptr,
  b: Ptr,
) => void;

/** What assembly/layers/images.ts and channels.ts export. A pointer of 0 stands for "no such array". */
export type ImageExports = {
  unroll: Windows;
  rollUp: Windows;
  maxPool(...sizes: [...Parameters<Windows>, places: Ptr]): void;
  channelMoments(samples: number, channels: number, inner: number, x: Ptr, out: Ptr): void;
  normChannels(
    samples: number,
    channels: number,
    inner: number,
    x: Ptr,
    weight: Ptr,
    bias: Ptr,
    statistics: Ptr,
    y: Ptr,
  ): void;
  normChannelSums(samples: number, channels: number, inner: number, x: Ptr, statistics: Ptr, dy: Ptr, out: Ptr): void;
  normChannelsBackward(
    samples: number,
    channels: number,
    inner: number,
    x: Ptr,
    weight: Ptr,
    statistics: Ptr,
    sums: Ptr,
    dy: Ptr,
    dx: Ptr,
  ): void;
};

/** The same on a WebAssembly module. */
export function wasmImages(wasm: ImageExports): ImageKernels {
  const sizes = (w: Sliding, a: FloatBuffer, b: FloatBuffer): Parameters<Windows> => {
    const [kernel, stride, padding, dilation] = [w.kernel, w.stride, w.padding, w.dilation];
    const planes = [w.channels, w.height, w.width, w.rows, w.columns] as const;
    return [...planes, ...kernel, ...stride, ...padding, ...dilation, a.ptr, b.ptr];
  };
  return {
    unroll: (windows, x, X) => wasm.unroll(...sizes(windows, x, X)),
    rollUp: (windows, dX, dx) => wasm.rollUp(...sizes(windows, dX, dx)),
    maxPool: (windows, x, y, places) => wasm.maxPool(...sizes(windows, x, y), places.ptr),
    channelMoments: (samples, channels, inner, x, out) => wasm.channelMoments(samples, channels, inner, x.ptr, out.ptr),
    normChannels: ({ samples, channels, inner, x, weight, statistics }, bias, y) =>
      wasm.normChannels(samples, channels, inner, x.ptr, weight?.ptr ?? 0, bias?.ptr ?? 0, statistics.ptr, y.ptr),
    normChannelSums: ({ samples, channels, inner, x, statistics }, dy, out) =>
      wasm.normChannelSums(samples, channels, inner, x.ptr, statistics.ptr, dy.ptr, out.ptr),
    normChannelsBackward: ({ samples, channels, inner, x, weight, statistics }, sums, dy, dx) =>
      wasm.normChannelsBackward(
        samples,
        channels,
        inner,
        x.ptr,
        weight?.ptr ?? 0,
        statistics.ptr,
        sums?.ptr ?? 0,
        dy.ptr,
        dx.ptr,
      ),
  };
}
