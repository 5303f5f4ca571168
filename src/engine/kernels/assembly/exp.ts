// e^x, the logistic function and tanh on four floats, about 1e-7 relative error, NaN in, NaN out.
// All three rest on x = n ln 2 + r, |r| ≤ ln 2 / 2: e^x = 2ⁿ (1 + q), q = e^r − 1.

import { madd, splat } from "./simd";

/** 1.5·2²³: adding it rounds to an integer, which then stands in the low bits of the float. */
const ROUNDER: f32 = 12582912;
const ROUNDER_BITS: i32 = 0x4b400000;

/** x / ln 2, rounded, plus ROUNDER. */
@inline
function exponent(x: v128): v128 {
  return madd(x, splat(1.44269504), splat(ROUNDER));
}

/**
 * q = e^r − 1 = r + r² P(r), r = x − n ln 2. ln 2 is taken in two parts, the first short enough that n times it is
 * exact. P is the minimax polynomial of degree 4, error 3e-9 (own fit, by linear programming).
 */
@inline
function expm1Reduced(x: v128, n: v128): v128 {
  const r = madd(n, splat(2.12194440e-4), madd(n, splat(-0.693359375), x));
  let p = madd(splat(0.001395052398090168), r, splat(0.008368917651587728));
  p = madd(p, r, splat(0.041666205396405066));
  p = madd(p, r, splat(0.16666518603623048));
  p = madd(p, r, splat(0.5000000095252054));
  return madd(f32x4.mul(r, r), p, r);
}

/** 2ⁿ for −127 < n < 128, n being integers. */
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** e^x: 0 below −104, subnormal numbers above it, ∞ above 88.73. */
@inline
export function vexp(x: v128): v128 {
  // pmin and pmax give their first argument when one is NaN
  x = f32x4.pmin(f32x4.pmax(x, splat(-104)), splat(89));
  const t = exponent(x);
  const q = expm1Reduced(x, f32x4.sub(t, splat(ROUNDER)));
  // n reaches −150 and 128, beyond one float's exponent, so 2ⁿ is applied in two halves
  const n = i32x4.sub(t, i32x4.splat(ROUNDER_BITS));
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(f32x4.add(q, splat(1)), powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

/** σ(x) = 1/(1 + e^(−x)) through e^(−|x|), so that small values keep their digits. */
@inline
export function vsigmoid(x: v128): v128 {
  const one = splat(1);
  const e = vexp(f32x4.neg(f32x4.abs(x)));
  return f32x4.div(v128.bitselect(e, one, f32x4.lt(x, splat(0))), f32x4.add(one, e));
}

/** tanh |x| = −m/(2 + m), m = e^(−2|x|) − 1 = 2ⁿ q + (2ⁿ − 1), which cancels nowhere; then the sign of x. */
@inline
export function vtanh(x: v128): v128 {
  // beyond 20 the result is 1
  const y = f32x4.pmax(f32x4.mul(f32x4.abs(x), splat(-2)), splat(-40));
  const t = exponent(y);
  const q = expm1Reduced(y, f32x4.sub(t, splat(ROUNDER)));
  const power = powerOfTwo(i32x4.sub(t, i32x4.splat(ROUNDER_BITS)));
  const m = madd(power, q, f32x4.sub(power, splat(1)));
  const magnitude = f32x4.div(f32x4.neg(m), f32x4.add(splat(2), m));
  return v128.or(f32x4.abs(magnitude), v128.and(x, i32x4.splat(<i32>0x80000000)));
}

/** e^x − 1 for x ≤ 0 (0 above) = 2ⁿ q + (2ⁿ − 1), which cancels nowhere. */
@inline
export function vexpm1Negative(x: v128): v128 {
  // below −40 the result is −1
  const y = f32x4.pmin(f32x4.pmax(x, splat(-40)), splat(0));
  const t = exponent(y);
  const q = expm1Reduced(y, f32x4.sub(t, splat(ROUNDER)));
  const power = powerOfTwo(i32x4.sub(t, i32x4.splat(ROUNDER_BITS)));
  return madd(power, q, f32x4.sub(power, splat(1)));
}
