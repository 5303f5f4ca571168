// Sums over an array, accumulated in float64: a norm over a million weights must not depend on float32's rounding.

import { high, loadTail, low, splat, total, wholeBytes } from "./simd";

/** Σ x */
export function sum(n: i32, x: usize): f64 {
  let a = f64x2.splat(0);
  let b = a;
  const end = x + wholeBytes(n);
  for (; x != end; x += 16) {
    const v = v128.load(x);
    a = f64x2.add(a, low(v));
    b = f64x2.add(b, high(v));
  }
  let result = total(f64x2.add(a, b));
  for (let i = n & 3; i > 0; i--, x += 4) result += <f64>load<f32>(x);
  return result;
}

/** Σ x². Four sums, because each addition waits for the one before it in its own. */
export function sumSquares(n: i32, x: usize): f64 {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  const end = x + wholeBytes(n);
  for (; x + 32 <= end; x += 32) {
    const v = v128.load(x);
    const w = v128.load(x, 16);
    a = f64x2.add(a, square(low(v)));
    b = f64x2.add(b, square(high(v)));
    c = f64x2.add(c, square(low(w)));
    d = f64x2.add(d, square(high(w)));
  }
  a = f64x2.add(a, c);
  b = f64x2.add(b, d);
  if (x != end) {
    const v = v128.load(x);
    a = f64x2.add(a, square(low(v)));
    b = f64x2.add(b, square(high(v)));
    x += 16;
  }
  const rest = n & 3;
  if (rest) {
    const v = loadTail(x, rest);
    a = f64x2.add(a, square(low(v)));
    b = f64x2.add(b, square(high(v)));
  }
  return total(f64x2.add(a, b));
}

/** Σ (x − y)²; the difference too is taken in float64, because an update is small beside its weight. */
export function sumSquaredDifference(n: i32, x: usize, y: usize): f64 {
  let a = f64x2.splat(0);
  let b = a;
  const end = x + wholeBytes(n);
  for (; x != end; x += 16, y += 16) {
    const v = v128.load(x);
    const w = v128.load(y);
    a = f64x2.add(a, square(f64x2.sub(low(v), low(w))));
    b = f64x2.add(b, square(f64x2.sub(high(v), high(w))));
  }
  const rest = n & 3;
  if (rest) {
    const v = loadTail(x, rest);
    const w = loadTail(y, rest);
    a = f64x2.add(a, square(f64x2.sub(low(v), low(w))));
    b = f64x2.add(b, square(f64x2.sub(high(v), high(w))));
  }
  return total(f64x2.add(a, b));
}

/** Writes sum, sum of squares, minimum, maximum of the finite elements, the zeros and the others: six doubles. */
export function moments(n: i32, x: usize, out: usize): void {
  const infinity = splat(Infinity);
  let sum = f64x2.splat(0);
  let squares = sum;
  let min = infinity;
  let max = splat(-Infinity);
  let zeros = i32x4.splat(0);
  let finites = zeros;
  for (let i = 0; i < n; i += 4, x += 16) {
    // beyond the end NaN stands in, which nothing counts
    const rest = n - i;
    const v = rest >= 4 ? v128.load(x) : v128.or(loadTail(x, rest), beyond(rest));
    const finite = f32x4.lt(f32x4.abs(v), infinity);
    const value = v128.and(v, finite);
    sum = f64x2.add(sum, f64x2.add(low(value), high(value)));
    squares = f64x2.add(squares, f64x2.add(square(low(value)), square(high(value))));
    min = f32x4.pmin(min, v128.bitselect(v, infinity, finite));
    max = f32x4.pmax(max, v128.bitselect(v, splat(-Infinity), finite));
    // a mask is −1
    zeros = i32x4.sub(zeros, f32x4.eq(v, splat(0)));
    finites = i32x4.sub(finites, finite);
  }
  store<f64>(out, total(sum));
  store<f64>(out, total(squares), 8);
  store<f64>(out, <f64>minimumLane(min), 16);
  store<f64>(out, -<f64>minimumLane(f32x4.neg(max)), 24);
  store<f64>(out, <f64>sumLanes(zeros), 32);
  store<f64>(out, <f64>(n - sumLanes(finites)), 40);
}

@inline
function square(v: v128): v128 {
  return f64x2.mul(v, v);
}

/** Ones (NaN as a float) in the lanes from `count` on. */
@inline
function beyond(count: i32): v128 {
  return i32x4.ge_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

@inline
function minimumLane(v: v128): f32 {
  const pair = f32x4.pmin(v, v128.shuffle<f32>(v, v, 2, 3, 2, 3));
  return f32x4.extract_lane(f32x4.pmin(pair, v128.shuffle<f32>(pair, pair, 1, 1, 1, 1)), 0);
}

@inline
function sumLanes(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}
