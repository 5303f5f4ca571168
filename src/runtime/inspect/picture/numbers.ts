// The numbers that a picture is made of: an array, or the difference of two, without a copy. Knows no tensors.
import type { Window } from "../../../protocol/inspector/tensorPicture.ts";
import type { TensorStatistics } from "../../../protocol/tensors.ts";

export type NumberArray = Float32Array | Float64Array | Int32Array;

/** Row-major; `minus` is subtracted element by element. */
export interface Numbers {
  readonly array: NumberArray;
  readonly minus: NumberArray | null;
  readonly length: number;
}

/** Above so many elements every n-th is looked at: a pass over this many takes some 25 ms. */
export const lookedAt = 2 ** 23;

/** n of "every n-th"; shares no divisor with the width, so that every column is looked at. */
export function everyNth(length: number, width: number, limit = lookedAt): number {
  let every = Math.max(1, Math.ceil(length / limit));
  while (every > 1 && commonDivisor(every, width) > 1) every++;
  return every;
}

export interface Found {
  readonly statistics: TensorStatistics;
  readonly largest: number;
  /** Places of the elements of largest magnitude, not finite ones first. */
  readonly places: readonly number[];
}

/** Statistics and the `count` largest of every n-th element, in one pass. */
export function survey({ array, minus, length }: Numbers, every: number, count: number): Found {
  const top = new Largest(count);
  let [sum, squares, min, max, zeros, nonFinite, seen] = [0, 0, Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < length; i += every) {
    const x = minus === null ? array[i] : array[i] - minus[i];
    seen++;
    // false for NaN and for infinities
    if (x - x === 0) {
      sum += x;
      squares += x * x;
      if (x < min) min = x;
      if (x > max) max = x;
      if (x === 0) zeros++;
      if (x > top.threshold || -x > top.threshold) top.add(i, Math.abs(x));
    } else {
      nonFinite++;
      if (top.threshold < Infinity) top.add(i, Infinity);
    }
  }
  const finite = seen - nonFinite;
  const mean = finite > 0 ? sum / finite : 0;
  const statistics = {
    count: length,
    // of a sample, as it would be of all
    norm: Math.sqrt(squares * every),
    mean,
    std: finite > 0 ? Math.sqrt(Math.max(0, squares / finite - mean * mean)) : 0,
    min: finite > 0 ? min : 0,
    max: finite > 0 ? max : 0,
    zeros: seen > 0 ? zeros / seen : 0,
    nonFinite: nonFinite * every,
  };
  return { statistics, largest: finite > 0 ? Math.max(Math.abs(min), Math.abs(max)) : 0, places: top.places() };
}

/** The elements of one slice that begins at `offset`, block by block: of each the one of largest magnitude, NaN first. */
export function blocks(
  { array, minus }: Numbers,
  place: { readonly offset: number; readonly width: number; readonly window: Window; readonly every: number },
  size: { readonly rows: number; readonly columns: number },
): number[] {
  const { offset, width, window, every } = place;
  const values = new Float64Array(size.rows * size.columns);
  const cellOf = Int32Array.from({ length: window.columns }, (_, j) => Math.floor((j * size.columns) / window.columns));
  let phase = 0;
  for (let i = 0; i < window.rows; i++) {
    const start = offset + (window.row + i) * width + window.column;
    const cells = Math.floor((i * size.rows) / window.rows) * size.columns;
    let j = phase;
    for (; j < window.columns; j += every) {
      const x = minus === null ? array[start + j] : array[start + j] - minus[start + j];
      const cell = cells + cellOf[j];
      const held = values[cell];
      // Once NaN it stays: every comparison with it is false.
      if (Number.isNaN(x) || Math.abs(x) > Math.abs(held)) values[cell] = x;
    }
    phase = j - window.columns;
  }
  return Array.from(values);
}

/** The few largest of many, in a list that is looked through only when something gets in. */
class Largest {
  threshold = -1;
  readonly #count: number;
  #held: { readonly place: number; readonly size: number }[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  add(place: number, size: number): void {
    const at = this.#held.findIndex((other) => other.size < size);
    this.#held.splice(at < 0 ? this.#held.length : at, 0, { place, size });
    if (this.#held.length > this.#count) this.#held.pop();
    if (this.#held.length === this.#count) this.threshold = this.#held[this.#count - 1].size;
  }

  places(): number[] {
    return this.#held.map(({ place }) => place);
  }
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
