// What a condition of a data breakpoint is about: the numbers of a tensor now, and against what they were.
import type { Values } from "../../../protocol/breakpoints/numericCondition.ts";

/** Copied: tensors of an iteration are gone with it. */
export type Numbers = Float32Array | Float64Array;

export interface Measured {
  readonly values: Values;
  /** Element that has changed most, or −1. */
  readonly mostChanged: number;
}

/** `old` is null when there is nothing to compare with; then `changes` has no value, and no condition on it holds. */
export function measure(now: Numbers, old: Numbers | null): Measured {
  let [sum, squares, zeros, finite] = [0, 0, 0, true];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of now) {
    sum += x;
    squares += x * x;
    if (x === 0) zeros++;
    if (!Number.isFinite(x)) finite = false;
    if (x < min) min = x;
    if (x > max) max = x;
  }
  const n = now.length;
  const mean = sum / n;
  const { change, mostChanged } = old === null || old.length !== n ? none : changeOf(now, old);
  const std = Math.sqrt(Math.max(0, squares / n - mean * mean));
  const values = { norm: Math.sqrt(squares), min, max, mean, std, zeros: zeros / n, zero: zeros === n, finite };
  return { values: change === null ? values : { ...values, change, changes: change }, mostChanged };
}

const none = { change: null, mostChanged: -1 } as const;

/** ‖new − old‖ / ‖old‖; infinite when the old one was zero, or when one of them is not finite and the other is. */
function changeOf(now: Numbers, old: Numbers): { change: number; mostChanged: number } {
  let [difference, size, largest, mostChanged] = [0, 0, 0, -1];
  for (let i = 0; i < now.length; i++) {
    // equal infinities have not changed, and NaN has not either when it was NaN before
    const d = Object.is(now[i], old[i]) ? 0 : Math.abs(now[i] - old[i]);
    size += old[i] * old[i];
    difference += d * d;
    if (d > largest || Number.isNaN(d)) [largest, mostChanged] = [d, i];
  }
  const change = difference === 0 ? 0 : Math.sqrt(difference / size);
  return { change: Number.isNaN(change) ? Number.POSITIVE_INFINITY : change, mostChanged };
}
