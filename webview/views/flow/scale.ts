// The logarithmic scale of widths and colours, and what a number looks like on it. Knows no page.
import type { Flow, FlowValues } from "../../../src/protocol/inspector/flow.ts";
import { calmDecades, type Domain, decades } from "../../charts/scales.ts";
import { extent } from "../../charts/series.ts";

export interface Scales {
  readonly values: Domain | null;
  readonly gradients: Domain | null;
}

export const noScales: Scales = { values: null, gradients: null };

/** Whole decades around all that there is; calm while numbers come and go. */
export function scalesOf(values: FlowValues | null, before: Scales): Scales {
  if (values === null) return before;
  const steps = values.chains.flatMap(({ steps }) => steps);
  return {
    values: scaleOf([...values.values, ...steps.map(({ value }) => value)], before.values),
    gradients: scaleOf([...values.gradients, ...steps.map(({ gradient }) => gradient)], before.gradients),
  };
}

function scaleOf(numbers: readonly (number | null)[], before: Domain | null): Domain | null {
  const range = extent(numbers.filter((value) => value !== null && Number.isFinite(value) && value > 0));
  return range === null ? before : calmDecades(before, decades(range));
}

/** How a quantity of an edge is drawn. `nothing`: it is not known, or there is none. */
export type Look =
  | { readonly kind: "nothing" }
  | { readonly kind: "zero" }
  | { readonly kind: "broken" }
  /** 0 to 1 on the logarithmic scale. */
  | { readonly kind: "size"; readonly share: number };

export function lookOf(value: number | null, scale: Domain | null): Look {
  if (value === null) return { kind: "nothing" };
  if (!Number.isFinite(value)) return { kind: "broken" };
  if (value === 0) return { kind: "zero" };
  if (scale === null) return { kind: "size", share: 0.5 };
  const share = (Math.log10(value) - scale.min) / (scale.max - scale.min);
  return { kind: "size", share: Math.min(1, Math.max(0, share)) };
}

/** The largest of several; what is not finite is larger than anything. */
export function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : (known.find((value) => !Number.isFinite(value)) ?? Math.max(...known));
}

/** Of several edges of the graph together: the largest of each. */
export function sizesOf(
  { values }: Flow,
  edges: readonly number[],
): { readonly value: number | null; readonly gradient: number | null } {
  return {
    value: largest(edges.map((i) => values?.values[i] ?? null)),
    gradient: largest(edges.map((i) => values?.gradients[i] ?? null)),
  };
}

/** Which of the numbers is the smallest and which the largest, −1 when there are no two that differ. */
export function extremesOf(numbers: readonly (number | null)[]): { readonly least: number; readonly most: number } {
  let [least, most] = [-1, -1];
  numbers.forEach((number, i) => {
    if (number === null || !Number.isFinite(number)) return;
    if (least === -1 || number < (numbers[least] ?? 0)) least = i;
    if (most === -1 || number > (numbers[most] ?? 0)) most = i;
  });
  return numbers[least] === numbers[most] ? { least: -1, most: -1 } : { least, most };
}
