// Which tensors the run itself computes with, where they lie in memory, and what they are called. Changes nothing.

import type { MemoryInfo } from "../../../protocol/values.ts";
import type { FloatBuffer, Tensor } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import type { UserStack } from "../../userStack.ts";

/** Numbers that the run reads again: a change of them changes what it computes. */
export interface Live {
  /** Names that are the same in every iteration, so that one can be compared with the next. */
  readonly keys: readonly string[];
  readonly buffer: FloatBuffer;
  readonly length: number;
}

/** A part of a live run of numbers. */
export interface Place {
  readonly live: Live;
  /** In elements from its beginning. */
  readonly offset: number;
}

/** Parameters, outputs of layers, the user's variables, then the rest of the tape; of each its gradient too. */
export function liveTensors(run: TrainingRun, user: UserStack): readonly Live[] {
  const keys = new Map<Tensor, string[]>();
  const add = (key: string | null, tensor: Tensor) => {
    // a strided view has no numbers of its own: those that it shows belong to a tensor that is listed too
    if (!tensor.alive || tensor.dtype === "int32" || tensor.strided) return;
    const own = keys.get(tensor) ?? [];
    if (key !== null) own.push(key);
    keys.set(tensor, own);
  };
  for (const [name, tensor] of run.model.stateDict()) add(parameterKey(name), tensor);
  for (const [path, { outputs }] of run.calls) for (const [i, y] of outputs.entries()) add(`output ${i} of ${path}`, y);
  for (const [place, { tensor }] of user.tensors) add(`variable ${place}`, tensor);
  if (run.batch !== null) for (const tensor of [run.batch.input, run.batch.target]) add(null, tensor);
  for (const [i, { inputs, output }] of run.engine.tape.entries()) {
    for (const tensor of inputs) add(null, tensor);
    // a recurrent layer writes all its timesteps into one tensor: the first of them names it
    if (!keys.get(output)?.some((key) => key.startsWith("operation"))) add(`operation ${i}`, output);
  }
  const states = run.optimizer.states.flatMap(({ buffers }) => [...buffers.values()]);
  return [
    ...[...keys].flatMap(([tensor, own]) => liveOf(tensor, own)),
    ...states.map((buffer) => ({ keys: [], buffer, length: buffer.length })),
  ];
}

export function parameterKey(name: string): string {
  return `parameter ${name}`;
}

function liveOf(tensor: Tensor, keys: readonly string[]): Live[] {
  const { length } = tensor;
  const own = { keys, buffer: tensor.floats, length };
  if (!tensor.hasGradient) return [own];
  return [own, { keys: keys.map((key) => `gradient of ${key}`), buffer: tensor.gradient(), length }];
}

/** Where a tensor's numbers lie, or null when they are a copy or were computed by an expression only. */
export function placeOf(tensor: Tensor, live: readonly Live[]): Place | null {
  if (!tensor.alive || tensor.dtype === "int32") return null;
  const { buffer } = tensor.memory;
  // of a strided view the first element counts: the others lie in the same tensor
  const length = tensor.strided ? Math.min(1, tensor.length) : tensor.length;
  for (const candidate of live) {
    const offset = offsetIn(candidate.buffer, buffer);
    if (offset !== null && offset >= 0 && offset + length <= candidate.length) return { live: candidate, offset };
  }
  return null;
}

/** Elements from the beginning of `outer` to that of `inner`; null when they lie in different memories. */
function offsetIn(outer: FloatBuffer, inner: FloatBuffer): number | null {
  const bytes = outer.array.BYTES_PER_ELEMENT;
  if (outer.ptr !== 0 || inner.ptr !== 0) return (inner.ptr - outer.ptr) / bytes;
  if (outer.array.buffer !== inner.array.buffer) return null;
  return (inner.array.byteOffset - outer.array.byteOffset) / bytes;
}

/**
 * Bytes `offset` to `offset + count` of a tensor's numbers: float32 as in wasm memory, float64 of the reference kernels,
 * int32 of whole numbers; little-endian. What lies outside of the tensor cannot be read.
 */
export function readBytes(tensor: Tensor, offset: number, count: number): MemoryInfo {
  const { array, ptr } = tensor.dtype === "int32" ? tensor.ints : tensor.floats;
  const bytes = new Uint8Array(array.buffer, array.byteOffset, tensor.length * array.BYTES_PER_ELEMENT);
  const address = `0x${Math.max(0, ptr + offset).toString(16)}`;
  // nothing before the tensor can be read, so that reading must begin inside of it
  if (offset < 0) return { address, data: "", unreadableBytes: Math.min(count, -offset) };
  const read = bytes.subarray(offset, offset + count);
  return { address, data: Buffer.from(read).toString("base64"), unreadableBytes: count - read.length };
}
