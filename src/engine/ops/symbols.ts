// The letters by which the literature calls what an operation takes and gives, for whoever shows it.
import type { OperationName } from "./operation.ts";

export interface Symbols {
  /** In the order of the operation's inputs; where there are more inputs than letters, the last one gets a number. */
  readonly inputs: readonly string[];
  readonly output: string;
}

const elementwise: Symbols = { inputs: ["x"], output: "y" };
const pairwise: Symbols = { inputs: ["x", "y"], output: "z" };

export const symbols: { readonly [K in OperationName]: Symbols } = {
  add: pairwise,
  sub: pairwise,
  mul: pairwise,
  div: pairwise,
  relu: { inputs: ["z"], output: "a" },
  sigmoid: { inputs: ["z"], output: "a" },
  tanh: { inputs: ["z"], output: "a" },
  gelu: { inputs: ["z"], output: "a" },
  geluTanh: { inputs: ["z"], output: "a" },
  exp: elementwise,
  log: elementwise,
  sqrt: elementwise,
  square: elementwise,
  negate: elementwise,
  reciprocal: elementwise,
  abs: elementwise,
  expand: elementwise,
  linear: { inputs: ["a", "W", "b"], output: "z" },
  matmul: { inputs: ["A", "B"], output: "C" },
  embedding: { inputs: ["tokens", "W"], output: "x" },
  "rnn step": { inputs: ["z", "W_hh", "b_hh", "h_0"], output: "h" },
  "lstm gates": { inputs: ["z", "W_hh", "b_hh"], output: "gates" },
  "lstm i": { inputs: ["z"], output: "i" },
  "lstm f": { inputs: ["z"], output: "f" },
  "lstm g": { inputs: ["z"], output: "g" },
  "lstm o": { inputs: ["z"], output: "o" },
  "lstm c": { inputs: ["gates", "c"], output: "c" },
  "lstm h": { inputs: ["gates", "c"], output: "h" },
  "gru gates": { inputs: ["z", "W_hh", "b_hh"], output: "gates" },
  "gru r": { inputs: ["z"], output: "r" },
  "gru z": { inputs: ["z"], output: "z" },
  "gru n": { inputs: ["z"], output: "n" },
  "gru h": { inputs: ["gates", "h"], output: "h" },
  "cross entropy": { inputs: ["logits", "target"], output: "L" },
  "squared error": { inputs: ["output", "target"], output: "L" },
  nll: { inputs: ["log p", "target"], output: "L" },
  huber: { inputs: ["output", "target"], output: "L" },
  "binary cross entropy": { inputs: ["logits", "target"], output: "L" },
  "kl divergence": { inputs: ["log p", "target"], output: "L" },
  softmax: { inputs: ["x"], output: "p" },
  sum: elementwise,
  mean: elementwise,
  max: elementwise,
  min: elementwise,
  norm: elementwise,
  reshape: elementwise,
  transpose: elementwise,
  select: elementwise,
  narrow: elementwise,
  slice: elementwise,
  permute: elementwise,
  contiguous: elementwise,
  cat: elementwise,
  where: { inputs: ["condition", "x", "y"], output: "z" },
  maximum: pairwise,
  minimum: pairwise,
  clamp: elementwise,
  pow: elementwise,
  "index select": { inputs: ["x", "index"], output: "y" },
  gather: { inputs: ["x", "index"], output: "y" },
  "scatter add": { inputs: ["x", "index", "source"], output: "y" },
  leakyRelu: { inputs: ["z"], output: "a" },
  elu: { inputs: ["z"], output: "a" },
  selu: { inputs: ["z"], output: "a" },
  silu: { inputs: ["z"], output: "a" },
  softplus: { inputs: ["z"], output: "a" },
  "log softmax": { inputs: ["x"], output: "log p" },
  dropout: elementwise,
  "layer norm": { inputs: ["x", "γ", "β"], output: "y" },
  "rms norm": { inputs: ["x", "γ"], output: "y" },
  "batch norm": { inputs: ["x", "γ", "β"], output: "y" },
  conv1d: { inputs: ["x", "W", "b"], output: "z" },
  conv2d: { inputs: ["x", "W", "b"], output: "z" },
  "max pool": elementwise,
  "average pool": elementwise,
  "attention scores": { inputs: ["Q", "K"], output: "S" },
  "attention weights": { inputs: ["S"], output: "P" },
  "attention output": { inputs: ["P", "V"], output: "O" },
  custom: elementwise,
};

/** Operations that give the hidden state of a timestep: their output's gradient is ∂L/∂h_t. */
export const hiddenStateOperations: ReadonlySet<OperationName> = new Set(["rnn step", "lstm h", "gru h"]);

/** Gates of a timestep: which block of `hidden` columns of the gates' tensor each one is. */
export const gateBlocks: Partial<Readonly<Record<OperationName, number>>> = {
  "lstm i": 0,
  "lstm f": 1,
  "lstm g": 2,
  "lstm o": 3,
  "gru r": 0,
  "gru z": 1,
  "gru n": 2,
};
