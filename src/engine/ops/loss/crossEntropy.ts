// Cross-entropy of logits, one operation whatever its options: stable through log-sum-exp, with a short gradient.
import { engine } from "../../engine.ts";
import type { FloatBuffer } from "../../kernels/kernels.ts";
import { sameShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { perform } from "../operation.ts";
import { checkClassShape, checkLabels, checkReduction, classWeights, type Reduction } from "./reduction.ts";

export interface CrossEntropyOptions {
  readonly reduction?: Reduction;
  /** Targets of this number count for nothing. Default −100. Only for class numbers. */
  readonly ignoreIndex?: number;
  /** ε: a share of the target that is spread evenly over all classes (Szegedy et al. 2016, section 7). Default 0. */
  readonly labelSmoothing?: number;
  /** A constant weight for each class, `[classes]`. */
  readonly weight?: Tensor;
}

const name = "cross entropy";

/**
 * Cross-entropy between softmax(logits) and the target, ℓ_i = −Σ_c q_ic log p_ic, p_i = softmax(x_i).
 *
 * Shapes: logits `[…, classes]`: the classes stand on the last dimension, whatever dimensions lead. The target is either
 * class numbers `[…]`, q_ic = w_c ((1 − ε)[c = target_i] + ε/C), or probabilities of the logits' shape (soft targets),
 * q_ic = w_c ((1 − ε) target_ic + ε/C). Gradient: ∂ℓ_i/∂x_ij = p_ij Σ_c q_ic − q_ij.
 *
 * Reduction "mean" (default) divides the sum by Σ_i w_target_i over targets that are not ignored (with soft targets by the
 * number of rows), as torch.nn.functional.cross_entropy; "sum" does not; "none" gives `[…]`, 0 where ignored.
 * @throws ModelError naming both shapes, or the label that is out of range and where it stands
 */
export function crossEntropy(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { reduction = "mean", ignoreIndex = -100, labelSmoothing = 0, weight } = options;
  checkReduction(name, reduction);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw engine().error(`${name}: labelSmoothing must lie in [0, 1], but it is ${labelSmoothing}`);
  const classes = logits.shape.at(-1) ?? 0;
  const weights = classWeights(name, weight, classes);
  if (target.dtype !== "int32" && sameShape(logits.shape, target.shape))
    return softCrossEntropy(logits, target, { reduction, labelSmoothing, weights });
  checkClassShape(name, logits, target);
  const labels = target.ints.array;
  const ignored = checkLabels(name, labels, classes, ignoreIndex);
  if (reduction === "mean" && labelSmoothing === 0 && weights === null && !ignored)
    return fusedCrossEntropy(logits, target);
  return weightedCrossEntropy(logits, target, { reduction, ignoreIndex, labelSmoothing, weights });
}

/**
 * The plain mean over class numbers: L = 1/N Σ_i (log Σ_j exp x_ij − x_i,target_i), ∂L/∂x_ij = (softmax(x)_ij − [j =
 * target_i]) / N.
 */
function fusedCrossEntropy(logits: Tensor, target: Tensor): Tensor {
  const k = engine().kernels;
  const classes = logits.shape[logits.shape.length - 1];
  const rows = target.length;
  const [x, labels] = [logits.floats, target.ints];
  const p = k.memory.empty(logits.length, false);
  return perform({
    name,
    inputs: [logits, target],
    shape: [],
    forward: (L) => {
      L.set(0, k.crossEntropy(rows, classes, x, labels, p) / rows);
    },
    backward: (dL) => k.crossEntropyBackward(rows, classes, p, labels, dL.get(0) / rows, logits.gradient()),
  });
}

interface ClassOptions {
  readonly reduction: Reduction;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
  readonly weights: ArrayLike<number> | null;
}

/** Class numbers with weights, smoothing or ignored targets. */
function weightedCrossEntropy(logits: Tensor, target: Tensor, options: ClassOptions): Tensor {
  const { reduction, ignoreIndex, labelSmoothing, weights } = options;
  const k = engine().kernels;
  const classes = logits.shape[logits.shape.length - 1];
  const rows = target.length;
  const labels = target.ints.array;
  const weightOf = (c: number) => weights?.[c] ?? 1;
  const counts = (i: number) => labels[i] !== ignoreIndex;
  /** What q has at the target beside the smoothing, and the smoothing's part: ε/C w_c in every class. */
  const atTarget = (i: number) => (1 - labelSmoothing) * weightOf(labels[i]);
  const spread = k.memory.floats(classes, false);
  let spreadSum = 0;
  for (let c = 0; c < classes; c++) {
    spread.array[c] = (labelSmoothing / classes) * weightOf(c);
    spreadSum += (labelSmoothing / classes) * weightOf(c);
  }
  let divisor = reduction === "mean" ? 0 : 1;
  if (reduction === "mean") for (let i = 0; i < rows; i++) if (counts(i)) divisor += weightOf(labels[i]);
  const { x, p, minusLogP } = softmaxParts(logits, rows, classes);
  const lossOf = (i: number): number => {
    let loss = atTarget(i) * minusLogP(i, labels[i]);
    if (labelSmoothing > 0)
      for (let c = 0; c < classes; c++) loss += (labelSmoothing / classes) * weightOf(c) * minusLogP(i, c);
    return loss;
  };
  return perform({
    name,
    inputs: [logits, target],
    shape: reduction === "none" ? target.shape : [],
    forward: (L) => {
      k.softmaxRowsParts(rows, classes, x, p.softmax, p.max, p.logSum);
      writeLosses(L, rows, reduction, divisor, (i) => (counts(i) ? lossOf(i) : 0));
    },
    backward: (dL) => {
      const dx = logits.gradient();
      const values = dx.array;
      for (let i = 0; i < rows; i++) {
        if (!counts(i)) continue;
        const d = dL.array[reduction === "none" ? i : 0] / divisor;
        const row = dx.sub(i * classes, classes);
        k.axpy(classes, d * (atTarget(i) + spreadSum), p.softmax.sub(i * classes, classes), row);
        if (labelSmoothing > 0) k.axpy(classes, -d, spread, row);
        values[i * classes + labels[i]] -= d * atTarget(i);
      }
    },
  });
}

/** Probabilities as targets. The target's own gradient is ∂ℓ_i/∂target_ic = −(1 − ε) w_c log p_ic. */
function softCrossEntropy(logits: Tensor, target: Tensor, options: Omit<ClassOptions, "ignoreIndex">): Tensor {
  const { reduction, labelSmoothing, weights } = options;
  const k = engine().kernels;
  const classes = logits.shape.at(-1) ?? 1;
  const lead = logits.shape.slice(0, -1);
  const rows = classes === 0 ? 0 : logits.length / classes;
  const divisor = reduction === "mean" ? rows : 1;
  const weightOf = (c: number) => weights?.[c] ?? 1;
  const q = k.memory.floats(logits.length, false);
  const [t, qs] = [target.floats.array, q.array];
  const sums = new Float64Array(rows);
  for (let i = 0, j = 0; i < rows; i++) {
    for (let c = 0; c < classes; c++, j++) {
      qs[j] = weightOf(c) * ((1 - labelSmoothing) * t[j] + labelSmoothing / classes);
      sums[i] += qs[j];
    }
  }
  const { x, p, minusLogP } = softmaxParts(logits, rows, classes);
  const lossOf = (i: number): number => {
    let loss = 0;
    for (let c = 0; c < classes; c++) loss += qs[i * classes + c] * minusLogP(i, c);
    return loss;
  };
  return perform({
    name,
    inputs: [logits, target],
    shape: reduction === "none" ? lead : [],
    forward: (L) => {
      k.softmaxRowsParts(rows, classes, x, p.softmax, p.max, p.logSum);
      writeLosses(L, rows, reduction, divisor, lossOf);
    },
    backward: (dL) => {
      const at = (i: number) => dL.array[reduction === "none" ? i : 0] / divisor;
      for (let i = 0; logits.requiresGrad && i < rows; i++) {
        const row = logits.gradient().sub(i * classes, classes);
        k.axpy(classes, at(i) * sums[i], p.softmax.sub(i * classes, classes), row);
        k.axpy(classes, -at(i), q.sub(i * classes, classes), row);
      }
      if (!target.requiresGrad) return;
      const dTarget = target.gradient().array;
      for (let i = 0; i < rows; i++) {
        for (let c = 0; c < classes; c++)
          dTarget[i * classes + c] += at(i) * (1 - labelSmoothing) * weightOf(c) * minusLogP(i, c);
      }
    },
  });
}

/** Room for a softmax of the rows, and −log p read from its parts: log Σ − (x − max), which loses no digits. */
function softmaxParts(logits: Tensor, rows: number, classes: number) {
  const { memory } = engine().kernels;
  const x = logits.floats;
  const p = {
    softmax: memory.empty(logits.length, false),
    max: memory.empty(rows, false),
    logSum: memory.empty(rows, false),
  };
  const [values, max, logSum] = [x.array, p.max.array, p.logSum.array];
  return { x, p, minusLogP: (i: number, c: number) => logSum[i] - (values[i * classes + c] - max[i]) };
}

/** The losses of the rows as they are, or their sum over `divisor`. */
export function writeLosses(
  L: FloatBuffer,
  rows: number,
  reduction: Reduction,
  divisor: number,
  lossOf: (i: number) => number,
): void {
  const out = L.array;
  if (reduction === "none") {
    for (let i = 0; i < rows; i++) out[i] = lossOf(i);
    return;
  }
  // summed in float64, whatever the tensor's type
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += lossOf(i);
  out[0] = sum / divisor;
}
