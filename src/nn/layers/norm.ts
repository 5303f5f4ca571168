// Layers that normalise: each sample by itself, or each channel over the batch.
import { ones, zeros } from "../../engine/create.ts";
import { engine } from "../../engine/engine.ts";
import { batchNorm, type ChannelStatistics, channelStatistics } from "../../engine/ops/layers/batchNorm.ts";
import { layerNorm, rmsNorm } from "../../engine/ops/layers/norm.ts";
import { showShape } from "../../engine/shape.ts";
import { Parameter, type Tensor } from "../../engine/tensor.ts";
import { Buffer, checkSizes, Module } from "../module.ts";

/**
 * y = (x − μ) / √(σ² + ε) ⊙ weight + bias over the last dimensions (Ba, Kiros & Hinton 2016).
 *
 * Shapes: x `[…, ...normalizedShape]` → the same; weight (ones at first) and bias (zeros) `normalizedShape`.
 */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  constructor(
    normalizedShape: number | readonly number[],
    {
      eps = 1e-5,
      elementwiseAffine = true,
      bias = true,
    }: { readonly eps?: number; readonly elementwiseAffine?: boolean; readonly bias?: boolean } = {},
  ) {
    super();
    this.normalizedShape = checkedShape("LayerNorm", normalizedShape);
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(...this.normalizedShape)) : null;
    this.bias = elementwiseAffine && bias ? new Parameter(zeros(...this.normalizedShape)) : null;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, this.eps);
  }
}

/**
 * y = x / √(mean x² + ε) ⊙ weight over the last dimensions (Zhang & Sennrich 2019). ε is by default the distance of 1 to the
 * next number of the type.
 *
 * Shapes: x `[…, ...normalizedShape]` → the same; weight (ones at first) `normalizedShape`.
 */
export class RMSNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number | undefined;
  readonly weight: Parameter | null;

  constructor(
    normalizedShape: number | readonly number[],
    { eps, elementwiseAffine = true }: { readonly eps?: number; readonly elementwiseAffine?: boolean } = {},
  ) {
    super();
    this.normalizedShape = checkedShape("RMSNorm", normalizedShape);
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(...this.normalizedShape)) : null;
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, this.weight, this.eps);
  }
}

function checkedShape(layer: string, shape: number | readonly number[]): readonly number[] {
  const sizes = typeof shape === "number" ? [shape] : shape;
  if (sizes.length === 0) throw engine().error(`${layer}: normalizedShape needs at least one dimension`);
  checkSizes(layer, Object.fromEntries(sizes.map((size, i) => [`normalizedShape[${i}]`, size])));
  return sizes;
}

export interface BatchNormOptions {
  readonly eps?: number;
  /** Weight of a new batch in the running statistics; null: all batches weigh the same. */
  readonly momentum?: number | null;
  /** Are weight and bias there? */
  readonly affine?: boolean;
  /** Are running statistics kept? Without them the batch's own are used in evaluation too. */
  readonly trackRunningStats?: boolean;
}

/**
 * y = (x − μ) / √(σ² + ε) weight + bias for every channel (Ioffe & Szegedy 2015). In training μ and σ² are the batch's own
 * (σ² biased), and the running ones move towards them: running ← (1 − momentum) running + momentum · batch, there with the
 * unbiased variance. In evaluation (`model.eval()`) the running ones are used.
 */
abstract class BatchNorm extends Module {
  readonly eps: number;
  readonly momentum: number | null;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly running_mean: Buffer | null;
  readonly running_var: Buffer | null;
  readonly num_batches_tracked: Buffer | null;

  constructor(
    private readonly layerName: string,
    private readonly ranks: readonly number[],
    readonly numFeatures: number,
    { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true }: BatchNormOptions,
  ) {
    super();
    checkSizes(layerName, { numFeatures });
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? new Parameter(ones(numFeatures)) : null;
    this.bias = affine ? new Parameter(zeros(numFeatures)) : null;
    this.running_mean = trackRunningStats ? new Buffer(zeros(numFeatures)) : null;
    this.running_var = trackRunningStats ? new Buffer(ones(numFeatures)) : null;
    this.num_batches_tracked = trackRunningStats ? new Buffer(zeros()) : null;
  }

  forward(x: Tensor): Tensor {
    const { layerName, ranks, numFeatures } = this;
    if (!ranks.includes(x.shape.length) || x.shape[1] !== numFeatures) {
      const wanted = ranks.map((rank) => showBatch(rank, numFeatures)).join(" or ");
      throw engine().error(`${layerName}: the input must be ${wanted}, but its shape is ${showShape(x.shape)}`);
    }
    const running = this.runningStatistics();
    if (!this.training && running !== null) return batchNorm(x, running, this.weight, this.bias, this.eps, false);
    const count = x.length / numFeatures;
    if (this.training && count < 2) {
      throw engine().error(
        `${layerName}: in training each channel needs more than one value for its variance, but the input of shape ${showShape(x.shape)} has ${count}; use larger batches, or eval()`,
      );
    }
    const own = channelStatistics(x);
    if (this.training) this.track(own, count);
    return batchNorm(x, own, this.weight, this.bias, this.eps, true);
  }

  private runningStatistics(): ChannelStatistics | null {
    if (this.running_mean === null || this.running_var === null) return null;
    return { mean: this.running_mean.floats.array, variance: this.running_var.floats.array };
  }

  private track({ mean, variance }: ChannelStatistics, count: number): void {
    if (this.running_mean === null || this.running_var === null || this.num_batches_tracked === null) return;
    const batches = this.num_batches_tracked.floats.array;
    batches[0]++;
    const share = this.momentum ?? 1 / batches[0];
    const [runningMean, runningVar] = [this.running_mean.floats.array, this.running_var.floats.array];
    for (let c = 0; c < this.numFeatures; c++) {
      const unbiased = (variance[c] * count) / (count - 1);
      runningMean[c] = (1 - share) * runningMean[c] + share * mean[c];
      runningVar[c] = (1 - share) * runningVar[c] + share * unbiased;
    }
  }
}

/** Batch normalisation of `[N, C]` or `[N, C, L]`: C is `numFeatures`. Weight and running variance begin as 1, the rest as 0. */
export class BatchNorm1d extends BatchNorm {
  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super("BatchNorm1d", [2, 3], numFeatures, options);
  }
}

/** Batch normalisation of `[N, C, H, W]`: C is `numFeatures`. Weight and running variance begin as 1, the rest as 0. */
export class BatchNorm2d extends BatchNorm {
  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super("BatchNorm2d", [4], numFeatures, options);
  }
}

/** `[N, 16, L]` */
function showBatch(rank: number, channels: number): string {
  return `[${["N", String(channels), ...(rank === 4 ? ["H", "W"] : rank === 3 ? ["L"] : [])].join(", ")}]`;
}
