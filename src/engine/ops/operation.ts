// What an operation is: its name, its forward and its backward, side by side. Every operation of the engine is made here.
import { engine } from "../engine.ts";
import type { BinaryOp, FloatBuffer, UnaryOp } from "../kernels/kernels.ts";
import type { ActivationOp } from "../kernels/layers/layerKernels.ts";
import type { Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** All operations there are; tests hold one gradient check for each, by type. */
export type OperationName =
  | UnaryOp
  | BinaryOp
  | "expand"
  | "linear"
  | "matmul"
  | "embedding"
  | "rnn step"
  | "lstm gates"
  | "lstm i"
  | "lstm f"
  | "lstm g"
  | "lstm o"
  | "lstm c"
  | "lstm h"
  | "gru gates"
  | "gru r"
  | "gru z"
  | "gru n"
  | "gru h"
  | "cross entropy"
  | "squared error"
  | "nll"
  | "huber"
  | "binary cross entropy"
  | "kl divergence"
  | "softmax"
  | "sum"
  | "mean"
  | "max"
  | "min"
  | "norm"
  | "reshape"
  | "transpose"
  | "select"
  | "narrow"
  | "slice"
  | "permute"
  | "contiguous"
  | "cat"
  | "where"
  | "maximum"
  | "minimum"
  | "clamp"
  | "pow"
  | "index select"
  | "gather"
  | "scatter add"
  | ActivationName
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
  | "custom";

/** Activations with parameters; SELU is ELU's kernel with fixed ones. */
export type ActivationName = ActivationOp | "selu";

export interface Operation {
  readonly name: OperationName;
  readonly inputs: readonly Tensor[];
  readonly shape: Shape;
  /** Does forward add to `out`? Then it is zero before. */
  readonly accumulates?: boolean;
  /** Overwrites all of `out`. */
  forward(out: FloatBuffer): void;
  /** Adds to the gradient of each input that requires one. `dOut` is ∂L/∂out, `out` the value that forward computed. */
  backward(dOut: FloatBuffer, out: FloatBuffer): void;
}

/** Computes an operation, records it and returns its output. */
export function perform(operation: Operation): Tensor {
  const e = engine();
  const out = e.floats(operation.shape, operation.name, operation.accumulates ?? false);
  operation.forward(out);
  const output = new Tensor(out, operation.shape, {
    requiresGrad: e.recording && operation.inputs.some(requiresGrad),
    persistent: !e.iterating,
  });
  e.record(operation.name, operation.inputs, output, () => operation.backward(output.gradient(), out));
  return output;
}

function requiresGrad(x: Tensor): boolean {
  return x.requiresGrad;
}
