// From a data set's plain arrays to tensors, batch by batch in shuffled order.
import type { Batch, DataSet, LoadedData, PlainArray } from "../data/source.ts";
import { engine } from "../engine/engine.ts";
import type { Random } from "../engine/random.ts";
import { sizeOf } from "../engine/shape.ts";
import { Tensor } from "../engine/tensor.ts";
import type { TensorBatch } from "./define.ts";

export function batchesPerEpoch(data: LoadedData): number {
  const full = data.train.length / data.batchSize;
  return data.dropLast ? Math.floor(full) : Math.ceil(full);
}

/** Sample numbers of one epoch, shuffled when the data says so. */
export function epochOrder(data: LoadedData, random: Random): Int32Array {
  return data.shuffle
    ? random.permutation(data.train.length)
    : Int32Array.from({ length: data.train.length }, (_, i) => i);
}

/** The batch before of every data set, whose numbers are in the engine's memory since. */
const spent = new WeakMap<DataSet, Batch>();

/** One batch as tensors of this iteration. */
export function loadBatch(set: DataSet, indices: Int32Array): TensorBatch {
  const batch = set.batch(indices, spent.get(set));
  spent.set(set, batch);
  const { input, target } = batch;
  return { input: toTensor(input), target: toTensor(target) };
}

/** A copy of plain numbers in the engine's memory, until the iteration ends. */
export function toTensor({ shape, data }: PlainArray): Tensor {
  const { memory } = engine().kernels;
  const length = sizeOf(shape);
  const buffer = data instanceof Int32Array ? memory.ints(length, false) : memory.empty(length, false);
  buffer.load(data);
  return new Tensor(buffer, shape);
}
