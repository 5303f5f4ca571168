// Exactly what a model file imports as "gradient-debugger".
export * as data from "./data/index.ts";
export { ones, rand, randn, tensor, zeros } from "./engine/create.ts";
export { where } from "./engine/ops/choose.ts";
export { type CustomOperation, defineOp, noGrad } from "./engine/ops/custom.ts";
export { einsum } from "./engine/ops/einsum.ts";
export { cat, stack } from "./engine/ops/join.ts";
export { Parameter, Tensor } from "./engine/tensor.ts";
export * as F from "./nn/functional.ts";
export * as nn from "./nn/index.ts";
export * as optim from "./optim/index.ts";
export { defineTraining, type Training, type TrainingDefinition } from "./training/define.ts";
