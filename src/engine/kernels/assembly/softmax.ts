// Softmax and cross-entropy over the rows of a matrix (Bridle 1990), through log-sum-exp.

import { vexp } from "./exp";
import { high, loadTail, low, madd, splat, storeTail, total, wholeBytes } from "./simd";

@external("env", "log")
declare function log(x: f64): f64;

/** p = e^(x − max) / Σ e^(x − max), row by row. */
export function softmaxRows(m: i32, n: i32, x: usize, p: usize): void {
  const step = <usize>n << 2;
  for (let i = 0; i < m; i++, x += step, p += step) {
    normalise(n, p, exponentials(n, x, p, maximum(n, x)));
  }
}

/** p = softmax(x) row by row, with the parts of log Σ e^x = max + log Σ e^(x − max) kept: a row's log p is x − max − log Σ. */
export function softmaxRowsParts(m: i32, n: i32, x: usize, p: usize, max: usize, logSum: usize): void {
  const step = <usize>n << 2;
  for (let i = 0; i < m; i++, x += step, p += step, max += 4, logSum += 4) {
    const largest = maximum(n, x);
    const sum = exponentials(n, x, p, largest);
    normalise(n, p, sum);
    store<f32>(max, largest);
    store<f32>(logSum, <f32>log(sum));
  }
}

/** dx += p ⊙ (dp − Σ_j dp_j p_j), row by row. */
export function softmaxRowsBackward(m: i32, n: i32, p: usize, dp: usize, dx: usize): void {
  const step = <usize>n << 2;
  const rest = n & 3;
  for (let i = 0; i < m; i++) {
    const s = splat(<f32>dot(n, p, dp));
    const end = p + wholeBytes(n);
    for (let q = p, d = dp, out = dx; q != end; q += 16, d += 16, out += 16) {
      v128.store(out, madd(v128.load(q), f32x4.sub(v128.load(d), s), v128.load(out)));
    }
    if (rest) {
      const at = wholeBytes(n);
      const change = f32x4.sub(loadTail(dp + at, rest), s);
      storeTail(dx + at, madd(loadTail(p + at, rest), change, loadTail(dx + at, rest)), rest);
    }
    p += step;
    dp += step;
    dx += step;
  }
}

/** Fills p with softmax(x) and returns Σ_i −log p[i, target_i] = Σ_i log Σ e^(x − max) − (x_target − max). */
export function crossEntropy(m: i32, n: i32, x: usize, targets: usize, p: usize): f64 {
  const step = <usize>n << 2;
  let loss: f64 = 0;
  for (let i = 0; i < m; i++, x += step, p += step, targets += 4) {
    // read before the softmax, so that p may be x
    const score = load<f32>(x + (<usize>load<u32>(targets) << 2));
    const max = maximum(n, x);
    const sum = exponentials(n, x, p, max);
    normalise(n, p, sum);
    loss += log(sum) - (<f64>score - <f64>max);
  }
  return loss;
}

/** dx[i, j] += scale (p[i, j] − [j = target_i]) */
export function crossEntropyBackward(m: i32, n: i32, p: usize, targets: usize, scale: f32, dx: usize): void {
  const s = splat(scale);
  const rest = n & 3;
  for (let i = 0; i < m; i++, targets += 4) {
    // the one-hot term first, so that a probability near 1 cancels it before anything is added to dx
    const target = <usize>load<u32>(targets) << 2;
    const hot = load<f32>(dx + target) + scale * (load<f32>(p + target) - 1);
    const row = dx;
    const end = p + wholeBytes(n);
    for (; p != end; p += 16, dx += 16) v128.store(dx, madd(s, v128.load(p), v128.load(dx)));
    if (rest) storeTail(dx, madd(s, loadTail(p, rest), loadTail(dx, rest)), rest);
    p += <usize>rest << 2;
    dx += <usize>rest << 2;
    store<f32>(row + target, hot);
  }
}

/** The largest element, NaN left out: the sum of exponentials will be NaN with it anyway. */
@inline
export function maximum(n: i32, x: usize): f32 {
  const lowest = splat(-Infinity);
  let v = lowest;
  const end = x + wholeBytes(n);
  // pmax gives its first argument when one is NaN
  for (; x != end; x += 16) v = f32x4.pmax(v, v128.load(x));
  let result: f32 = -Infinity;
  for (let i = n & 3; i > 0; i--, x += 4) {
    const value = load<f32>(x);
    if (value > result) result = value;
  }
  v = f32x4.pmax(v, v128.shuffle<f32>(v, v, 2, 3, 2, 3));
  v = f32x4.pmax(v, v128.shuffle<f32>(v, v, 1, 1, 1, 1));
  const whole = f32x4.extract_lane(v, 0);
  return whole > result ? whole : result;
}

/** p = e^(x − max); returns the sum. */
@inline
export function exponentials(n: i32, x: usize, p: usize, max: f32): f64 {
  const shift = splat(max);
  let sum = f64x2.splat(0);
  const end = x + wholeBytes(n);
  for (; x != end; x += 16, p += 16) {
    const e = vexp(f32x4.sub(v128.load(x), shift));
    v128.store(p, e);
    sum = f64x2.add(sum, f64x2.add(low(e), high(e)));
  }
  let result = total(sum);
  const rest = n & 3;
  if (rest) {
    storeTail(p, vexp(f32x4.sub(loadTail(x, rest), shift)), rest);
    for (let i = 0; i < rest; i++, p += 4) result += <f64>load<f32>(p);
  }
  return result;
}

@inline
export function normalise(n: i32, p: usize, sum: f64): void {
  const factor = splat(<f32>(1 / sum));
  const end = p + wholeBytes(n);
  for (; p != end; p += 16) v128.store(p, f32x4.mul(v128.load(p), factor));
  const rest = n & 3;
  if (rest) storeTail(p, f32x4.mul(loadTail(p, rest), factor), rest);
}

@inline
export function dot(n: i32, x: usize, y: usize): f64 {
  let sum = f64x2.splat(0);
  const end = x + wholeBytes(n);
  for (; x != end; x += 16, y += 16) {
    const a = v128.load(x);
    const b = v128.load(y);
    sum = f64x2.add(sum, f64x2.add(f64x2.mul(low(a), low(b)), f64x2.mul(high(a), high(b))));
  }
  let result = total(sum);
  for (let i = n & 3; i > 0; i--, x += 4, y += 4) result += <f64>load<f32>(x) * <f64>load<f32>(y);
  return result;
}
