// Samples that stand for a whole set, class probabilities, and numbers packed for the way. Knows no run.
import { type Packed, pack } from "../../protocol/inspector/playing.ts";
import { Random } from "../../training/engine.ts";

/** At most `limit` numbers of `length` samples, in an order whose every beginning is an even draw from them. */
export function draw(length: number, limit: number): Int32Array {
  return new Random(0).permutation(length).slice(0, limit);
}

/** p_j = exp(x_j − max x) / Σ exp(x_k − max x), for one row of scores; also of log-probabilities, which it leaves as they are. */
export function softmax(scores: ArrayLike<number>): Float64Array {
  let max = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < scores.length; j++) max = Math.max(max, scores[j]);
  const p = Float64Array.from(scores, (x) => Math.exp(x - max));
  const sum = p.reduce((a, b) => a + b, 0);
  return p.map((x) => x / sum);
}

/** Place of the largest; the first of equals. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let j = 1; j < values.length; j++) if (values[j] > values[best]) best = j;
  return best;
}

export function packed(values: ArrayLike<number>): Packed {
  return pack(values, base64);
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** Names of the classes, or their numbers. */
export function classNames(count: number, names: readonly string[] | undefined): string[] {
  return Array.from({ length: count }, (_, i) => names?.[i] ?? String(i));
}
