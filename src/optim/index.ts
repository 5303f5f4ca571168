// What a model file sees as `optim`.
export { type AdagradOptions, adagrad } from "./adagrad.ts";
export { type AdamOptions, adam, adamW } from "./adam.ts";
export { clipGradNorm, clipGradValue } from "./clip.ts";
export type { Optimizer, ParameterGroup, Trained } from "./optimizer.ts";
export { type RMSpropOptions, rmsprop } from "./rmsprop.ts";
export * as schedules from "./schedules/index.ts";
export { type SGDOptions, sgd } from "./sgd.ts";
