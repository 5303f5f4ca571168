// The functions of `F`: PyTorch's torch.nn.functional in camelCase.

import { alongLast, elu, leakyRelu, logSoftmax, selu, silu, softplus } from "../engine/ops/layers/activations.ts";
import { conv1d, conv2d } from "../engine/ops/layers/convolution.ts";
import { dropout } from "../engine/ops/layers/dropout.ts";
import { layerNorm, rmsNorm } from "../engine/ops/layers/norm.ts";
import { avgPool2d, maxPool2d } from "../engine/ops/layers/pooling.ts";
import { crossEntropy } from "../engine/ops/loss/crossEntropy.ts";
import { nllLoss } from "../engine/ops/loss/nll.ts";
import {
  absoluteError,
  binaryCrossEntropyWithLogits,
  huberLoss,
  klDiv,
  smoothL1Loss,
  squaredError,
} from "../engine/ops/loss/pointwise.ts";
import { linear } from "../engine/ops/matmul.ts";
import type { Tensor } from "../engine/tensor.ts";
import { scaledDotProductAttention } from "./layers/scaledDotProduct.ts";

export {
  absoluteError as l1Loss,
  avgPool2d,
  binaryCrossEntropyWithLogits,
  /** The same under a shorter name. */
  binaryCrossEntropyWithLogits as bceWithLogits,
  conv1d,
  conv2d,
  crossEntropy,
  dropout,
  elu,
  huberLoss,
  klDiv,
  layerNorm,
  leakyRelu,
  linear,
  logSoftmax,
  maxPool2d,
  nllLoss,
  rmsNorm,
  scaledDotProductAttention,
  selu,
  silu,
  smoothL1Loss,
  softplus,
  squaredError as mseLoss,
};

export function relu(z: Tensor): Tensor {
  return z.relu();
}

export function sigmoid(z: Tensor): Tensor {
  return z.sigmoid();
}

export function tanh(z: Tensor): Tensor {
  return z.tanh();
}

export function gelu(z: Tensor, options: { readonly approximate?: "none" | "tanh" } = {}): Tensor {
  return z.gelu(options);
}

/** e^x / Σ e^x along one dimension, by default the last. */
export function softmax(x: Tensor, dim = -1): Tensor {
  return alongLast("softmax", x, dim, (rows) => rows.softmax());
}
