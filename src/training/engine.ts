// The engine as those outside of training see it: the runtime's one door to it.
export type { Engine, Node, Provenance, Scope } from "../engine/engine.ts";
export { DataError, ModelError } from "../engine/errors.ts";
export type { FloatBuffer, Kernels } from "../engine/kernels/kernels.ts";
export { ReferenceKernels } from "../engine/kernels/reference/reference.ts";
export { type SecondThreadData, serveSecondThread, WasmKernels } from "../engine/kernels/wasm.ts";
export type { OperationName } from "../engine/ops/operation.ts";
export { gateBlocks, hiddenStateOperations, symbols as operationSymbols } from "../engine/ops/symbols.ts";
export { Random } from "../engine/random.ts";
export { Parameter, Tensor } from "../engine/tensor.ts";
export { Module } from "../nn/module.ts";
