// Losses that compare element with element: squared and absolute error, Huber, binary cross-entropy, Kullback–Leibler.
import { engine } from "../../engine.ts";
import type { FloatBuffer } from "../../kernels/kernels.ts";
import { broadcastShape, sameShape, showShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { perform } from "../operation.ts";
import { expand } from "../views.ts";
import { checkReduction, checkSameShape, type Reduction, type ReductionOption, reduceLosses } from "./reduction.ts";

/**
 * Squared error ℓ = (x − y)²; the mean L = 1/n Σ (x − y)² by default. dx = 2 (x − y) dL / n, dy = −dx. Shapes must be
 * equal: nothing broadcasts.
 * @throws ModelError naming both shapes
 */
export function squaredError(x: Tensor, y: Tensor, { reduction = "mean" }: ReductionOption = {}): Tensor {
  checkReduction("mean squared error", reduction);
  checkSameShape("mean squared error", x, y);
  if (reduction === "none") return x.sub(y).square();
  const k = engine().kernels;
  const n = x.length;
  const divisor = reduction === "mean" ? n : 1;
  const [a, b] = [x.floats, y.floats];
  return perform({
    name: "squared error",
    inputs: [x, y],
    shape: [],
    forward: (L) => {
      L.set(0, k.squaredError(n, a, b) / divisor);
    },
    backward: (dL) => {
      const scale = (2 * dL.get(0)) / divisor;
      if (x.requiresGrad) addScaledDifference(scale, a, b, x);
      if (y.requiresGrad) addScaledDifference(scale, b, a, y);
    },
  });
}

/** dx += scale (a − b) */
function addScaledDifference(scale: number, a: FloatBuffer, b: FloatBuffer, x: Tensor): void {
  const k = engine().kernels;
  const { buffer: dx, accumulate } = x.gradientTarget();
  if (accumulate) {
    k.axpy(x.length, scale, a, dx);
    k.axpy(x.length, -scale, b, dx);
  } else {
    k.binary("sub", x.length, a, b, dx);
    k.scale(x.length, scale, dx, dx);
  }
}

/** Absolute error ℓ = |x − y|, dx = sign(x − y), 0 where they are equal; dy = −dx. Mean by default. Shapes must be equal. */
export function absoluteError(x: Tensor, y: Tensor, { reduction = "mean" }: ReductionOption = {}): Tensor {
  checkReduction("l1 loss", reduction);
  checkSameShape("l1 loss", x, y);
  return reduceLosses(x.sub(y).abs(), reduction);
}

export interface HuberOptions extends ReductionOption {
  /** Where the parabola goes over into the line. Default 1. */
  readonly delta?: number;
}

/**
 * Huber (1964): ℓ = d²/2 where |d| ≤ δ, else δ (|d| − δ/2), d = x − y. With c = min(max(d, −δ), δ) both are c (d − c/2), and
 * dx = c, dy = −c. Mean by default. Shapes must be equal.
 */
export function huberLoss(x: Tensor, y: Tensor, { delta = 1, reduction = "mean" }: HuberOptions = {}): Tensor {
  checkReduction("huber loss", reduction);
  checkSameShape("huber loss", x, y);
  if (!(delta > 0)) throw engine().error(`huber loss: delta must be above 0, but it is ${delta}`);
  return reduceLosses(huber(x, y, delta), reduction);
}

export interface SmoothL1Options extends ReductionOption {
  /** Where the parabola goes over into the line. Default 1; 0 is the L1 loss. */
  readonly beta?: number;
}

/**
 * Smooth L1 (Girshick 2015, eq. 3): ℓ = d²/(2β) where |d| < β, else |d| − β/2, which is Huber's loss with δ = β, over β. Mean
 * by default. Shapes must be equal.
 */
export function smoothL1Loss(x: Tensor, y: Tensor, { beta = 1, reduction = "mean" }: SmoothL1Options = {}): Tensor {
  checkReduction("smooth l1 loss", reduction);
  checkSameShape("smooth l1 loss", x, y);
  if (!(beta >= 0)) throw engine().error(`smooth l1 loss: beta must be at least 0, but it is ${beta}`);
  if (beta === 0) return absoluteError(x, y, { reduction });
  const losses = huber(x, y, beta);
  return reduceLosses(beta === 1 ? losses : losses.div(beta), reduction);
}

function huber(x: Tensor, y: Tensor, delta: number): Tensor {
  const k = engine().kernels;
  const n = x.length;
  const [a, b] = [x.floats, y.floats];
  const clipped = k.memory.floats(n, false);
  return perform({
    name: "huber",
    inputs: [x, y],
    shape: x.shape,
    forward: (out) => {
      // d, then c, then c ⊙ (d − c/2)
      k.binary("sub", n, a, b, out);
      k.clip(n, delta, out, clipped);
      k.axpy(n, -0.5, clipped, out);
      k.binary("mul", n, clipped, out, out);
    },
    backward: (dOut) => {
      if (x.requiresGrad) k.multiplyAdd(n, dOut, clipped, x.gradient());
      if (!y.requiresGrad) return;
      const t = k.memory.floats(n, false);
      k.binary("mul", n, dOut, clipped, t);
      k.axpy(n, -1, t, y.gradient());
    },
  });
}

export interface BCEOptions extends ReductionOption {
  /** Constant weight of each loss; broadcasts to the output's shape. */
  readonly weight?: Tensor;
  /** Constant weight of the positive label, such as one for each class; broadcasts to the output's shape. */
  readonly posWeight?: Tensor;
}

/**
 * Binary cross-entropy of logits, ℓ = −w (p y log σ(x) + (1 − y) log(1 − σ(x))), computed as p y softplus(−x) + (1 − y)
 * softplus(x) so that it never overflows; w is `weight`, p `posWeight`. dx = w ((1 − y) σ(x) − p y σ(−x)).
 *
 * Shapes: output and target equal, target values from 0 to 1. Mean over all elements by default
 * (torch.nn.functional.binary_cross_entropy_with_logits).
 */
export function binaryCrossEntropyWithLogits(x: Tensor, y: Tensor, options: BCEOptions = {}): Tensor {
  const { reduction = "mean", weight, posWeight } = options;
  const name = "binary cross entropy";
  checkReduction(name, reduction);
  checkSameShape(name, x, y);
  const k = engine().kernels;
  const n = x.length;
  const [a, b] = [x.floats, y.floats];
  const p = posWeight === undefined ? null : likeOutput("posWeight", posWeight, x).floats;
  const losses = perform({
    name,
    inputs: [x, y],
    shape: x.shape,
    forward: (out) => k.binaryCrossEntropy(n, a, b, p, out),
    backward: (dOut) => {
      const dx = x.requiresGrad ? x.gradient() : null;
      k.binaryCrossEntropyBackward(n, a, b, p, dOut, dx, y.requiresGrad ? y.gradient() : null);
    },
  });
  return reduceLosses(weight === undefined ? losses : losses.mul(likeOutput("weight", weight, x).detach()), reduction);
}

/** A constant seen in the output's shape, without a record of it. */
function likeOutput(option: string, constant: Tensor, x: Tensor): Tensor {
  const shape = broadcastShape(constant.shape, x.shape);
  if (shape === null || !sameShape(shape, x.shape)) {
    throw engine().error(
      `binary cross entropy: ${option} has shape ${showShape(constant.shape)}, which does not broadcast to the output's ${showShape(x.shape)}`,
    );
  }
  return engine().noGrad(() => expand(constant, x.shape));
}

export interface KLDivOptions {
  /** "batchmean" divides the sum by the size of the first dimension, which is the divergence itself. Default "mean". */
  readonly reduction?: Reduction | "batchmean";
  /** Is the target given as log-probabilities? */
  readonly logTarget?: boolean;
}

/**
 * Kullback–Leibler divergence (1951) of the target's distribution y from the output's, whose log-probabilities are x:
 * ℓ = y (log y − x), 0 where y = 0; dx = −y, dy = log y + 1 − x. With `logTarget` the target holds log y: ℓ = e^y (y − x),
 * dx = −e^y, dy = e^y (y − x + 1). Shapes must be equal. Reduction "mean" divides by all elements, as torch's default.
 */
export function klDiv(x: Tensor, y: Tensor, { reduction = "mean", logTarget = false }: KLDivOptions = {}): Tensor {
  const name = "kl divergence";
  checkReduction(name, reduction, ["mean", "batchmean", "sum", "none"]);
  checkSameShape(name, x, y);
  const n = x.length;
  const [a, b] = [x.floats.array, y.floats.array];
  const probability = (i: number) => (logTarget ? Math.exp(b[i]) : b[i]);
  const losses = perform({
    name,
    inputs: [x, y],
    shape: x.shape,
    forward: ({ array: out }) => {
      for (let i = 0; i < n; i++) {
        const p = probability(i);
        out[i] = p === 0 ? 0 : p * ((logTarget ? b[i] : Math.log(b[i])) - a[i]);
      }
    },
    backward: ({ array: dOut }) => {
      const dx = x.requiresGrad ? x.gradient().array : null;
      const dy = y.requiresGrad ? y.gradient().array : null;
      for (let i = 0; i < n; i++) {
        const p = probability(i);
        if (dx !== null) dx[i] -= dOut[i] * p;
        if (dy !== null) dy[i] += dOut[i] * (logTarget ? p * (b[i] - a[i] + 1) : Math.log(b[i]) + 1 - a[i]);
      }
    },
  });
  return reduction === "batchmean" ? losses.sum().div(x.shape[0] ?? 1) : reduceLosses(losses, reduction);
}
