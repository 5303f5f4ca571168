// The element-wise functions and their derivatives as equations on single numbers. Knows nothing of buffers.

import type { BinaryOp, UnaryOp } from "../kernels.ts";
import { erfc } from "./erfc.ts";

export interface UnaryRule {
  f(x: number): number;
  /** dy · f'(x), with y = f(x) given. */
  backward(dy: number, x: number, y: number): number;
}

const SQRT_HALF = Math.SQRT1_2;
const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
/** The cubic coefficient of the tanh form of GELU (Hendrycks & Gimpel 2016). */
const GELU_CUBIC = 0.044715;

/** Where the derivative is 0 by convention the gradient is 0 even if dy is infinite, as in PyTorch. */
export const unaryRules: { readonly [Op in UnaryOp]: UnaryRule } = {
  // Math.max(NaN, 0) is NaN and NaN ≤ 0 is false, so NaN passes in both directions
  relu: { f: (x) => Math.max(x, 0), backward: (dy, x) => (x <= 0 ? 0 : dy) },
  // σ' = σ(1 − σ)
  sigmoid: { f: sigmoid, backward: (dy, _x, y) => dy * y * (1 - y) },
  // tanh' = 1 − tanh²
  tanh: { f: Math.tanh, backward: (dy, _x, y) => dy * (1 - y * y) },
  // x Φ(x), derivative Φ(x) + x φ(x), with Φ and φ of the standard normal distribution
  gelu: { f: (x) => x * normalCdf(x), backward: (dy, x) => dy * (normalCdf(x) + x * normalPdf(x)) },
  geluTanh: { f: geluTanh, backward: (dy, x) => dy * geluTanhDerivative(x) },
  // (eˣ)' = eˣ
  exp: { f: Math.exp, backward: (dy, _x, y) => dy * y },
  // (ln x)' = 1/x
  log: { f: Math.log, backward: (dy, x) => dy / x },
  // (√x)' = 1/(2√x)
  sqrt: { f: Math.sqrt, backward: (dy, _x, y) => dy / (2 * y) },
  // (x²)' = 2x
  square: { f: (x) => x * x, backward: (dy, x) => dy * 2 * x },
  negate: { f: (x) => -x, backward: (dy) => -dy },
  // (1/x)' = −1/x²
  reciprocal: { f: (x) => 1 / x, backward: (dy, _x, y) => -dy * y * y },
  // |x|' = sign x, 0 at 0
  abs: { f: Math.abs, backward: (dy, x) => (x === 0 ? 0 : dy * Math.sign(x)) },
};

export const binaryRules: { readonly [Op in BinaryOp]: (x: number, y: number) => number } = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
};

/** 1/(1 + e^(−x)), through e^(−|x|) so that nothing overflows and small values keep their digits. */
function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return (x < 0 ? e : 1) / (1 + e);
}

/** Φ(x) = erfc(−x/√2)/2, which keeps its digits where 1 + erf would cancel. */
function normalCdf(x: number): number {
  return erfc(-x * SQRT_HALF) / 2;
}

/** φ(x) = e^(−x²/2)/√(2π) */
function normalPdf(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** x/2 (1 + tanh u), u = √(2/π)(x + 0.044715 x³); (1 + tanh u)/2 = σ(2u). */
function geluTanh(x: number): number {
  return x * sigmoid(2 * SQRT_2_OVER_PI * (x + GELU_CUBIC * x * x * x));
}

/** With s = σ(2u): s + x · s(1 − s) · 2u', u' = √(2/π)(1 + 3 · 0.044715 x²). */
function geluTanhDerivative(x: number): number {
  const s = sigmoid(2 * SQRT_2_OVER_PI * (x + GELU_CUBIC * x * x * x));
  return s + x * s * (1 - s) * 2 * SQRT_2_OVER_PI * (1 + 3 * GELU_CUBIC * x * x);
}
