// Normalisation of every channel over the batch. Knows no running statistics: the layer keeps them.
import { engine } from "../../engine.ts";
import type { FloatArray } from "../../kernels/kernels.ts";
import type { ChannelNorm } from "../../kernels/layers/imageKernels.ts";
import { showShape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { perform } from "../operation.ts";

/** Mean and biased variance of each channel. */
export interface ChannelStatistics {
  readonly mean: FloatArray;
  readonly variance: FloatArray;
}

/**
 * Mean and biased variance of each channel, over the batch and all positions.
 * @param x `[N, C, …]`
 */
export function channelStatistics(x: Tensor): ChannelStatistics {
  const k = engine().kernels;
  const { samples, channels, inner } = layoutOf(x);
  const out = k.memory.floats(2 * channels, false);
  k.layers.images.channelMoments(samples, channels, inner, x.floats, out);
  return { mean: out.array.subarray(0, channels), variance: out.array.subarray(channels) };
}

/**
 * y = (x − μ) / √(σ² + ε) ⊙ γ + β for every channel (Ioffe & Szegedy 2015, algorithm 1). With x̂ the normalised x,
 * r = 1/√(σ² + ε), u = dy γ, and means over the batch: dx = r (u − mean u − x̂ mean(u x̂)) where the statistics are the
 * batch's own, and r u where they are fixed; dγ = Σ dy x̂, dβ = Σ dy.
 * @param x `[N, C, …]`
 * @param weight γ `[C]`, or null for 1
 * @param bias β `[C]`, or null for 0
 * @param ownStatistics were the statistics computed from x, so that the gradient flows through them?
 */
export function batchNorm(
  x: Tensor,
  { mean, variance }: ChannelStatistics,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
  ownStatistics: boolean,
): Tensor {
  const e = engine();
  const k = e.kernels;
  const layout = layoutOf(x);
  const { channels } = layout;
  const statistics = k.memory.floats(2 * channels, !e.iterating);
  statistics.array.set(mean);
  statistics.array.set(
    variance.map((v) => 1 / Math.sqrt(v + eps)),
    channels,
  );
  const norm: ChannelNorm = { ...layout, x: x.floats, weight: weight?.floats ?? null, statistics };
  return perform({
    name: "batch norm",
    inputs: [x, weight, bias].filter((t) => t !== null),
    shape: x.shape,
    forward: (y) => k.layers.images.normChannels(norm, bias?.floats ?? null, y),
    backward: (dy) => {
      const sums = k.memory.floats(2 * channels, false);
      k.layers.images.normChannelSums(norm, dy, sums);
      if (bias?.requiresGrad) k.axpy(channels, 1, sums.sub(0, channels), bias.gradient());
      if (weight?.requiresGrad) k.axpy(channels, 1, sums.sub(channels, channels), weight.gradient());
      if (x.requiresGrad) k.layers.images.normChannelsBackward(norm, ownStatistics ? sums : null, dy, x.gradient());
    },
  });
}

function layoutOf(x: Tensor): { readonly samples: number; readonly channels: number; readonly inner: number } {
  if (x.shape.length < 2) {
    throw engine().error(`batch norm: the input must be [N, C, …], but its shape is ${showShape(x.shape)}`);
  }
  return { samples: x.shape[0], channels: x.shape[1], inner: sizeOf(x.shape.slice(2)) };
}
