// The first iteration, and there the first layer, at which two runs are not the same any more.
import type { IterationRecord, ParameterReport, StatisticsReport } from "../../protocol/events.ts";
import type { LayerParting, Parting } from "../../protocol/inspector/runs.ts";
import type { ModelInfo } from "../../protocol/model.ts";
import type { TensorStatistics } from "../../protocol/tensors.ts";

/** So much, relative to the larger of the two, is more than rounding that has grown. */
export const tolerance = 0.01;

/** Iterations that both have, in pairs. Both lists ascend. */
export function* pairs<T extends { readonly iteration: number }>(
  a: Iterable<T>,
  b: Iterable<T>,
): Generator<readonly [T, T]> {
  const rest = b[Symbol.iterator]();
  let right = rest.next();
  for (const left of a) {
    while (right.done !== true && right.value.iteration < left.iteration) right = rest.next();
    if (right.done === true) return;
    if (right.value.iteration === left.iteration) yield [left, right.value];
  }
}

export interface RecordPartings {
  readonly compared: number;
  /** In any bit. */
  readonly parting: Parting | null;
  /** By more than `tolerance`. */
  readonly beyond: Parting | null;
}

export function recordPartings(a: readonly IterationRecord[], b: readonly IterationRecord[]): RecordPartings {
  const both = [...pairs(a, b)];
  return {
    compared: both.length,
    parting: firstParting(both, (left, right) => !Object.is(left, right)),
    beyond: firstParting(both, isBeyond),
  };
}

/** A number that is none is beyond any that is. */
export function isBeyond(a: number, b: number): boolean {
  if (Object.is(a, b) || a === b) return false;
  const difference = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
  return !(difference <= tolerance);
}

function firstParting(
  both: readonly (readonly [IterationRecord, IterationRecord])[],
  differs: (a: number, b: number) => boolean,
): Parting | null {
  for (const [left, right] of both) {
    for (const quantity of ["loss", "gradNorm"] as const) {
      const [a, b] = [left[quantity], right[quantity]];
      if (differs(a, b)) return { iteration: left.iteration, quantity, a, b };
    }
  }
  return null;
}

type Stage = LayerParting["stage"];

/** What an iteration does to a parameter, in this order; the first that differs is the cause of the others. */
const stages: readonly (readonly [Stage, (report: ParameterReport) => readonly (number | null)[]])[] = [
  ["weights before the update", ({ weightNormBefore }) => [weightNormBefore]],
  ["gradients", ({ gradient }) => (gradient === null ? [null] : numbersOf(gradient))],
  ["weights after the update", ({ values }) => numbersOf(values)],
];

/** @param model whose order of parameters tells which is the first */
export function layerParting(
  a: Iterable<StatisticsReport>,
  b: Iterable<StatisticsReport>,
  model: ModelInfo,
): LayerParting | null {
  let sameAt: number | null = null;
  for (const [left, right] of pairs(a, b)) {
    const parting = partingWithin(left, right, model);
    if (parting !== null) return { ...parting, iteration: left.iteration, sameAt };
    sameAt = left.iteration;
  }
  return null;
}

function partingWithin(a: StatisticsReport, b: StatisticsReport, model: ModelInfo) {
  const reports = new Map(a.parameters.map((report) => [report.name, report]));
  const others = new Map(b.parameters.map((report) => [report.name, report]));
  const both = model.parameters.flatMap(({ name, layer }) => {
    const [left, right] = [reports.get(name), others.get(name)];
    const comparable = left !== undefined && right !== undefined && left.values.count === right.values.count;
    return comparable ? [{ name, layer, left, right }] : [];
  });
  for (const [stage, numbers] of stages) {
    const differing = both.filter(({ left, right }) => !areSame(numbers(left), numbers(right)));
    const [first] = differing;
    if (first === undefined) continue;
    return { stage, parameter: first.name, layer: first.layer, differing: differing.length, compared: both.length };
  }
  return null;
}

function numbersOf({ norm, mean, std, min, max, zeros, nonFinite }: TensorStatistics): readonly number[] {
  return [norm, mean, std, min, max, zeros, nonFinite];
}

function areSame(a: readonly (number | null)[], b: readonly (number | null)[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
