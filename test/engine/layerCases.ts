// What to check the gradients of layers' operations at; gradients.test.ts runs it with all other operations.
import { filled, tensor } from "../../src/engine/create.ts";
import { elu, leakyRelu, logSoftmax, selu, silu, softplus } from "../../src/engine/ops/layers/activations.ts";
import {
  attentionOutput,
  attentionScores,
  attentionWeights,
  type Heads,
} from "../../src/engine/ops/layers/attention.ts";
import { batchNorm, channelStatistics } from "../../src/engine/ops/layers/batchNorm.ts";
import { conv1d, conv2d } from "../../src/engine/ops/layers/convolution.ts";
import { dropout } from "../../src/engine/ops/layers/dropout.ts";
import { layerNorm, rmsNorm } from "../../src/engine/ops/layers/norm.ts";
import { avgPool2d, maxPool2d } from "../../src/engine/ops/layers/pooling.ts";
import type { ActivationName, OperationName } from "../../src/engine/ops/operation.ts";
import type { Random } from "../../src/engine/random.ts";
import type { Tensor } from "../../src/engine/tensor.ts";
import { scaledDotProductAttention } from "../../src/nn/layers/scaledDotProduct.ts";
import type { GradientCase } from "./harness.ts";

type LayerOperation =
  | ActivationName
  | Extract<
      OperationName,
      | "log softmax"
      | "dropout"
      | "layer norm"
      | "rms norm"
      | "batch norm"
      | "conv1d"
      | "conv2d"
      | "max pool"
      | "average pool"
      | "attention scores"
      | "attention weights"
      | "attention output"
    >;

const awayFromZero = (r: Random) => r.uniform(0.5, 2) * (r.uniform() < 0.5 ? -1 : 1);

const activation = (f: (z: Tensor) => Tensor, value?: (r: Random) => number): GradientCase[] =>
  [[3, 4], [1], [0], []].map((shape) => ({ inputs: [shape], compute: ([z]) => f(z), value }));

/** Heads of 2 columns, side by side from column `first` on. */
const heads = (t: Tensor, first: number, count: number): Heads => ({ tensor: t, first, count, size: 2 });

const bn = (shape: readonly number[], own: boolean, affine: boolean): GradientCase => {
  const C = shape[1];
  const fixed = {
    mean: Float64Array.from({ length: C }, (_, c) => 0.1 * c),
    variance: Float64Array.from({ length: C }, (_, c) => 1 + 0.5 * c),
  };
  return {
    inputs: affine ? [shape, [C], [C]] : [shape],
    compute: ([x, weight, bias]) =>
      batchNorm(x, own ? channelStatistics(x) : fixed, weight ?? null, bias ?? null, 1e-5, own),
  };
};

export const layerCases: { readonly [K in LayerOperation]: readonly GradientCase[] } = {
  leakyRelu: [...activation((z) => leakyRelu(z), awayFromZero), ...activation((z) => leakyRelu(z, 0.3), awayFromZero)],
  elu: [...activation((z) => elu(z)), ...activation((z) => elu(z, 0.7), awayFromZero)],
  selu: activation((z) => selu(z), awayFromZero),
  silu: activation((z) => silu(z)),
  softplus: [...activation((z) => softplus(z)), ...activation((z) => softplus(z, 3, 4), awayFromZero)],
  "log softmax": [
    { inputs: [[3, 4]], compute: ([x]) => logSoftmax(x) },
    { inputs: [[2, 1]], compute: ([x]) => logSoftmax(x) },
    { inputs: [[2, 3, 2]], compute: ([x]) => logSoftmax(x, 1) },
    { inputs: [[0, 3]], compute: ([x]) => logSoftmax(x) },
    { inputs: [[3]], compute: ([x]) => logSoftmax(x, 0) },
  ],
  dropout: [
    { inputs: [[3, 7]], compute: ([x]) => dropout(x, 0.4) },
    { inputs: [[2, 3]], compute: ([x]) => dropout(x, 0.4, false) },
    { inputs: [[0]], compute: ([x]) => dropout(x, 0.9) },
  ],
  "layer norm": [
    { inputs: [[3, 4], [4], [4]], compute: ([x, g, b]) => layerNorm(x, [4], g, b) },
    {
      inputs: [
        [2, 3, 4],
        [3, 4],
        [3, 4],
      ],
      compute: ([x, g, b]) => layerNorm(x, [3, 4], g, b, 1e-3),
    },
    { inputs: [[3, 4], [4]], compute: ([x, g]) => layerNorm(x, [4], g) },
    { inputs: [[3, 4]], compute: ([x]) => layerNorm(x, [4]) },
    // one element has no deviation: the output is the bias, and no gradient comes back
    { inputs: [[3, 1], [1], [1]], compute: ([x, g, b]) => layerNorm(x, [1], g, b) },
    { inputs: [[0, 4], [4], [4]], compute: ([x, g, b]) => layerNorm(x, [4], g, b) },
  ],
  "rms norm": [
    { inputs: [[3, 4], [4]], compute: ([x, g]) => rmsNorm(x, [4], g) },
    { inputs: [[2, 3, 2]], compute: ([x]) => rmsNorm(x, [3, 2], null, 1e-2) },
    { inputs: [[3, 1], [1]], compute: ([x, g]) => rmsNorm(x, [1], g, 0.1) },
    { inputs: [[0, 4], [4]], compute: ([x, g]) => rmsNorm(x, [4], g) },
  ],
  "batch norm": [
    bn([4, 3], true, true),
    bn([3, 2, 4], true, true),
    bn([2, 3, 2, 2], true, true),
    bn([4, 1], true, false),
    bn([1, 2, 3], true, true),
    bn([4, 3], false, true),
    bn([2, 2, 3], false, false),
  ],
  conv1d: [
    { inputs: [[2, 3, 5], [4, 3, 2], [4]], compute: ([x, W, b]) => conv1d(x, W, b) },
    {
      inputs: [[1, 2, 6], [4, 1, 3], [4]],
      compute: ([x, W, b]) => conv1d(x, W, b, { stride: 2, padding: 2, dilation: 2, groups: 2 }),
    },
    {
      inputs: [
        [2, 5],
        [3, 2, 1],
      ],
      compute: ([x, W]) => conv1d(x, W),
    },
  ],
  conv2d: [
    { inputs: [[2, 2, 4, 3], [3, 2, 2, 2], [3]], compute: ([x, W, b]) => conv2d(x, W, b) },
    {
      inputs: [[1, 2, 5, 6], [2, 1, 2, 3], [2]],
      compute: ([x, W, b]) => conv2d(x, W, b, { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 }),
    },
    {
      inputs: [
        [2, 3, 2, 2],
        [2, 3, 1, 1],
      ],
      compute: ([x, W]) => conv2d(x, W),
    },
    { inputs: [[2, 3, 3], [1, 2, 3, 3], [1]], compute: ([x, W, b]) => conv2d(x, W, b, { padding: 1 }) },
    // windows that lie in the padding alone
    { inputs: [[1, 1, 1, 1], [1, 1, 2, 2], [1]], compute: ([x, W, b]) => conv2d(x, W, b, { padding: 3 }) },
    { inputs: [[0, 2, 3, 3], [2, 2, 2, 2], [2]], compute: ([x, W, b]) => conv2d(x, W, b) },
  ],
  "max pool": [
    { inputs: [[2, 2, 4, 4]], compute: ([x]) => maxPool2d(x, 2) },
    { inputs: [[1, 1, 5, 6]], compute: ([x]) => maxPool2d(x, [3, 2], { stride: [1, 2], padding: [1, 1] }) },
    { inputs: [[2, 5, 5]], compute: ([x]) => maxPool2d(x, 2, { stride: 1, dilation: 2 }) },
    { inputs: [[1, 1, 1, 1]], compute: ([x]) => maxPool2d(x, 1) },
    { inputs: [[0, 1, 2, 2]], compute: ([x]) => maxPool2d(x, 2) },
  ],
  "average pool": [
    { inputs: [[2, 2, 4, 4]], compute: ([x]) => avgPool2d(x, 2) },
    { inputs: [[1, 1, 5, 6]], compute: ([x]) => avgPool2d(x, [3, 2], { stride: [2, 1], padding: [1, 1] }) },
    {
      inputs: [[1, 4, 4]],
      compute: ([x]) => avgPool2d(x, 3, { stride: 2, padding: 1, countIncludePad: false }),
    },
    { inputs: [[1, 0, 2, 2]], compute: ([x]) => avgPool2d(x, 2) },
  ],
  "attention scores": [
    {
      inputs: [
        [2, 3, 4],
        [2, 5, 6],
      ],
      compute: ([q, k]) => attentionScores(heads(q, 0, 2), heads(k, 2, 2)),
    },
    // queries and keys out of one tensor
    { inputs: [[2, 3, 8]], compute: ([x]) => attentionScores(heads(x, 0, 2), heads(x, 4, 2)) },
    { inputs: [[1, 1, 2]], compute: ([x]) => attentionScores(heads(x, 0, 1), heads(x, 0, 1)) },
  ],
  "attention weights": [
    { inputs: [[2, 2, 3, 4]], compute: ([s]) => attentionWeights(s, 0.5, null, false) },
    { inputs: [[1, 2, 4, 4]], compute: ([s]) => attentionWeights(s, 0.5, null, true) },
    { inputs: [[1, 1, 5, 3]], compute: ([s]) => attentionWeights(s, 2, null, true) },
    {
      inputs: [[2, 1, 2, 3]],
      compute: ([s]) => {
        const mask = filled([2, 3], (i) => [0, Number.NEGATIVE_INFINITY, 0.5, 0, 0, 0][i]);
        return attentionWeights(s, 0.7, { values: mask.floats, at: (b) => 3 * b, step: 0 }, false);
      },
    },
  ],
  "attention output": [
    {
      inputs: [
        [2, 2, 3, 5],
        [2, 5, 6],
      ],
      compute: ([p, v]) => attentionOutput(p, heads(v, 1, 2)),
    },
    {
      inputs: [
        [2, 4, 3],
        [2, 5, 3],
        [2, 5, 2],
      ],
      compute: ([q, k, v]) => scaledDotProductAttention(q, k, v, { isCausal: true }),
    },
    {
      // a learned bias on the scores, broadcast over the batch
      inputs: [
        [2, 3, 4],
        [2, 3, 4],
        [2, 3, 4],
        [3, 3],
      ],
      compute: ([q, k, v, bias]) => scaledDotProductAttention(q, k, v, { attnMask: bias }),
    },
    {
      inputs: [
        [2, 2, 3, 2],
        [2, 2, 3, 2],
        [2, 2, 3, 1],
      ],
      compute: ([q, k, v]) => {
        const attnMask = tensor([[0, Number.NEGATIVE_INFINITY, 1]]);
        return scaledDotProductAttention(q, k, v, { attnMask });
      },
    },
    {
      inputs: [
        [3, 2],
        [4, 2],
        [4, 2],
      ],
      compute: ([q, k, v]) => scaledDotProductAttention(q, k, v),
    },
  ],
};
