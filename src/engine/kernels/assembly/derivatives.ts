// dx += dy ⊙ f'(x), with y = f(x) given: the backward half of elementwise.ts.

import { vgeluDerivative, vgeluTanhDerivative } from "./gaussian";
import { loadTail, splat, storeTail, wholeBytes } from "./simd";

enum Rule {
  Relu,
  Sigmoid,
  Tanh,
  Gelu,
  GeluTanh,
  Exp,
  Log,
  Sqrt,
  Square,
  Negate,
  Reciprocal,
  Abs,
}

/** dy · f'(x). `rule` is a constant wherever this is inlined, so one case remains. */
@inline
function gradient(rule: Rule, dy: v128, x: v128, y: v128): v128 {
  switch (rule) {
    // a selection, so that 0 stays 0 when dy is infinite; x ≤ 0 is false for NaN
    case Rule.Relu:
      return v128.andnot(dy, f32x4.le(x, splat(0)));
    case Rule.Sigmoid:
      return f32x4.mul(f32x4.mul(dy, y), f32x4.sub(splat(1), y));
    case Rule.Tanh:
      return f32x4.mul(dy, f32x4.sub(splat(1), f32x4.mul(y, y)));
    case Rule.Gelu:
      return f32x4.mul(dy, vgeluDerivative(x));
    case Rule.GeluTanh:
      return f32x4.mul(dy, vgeluTanhDerivative(x));
    case Rule.Exp:
      return f32x4.mul(dy, y);
    case Rule.Log:
      return f32x4.div(dy, x);
    case Rule.Sqrt:
      return f32x4.div(dy, f32x4.add(y, y));
    case Rule.Square:
      return f32x4.mul(dy, f32x4.add(x, x));
    case Rule.Negate:
      return f32x4.neg(dy);
    case Rule.Reciprocal:
      return f32x4.neg(f32x4.mul(f32x4.mul(dy, y), y));
    // dy with the sign of x, 0 where x = 0, NaN where x is NaN
    default: {
      const signed = v128.xor(dy, v128.and(x, i32x4.splat(<i32>0x80000000)));
      const nan = f32x4.ne(x, x);
      return v128.or(v128.andnot(signed, f32x4.eq(x, splat(0))), nan);
    }
  }
}

@inline
function backward(rule: Rule, n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  const end = x + wholeBytes(n);
  for (; x != end; x += 16, y += 16, dy += 16, dx += 16) {
    v128.store(dx, f32x4.add(v128.load(dx), gradient(rule, v128.load(dy), v128.load(x), v128.load(y))));
  }
  const rest = n & 3;
  if (rest) {
    const g = gradient(rule, loadTail(dy, rest), loadTail(x, rest), loadTail(y, rest));
    storeTail(dx, f32x4.add(loadTail(dx, rest), g), rest);
  }
}

export function reluBackward(n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Rule.Relu, n, x, y, dy, dx);
}

export function sigmoidBackward(n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Rule.Sigmoid, n, x, y, dy, dx);
}

export function tanhBackward(n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Rule.Tanh, n, x, y, dy, dx);
}

export function geluBackward(n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Rule.Gelu, n, x, y, dy, dx);
}

export function geluTanhBackward(n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Rule.GeluTanh, n, x, y, dy, dx);
}

export function expBackward(n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Rule.Exp, n, x, y, dy, dx);
}

export function logBackward(n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Rule.Log, n, x, y, dy, dx);
}

export function sqrtBackward(n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Rule.Sqrt, n, x, y, dy, dx);
}

export function squareBackward(n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Rule.Square, n, x, y, dy, dx);
}

export function negateBackward(n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Rule.Negate, n, x, y, dy, dx);
}

export function reciprocalBackward(n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Rule.Reciprocal, n, x, y, dy, dx);
}

export function absBackward(n: i32, x: usize, y: usize, dy: usize, dx: usize): void {
  backward(Rule.Abs, n, x, y, dy, dx);
}
