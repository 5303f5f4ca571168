// The update of one parameter array, for every optimizer. The host computes what does not depend on the element.

import { axpy } from "./elementwise";
import { loadTail, madd, splat, storeTail } from "./simd";

/**
 * g ← g + λw; v ← μv + (1 − τ)g, v = g at the first step; w ← w − η(g + μv) with Nesterov, w − ηv without.
 * velocity = 0 (no address): w ← w − ηg.
 */
export function sgd(
  n: i32,
  w: usize,
  g: usize,
  velocity: usize,
  learningRate: f32,
  momentum: f32,
  keep: f32,
  nesterov: bool,
  weightDecay: f32,
  first: bool,
): void {
  if (!velocity && weightDecay == 0) {
    axpy(n, -learningRate, g, w);
    return;
  }
  const eta = splat(-learningRate);
  const mu = splat(momentum);
  const share = splat(keep);
  const lambda = splat(weightDecay);
  for (let i = 0; i < n; i += 4, w += 16, g += 16) {
    const rest = n - i;
    const weight = read(w, rest);
    let step = madd(lambda, weight, read(g, rest));
    if (velocity) {
      const v = first ? step : madd(mu, read(velocity, rest), f32x4.mul(share, step));
      write(velocity, v, rest);
      velocity += 16;
      step = nesterov ? madd(mu, v, step) : v;
    }
    write(w, madd(eta, step, weight), rest);
  }
}

/**
 * w ← shrink · w; g ← g + λw; m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; w ← w − stepSize · m / (√v · rootScale + ε),
 * with stepSize = η/(1 − β₁ᵗ) and rootScale = 1/√(1 − β₂ᵗ). AdamW has shrink = 1 − ηλ and no λ beside it, Adam the
 * reverse. With AMSGrad (`largest` has an address) the largest v so far stands under the root.
 */
export function adam(
  n: i32,
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  largest: usize,
  stepSize: f32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  rootScale: f32,
  epsilon: f32,
  weightDecay: f32,
  shrink: f32,
): void {
  const amsgrad = largest != 0;
  // whole vectors first: asking at each of them how much is left would take a third of the time
  const whole = <usize>(n & ~3) << 2;
  for (let i: usize = 0; i < whole; i += 16) {
    adamStep(w + i, g + i, m + i, v + i, largest + i, amsgrad, 4, stepSize, beta1, rest1, beta2, rest2, rootScale, epsilon, weightDecay, shrink);
  }
  const rest = n & 3;
  if (rest) {
    adamStep(w + whole, g + whole, m + whole, v + whole, largest + whole, amsgrad, rest, stepSize, beta1, rest1, beta2, rest2, rootScale, epsilon, weightDecay, shrink);
  }
}

/** The first `count` (1 to 4) elements. */
@inline
function adamStep(
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  largest: usize,
  amsgrad: bool,
  count: i32,
  stepSize: f32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  rootScale: f32,
  epsilon: f32,
  weightDecay: f32,
  shrink: f32,
): void {
  const weight = f32x4.mul(splat(shrink), read(w, count));
  const gradient = madd(splat(weightDecay), weight, read(g, count));
  const mean = madd(splat(beta1), read(m, count), f32x4.mul(splat(rest1), gradient));
  const square = f32x4.mul(gradient, gradient);
  let second = madd(splat(beta2), read(v, count), f32x4.mul(splat(rest2), square));
  write(m, mean, count);
  write(v, second, count);
  if (amsgrad) {
    // max gives NaN when one is NaN
    second = f32x4.max(second, read(largest, count));
    write(largest, second, count);
  }
  const denominator = madd(f32x4.sqrt(second), splat(rootScale), splat(epsilon));
  write(w, f32x4.sub(weight, f32x4.div(f32x4.mul(splat(stepSize), mean), denominator)), count);
}

/**
 * g ← g + λw; v ← αv + (1 − α)g²; with `mean` ḡ ← αḡ + (1 − α)g; s = g / (√(v − ḡ²) + ε), ḡ = 0 without `mean`; with
 * `velocity` b ← μb + s and w ← w − ηb, else w ← w − ηs.
 */
export function rmsprop(
  n: i32,
  w: usize,
  g: usize,
  v: usize,
  mean: usize,
  velocity: usize,
  learningRate: f32,
  alpha: f32,
  restAlpha: f32,
  epsilon: f32,
  momentum: f32,
  weightDecay: f32,
): void {
  const keep = splat(alpha);
  const share = splat(restAlpha);
  for (let i = 0; i < n; i += 4, w += 16, g += 16, v += 16) {
    const rest = n - i;
    const weight = read(w, rest);
    const gradient = madd(splat(weightDecay), weight, read(g, rest));
    let variance = madd(keep, read(v, rest), f32x4.mul(share, f32x4.mul(gradient, gradient)));
    write(v, variance, rest);
    if (mean) {
      const average = madd(keep, read(mean, rest), f32x4.mul(share, gradient));
      write(mean, average, rest);
      mean += 16;
      // where the gradient hardly changes the difference may round below zero
      variance = f32x4.max(splat(0), f32x4.sub(variance, f32x4.mul(average, average)));
    }
    let step = f32x4.div(gradient, f32x4.add(f32x4.sqrt(variance), splat(epsilon)));
    if (velocity) {
      step = madd(splat(momentum), read(velocity, rest), step);
      write(velocity, step, rest);
      velocity += 16;
    }
    write(w, madd(splat(-learningRate), step, weight), rest);
  }
}

/** g ← g + λw; G ← G + g²; w ← w − ηg / (√G + ε) */
export function adagrad(
  n: i32,
  w: usize,
  g: usize,
  sum: usize,
  learningRate: f32,
  epsilon: f32,
  weightDecay: f32,
): void {
  for (let i = 0; i < n; i += 4, w += 16, g += 16, sum += 16) {
    const rest = n - i;
    const weight = read(w, rest);
    const gradient = madd(splat(weightDecay), weight, read(g, rest));
    const total = madd(gradient, gradient, read(sum, rest));
    write(sum, total, rest);
    const step = f32x4.div(gradient, f32x4.add(f32x4.sqrt(total), splat(epsilon)));
    write(w, madd(splat(-learningRate), step, weight), rest);
  }
}

/** x ← min(max(x, −limit), limit); NaN stays. */
export function clip(n: i32, limit: f32, x: usize, out: usize): void {
  const high = splat(limit);
  const low = splat(-limit);
  for (let i = 0; i < n; i += 4, x += 16, out += 16) {
    const rest = n - i;
    write(out, f32x4.min(f32x4.max(read(x, rest), low), high), rest);
  }
}

/** Four floats, or the `rest` that are left. */
@inline
function read(p: usize, rest: i32): v128 {
  return rest >= 4 ? v128.load(p) : loadTail(p, rest);
}

@inline
function write(p: usize, v: v128, rest: i32): void {
  if (rest >= 4) v128.store(p, v);
  else storeTail(p, v, rest);
}
