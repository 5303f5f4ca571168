// What all losses share: how the losses of the elements become one number, and the check of shapes and labels.
import { engine } from "../../engine.ts";
import { sameShape, showShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";

/** One loss for each element, their sum, or their mean. */
export type Reduction = "none" | "sum" | "mean";

export interface ReductionOption {
  readonly reduction?: Reduction;
}

/** @throws ModelError naming the reductions that there are */
export function checkReduction(
  loss: string,
  reduction: string,
  known: readonly string[] = ["mean", "sum", "none"],
): void {
  if (!known.includes(reduction)) {
    throw engine().error(
      `${loss}: reduction must be ${known.map((r) => `"${r}"`).join(" or ")}, but it is "${reduction}"`,
    );
  }
}

export function reduceLosses(losses: Tensor, reduction: Reduction): Tensor {
  switch (reduction) {
    case "none":
      return losses;
    case "sum":
      return losses.sum();
    case "mean":
      return losses.mean();
  }
}

/** Nothing broadcasts: [N, 1] against [N] would silently compare everything with everything. */
export function checkSameShape(loss: string, x: Tensor, y: Tensor): void {
  if (!sameShape(x.shape, y.shape)) {
    throw engine().error(
      `${loss}: the output has shape ${showShape(x.shape)}, but the target has ${showShape(y.shape)}; reshape one of them`,
    );
  }
}

/** Class numbers must have the output's shape without its last dimension, the classes. */
export function checkClassShape(loss: string, output: Tensor, target: Tensor): void {
  const wanted = output.shape.slice(0, -1);
  if (output.shape.length === 0 || !sameShape(wanted, target.shape)) {
    throw engine().error(
      `${loss}: the output has shape ${showShape(output.shape)}, so the target's shape must be ${showShape(wanted)}, but it is ${showShape(target.shape)}`,
    );
  }
}

/** Is any label to be ignored? @throws ModelError for the first label that is no class and not ignored */
export function checkLabels(loss: string, labels: Int32Array, classes: number, ignoreIndex: number): boolean {
  let ignored = false;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label === ignoreIndex) ignored = true;
    else if (label < 0 || label >= classes) {
      throw engine().error(
        `${loss}: label ${label} at position ${i} of the target is out of range; the output has ${classes} classes, so labels go from 0 to ${classes - 1}`,
      );
    }
  }
  return ignored;
}

/** Weights of the classes, or null for ones. @throws ModelError when there is not one for each class */
export function classWeights(loss: string, weight: Tensor | undefined, classes: number): ArrayLike<number> | null {
  if (weight === undefined) return null;
  if (!sameShape(weight.shape, [classes])) {
    throw engine().error(
      `${loss}: weight must hold one number for each of the ${classes} classes, but its shape is ${showShape(weight.shape)}`,
    );
  }
  return weight.floats.array;
}
