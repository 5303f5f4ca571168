// Weights and gradients as safetensors bytes, under PyTorch's state-dict names.
import { type NamedArray, readSafetensors, writeSafetensors } from "../data/safetensors.ts";
import type { Tensor } from "../engine/tensor.ts";
import type { Module } from "../nn/module.ts";

export function encodeWeights(model: Module): Uint8Array {
  return writeSafetensors(new Map([...model.stateDict()].map(([name, t]) => [name, copyOf(t)])));
}

/**
 * Gives the model the weights of a file.
 * @throws DataError when the file is malformed, ModelError when its names or shapes are not the model's
 */
export function loadWeights(model: Module, bytes: Uint8Array, file: string): void {
  model.loadStateDict(readSafetensors(bytes, file));
}

/** Every parameter's gradient (zero where none came) and `loss`, a scalar. */
export function encodeGradients(model: Module, loss: Tensor): Uint8Array {
  const entries = model
    .namedParameters()
    .map(([name, p]): [string, NamedArray] => [name, copyOf(p.grad ?? p.detach().mul(0))]);
  return writeSafetensors(new Map([...entries, ["loss", copyOf(loss)]]));
}

function copyOf(t: Tensor): NamedArray {
  const { array } = t.floats;
  return { shape: t.shape, data: array instanceof Float64Array ? Float64Array.from(array) : Float32Array.from(array) };
}
