// The lines of another run in one plot: in a dash and colour of its own, as smooth as the run's own. Knows no page.
import type { RunCurves } from "../../../../src/protocol/inspector/runs.ts";
import type { Line } from "../../../charts/drawing.ts";
import type { Domain } from "../../../charts/scales.ts";
import type { Point } from "../../../charts/series.ts";
import { course, forScale, pointsOf, thinned, withoutFlats } from "./points.ts";
import type { Quantity } from "./quantities.ts";
import { lowerBound, recordsIn } from "./records.ts";

/** Another run is switched in all plots at once. */
export function runName(id: string): string {
  return `run/${id}`;
}

const dashes: readonly (readonly number[])[] = [
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [14, 4],
];

/** Colour and dash of the other run of this number: with each round of the dashes the colours go one further. */
export function lookOf(number: number): { readonly colour: number; readonly dash: readonly number[] } {
  return { colour: number + Math.floor(number / dashes.length), dash: dashes[number % dashes.length] };
}

export interface OtherSettings {
  readonly quantity: Quantity;
  readonly log: boolean;
  readonly range: Domain;
  readonly columns: number;
  /** How far a smoothed line looks to either side, in iterations; null: every iteration as it is. */
  readonly tau: number | null;
}

/** Its validations are in the same colour, dotted. */
export function otherLines(run: RunCurves, number: number, settings: OtherSettings): Line[] {
  const { quantity, range, log, columns, tau } = settings;
  const { source } = quantity;
  if (source.kind !== "iterations" || source.other === null) return [];
  const whole = wholeLine(run, quantity, log, tau);
  const place = (x: number): number => lowerBound(whole.length, x, (i) => whole[i].x);
  const points = whole.slice(Math.max(0, place(range.min) - 1), place(range.max) + 2);
  const look = lookOf(number);
  const line: Line = { ...look, label: run.name, points: thinned(points, columns), width: tau === null ? 1.5 : 2 };
  if (source.validations === null || run.validation.length === 0) return [line];
  const shown = forScale(pointsOf(recordsIn(run.validation, range), source.validations), log);
  const marks = { colour: look.colour, width: 1, dash: [1, 3], marker: "rectRot", markerRadius: 3 } as const;
  return [line, { ...marks, label: `${run.name}, validation`, points: shown }];
}

interface Kept {
  readonly key: string;
  readonly points: readonly Point[];
}

/** A kept run does not change, but what is shown of it does ten times a second while another one trains. */
const kept = new WeakMap<RunCurves, Map<string, Kept>>();

function wholeLine(run: RunCurves, quantity: Quantity, log: boolean, tau: number | null): readonly Point[] {
  const reach = tau === null ? null : roughly(tau);
  const key = `${log} ${reach}`;
  const lines = kept.get(run) ?? new Map<string, Kept>();
  kept.set(run, lines);
  const known = lines.get(quantity.id);
  if (known?.key === key) return known.points;
  const { source } = quantity;
  const values = source.kind === "iterations" ? (source.other?.(run) ?? []) : [];
  const raw = forScale(
    values.map((y, i): Point => ({ x: run.iterations[i], y })),
    log,
  );
  const points = reach === null ? withoutFlats(raw) : course(raw, reach, log);
  lines.set(quantity.id, { key, points });
  return points;
}

/** A quarter more or less is not seen, and saves smoothing anew at every step of a growing range. */
function roughly(tau: number): number {
  return 1.5 ** Math.round(Math.log(tau) / Math.log(1.5));
}
