// Convolution and pooling layers, dropout, and the reshaping between images and vectors.
import { engine } from "../../engine/engine.ts";
import { type ConvolutionOptions, conv1d, conv2d } from "../../engine/ops/layers/convolution.ts";
import { dropout } from "../../engine/ops/layers/dropout.ts";
import { type AvgPoolOptions, avgPool2d, type MaxPoolOptions, maxPool2d } from "../../engine/ops/layers/pooling.ts";
import { type PerAxis, windowsOf } from "../../engine/ops/layers/windows.ts";
import type { Parameter, Tensor } from "../../engine/tensor.ts";
import { checkSizes, Module, parameter } from "../module.ts";

export interface ConvOptions extends ConvolutionOptions {
  readonly bias?: boolean;
}

/** Weight and bias uniform in ±1/√fan-in (He et al. 2015 with a = √5), fan-in = C/groups · window. */
abstract class Convolution extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly options: ConvolutionOptions;

  constructor(
    layerName: string,
    axes: 1 | 2,
    readonly inChannels: number,
    readonly outChannels: number,
    readonly kernelSize: PerAxis,
    { bias = true, ...options }: ConvOptions,
  ) {
    super();
    const { groups = 1 } = options;
    checkSizes(layerName, { inChannels, outChannels, groups });
    const { kernel } = windowsOf(layerName, axes, kernelSize, options);
    for (const [name, channels] of [
      ["inChannels", inChannels],
      ["outChannels", outChannels],
    ] as const) {
      if (channels % groups === 0) continue;
      throw engine().error(`${layerName}: ${name} (${channels}) must be a multiple of groups (${groups})`);
    }
    this.options = options;
    const { random } = engine();
    const perGroup = inChannels / groups;
    const bound = 1 / Math.sqrt(perGroup * kernel[0] * kernel[1]);
    const window = axes === 1 ? [kernel[1]] : kernel;
    this.weight = parameter([outChannels, perGroup, ...window], () => random.uniform(-bound, bound));
    this.bias = bias ? parameter([outChannels], () => random.uniform(-bound, bound)) : null;
  }
}

/**
 * Convolution over one direction: z[n, o, t] = b[o] + Σ W[o, c, i] x[n, c, t · stride + i · dilation − padding].
 *
 * Shapes: x `[N, inChannels, L]` → `[N, outChannels, L']`; weight `[outChannels, inChannels / groups, kernelSize]`, bias
 * `[outChannels]`. L' = ⌊(L + 2 padding − dilation (kernelSize − 1) − 1) / stride⌋ + 1.
 */
export class Conv1d extends Convolution {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvOptions = {}) {
    super("Conv1d", 1, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return conv1d(x, this.weight, this.bias, this.options);
  }
}

/**
 * Convolution over images (LeCun et al. 1989).
 *
 * Shapes: x `[N, inChannels, H, W]` → `[N, outChannels, H', W']`; weight `[outChannels, inChannels / groups, kernelHeight,
 * kernelWidth]`, bias `[outChannels]`. H' = ⌊(H + 2 padding − dilation (kernelHeight − 1) − 1) / stride⌋ + 1.
 */
export class Conv2d extends Convolution {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options: ConvOptions = {}) {
    super("Conv2d", 2, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this.options);
  }
}

/** Largest element of every window; stride is the window's size by default. x `[N, C, H, W]` → `[N, C, H', W']`. */
export class MaxPool2d extends Module {
  constructor(
    readonly kernelSize: PerAxis,
    readonly options: MaxPoolOptions = {},
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/** Mean of every window; stride is the window's size by default. x `[N, C, H, W]` → `[N, C, H', W']`. */
export class AvgPool2d extends Module {
  constructor(
    readonly kernelSize: PerAxis,
    readonly options: AvgPoolOptions = {},
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

/** Dimensions `startDim` to `endDim` (inclusive) as one; by default all but the first: `[N, C, H, W]` → `[N, C·H·W]`. */
export class Flatten extends Module {
  constructor(
    readonly startDim = 1,
    readonly endDim = -1,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return x.flatten(this.startDim, this.endDim);
  }
}

/** In training each element is zero with probability p and else divided by 1 − p (Srivastava et al. 2014). */
export class Dropout extends Module {
  constructor(readonly p = 0.5) {
    super();
    if (!(p >= 0 && p < 1)) throw engine().error(`Dropout: p must lie in [0, 1), but it is ${p}`);
  }

  forward(x: Tensor): Tensor {
    return dropout(x, this.p, this.training);
  }
}
