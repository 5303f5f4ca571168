// What of a tensor can be looked at in a moment of the run, and why the rest cannot. Copies nothing.
import type { PartState, TensorPart } from "../../../protocol/inspector/tensorPicture.ts";
import type { Parameter, Tensor } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import type { Past } from "../tensors/previous.ts";
import type { NumberArray, Numbers } from "./numbers.ts";

/** The numbers of a part, or why there are none. */
export type Part = Numbers | { readonly missing: string };

export type Parts = Partial<Readonly<Record<TensorPart, Part>>>;

/** Where the weights began: a copy, or why it was not kept. */
export type Beginning =
  | { readonly kind: "kept"; readonly array: NumberArray }
  | { readonly kind: "lost"; readonly why: string };

/** Weights, gradient and update of a parameter, on whichever side of this iteration's update it is. */
export function parameterParts(parameter: Parameter, name: string, run: TrainingRun, beginning: Beginning): Parts {
  const { length } = parameter;
  const now = parameter.floats.array;
  const before = run.weightsBefore.get(name)?.array ?? null;
  const notYet = parameter.requiresGrad
    ? "this iteration's update has not come to it yet"
    : "it is frozen: the optimizer leaves it as it is";
  const notKept = "the weights from before this update were not kept; they are from the next step on";
  const whole = (array: NumberArray, minus: NumberArray | null = null): Part => ({ array, minus, length });
  const known = (part: (before: NumberArray) => Part): Part => (before === null ? { missing: notKept } : part(before));
  const updated = run.updated.has(name);
  return {
    before: updated ? known((array) => whole(array)) : whole(now),
    gradient: gradientOf(parameter, run),
    update: updated ? known((minus) => whole(now, minus)) : { missing: notYet },
    after: updated ? whole(now) : { missing: notYet },
    difference: beginning.kind === "kept" ? whole(now, beginning.array) : { missing: beginning.why },
  };
}

function gradientOf(parameter: Parameter, run: TrainingRun): Part {
  if (!parameter.requiresGrad) return { missing: "it is frozen: no gradient is computed for it" };
  // what it holds otherwise is of an earlier iteration
  const gradient = run.differentiatedTensors().has(parameter) ? parameter.gradientSoFar() : null;
  if (gradient === null) return { missing: "this iteration's backward pass has not come to it yet" };
  return { array: gradient.array, minus: null, length: parameter.length };
}

/** Values, gradient and difference to the iteration before of what a step computes with. */
export function termParts(value: Tensor, gradient: Tensor | null, past: Past): Parts {
  const { length } = value;
  return {
    after: numbersOf(value),
    gradient: gradient === null ? { missing: missingGradient(value) } : numbersOf(gradient),
    difference:
      past.kind === "known" && past.before.length === length
        ? { array: arrayOf(value), minus: arrayOf(past.before), length }
        : { missing: missingPast(past) },
  };
}

/** In the order in which they are shown. */
export function statesOf(parts: Parts, order: readonly TensorPart[]): readonly PartState[] {
  return order.flatMap((part) => {
    const found = parts[part];
    return found === undefined ? [] : [{ part, missing: "missing" in found ? found.missing : "" }];
  });
}

function numbersOf(tensor: Tensor): Numbers {
  return { array: arrayOf(tensor), minus: null, length: tensor.length };
}

function arrayOf(tensor: Tensor): NumberArray {
  return (tensor.dtype === "int32" ? tensor.ints : tensor.floats).array;
}

function missingGradient({ dtype }: Tensor): string {
  return dtype === "int32"
    ? "whole numbers have no gradient"
    : "there is none here: it is made in the backward pass, if at all";
}

function missingPast(past: Past): string {
  return past.kind === "lost"
    ? `iteration ${past.iteration} was not kept; it is while you step through an iteration`
    : "there is nothing in the iteration before to compare it with";
}
