// What to check the gradient of every operation at: a missing operation does not compile.
import { filled, tensor } from "../../src/engine/create.ts";
import { where } from "../../src/engine/ops/choose.ts";
import { defineOp } from "../../src/engine/ops/custom.ts";
import { embedding } from "../../src/engine/ops/embedding.ts";
import { cat, stack } from "../../src/engine/ops/join.ts";
import { crossEntropy } from "../../src/engine/ops/loss/crossEntropy.ts";
import { squaredError } from "../../src/engine/ops/loss/pointwise.ts";
import { linear } from "../../src/engine/ops/matmul.ts";
import type { OperationName } from "../../src/engine/ops/operation.ts";
import { gru } from "../../src/engine/ops/recurrent/gru.ts";
import { lstm } from "../../src/engine/ops/recurrent/lstm.ts";
import { rnn as recurrent } from "../../src/engine/ops/recurrent/rnn.ts";
import type { StepOptions } from "../../src/engine/ops/recurrent/steps.ts";
import type { Random } from "../../src/engine/random.ts";
import type { Tensor } from "../../src/engine/tensor.ts";
import { type GradientCase, wholeNumbers } from "./harness.ts";
import { layerCases } from "./layerCases.ts";
import * as lossCases from "./lossCases.ts";

const unary = (f: (x: Tensor) => Tensor, value?: (r: Random) => number): GradientCase[] => [
  { inputs: [[3, 4]], compute: ([x]) => f(x), value },
  { inputs: [[1]], compute: ([x]) => f(x), value },
  { inputs: [[0]], compute: ([x]) => f(x), value },
];
const binary = (f: (x: Tensor, y: Tensor) => Tensor, value?: (r: Random) => number): GradientCase[] =>
  [
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3]],
    [[3], [2, 3]],
    [
      [2, 1, 3],
      [4, 1],
    ],
    [[], [2, 2]],
    [[2, 0], [1]],
  ].map(([a, b]) => ({ inputs: [a, b], compute: ([x, y]) => f(x, y), value }));
/** 0.5 to 2 with either sign: away from zero. */
const awayFromZero = (r: Random) => r.uniform(0.5, 2) * (r.uniform() < 0.5 ? -1 : 1);
const positive = (r: Random) => r.uniform(0.5, 2);

const rnn = (
  nonlinearity: "tanh" | "relu",
  [B, T, H]: readonly [number, number, number],
  withState: boolean,
): GradientCase => ({
  inputs: [[B, T, H], [H, H], [H], ...(withState ? [[B, H]] : [])],
  compute: ([z, W, b, h0]) => recurrent(z, W, b, h0 ?? null, nonlinearity),
});

const stepOptions = [{}, { reverse: true }, { masked: true }, { masked: true, reverse: true }] as const;
/** 0 for the padding at the end of every second sequence. */
const maskOf = (B: number, T: number) => filled([B, T], (i) => (Math.floor(i / T) % 2 === 1 && i % T >= T - 2 ? 0 : 1));

const gated = (
  G: number,
  states: number,
  compute: (z: Tensor, W: Tensor, b: Tensor, initial: Tensor[], options: StepOptions) => Tensor,
): readonly GradientCase[] =>
  stepOptions.flatMap((o) =>
    [false, true].map((withState) => {
      const [B, T, H] = [2, 4, 3];
      const initial = withState ? Array.from({ length: states }, () => [B, H]) : [];
      return {
        inputs: [[B, T, G * H], [G * H, H], [G * H], ...initial],
        compute: ([z, W, b, ...rest]: readonly Tensor[]) =>
          // a copy, since the layer overwrites it
          compute(z.mul(1), W, b, rest, { reverse: "reverse" in o, mask: "masked" in o ? maskOf(B, T) : null }),
      };
    }),
  );
const lstmCases = gated(4, 2, (z, W, b, [h0, c0], options) => {
  const { h, c } = lstm(z, W, b, h0 ?? null, c0 ?? null, options);
  return cat([h, c], 2);
});
const gruCases = gated(3, 1, (z, W, b, [h0], options) => gru(z, W, b, h0 ?? null, options));
const rnnCases = gated(1, 1, (z, W, b, [h0], options) => recurrent(z, W, b, h0 ?? null, "tanh", options));

export const gradientCases: { readonly [K in OperationName]: readonly GradientCase[] } = {
  add: binary((x, y) => x.add(y)),
  sub: binary((x, y) => x.sub(y)),
  mul: binary((x, y) => x.mul(y)),
  div: binary((x, y) => x.div(y), awayFromZero),
  relu: unary((x) => x.relu(), awayFromZero),
  sigmoid: unary((x) => x.sigmoid()),
  tanh: unary((x) => x.tanh()),
  gelu: unary((x) => x.gelu()),
  geluTanh: unary((x) => x.gelu({ approximate: "tanh" })),
  exp: unary((x) => x.exp()),
  log: unary((x) => x.log(), positive),
  sqrt: unary((x) => x.sqrt(), positive),
  square: unary((x) => x.square()),
  negate: unary((x) => x.neg()),
  reciprocal: unary((x) => x.reciprocal(), awayFromZero),
  abs: unary((x) => x.abs(), awayFromZero),
  expand: [{ inputs: [[3, 1]], compute: ([x]) => x.add(tensor([[1, 2]])) }],
  linear: [
    { inputs: [[2, 3, 4], [5, 4], [5]], compute: ([a, W, b]) => linear(a, W, b) },
    { inputs: [[4], [1, 4]], compute: ([a, W]) => linear(a, W, null) },
    { inputs: [[0, 4], [2, 4], [2]], compute: ([a, W, b]) => linear(a, W, b) },
  ],
  matmul: [
    {
      inputs: [
        [3, 4],
        [4, 2],
      ],
      compute: ([a, b]) => a.matmul(b),
    },
    {
      inputs: [
        [2, 3, 4],
        [4, 2],
      ],
      compute: ([a, b]) => a.matmul(b),
    },
    {
      inputs: [
        [2, 1, 3, 4],
        [5, 4, 1],
      ],
      compute: ([a, b]) => a.matmul(b),
    },
    { inputs: [[4], [4, 2]], compute: ([a, b]) => a.matmul(b) },
    { inputs: [[3, 4], [4]], compute: ([a, b]) => a.matmul(b) },
    {
      inputs: [
        [4, 3],
        [4, 2],
      ],
      compute: ([a, b]) => a.transpose(0, 1).matmul(b),
    },
    {
      inputs: [
        [2, 3, 4],
        [2, 5, 4],
      ],
      compute: ([a, b]) => a.matmul(b.transpose(1, 2)),
    },
    {
      inputs: [
        [2, 4, 3],
        [5, 4],
      ],
      compute: ([a, b]) => a.transpose(1, 2).matmul(b.transpose(0, 1)),
    },
    {
      inputs: [
        [2, 3, 2, 4],
        [2, 3, 2, 4],
      ],
      compute: ([a, b]) => a.transpose(1, 2).matmul(b.permute(0, 2, 3, 1)),
    },
    {
      inputs: [
        [3, 8],
        [8, 2],
      ],
      compute: ([a, b]) => a.slice(1, 0, 8, 2).matmul(b.slice(0, 1, 8, 2)),
    },
    {
      inputs: [
        [3, 1],
        [1, 3],
      ],
      // strides of zero in both operands
      compute: ([a, b]) => a.expand(3, 4).matmul(b.expand(4, 3)),
    },
    { inputs: [[4], [4]], compute: ([a, b]) => a.matmul(b) },
    {
      inputs: [
        [3, 0],
        [0, 2],
      ],
      compute: ([a, b]) => a.matmul(b),
    },
  ],
  embedding: [
    { inputs: [[5, 3]], compute: ([W], e) => embedding(wholeNumbers(e, [2, 3], [0, 4, 4, 1, 0, 4]), W) },
    { inputs: [[1, 1]], compute: ([W], e) => embedding(wholeNumbers(e, [1], [0]), W) },
  ],
  "rnn step": [
    ...rnnCases,
    rnn("tanh", [2, 4, 3], false),
    rnn("tanh", [2, 3, 3], true),
    rnn("relu", [3, 3, 2], true),
    rnn("tanh", [1, 1, 1], true),
  ],
  "lstm gates": lstmCases,
  "lstm i": lstmCases.slice(0, 1),
  "lstm f": lstmCases.slice(0, 1),
  "lstm g": lstmCases.slice(0, 1),
  "lstm o": lstmCases.slice(0, 1),
  "lstm c": lstmCases.slice(0, 1),
  "lstm h": lstmCases.slice(0, 1),
  "gru gates": gruCases,
  "gru r": gruCases.slice(0, 1),
  "gru z": gruCases.slice(0, 1),
  "gru n": gruCases.slice(0, 1),
  "gru h": gruCases.slice(0, 1),
  "cross entropy": [
    { inputs: [[4, 3]], compute: ([x], e) => crossEntropy(x, wholeNumbers(e, [4], [0, 2, 1, 2])) },
    { inputs: [[2, 2, 3]], compute: ([x], e) => crossEntropy(x, wholeNumbers(e, [2, 2], [0, 2, 1, 2])) },
    { inputs: [[2, 1]], compute: ([x], e) => crossEntropy(x, wholeNumbers(e, [2], [0, 0])) },
    ...lossCases.crossEntropy,
  ],
  "squared error": [
    {
      inputs: [
        [3, 2],
        [3, 2],
      ],
      compute: ([x, y]) => squaredError(x, y),
    },
    { inputs: [[1], [1]], compute: ([x, y]) => squaredError(x, y) },
    ...lossCases.squaredError,
  ],
  nll: lossCases.nll,
  huber: lossCases.huber,
  "binary cross entropy": lossCases.binaryCrossEntropy,
  "kl divergence": lossCases.klDivergence,
  softmax: [
    { inputs: [[3, 4]], compute: ([x]) => x.softmax() },
    { inputs: [[2, 1]], compute: ([x]) => x.softmax() },
  ],
  sum: [
    { inputs: [[2, 3, 4]], compute: ([x]) => x.sum() },
    { inputs: [[2, 3, 4]], compute: ([x]) => x.sum(1) },
    { inputs: [[2, 3, 4]], compute: ([x]) => x.sum(-1, { keepdim: true }) },
    { inputs: [[2, 0]], compute: ([x]) => x.sum(1) },
  ],
  mean: [
    { inputs: [[2, 3, 4]], compute: ([x]) => x.mean() },
    { inputs: [[2, 3, 4]], compute: ([x]) => x.mean(0) },
    { inputs: [[2, 3, 4]], compute: ([x]) => x.mean(2) },
  ],
  max: [{ inputs: [[3, 4]], compute: ([x]) => x.max() }],
  min: [{ inputs: [[3, 4]], compute: ([x]) => x.min() }],
  norm: [{ inputs: [[3, 4]], compute: ([x]) => x.norm() }],
  reshape: [{ inputs: [[2, 6]], compute: ([x]) => x.reshape(3, -1) }],
  transpose: [
    { inputs: [[2, 3, 4]], compute: ([x]) => x.transpose(0, 2) },
    { inputs: [[2, 3]], compute: ([x]) => x.transpose(-1, 0) },
  ],
  select: [
    { inputs: [[2, 3, 4]], compute: ([x]) => x.select(1, -1) },
    { inputs: [[3]], compute: ([x]) => x.select(0, 1) },
  ],
  slice: [
    { inputs: [[2, 7]], compute: ([x]) => x.slice(1, 1, -1, 2) },
    { inputs: [[3, 2]], compute: ([x]) => x.slice(0, 2) },
    { inputs: [[3]], compute: ([x]) => x.slice(0, 3) },
  ],
  permute: [
    { inputs: [[2, 3, 4]], compute: ([x]) => x.permute(2, 0, 1) },
    { inputs: [[2, 3, 4]], compute: ([x]) => x.permute(1, 2, 0).transpose(0, 1).select(2, 1) },
  ],
  contiguous: [{ inputs: [[2, 3]], compute: ([x]) => x.transpose(0, 1).reshape(6) }],
  where: [
    {
      inputs: [
        [2, 3],
        [1, 3],
      ],
      compute: ([x, y]) => where(tensor([[1, 0, 1]]), x, y),
    },
    { inputs: [[2, 3]], compute: ([x]) => x.maskedFill(x.gt(0), 7) },
  ],
  maximum: [{ inputs: [[2, 3], [3]], compute: ([x, y]) => x.maximum(y) }],
  minimum: [{ inputs: [[2, 3], [3]], compute: ([x, y]) => x.minimum(y) }],
  clamp: [{ inputs: [[3, 4]], compute: ([x]) => x.clamp(-0.5, 0.5) }],
  pow: [
    { inputs: [[3, 4]], compute: ([x]) => x.pow(3) },
    { inputs: [[3, 4]], compute: ([x]) => x.pow(-0.5), value: positive },
    { inputs: [[3]], compute: ([x]) => x.pow(0) },
  ],
  "index select": [
    { inputs: [[2, 4, 3]], compute: ([x], e) => x.indexSelect(1, wholeNumbers(e, [3], [3, 0, 3])) },
    { inputs: [[2]], compute: ([x], e) => x.indexSelect(0, wholeNumbers(e, [0], [])) },
  ],
  gather: [
    { inputs: [[3, 4]], compute: ([x], e) => x.gather(1, wholeNumbers(e, [2, 3], [0, 0, 3, 1, 2, 1])) },
    { inputs: [[3, 4]], compute: ([x]) => x.max(1) },
    { inputs: [[3, 4, 2]], compute: ([x]) => x.min(1) },
  ],
  "scatter add": [
    {
      inputs: [
        [3, 4],
        [2, 4],
      ],
      compute: ([x, y], e) => x.scatterAdd(0, wholeNumbers(e, [2, 3], [0, 2, 0, 0, 1, 0]), y),
    },
  ],
  ...layerCases,
  custom: [
    {
      inputs: [[2, 3]],
      // y = x³, dx = 3x² dy
      compute: ([x]) =>
        defineOp({
          name: "cube",
          forward: (v) => ({ output: v.mul(v).mul(v), saved: v }),
          backward: (dy, v) => [dy.mul(v.square()).mul(3)],
        })(x),
    },
  ],
  narrow: [
    { inputs: [[2, 5, 2]], compute: ([x]) => x.narrow(1, 1, 3) },
    { inputs: [[4]], compute: ([x]) => x.narrow(0, 2, 0) },
  ],
  cat: [
    {
      inputs: [
        [2, 1, 2],
        [2, 3, 2],
      ],
      compute: ([x, y]) => cat([x, y], 1),
    },
    {
      inputs: [
        [2, 3],
        [2, 3],
      ],
      compute: ([x, y]) => stack([x, y], 1),
    },
    { inputs: [[2, 3]], compute: ([x]) => cat([x, x], -1) },
  ],
};
