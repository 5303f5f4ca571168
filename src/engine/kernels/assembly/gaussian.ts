// The normal distribution on four floats, for GELU (Hendrycks & Gimpel 2016): x Φ(x) and its tanh form x σ(2u).

import { vexp, vsigmoid } from "./exp";
import { madd, splat } from "./simd";

const TWO_SQRT_2_OVER_PI: f32 = 1.5957691216057308;
const CUBIC: f32 = 0.044715;

/** e^(−x²/2); 0 beyond |x| = 14.5. */
@inline
function bell(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), splat(15));
  return vexp(f32x4.mul(f32x4.mul(a, a), splat(-0.5)));
}

/**
 * Φ(x) from e = e^(−x²/2): Φ(−|x|) = e · tP(t), t = 1/(1 + 0.27|x|), which follows the 1/|x| of the tail. P is the
 * minimax polynomial of degree 8 on 0 ≤ |x| ≤ 15, relative error 2.4e-8 (own fit, by linear programming).
 */
@inline
function normalCdf(x: v128, e: v128): v128 {
  const one = splat(1);
  const t = f32x4.div(one, madd(f32x4.abs(x), splat(0.27), one));
  let p = madd(splat(0.0289954991), t, splat(-0.126658628));
  p = madd(p, t, splat(0.170156026));
  p = madd(p, t, splat(-0.0696505563));
  p = madd(p, t, splat(0.108142484));
  p = madd(p, t, splat(0.071908354));
  p = madd(p, t, splat(0.101848556));
  p = madd(p, t, splat(0.107537273));
  p = madd(p, t, splat(0.107721004));
  const tail = f32x4.mul(f32x4.mul(p, t), e);
  return v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(x, splat(0)));
}

/** x Φ(x) */
@inline
export function vgelu(x: v128): v128 {
  return f32x4.mul(x, normalCdf(x, bell(x)));
}

/** Φ(x) + x φ(x), φ(x) = e^(−x²/2)/√(2π) */
@inline
export function vgeluDerivative(x: v128): v128 {
  const e = bell(x);
  return madd(f32x4.mul(x, splat(0.3989422804014327)), e, normalCdf(x, e));
}

/** s = σ(2u), u = √(2/π)(x + 0.044715 x³) */
@inline
function gate(x: v128, xx: v128): v128 {
  const cubic = madd(f32x4.mul(xx, splat(CUBIC)), x, x);
  return vsigmoid(f32x4.mul(cubic, splat(TWO_SQRT_2_OVER_PI)));
}

/** x s */
@inline
export function vgeluTanh(x: v128): v128 {
  return f32x4.mul(x, gate(x, f32x4.mul(x, x)));
}

/** s + x s(1 − s) · 2u', u' = √(2/π)(1 + 3 · 0.044715 x²) */
@inline
export function vgeluTanhDerivative(x: v128): v128 {
  const xx = f32x4.mul(x, x);
  const s = gate(x, xx);
  const slope = madd(xx, splat(3 * CUBIC * TWO_SQRT_2_OVER_PI), splat(TWO_SQRT_2_OVER_PI));
  return madd(f32x4.mul(f32x4.mul(x, s), f32x4.sub(splat(1), s)), slope, s);
}
