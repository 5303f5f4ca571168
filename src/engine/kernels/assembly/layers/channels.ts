// Channels normalised over a batch: arrays are [samples, channels, inner], sums are in float64. AssemblyScript.
// `statistics` holds a mean for each channel, then r = 1/√(variance + ε) for each.

import { high, loadTail, low, madd, splat, storeTail, total, wholeBytes } from "../simd";

/** out = mean of each channel, then its biased variance. */
export function channelMoments(samples: i32, channels: i32, inner: i32, x: usize, out: usize): void {
  const count = <f64>samples * <f64>inner;
  for (let c = 0; c < channels; c++) {
    let sum: f64 = 0;
    for (let s = 0; s < samples; s++) sum += blockSum(inner, block(x, s * channels + c, inner));
    const mean = <f32>(sum / count);
    let squares: f64 = 0;
    for (let s = 0; s < samples; s++) squares += blockSquares(inner, block(x, s * channels + c, inner), mean);
    store<f32>(out + (<usize>c << 2), mean);
    store<f32>(out + (<usize>(channels + c) << 2), <f32>(squares / count));
  }
}

/** y = (x − mean) r weight + bias */
export function normChannels(
  samples: i32,
  channels: i32,
  inner: i32,
  x: usize,
  weight: usize,
  bias: usize,
  statistics: usize,
  y: usize,
): void {
  const rest = inner & 3;
  for (let s = 0; s < samples; s++) {
    for (let c = 0; c < channels; c++) {
      const at = <usize>c << 2;
      const mean = splat(load<f32>(statistics + at));
      const r = load<f32>(statistics + (<usize>(channels + c) << 2));
      const scale = splat(weight ? r * load<f32>(weight + at) : r);
      const shift = splat(bias ? load<f32>(bias + at) : 0);
      const end = x + wholeBytes(inner);
      for (; x != end; x += 16, y += 16) v128.store(y, madd(f32x4.sub(v128.load(x), mean), scale, shift));
      if (rest) {
        storeTail(y, madd(f32x4.sub(loadTail(x, rest), mean), scale, shift), rest);
        x += <usize>rest << 2;
        y += <usize>rest << 2;
      }
    }
  }
}

/** out = Σ dy of each channel, then Σ dy x̂. */
export function normChannelSums(
  samples: i32,
  channels: i32,
  inner: i32,
  x: usize,
  statistics: usize,
  dy: usize,
  out: usize,
): void {
  for (let c = 0; c < channels; c++) {
    const mean = load<f32>(statistics + (<usize>c << 2));
    const r = <f64>load<f32>(statistics + (<usize>(channels + c) << 2));
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let s = 0; s < samples; s++) {
      const from = block(dy, s * channels + c, inner);
      sum += blockSum(inner, from);
      product += blockProduct(inner, from, block(x, s * channels + c, inner), mean);
    }
    store<f32>(out + (<usize>c << 2), <f32>sum);
    store<f32>(out + (<usize>(channels + c) << 2), <f32>(product * r));
  }
}

/** dx += weight r (dy − mean dy − x̂ mean(dy x̂)); without sums (address 0), dx += weight r dy. */
export function normChannelsBackward(
  samples: i32,
  channels: i32,
  inner: i32,
  x: usize,
  weight: usize,
  statistics: usize,
  sums: usize,
  dy: usize,
  dx: usize,
): void {
  const rest = inner & 3;
  const count = <f32>samples * <f32>inner;
  for (let s = 0; s < samples; s++) {
    for (let c = 0; c < channels; c++) {
      const at = <usize>c << 2;
      const after = <usize>(channels + c) << 2;
      const mean = splat(load<f32>(statistics + at));
      const r = load<f32>(statistics + after);
      const scale = splat(weight ? r * load<f32>(weight + at) : r);
      const meanDy = splat(sums ? load<f32>(sums + at) / count : 0);
      // x̂ mean(dy x̂) = (x − mean) · r mean(dy x̂)
      const slope = splat(sums ? (r * load<f32>(sums + after)) / count : 0);
      const end = x + wholeBytes(inner);
      for (; x != end; x += 16, dy += 16, dx += 16) {
        const change = f32x4.sub(
          f32x4.sub(v128.load(dy), meanDy),
          f32x4.mul(f32x4.sub(v128.load(x), mean), slope),
        );
        v128.store(dx, madd(scale, change, v128.load(dx)));
      }
      if (rest) {
        const change = f32x4.sub(
          f32x4.sub(loadTail(dy, rest), meanDy),
          f32x4.mul(f32x4.sub(loadTail(x, rest), mean), slope),
        );
        storeTail(dx, madd(scale, change, loadTail(dx, rest)), rest);
        x += <usize>rest << 2;
        dy += <usize>rest << 2;
        dx += <usize>rest << 2;
      }
    }
  }
}

@inline
function block(x: usize, i: i32, inner: i32): usize {
  return x + ((<usize>i * <usize>inner) << 2);
}

@inline
function lanes(v: v128): f64 {
  return total(f64x2.add(low(v), high(v)));
}

/** Σ x */
@inline
function blockSum(n: i32, x: usize): f64 {
  let s = splat(0);
  const end = x + wholeBytes(n);
  for (; x != end; x += 16) s = f32x4.add(s, v128.load(x));
  let sum = lanes(s);
  for (let i = n & 3; i > 0; i--, x += 4) sum += <f64>load<f32>(x);
  return sum;
}

/** Σ (x − mean)² */
@inline
function blockSquares(n: i32, x: usize, mean: f32): f64 {
  const v = splat(mean);
  let s = splat(0);
  const end = x + wholeBytes(n);
  for (; x != end; x += 16) {
    const d = f32x4.sub(v128.load(x), v);
    s = madd(d, d, s);
  }
  let sum = lanes(s);
  for (let i = n & 3; i > 0; i--, x += 4) {
    const d = <f64>(load<f32>(x) - mean);
    sum += d * d;
  }
  return sum;
}

/** Σ dy (x − mean) */
@inline
function blockProduct(n: i32, dy: usize, x: usize, mean: f32): f64 {
  const v = splat(mean);
  let s = splat(0);
  const end = x + wholeBytes(n);
  for (; x != end; x += 16, dy += 16) s = madd(v128.load(dy), f32x4.sub(v128.load(x), v), s);
  let sum = lanes(s);
  for (let i = n & 3; i > 0; i--, x += 4, dy += 4) sum += <f64>load<f32>(dy) * <f64>(load<f32>(x) - mean);
  return sum;
}
