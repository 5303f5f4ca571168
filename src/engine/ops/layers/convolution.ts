// Convolution in one and two directions, as a matrix product over the unrolled windows of each image ("im2col").
import { engine } from "../../engine.ts";
import type { FloatBuffer } from "../../kernels/kernels.ts";
import { showShape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { perform } from "../operation.ts";
import { imageOf, type PerAxis, type Windows, windowsOf } from "./windows.ts";

export interface ConvolutionOptions {
  readonly stride?: PerAxis;
  /** Zeros added on both sides of each direction. */
  readonly padding?: PerAxis;
  /** Distance of the window's elements. */
  readonly dilation?: PerAxis;
  /** Channels are split into this many groups, each with its own filters. */
  readonly groups?: number;
}

/**
 * z[n, o, t] = b[o] + Σ_{c, i} W[o, c, i] x[n, c, t · stride + i · dilation − padding].
 * @param x `[N, C, L]` or `[C, L]`
 * @param weight `[O, C / groups, K]`
 * @param bias `[O]` or null
 * @throws ModelError with both shapes when they do not fit
 */
export function conv1d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolution("conv1d", 1, x, weight, bias, options);
}

/**
 * z[n, o, y, x] = b[o] + Σ_{c, i, j} W[o, c, i, j] x[n, c, y · stride + i · dilation − padding, …] (LeCun et al. 1989;
 * strictly a cross-correlation, as everywhere). With the windows of an image unrolled into the columns of X,
 * Z = W·X, ∇W = δ·Xᵀ, ∂L/∂X = Wᵀ·δ, and each input gets the sum over the windows that it stands in
 * (Chellapilla, Puri & Simard 2006).
 * @param x `[N, C, H, W]` or `[C, H, W]`
 * @param weight `[O, C / groups, kernelHeight, kernelWidth]`
 * @param bias `[O]` or null
 * @throws ModelError with both shapes when they do not fit
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolution("conv2d", 2, x, weight, bias, options);
}

function convolution(
  name: "conv1d" | "conv2d",
  axes: 1 | 2,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvolutionOptions,
): Tensor {
  const e = engine();
  const k = e.kernels;
  const { groups = 1 } = options;
  const [outputs, perGroup] = weight.shape;
  if (weight.shape.length !== axes + 2) {
    throw e.error(`${name}: the weight must have ${axes + 2} dimensions, but its shape is ${showShape(weight.shape)}`);
  }
  const windows = windowsOf(name, axes, weight.shape.slice(2), options);
  const image = imageOf(name, axes, x.shape, windows);
  const { samples, channels, height, width, rows, columns, lead } = image;
  if (channels !== perGroup * groups || outputs % groups !== 0) {
    throw e.error(
      `${name}: the input of shape ${showShape(x.shape)} has ${channels} channels, but the weight of shape ${showShape(weight.shape)} takes ${perGroup} for each of ${groups} group(s)`,
    );
  }
  if (bias !== null && (bias.shape.length !== 1 || bias.length !== outputs)) {
    throw e.error(`${name}: the bias has shape ${showShape(bias.shape)}, but there are ${outputs} output channels`);
  }
  const [positions, depth, filters] = [rows * columns, perGroup * sizeOf(windows.kernel), outputs / groups];
  const [values, W] = [x.floats, weight.floats];
  const pixels = height * width;
  const sliding = { ...windows, channels: perGroup, height, width, rows, columns };
  /** Windows of one group of one image as columns, in a buffer that all of them share: [depth, positions]. */
  const unrolled = () => (unrolls ? k.memory.floats(depth * positions, false) : null);
  const unrolls = !isIdentity(windows);
  /** Calls `body` for every group of every image, with where its numbers begin in x, z and W. */
  const each = (body: (input: number, output: number, filter: number, group: number) => void) => {
    for (let s = 0; s < samples; s++) {
      for (let g = 0; g < groups; g++) {
        const output = (s * outputs + g * filters) * positions;
        body((s * channels + g * perGroup) * pixels, output, g * filters * depth, g);
      }
    }
  };
  /** Calls `body` for every output channel of every image, with where its numbers begin in z. */
  const eachRow = (body: (channel: number, at: number) => void) => {
    for (let i = 0; i < samples * outputs; i++) body(i % outputs, i * positions);
  };
  const columnsOf = (input: number, shared: FloatBuffer | null) => {
    const part = values.sub(input, perGroup * pixels);
    if (shared === null) return part;
    k.layers.images.unroll(sliding, part, shared);
    return shared;
  };
  return perform({
    name,
    inputs: bias === null ? [x, weight] : [x, weight, bias],
    shape: [...lead, outputs, ...(axes === 1 ? [columns] : [rows, columns])],
    forward: (z) => {
      const shared = unrolled();
      if (bias !== null) eachRow((o, at) => k.fill(positions, z.sub(at, positions), bias.floats.array[o]));
      each((input, output, filter) => {
        const X = columnsOf(input, shared);
        const w = W.sub(filter, filters * depth);
        const Z = z.sub(output, filters * positions);
        k.gemm(false, false, filters, positions, depth, w, depth, X, positions, Z, positions, bias !== null);
      });
    },
    backward: (dz) => {
      const [shared, dShared] = [unrolled(), unrolled()];
      const dW = weight.requiresGrad ? weight.gradient() : null;
      const dx = x.requiresGrad ? x.gradient() : null;
      each((input, output, filter) => {
        const delta = dz.sub(output, filters * positions);
        if (dW !== null) {
          const X = columnsOf(input, shared);
          const to = dW.sub(filter, filters * depth);
          k.gemm(false, true, filters, depth, positions, delta, positions, X, positions, to, depth, true);
        }
        if (dx === null) return;
        const w = W.sub(filter, filters * depth);
        const part = dx.sub(input, perGroup * pixels);
        const dX = dShared ?? part;
        k.gemm(true, false, depth, positions, filters, w, depth, delta, positions, dX, positions, dShared === null);
        if (dShared !== null) k.layers.images.rollUp(sliding, dShared, part);
      });
      if (bias?.requiresGrad) {
        const dBias = bias.gradient().array;
        eachRow((o, at) => {
          dBias[o] += k.sum(positions, dz.sub(at, positions));
        });
      }
    },
  });
}

/** Is the unrolled image the image itself? */
function isIdentity({ kernel, stride, padding }: Windows): boolean {
  return [...kernel, ...stride].every((v) => v === 1) && padding.every((v) => v === 0);
}
