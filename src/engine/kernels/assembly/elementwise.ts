// Element by element: y = f(x), out = x ∘ y, and the updates that BLAS calls level 1. Outputs may be inputs.

import { vexp, vsigmoid, vtanh } from "./exp";
import { vgelu, vgeluTanh } from "./gaussian";
import { loadTail, madd, splat, storeTail, wholeBytes } from "./simd";

enum Unary {
  Relu,
  Sigmoid,
  Tanh,
  Gelu,
  GeluTanh,
  Exp,
  Sqrt,
  Square,
  Negate,
  Reciprocal,
  Abs,
}

enum Binary {
  Add,
  Sub,
  Mul,
  Div,
}

/** `f` is a constant wherever this is inlined, so one case remains. */
@inline
function applyUnary(f: Unary, x: v128): v128 {
  switch (f) {
    // pmax(NaN, 0) is NaN
    case Unary.Relu:
      return f32x4.pmax(x, splat(0));
    case Unary.Sigmoid:
      return vsigmoid(x);
    case Unary.Tanh:
      return vtanh(x);
    case Unary.Gelu:
      return vgelu(x);
    case Unary.GeluTanh:
      return vgeluTanh(x);
    case Unary.Exp:
      return vexp(x);
    case Unary.Sqrt:
      return f32x4.sqrt(x);
    case Unary.Square:
      return f32x4.mul(x, x);
    case Unary.Negate:
      return f32x4.neg(x);
    case Unary.Reciprocal:
      return f32x4.div(splat(1), x);
    default:
      return f32x4.abs(x);
  }
}

@inline
function applyBinary(f: Binary, x: v128, y: v128): v128 {
  switch (f) {
    case Binary.Add:
      return f32x4.add(x, y);
    case Binary.Sub:
      return f32x4.sub(x, y);
    case Binary.Mul:
      return f32x4.mul(x, y);
    default:
      return f32x4.div(x, y);
  }
}

@inline
function unary(f: Unary, n: i32, x: usize, y: usize): void {
  const end = x + wholeBytes(n);
  for (; x != end; x += 16, y += 16) v128.store(y, applyUnary(f, v128.load(x)));
  const rest = n & 3;
  if (rest) storeTail(y, applyUnary(f, loadTail(x, rest)), rest);
}

@inline
function binary(f: Binary, n: i32, x: usize, y: usize, out: usize): void {
  const end = x + wholeBytes(n);
  for (; x != end; x += 16, y += 16, out += 16) v128.store(out, applyBinary(f, v128.load(x), v128.load(y)));
  const rest = n & 3;
  if (rest) storeTail(out, applyBinary(f, loadTail(x, rest), loadTail(y, rest)), rest);
}

export function relu(n: i32, x: usize, y: usize): void {
  unary(Unary.Relu, n, x, y);
}

export function sigmoid(n: i32, x: usize, y: usize): void {
  unary(Unary.Sigmoid, n, x, y);
}

export function tanh(n: i32, x: usize, y: usize): void {
  unary(Unary.Tanh, n, x, y);
}

export function gelu(n: i32, x: usize, y: usize): void {
  unary(Unary.Gelu, n, x, y);
}

export function geluTanh(n: i32, x: usize, y: usize): void {
  unary(Unary.GeluTanh, n, x, y);
}

export function exp(n: i32, x: usize, y: usize): void {
  unary(Unary.Exp, n, x, y);
}

export function sqrt(n: i32, x: usize, y: usize): void {
  unary(Unary.Sqrt, n, x, y);
}

export function square(n: i32, x: usize, y: usize): void {
  unary(Unary.Square, n, x, y);
}

export function negate(n: i32, x: usize, y: usize): void {
  unary(Unary.Negate, n, x, y);
}

export function reciprocal(n: i32, x: usize, y: usize): void {
  unary(Unary.Reciprocal, n, x, y);
}

export function abs(n: i32, x: usize, y: usize): void {
  unary(Unary.Abs, n, x, y);
}

export function add(n: i32, x: usize, y: usize, out: usize): void {
  binary(Binary.Add, n, x, y, out);
}

export function sub(n: i32, x: usize, y: usize, out: usize): void {
  binary(Binary.Sub, n, x, y, out);
}

export function mul(n: i32, x: usize, y: usize, out: usize): void {
  binary(Binary.Mul, n, x, y, out);
}

export function div(n: i32, x: usize, y: usize, out: usize): void {
  binary(Binary.Div, n, x, y, out);
}

/** y += α x */
export function axpy(n: i32, alpha: f32, x: usize, y: usize): void {
  const a = splat(alpha);
  const end = x + wholeBytes(n);
  for (; x != end; x += 16, y += 16) v128.store(y, madd(a, v128.load(x), v128.load(y)));
  const rest = n & 3;
  if (rest) storeTail(y, madd(a, loadTail(x, rest), loadTail(y, rest)), rest);
}

/** out = α x */
export function scale(n: i32, alpha: f32, x: usize, out: usize): void {
  const a = splat(alpha);
  const end = x + wholeBytes(n);
  for (; x != end; x += 16, out += 16) v128.store(out, f32x4.mul(a, v128.load(x)));
  const rest = n & 3;
  if (rest) storeTail(out, f32x4.mul(a, loadTail(x, rest)), rest);
}

/** y += x1 ⊙ x2 */
export function multiplyAdd(n: i32, x1: usize, x2: usize, y: usize): void {
  const end = x1 + wholeBytes(n);
  for (; x1 != end; x1 += 16, x2 += 16, y += 16) v128.store(y, madd(v128.load(x1), v128.load(x2), v128.load(y)));
  const rest = n & 3;
  if (rest) storeTail(y, madd(loadTail(x1, rest), loadTail(x2, rest), loadTail(y, rest)), rest);
}

export function fill(n: i32, out: usize, value: f32): void {
  const v = splat(value);
  const end = out + wholeBytes(n);
  for (; out != end; out += 16) v128.store(out, v);
  const rest = n & 3;
  if (rest) storeTail(out, v, rest);
}

export function copy(n: i32, x: usize, out: usize): void {
  memory.copy(out, x, (<usize>n) << 2);
}

export function zero(address: usize, bytes: usize): void {
  memory.fill(address, 0, bytes);
}
