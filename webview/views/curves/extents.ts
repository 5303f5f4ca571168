// How far the curves go, and which plots a run has. Knows no page.
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import type { RunCurves } from "../../../src/protocol/inspector/runs.ts";
import type { Extent } from "../../charts/range.ts";
import { plotName } from "./choices.ts";
import { type QuantityId, quantities } from "./plot/quantities.ts";
import { standsAt } from "./travel/travel.ts";

/**
 * From the first iteration to the newest, or to the last of a run that is drawn beside it. A run that has gone back from
 * within an iteration has no record of it, but may have a mark there.
 */
export function wholeOf(state: InspectorState, others: readonly RunCurves[]): Extent {
  const marks = state.marks.map((mark) => mark.iteration);
  const newest = Math.max(state.last?.iteration ?? 1, standsAt(state) ?? 1, ...marks);
  const min = Math.min(state.iterations[0]?.iteration ?? 1, ...others.map((run) => run.iterations[0] ?? 1));
  const max = Math.max(newest, min + 1, ...others.map((run) => run.iterations.at(-1) ?? 1));
  return { min, max, newest };
}

/** Plots that have something to show: a run that is never validated has no accuracy. */
export function possiblePlots({ validations }: InspectorState): ReadonlySet<QuantityId> {
  const has = quantities.filter(
    ({ source }) => source.kind === "iterations" || validations.some((record) => source.value(record) !== null),
  );
  return new Set(has.map(({ id }) => id));
}

/** Those of them that are not switched off; never none. */
export function presentPlots(possible: ReadonlySet<QuantityId>, hidden: readonly string[]): ReadonlySet<QuantityId> {
  const chosen = [...possible].filter((id) => !hidden.includes(plotName(id)));
  return new Set(chosen.length > 0 ? chosen : [...possible].slice(0, 1));
}
