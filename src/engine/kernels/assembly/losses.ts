// Losses element by element: binary cross-entropy of logits. Written through e^(−|x|), so nothing overflows.

import { vexp } from "./exp";
import { loadTail, madd, splat, storeTail } from "./simd";

/** out = w y · softplus(−x) + (1 − y) · softplus(x), with w = 1 where `positiveWeight` has no address. */
export function binaryCrossEntropy(n: i32, x: usize, y: usize, positiveWeight: usize, out: usize): void {
  for (let i = 0; i < n; i += 4, x += 16, y += 16, out += 16) {
    const rest = n - i;
    const z = read(x, rest);
    const label = read(y, rest);
    const positive = positiveWeight ? f32x4.mul(label, read(positiveWeight, rest)) : label;
    if (positiveWeight) positiveWeight += 16;
    const t = log1pExp(z);
    const up = f32x4.add(t, f32x4.max(z, splat(0)));
    const down = f32x4.add(t, f32x4.max(f32x4.neg(z), splat(0)));
    write(out, madd(positive, down, f32x4.mul(f32x4.sub(splat(1), label), up)), rest);
  }
}

/**
 * dx += dOut ⊙ ((1 − y) σ(x) − w y σ(−x)); dy += dOut ⊙ (w softplus(−x) − softplus(x)). A gradient without an address is
 * left out.
 */
export function binaryCrossEntropyBackward(
  n: i32,
  x: usize,
  y: usize,
  positiveWeight: usize,
  dOut: usize,
  dx: usize,
  dy: usize,
): void {
  for (let i = 0; i < n; i += 4, x += 16, y += 16, dOut += 16) {
    const rest = n - i;
    const z = read(x, rest);
    const label = read(y, rest);
    const d = read(dOut, rest);
    const weight = positiveWeight ? read(positiveWeight, rest) : splat(1);
    if (positiveWeight) positiveWeight += 16;
    if (dx) {
      // e^(−|x|)/(1 + e^(−|x|)) and 1/(1 + e^(−|x|)) are σ(−|x|) and σ(|x|)
      const e = vexp(f32x4.neg(f32x4.abs(z)));
      const larger = f32x4.div(splat(1), f32x4.add(splat(1), e));
      const smaller = f32x4.mul(e, larger);
      const negative = f32x4.lt(z, splat(0));
      const up = f32x4.mul(f32x4.sub(splat(1), label), v128.bitselect(smaller, larger, negative));
      const down = f32x4.mul(f32x4.mul(label, weight), v128.bitselect(larger, smaller, negative));
      write(dx, madd(d, f32x4.sub(up, down), read(dx, rest)), rest);
      dx += 16;
    }
    if (dy) {
      const t = log1pExp(z);
      const up = f32x4.add(t, f32x4.max(z, splat(0)));
      const down = f32x4.add(t, f32x4.max(f32x4.neg(z), splat(0)));
      write(dy, madd(d, f32x4.sub(f32x4.mul(weight, down), up), read(dy, rest)), rest);
      dy += 16;
    }
  }
}

/**
 * log(1 + e), e = e^(−|x|), as 2 artanh s = 2s (1 + s²/3 + s⁴/5 + …), s = e/(2 + e) ≤ 1/3: after eight terms the rest is
 * below 2e-9 of the sum.
 */
@inline
function log1pExp(x: v128): v128 {
  const e = vexp(f32x4.neg(f32x4.abs(x)));
  const s = f32x4.div(e, f32x4.add(splat(2), e));
  const z = f32x4.mul(s, s);
  let series = madd(z, splat(1 / 15), splat(1 / 13));
  series = madd(z, series, splat(1 / 11));
  series = madd(z, series, splat(1 / 9));
  series = madd(z, series, splat(1 / 7));
  series = madd(z, series, splat(1 / 5));
  series = madd(z, series, splat(1 / 3));
  series = madd(z, series, splat(1));
  return f32x4.mul(f32x4.add(s, s), series);
}

/** Four floats, or the `rest` that are left. */
@inline
function read(p: usize, rest: i32): v128 {
  return rest >= 4 ? v128.load(p) : loadTail(p, rest);
}

@inline
function write(p: usize, v: v128, rest: i32): void {
  if (rest >= 4) v128.store(p, v);
  else storeTail(p, v, rest);
}
