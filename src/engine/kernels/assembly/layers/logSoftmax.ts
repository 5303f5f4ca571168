// log softmax(x) = x − max − log Σ e^(x − max) over the rows of a matrix. AssemblyScript.

import { vexp } from "../exp";
import { high, loadTail, low, madd, splat, storeTail, total, wholeBytes } from "../simd";
import { maximum } from "../softmax";

@external("env", "log")
declare function log(x: f64): f64;

export function logSoftmaxRows(m: i32, n: i32, x: usize, y: usize): void {
  const step = <usize>n << 2;
  const whole = wholeBytes(n);
  const rest = n & 3;
  for (let i = 0; i < m; i++, x += step, y += step) {
    const max = maximum(n, x);
    const shift = splat(max);
    const logarithm = splat(<f32>log(sumOfExponentials(n, x, shift)));
    // the maximum first: it may be much larger than the logarithm, whose digits would be lost in their sum
    for (let at: usize = 0; at != whole; at += 16) {
      v128.store(y + at, f32x4.sub(f32x4.sub(v128.load(x + at), shift), logarithm));
    }
    if (rest) storeTail(y + whole, f32x4.sub(f32x4.sub(loadTail(x + whole, rest), shift), logarithm), rest);
  }
}

/** dx += dy − e^y Σ_j dy_j */
export function logSoftmaxRowsBackward(m: i32, n: i32, y: usize, dy: usize, dx: usize): void {
  const step = <usize>n << 2;
  const whole = wholeBytes(n);
  const rest = n & 3;
  for (let i = 0; i < m; i++, y += step, dy += step, dx += step) {
    const s = splat(<f32>-sum(n, dy));
    for (let at: usize = 0; at != whole; at += 16) {
      const change = madd(vexp(v128.load(y + at)), s, v128.load(dy + at));
      v128.store(dx + at, f32x4.add(v128.load(dx + at), change));
    }
    if (rest) {
      const change = madd(vexp(loadTail(y + whole, rest)), s, loadTail(dy + whole, rest));
      storeTail(dx + whole, f32x4.add(loadTail(dx + whole, rest), change), rest);
    }
  }
}

@inline
function sumOfExponentials(n: i32, x: usize, shift: v128): f64 {
  let s = f64x2.splat(0);
  const end = x + wholeBytes(n);
  for (; x != end; x += 16) {
    const e = vexp(f32x4.sub(v128.load(x), shift));
    s = f64x2.add(s, f64x2.add(low(e), high(e)));
  }
  let result = total(s);
  const rest = n & 3;
  if (rest) {
    const e = vexp(f32x4.sub(loadTail(x, rest), shift));
    result += <f64>f32x4.extract_lane(e, 0);
    if (rest > 1) result += <f64>f32x4.extract_lane(e, 1);
    if (rest > 2) result += <f64>f32x4.extract_lane(e, 2);
  }
  return result;
}

@inline
function sum(n: i32, x: usize): f64 {
  let s = f64x2.splat(0);
  const end = x + wholeBytes(n);
  for (; x != end; x += 16) {
    const v = v128.load(x);
    s = f64x2.add(s, f64x2.add(low(v), high(v)));
  }
  let result = total(s);
  for (let i = n & 3; i > 0; i--, x += 4) result += <f64>load<f32>(x);
  return result;
}
