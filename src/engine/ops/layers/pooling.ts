// Pooling in two directions: the maximum or the mean of every window.
import { engine } from "../../engine.ts";
import { forEachRunOfWindows, type Sliding } from "../../kernels/layers/imageKernels.ts";
import type { Tensor } from "../../tensor.ts";
import { perform } from "../operation.ts";
import { type Image, imageOf, type PerAxis, type Windows, windowsOf } from "./windows.ts";

export interface MaxPoolOptions {
  /** Default: the window's size, so that windows do not overlap. */
  readonly stride?: PerAxis;
  /** Places added on both sides, which are never the maximum. */
  readonly padding?: PerAxis;
  readonly dilation?: PerAxis;
}

export interface AvgPoolOptions {
  /** Default: the window's size, so that windows do not overlap. */
  readonly stride?: PerAxis;
  /** Zeros added on both sides. */
  readonly padding?: PerAxis;
  /** Do the added zeros count in the mean? */
  readonly countIncludePad?: boolean;
}

/**
 * Largest element of every window; NaN when one is. The first of equal ones gets the gradient, as in PyTorch.
 * @param x `[N, C, H, W]` or `[C, H, W]`
 * @throws ModelError with the shape when no window fits, or when padding is more than half a window
 */
export function maxPool2d(x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): Tensor {
  const windows = poolingWindows("max pool", kernelSize, options);
  const image = imageOf("max pool", 2, x.shape, windows);
  const outputs = image.samples * image.channels * image.rows * image.columns;
  const k = engine().kernels;
  const values = x.floats;
  const places = k.memory.ints(outputs, !engine().iterating);
  return perform({
    name: "max pool",
    inputs: [x],
    shape: [...image.lead, image.channels, image.rows, image.columns],
    forward: (y) => k.layers.images.maxPool(planesOf(image, windows), values, y, places),
    backward: ({ array: dy }) => {
      const dx = x.gradient().array;
      const from = places.array;
      for (let i = 0; i < outputs; i++) dx[from[i]] += dy[i];
    },
  });
}

/**
 * Mean of every window.
 * @param x `[N, C, H, W]` or `[C, H, W]`
 * @throws ModelError with the shape when no window fits, or when padding is more than half a window
 */
export function avgPool2d(x: Tensor, kernelSize: PerAxis, options: AvgPoolOptions = {}): Tensor {
  const { countIncludePad = true } = options;
  const windows = poolingWindows("average pool", kernelSize, options);
  const image = imageOf("average pool", 2, x.shape, windows);
  const values = x.floats.array;
  const planes = planesOf(image, windows);
  const positions = image.rows * image.columns;
  const size = windows.kernel[0] * windows.kernel[1];
  const share = sharesOf(image, windows, countIncludePad);
  return perform({
    name: "average pool",
    inputs: [x],
    accumulates: true,
    shape: [...image.lead, image.channels, image.rows, image.columns],
    forward: ({ array: y }) =>
      forEachRunOfWindows(planes, (from, element, place, n, step) => {
        const to = Math.floor(element / size) * positions + place;
        for (let t = 0; t < n; t++) y[to + t] += values[from + t * step] * share[place + t];
      }),
    backward: ({ array: dy }) => {
      const dx = x.gradient().array;
      forEachRunOfWindows(planes, (to, element, place, n, step) => {
        const from = Math.floor(element / size) * positions + place;
        for (let t = 0; t < n; t++) dx[to + t * step] += dy[from + t] * share[place + t];
      });
    },
  });
}

/** 1 / how many elements the mean at each place is over; added zeros count up to where the padded image ends. */
function sharesOf(
  { height, width, rows, columns }: Image,
  { kernel, stride, padding }: Windows,
  countIncludePad: boolean,
): Float64Array {
  const [padY, padX] = countIncludePad ? padding : [0, 0];
  const span = (start: number, length: number, size: number, pad: number) =>
    Math.min(start + length, size + pad) - Math.max(start, -pad);
  return Float64Array.from({ length: rows * columns }, (_, place) => {
    const top = Math.floor(place / columns) * stride[0] - padding[0];
    const left = (place % columns) * stride[1] - padding[1];
    return 1 / (span(top, kernel[0], height, padY) * span(left, kernel[1], width, padX));
  });
}

/** All channels of all samples, one plane after another. */
function planesOf({ samples, channels, height, width, rows, columns }: Image, windows: Windows): Sliding {
  return { ...windows, channels: samples * channels, height, width, rows, columns };
}

function poolingWindows(
  name: string,
  kernelSize: PerAxis,
  options: { readonly stride?: PerAxis; readonly padding?: PerAxis; readonly dilation?: PerAxis },
): Windows {
  const windows = windowsOf(name, 2, kernelSize, { ...options, stride: options.stride ?? kernelSize });
  const { kernel, padding } = windows;
  if (padding.some((p, axis) => 2 * p > kernel[axis])) {
    throw engine().error(
      `${name}: padding may be at most half of the window, but it is [${padding.join(", ")}] for a window of [${kernel.join(", ")}]`,
    );
  }
  return windows;
}
