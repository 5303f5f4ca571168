// Rows normalised to mean 0 and variance 1 (layer norm), or to mean square 1 (RMS norm). AssemblyScript.
// `statistics` holds m means, then m factors r = 1/√(variance + ε); a weight or bias at address 0 is left out.

import { high, loadTail, low, madd, splat, storeTail, total, wholeBytes } from "../simd";

/** y = (x − mean) r weight + bias for each of the m rows of n. */
export function normRows(
  centred: bool,
  m: i32,
  n: i32,
  epsilon: f64,
  x: usize,
  weight: usize,
  bias: usize,
  statistics: usize,
  y: usize,
): void {
  const step = <usize>n << 2;
  const whole = wholeBytes(n);
  const rest = n & 3;
  for (let i = 0; i < m; i++, x += step, y += step, statistics += 4) {
    const mean = centred ? <f32>(sum(n, x) / <f64>n) : 0;
    const r = <f32>(1 / Math.sqrt(squares(n, x, mean) / <f64>n + epsilon));
    store<f32>(statistics, mean);
    store<f32>(statistics + (<usize>m << 2), r);
    const v = splat(mean);
    const factor = splat(r);
    for (let at: usize = 0; at != whole; at += 16) {
      let value = f32x4.mul(f32x4.sub(v128.load(x + at), v), factor);
      if (weight) value = f32x4.mul(value, v128.load(weight + at));
      if (bias) value = f32x4.add(value, v128.load(bias + at));
      v128.store(y + at, value);
    }
    if (rest) {
      let value = f32x4.mul(f32x4.sub(loadTail(x + whole, rest), v), factor);
      if (weight) value = f32x4.mul(value, loadTail(weight + whole, rest));
      if (bias) value = f32x4.add(value, loadTail(bias + whole, rest));
      storeTail(y + whole, value, rest);
    }
  }
}

/** With u = dy weight and x̂ = (x − mean) r: dx += r (u − mean u − x̂ mean(u x̂)), without mean u when not centred. */
export function normRowsBackward(
  centred: bool,
  m: i32,
  n: i32,
  x: usize,
  weight: usize,
  statistics: usize,
  dy: usize,
  dx: usize,
): void {
  const step = <usize>n << 2;
  const whole = wholeBytes(n);
  const rest = n & 3;
  for (let i = 0; i < m; i++, x += step, dy += step, dx += step, statistics += 4) {
    const mean = splat(load<f32>(statistics));
    const r = splat(load<f32>(statistics + (<usize>m << 2)));
    let sumU = splat(0);
    let sumProduct = splat(0);
    for (let at: usize = 0; at != whole; at += 16) {
      let u = v128.load(dy + at);
      if (weight) u = f32x4.mul(u, v128.load(weight + at));
      sumU = f32x4.add(sumU, u);
      sumProduct = madd(u, f32x4.mul(f32x4.sub(v128.load(x + at), mean), r), sumProduct);
    }
    if (rest) {
      // beyond the row u is 0, so it adds to neither sum
      let u = loadTail(dy + whole, rest);
      if (weight) u = f32x4.mul(u, loadTail(weight + whole, rest));
      sumU = f32x4.add(sumU, u);
      sumProduct = madd(u, f32x4.mul(f32x4.sub(loadTail(x + whole, rest), mean), r), sumProduct);
    }
    const meanU = splat(centred ? <f32>(lanes(sumU) / <f64>n) : 0);
    const meanProduct = splat(<f32>(lanes(sumProduct) / <f64>n));
    for (let at: usize = 0; at != whole; at += 16) {
      let u = v128.load(dy + at);
      if (weight) u = f32x4.mul(u, v128.load(weight + at));
      const change = inputGradient(v128.load(x + at), mean, r, u, meanU, meanProduct);
      v128.store(dx + at, madd(r, change, v128.load(dx + at)));
    }
    if (rest) {
      let u = loadTail(dy + whole, rest);
      if (weight) u = f32x4.mul(u, loadTail(weight + whole, rest));
      const change = inputGradient(loadTail(x + whole, rest), mean, r, u, meanU, meanProduct);
      storeTail(dx + whole, madd(r, change, loadTail(dx + whole, rest)), rest);
    }
  }
}

/** dWeight += Σ_rows dy (x − mean) r */
export function normWeightBackward(m: i32, n: i32, x: usize, statistics: usize, dy: usize, dWeight: usize): void {
  const step = <usize>n << 2;
  const whole = wholeBytes(n);
  const rest = n & 3;
  for (let i = 0; i < m; i++, x += step, dy += step, statistics += 4) {
    const mean = splat(load<f32>(statistics));
    const r = splat(load<f32>(statistics + (<usize>m << 2)));
    for (let at: usize = 0; at != whole; at += 16) {
      const normalised = f32x4.mul(f32x4.sub(v128.load(x + at), mean), r);
      v128.store(dWeight + at, madd(v128.load(dy + at), normalised, v128.load(dWeight + at)));
    }
    if (rest) {
      const normalised = f32x4.mul(f32x4.sub(loadTail(x + whole, rest), mean), r);
      storeTail(dWeight + whole, madd(loadTail(dy + whole, rest), normalised, loadTail(dWeight + whole, rest)), rest);
    }
  }
}

@inline
function inputGradient(x: v128, mean: v128, r: v128, u: v128, meanU: v128, meanProduct: v128): v128 {
  const normalised = f32x4.mul(f32x4.sub(x, mean), r);
  return f32x4.sub(f32x4.sub(u, meanU), f32x4.mul(normalised, meanProduct));
}

/** Σ x */
@inline
function sum(n: i32, x: usize): f64 {
  let s = splat(0);
  const end = x + wholeBytes(n);
  for (; x != end; x += 16) s = f32x4.add(s, v128.load(x));
  const rest = n & 3;
  if (rest) s = f32x4.add(s, loadTail(x, rest));
  return lanes(s);
}

/** Σ (x − mean)² */
@inline
function squares(n: i32, x: usize, mean: f32): f64 {
  const v = splat(mean);
  let s = splat(0);
  const end = x + wholeBytes(n);
  for (; x != end; x += 16) {
    const d = f32x4.sub(v128.load(x), v);
    s = madd(d, d, s);
  }
  let result = lanes(s);
  // the empty lanes of a tail would count as −mean
  for (let i = n & 3; i > 0; i--, x += 4) {
    const d = <f64>(load<f32>(x) - mean);
    result += d * d;
  }
  return result;
}

@inline
function lanes(v: v128): f64 {
  return total(f64x2.add(low(v), high(v)));
}
