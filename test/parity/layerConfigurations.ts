// Random configurations of layers for live parity: sizes, options and masks. PyTorch's side draws the numbers.
import type { Random } from "../../src/engine/random.ts";
import {
  chance,
  decimal,
  type OptimizerChoice,
  optimizerChoice,
  pick,
  sgdChoice,
  whole,
} from "./trainingConfigurations.ts";

/** What recordLive.py measures a layer at. */
export interface LayerConfiguration {
  readonly kind: "layer";
  /** As buildLayer() in layerFixtures.ts knows it. */
  readonly name: string;
  readonly args: readonly (number | readonly number[])[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly training: boolean;
  /** Normal numbers, or with `below` whole numbers. */
  readonly inputs: readonly { readonly shape: readonly number[]; readonly below: number | null }[];
  readonly call: Readonly<Record<string, boolean | Mask>>;
  /** Null where there is nothing to train. */
  readonly optimizer: OptimizerChoice | null;
}

type Mask =
  /** −∞ with this probability, 0 elsewhere and at the first key. */
  | { readonly hidden: readonly number[]; readonly share: number }
  /** [batch, keys]: 1 from a sequence's end on. */
  | { readonly padding: readonly number[]; readonly keys: number }
  /** [batch, keys]: 1 up to a sequence's end. */
  | { readonly lengths: readonly number[]; readonly keys: number };

type Call = LayerConfiguration["call"];
type Draw = (r: Random) => LayerConfiguration;

/** How many configurations of each layer one round has. */
export const layerDeck: readonly (readonly [number, Draw])[] = [
  [4, (r) => recurrent(r, "RNN", 1, pick(r, [{}, { nonlinearity: "relu" }]))],
  [4, (r) => recurrent(r, "LSTM", 2, {})],
  [4, (r) => recurrent(r, "GRU", 1, {})],
  [2, linear],
  [1, embedding],
  [2, (r) => norm(r, "LayerNorm", pick(r, [{}, {}, { elementwiseAffine: false }]))],
  [1, (r) => norm(r, "RMSNorm", {})],
  [2, (r) => batchNorm(r, "BatchNorm1d", pick(r, [[], [whole(r, 1, 4)]]))],
  [1, (r) => batchNorm(r, "BatchNorm2d", [whole(r, 1, 3), whole(r, 1, 4)])],
  [2, (r) => convolution(r, 1)],
  [3, (r) => convolution(r, 2)],
  [1, (r) => pool(r, "MaxPool2d")],
  [1, (r) => pool(r, "AvgPool2d")],
  [2, (r) => attention(r, "MultiheadAttention")],
  [1, (r) => attention(r, "SelfAttention")],
  [1, (r) => attention(r, "scaledDotProductAttention")],
  [3, encoder],
  [5, activation],
];

function make(
  name: string,
  args: LayerConfiguration["args"],
  inputs: readonly (readonly number[])[],
  rest: Partial<LayerConfiguration> = {},
): LayerConfiguration {
  return {
    kind: "layer",
    name,
    args,
    options: {},
    training: true,
    inputs: inputs.map((shape) => ({ shape, below: null })),
    call: {},
    optimizer: null,
    ...rest,
  };
}

function recurrent(r: Random, name: string, states: number, own: object): LayerConfiguration {
  const [features, hidden, batch, time, numLayers] = [6, 8, 4, 7, 3].map((high) => whole(r, 1, high));
  const bidirectional = chance(r, 0.4);
  const initial = [numLayers * (bidirectional ? 2 : 1), batch, hidden];
  const training = chance(r, 0.8);
  const lengths = Array.from({ length: batch }, () => whole(r, 1, time));
  return make(
    name,
    [features, hidden],
    [[batch, time, features], ...Array(chance(r, 0.5) ? states : 0).fill(initial)],
    {
      // dropout acts in training alone, where PyTorch's random numbers are others than ours
      options: {
        ...own,
        numLayers,
        bidirectional,
        bias: chance(r, 0.8),
        dropout: training || numLayers === 1 ? 0 : 0.3,
      },
      training,
      call: chance(r, 0.3) ? { mask: { lengths, keys: time } } : {},
      optimizer: optimizerChoice(r),
    },
  );
}

function linear(r: Random): LayerConfiguration {
  const [inFeatures, outFeatures] = [whole(r, 1, 20), whole(r, 1, 20)];
  const leading = Array.from({ length: whole(r, 0, 3) }, () => whole(r, 1, 4));
  return make("Linear", [inFeatures, outFeatures], [[...leading, inFeatures]], {
    options: { bias: chance(r, 0.7) },
    optimizer: optimizerChoice(r),
  });
}

function embedding(r: Random): LayerConfiguration {
  const below = whole(r, 1, 12);
  return make("Embedding", [below, whole(r, 1, 8)], [], {
    inputs: [{ shape: [whole(r, 1, 4), whole(r, 1, 8)], below }],
    optimizer: optimizerChoice(r),
  });
}

function norm(r: Random, name: string, own: { readonly elementwiseAffine?: boolean }): LayerConfiguration {
  // two numbers are ±1 when normalised, and their gradient nothing but rounding
  const shape = Array.from({ length: whole(r, 1, 2) }, () => whole(r, 3, 9));
  return make(name, [shape], [[whole(r, 1, 4), whole(r, 1, 3), ...shape]], {
    options: { ...own, eps: pick(r, [1e-5, 1e-3, 0.1]) },
    optimizer: own.elementwiseAffine === false ? null : sgdChoice(r),
  });
}

function batchNorm(r: Random, name: string, rest: readonly number[]): LayerConfiguration {
  const channels = whole(r, 1, 5);
  const affine = chance(r, 0.8);
  return make(name, [channels], [[whole(r, 4, 8), channels, ...rest]], {
    options: {
      affine,
      momentum: pick(r, [0.1, 0.4, null]),
      eps: pick(r, [1e-5, 1e-2]),
      trackRunningStats: chance(r, 0.8),
    },
    training: chance(r, 0.7),
    optimizer: affine ? sgdChoice(r) : null,
  });
}

function convolution(r: Random, axes: 1 | 2): LayerConfiguration {
  const groups = whole(r, 1, 3);
  const [inChannels, outChannels] = [groups * whole(r, 1, 2), groups * whole(r, 1, 3)];
  const each = (low: number, high: number) => Array.from({ length: axes }, () => whole(r, low, high));
  const [kernel, stride, padding, dilation] = [each(1, 3), each(1, 2), each(0, 2), each(1, 2)];
  const sizes = kernel.map((k, i) => dilation[i] * (k - 1) + 1 + whole(r, 0, 4));
  return make(`Conv${axes}d`, [inChannels, outChannels, kernel], [[whole(r, 1, 3), inChannels, ...sizes]], {
    options: { stride, padding, dilation, groups, bias: chance(r, 0.7) },
    optimizer: sgdChoice(r),
  });
}

function pool(r: Random, name: "MaxPool2d" | "AvgPool2d"): LayerConfiguration {
  const each = (draw: () => number) => [draw(), draw()];
  const kernel = each(() => whole(r, 1, 3));
  const dilation = name === "MaxPool2d" ? each(() => whole(r, 1, 2)) : [1, 1];
  const sizes = kernel.map((k, i) => dilation[i] * (k - 1) + 1 + whole(r, 0, 4));
  const own = name === "MaxPool2d" ? { dilation } : { countIncludePad: chance(r, 0.5) };
  return make(name, [kernel], [[whole(r, 1, 3), whole(r, 1, 3), ...sizes]], {
    options: { stride: each(() => whole(r, 1, 3)), padding: kernel.map((k) => whole(r, 0, Math.floor(k / 2))), ...own },
  });
}

function attention(
  r: Random,
  name: "MultiheadAttention" | "SelfAttention" | "scaledDotProductAttention",
): LayerConfiguration {
  const heads = whole(r, 1, 3);
  const [batch, embed, keys] = [whole(r, 1, 3), heads * whole(r, 2, 4), whole(r, 2, 5)];
  const queries = name === "SelfAttention" ? keys : whole(r, 1, 5);
  const attnMask = { hidden: [queries, keys], share: 0.4 };
  const one = [batch, keys, embed];
  const three = [[batch, queries, embed], one, one];
  if (name === "scaledDotProductAttention") {
    return make(name, [], three, { call: pick<Call>(r, [{}, { isCausal: true }, { attnMask }]) });
  }
  const keyPaddingMask = paddingOf(r, batch, keys);
  return make(name, [embed, heads], name === "SelfAttention" ? [one] : three, {
    options: { bias: chance(r, 0.7) },
    call: pick<Call>(r, [{}, { isCausal: true }, { attnMask }, { keyPaddingMask }, { attnMask, keyPaddingMask }]),
    optimizer: sgdChoice(r),
  });
}

function encoder(r: Random): LayerConfiguration {
  const heads = whole(r, 1, 3);
  const [batch, time, size] = [whole(r, 1, 3), whole(r, 2, 5), heads * whole(r, 3, 4)];
  const options = {
    dimFeedforward: whole(r, 3, 10),
    dropout: 0,
    activation: pick(r, ["relu", "gelu"]),
    normFirst: chance(r, 0.5),
    layerNormEps: pick(r, [1e-5, 1e-3]),
  };
  const mask = { hidden: [time, time], share: 0.4 };
  const call = pick<Call>(r, [{}, { isCausal: true }, { mask }, { keyPaddingMask: paddingOf(r, batch, time) }]);
  return make("TransformerEncoderLayer", [size, heads], [[batch, time, size]], {
    options,
    call,
    optimizer: sgdChoice(r),
  });
}

/** Every sequence keeps at least its first key. */
function paddingOf(r: Random, batch: number, keys: number): Mask {
  return { padding: Array.from({ length: batch }, () => whole(r, 1, keys)), keys };
}

function activation(r: Random): LayerConfiguration {
  const shape = Array.from({ length: whole(r, 1, 3) }, () => whole(r, 2, 6));
  const dim = r.integer(shape.length);
  const [name, args, options] = pick<readonly [string, readonly number[], object?]>(r, [
    ["ReLU", []],
    ["Sigmoid", []],
    ["Tanh", []],
    ["GELU", [], { approximate: pick(r, ["none", "tanh"]) }],
    ["LeakyReLU", [decimal(r, 0, 0.5)]],
    ["ELU", [decimal(r, 0.1, 2)]],
    ["SELU", []],
    ["SiLU", []],
    ["Softplus", [decimal(r, 0.5, 3), decimal(r, 1, 20)]],
    ["Softmax", [dim]],
    ["LogSoftmax", [dim]],
  ]);
  return make(name, args, [shape], { options: { ...options } });
}
