// Looks up records by their iteration; they are in ascending order, not every one is there.
import type { Domain } from "../../../charts/scales.ts";

interface Numbered {
  readonly iteration: number;
}

/** The records of a range and so much on either side, and one more, so that a line goes on to the edge of the plot. */
export function recordsIn<T extends Numbered>(records: readonly T[], { min, max }: Domain, margin = 0): readonly T[] {
  const from = Math.max(0, firstFrom(records, min - margin) - 1);
  const to = firstFrom(records, max + margin) + 2;
  return from === 0 && to >= records.length ? records : records.slice(from, to);
}

/** The record next to an iteration, or null when there is none at all. */
export function nearest<T extends Numbered>(records: readonly T[], iteration: number): T | null {
  const i = nearestPlace(records.length, iteration, (place) => records[place].iteration);
  return i === null ? null : records[i];
}

/** Which of `length` ascending numbers is next to `value`; of two equally near the smaller; null when there is none. */
export function nearestPlace(length: number, value: number, at: (i: number) => number): number | null {
  if (length === 0) return null;
  const after = lowerBound(length, value, at);
  if (after === 0 || after === length) return Math.min(after, length - 1);
  return value - at(after - 1) <= at(after) - value ? after - 1 : after;
}

/** The first of `length` ascending numbers that is at least `value`; `length` when there is none. */
export function lowerBound(length: number, value: number, at: (i: number) => number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstFrom(records: readonly Numbered[], iteration: number): number {
  return lowerBound(records.length, iteration, (i) => records[i].iteration);
}
