// Samples held in memory: cutting them into training and validation parts, and stacking some of them into a batch.
import { DataError } from "../engine/errors.ts";
import type { Random } from "../engine/random.ts";
import type { Batch, DataSet, PlainArray } from "./source.ts";

/** All samples stacked along the first dimension, which `input` and `target` share. */
export interface Samples {
  readonly input: PlainArray;
  readonly target: PlainArray;
}

/** Sample numbers of the two parts, each in ascending order; `validation` is null when its share is 0. */
export interface Split {
  readonly train: Int32Array;
  readonly validation: Int32Array | null;
}

/**
 * Draws round(share · count) of `count` samples for validation, at least one when the share is not 0.
 * Uses no random numbers when the share is 0.
 * @throws DataError when nothing is there or nothing is left to train on.
 */
export function splitSamples(name: string, count: number, share: number, random: Random): Split {
  if (count === 0) throw new DataError("there are no samples in it; it needs at least one", name);
  if (share === 0) return { train: Int32Array.from({ length: count }, (_, i) => i), validation: null };
  const held = Math.max(1, Math.round(share * count));
  if (held >= count) {
    throw new DataError(
      `validation: ${share} of ${count} sample${count === 1 ? "" : "s"} leaves none to train on; lower the share or add samples`,
      name,
    );
  }
  const order = random.permutation(count);
  return { train: order.subarray(held).sort(), validation: order.subarray(0, held).sort() };
}

/** The samples with the numbers `rows` as a data set; their values stay where they are. */
export function selectSamples(samples: Samples, rows: Int32Array): DataSet;
export function selectSamples(samples: Samples, rows: Int32Array | null): DataSet | null;
export function selectSamples(samples: Samples, rows: Int32Array | null): DataSet | null {
  return rows && new SampleSet(samples, rows);
}

/** All samples as a data set. */
export function allSamples(samples: Samples): DataSet {
  return new SampleSet(samples, null);
}

class SampleSet implements DataSet {
  readonly length: number;
  private readonly input: Stack;
  private readonly target: Stack;

  constructor(
    { input, target }: Samples,
    /** Numbers of the samples in the set; null for all. */
    private readonly rows: Int32Array | null,
  ) {
    this.length = rows?.length ?? input.shape[0];
    this.input = new Stack(input);
    this.target = new Stack(target);
  }

  batch(indices: Int32Array, reuse?: Batch): Batch {
    return {
      input: this.input.of(indices, this.rows, reuse?.input.data),
      target: this.target.of(indices, this.rows, reuse?.target.data),
    };
  }
}

/** Stacks samples into batches; making an array for a small one costs more than filling it, so an old one is taken if there is. */
class Stack {
  private readonly size: number;

  constructor(private readonly from: PlainArray) {
    this.size = from.shape[0] === 0 ? 0 : from.data.length / from.shape[0];
  }

  of(indices: Int32Array, rows: Int32Array | null, reuse?: Float32Array | Int32Array): PlainArray {
    const { from, size } = this;
    const { data } = from;
    const length = indices.length * size;
    const out = reuse?.length === length ? reuse : this.make(length);
    for (let i = 0; i < indices.length; i++) {
      const start = (rows === null ? indices[i] : rows[indices[i]]) * size;
      if (size > shortSample) out.set(data.subarray(start, start + size), i * size);
      else for (let j = 0; j < size; j++) out[i * size + j] = data[start + j];
    }
    return { shape: [indices.length, ...from.shape.slice(1)], data: out };
  }

  private make(length: number): Float32Array | Int32Array {
    return this.from.data instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);
  }
}

/** Longer samples are copied as blocks; 64 MNIST digits take about 0.04 ms. */
const shortSample = 32;
