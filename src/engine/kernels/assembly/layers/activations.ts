// Activations with parameters p and q, and their derivatives: activations.ts of the host has the equations. AssemblyScript.

import { vexp, vexpm1Negative, vsigmoid } from "../exp";
import { loadTail, madd, splat, storeTail, wholeBytes } from "../simd";

enum Activation {
  LeakyRelu,
  Elu,
  Silu,
}

/** `f` is a constant wherever this is inlined, so one case remains. */
@inline
function value(f: Activation, p: v128, q: v128, x: v128): v128 {
  const positive = f32x4.gt(x, splat(0));
  switch (f) {
    case Activation.LeakyRelu:
      return v128.bitselect(x, f32x4.mul(p, x), positive);
    case Activation.Elu:
      return f32x4.mul(q, v128.bitselect(x, f32x4.mul(p, vexpm1Negative(x)), positive));
    default:
      return f32x4.mul(x, vsigmoid(x));
  }
}

@inline
function slope(f: Activation, p: v128, q: v128, x: v128): v128 {
  const positive = f32x4.gt(x, splat(0));
  const one = splat(1);
  switch (f) {
    case Activation.LeakyRelu:
      return v128.bitselect(one, p, positive);
    case Activation.Elu:
      return f32x4.mul(q, v128.bitselect(one, f32x4.mul(p, vexp(x)), positive));
    default: {
      const s = vsigmoid(x);
      return f32x4.mul(s, madd(x, f32x4.sub(one, s), one));
    }
  }
}

@inline
function forward(f: Activation, p: f32, q: f32, n: i32, x: usize, y: usize): void {
  const a = splat(p);
  const b = splat(q);
  const end = x + wholeBytes(n);
  for (; x != end; x += 16, y += 16) v128.store(y, value(f, a, b, v128.load(x)));
  const rest = n & 3;
  if (rest) storeTail(y, value(f, a, b, loadTail(x, rest)), rest);
}

@inline
function backward(f: Activation, p: f32, q: f32, n: i32, x: usize, dy: usize, dx: usize): void {
  const a = splat(p);
  const b = splat(q);
  const end = x + wholeBytes(n);
  for (; x != end; x += 16, dy += 16, dx += 16) {
    v128.store(dx, madd(v128.load(dy), slope(f, a, b, v128.load(x)), v128.load(dx)));
  }
  const rest = n & 3;
  if (rest) storeTail(dx, madd(loadTail(dy, rest), slope(f, a, b, loadTail(x, rest)), loadTail(dx, rest)), rest);
}

export function leakyRelu(p: f32, q: f32, n: i32, x: usize, y: usize): void {
  forward(Activation.LeakyRelu, p, q, n, x, y);
}

export function elu(p: f32, q: f32, n: i32, x: usize, y: usize): void {
  forward(Activation.Elu, p, q, n, x, y);
}

export function silu(p: f32, q: f32, n: i32, x: usize, y: usize): void {
  forward(Activation.Silu, p, q, n, x, y);
}

export function leakyReluBackward(p: f32, q: f32, n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Activation.LeakyRelu, p, q, n, x, dy, dx);
}

export function eluBackward(p: f32, q: f32, n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Activation.Elu, p, q, n, x, dy, dx);
}

export function siluBackward(p: f32, q: f32, n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Activation.Silu, p, q, n, x, dy, dx);
}
