// The softmax of attention: scores are scaled, masked and normalised in one pass over each row. AssemblyScript.

import { loadTail, madd, splat, storeTail, wholeBytes } from "../simd";
import { dot, exponentials, maximum, normalise } from "../softmax";

/** p = softmax(α x + mask); with `causal`, row i sees its first i + 1 elements. A mask at address 0 is left out. */
export function maskedSoftmaxRows(
  m: i32,
  n: i32,
  alpha: f32,
  x: usize,
  mask: usize,
  maskStep: i32,
  causal: bool,
  p: usize,
): void {
  const step = <usize>n << 2;
  for (let i = 0; i < m; i++, x += step, p += step) {
    const seen = causal ? min(n, i + 1) : n;
    scores(seen, alpha, x, mask, p);
    normalise(seen, p, exponentials(seen, p, p, maximum(seen, p)));
    for (let j = seen; j < n; j++) store<f32>(p + (<usize>j << 2), 0);
    if (mask) mask += <usize>maskStep << 2;
  }
}

/** dx += α p ⊙ (dp − Σ_j dp_j p_j) */
export function maskedSoftmaxRowsBackward(m: i32, n: i32, alpha: f32, p: usize, dp: usize, dx: usize): void {
  const step = <usize>n << 2;
  const whole = wholeBytes(n);
  const rest = n & 3;
  const a = splat(alpha);
  for (let i = 0; i < m; i++, p += step, dp += step, dx += step) {
    const s = splat(<f32>dot(n, p, dp));
    for (let at: usize = 0; at != whole; at += 16) {
      const change = f32x4.mul(a, f32x4.sub(v128.load(dp + at), s));
      v128.store(dx + at, madd(v128.load(p + at), change, v128.load(dx + at)));
    }
    if (rest) {
      const change = f32x4.mul(a, f32x4.sub(loadTail(dp + whole, rest), s));
      storeTail(dx + whole, madd(loadTail(p + whole, rest), change, loadTail(dx + whole, rest)), rest);
    }
  }
}

/** p = α x + mask */
@inline
function scores(n: i32, alpha: f32, x: usize, mask: usize, p: usize): void {
  const a = splat(alpha);
  const whole = wholeBytes(n);
  for (let at: usize = 0; at != whole; at += 16) {
    const value = f32x4.mul(a, v128.load(x + at));
    v128.store(p + at, mask ? f32x4.add(value, v128.load(mask + at)) : value);
  }
  const rest = n & 3;
  if (rest) {
    const value = f32x4.mul(a, loadTail(x + whole, rest));
    storeTail(p + whole, mask ? f32x4.add(value, loadTail(mask + whole, rest)) : value, rest);
  }
}
