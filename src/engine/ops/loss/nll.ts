// Negative log-likelihood of class numbers, for outputs that are log-probabilities already.
import type { Tensor } from "../../tensor.ts";
import { perform } from "../operation.ts";
import { writeLosses } from "./crossEntropy.ts";
import { checkClassShape, checkLabels, checkReduction, classWeights, type Reduction } from "./reduction.ts";

export interface NLLOptions {
  readonly reduction?: Reduction;
  /** Targets of this number count for nothing. Default −100. */
  readonly ignoreIndex?: number;
  /** A constant weight for each class, `[classes]`. */
  readonly weight?: Tensor;
}

const name = "nll";

/**
 * Negative log-likelihood, ℓ_i = −w_target_i x_i,target_i of log-probabilities x; ∂ℓ_i/∂x_ij = −w_j [j = target_i].
 *
 * Shapes: x `[…, classes]`, the classes on the last dimension; target `[…]`, class numbers. Reduction "mean" (default)
 * divides by Σ_i w_target_i over targets that are not ignored, as torch.nn.functional.nll_loss.
 * @throws ModelError naming both shapes, or the label that is out of range and where it stands
 */
export function nllLoss(x: Tensor, target: Tensor, options: NLLOptions = {}): Tensor {
  const { reduction = "mean", ignoreIndex = -100, weight } = options;
  checkReduction(name, reduction);
  checkClassShape(name, x, target);
  const classes = x.shape[x.shape.length - 1];
  const rows = target.length;
  const labels = target.ints.array;
  checkLabels(name, labels, classes, ignoreIndex);
  const weights = classWeights(name, weight, classes);
  const weightOf = (i: number) => (labels[i] === ignoreIndex ? 0 : (weights?.[labels[i]] ?? 1));
  let divisor = reduction === "mean" ? 0 : 1;
  if (reduction === "mean") for (let i = 0; i < rows; i++) divisor += weightOf(i);
  const values = x.floats.array;
  const counts = (i: number) => labels[i] !== ignoreIndex;
  return perform({
    name,
    inputs: [x, target],
    shape: reduction === "none" ? target.shape : [],
    forward: (L) =>
      writeLosses(L, rows, reduction, divisor, (i) => (counts(i) ? -weightOf(i) * values[i * classes + labels[i]] : 0)),
    backward: (dL) => {
      const dx = x.gradient().array;
      for (let i = 0; i < rows; i++) {
        if (counts(i)) dx[i * classes + labels[i]] -= (weightOf(i) * dL.array[reduction === "none" ? i : 0]) / divisor;
      }
    },
  });
}
