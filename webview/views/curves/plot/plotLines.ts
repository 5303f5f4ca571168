// What one plot draws of a part of the run: which lines, thinned to its pixels, and how high its axis is. Knows no page.
import { assertNever } from "../../../../src/protocol/assertNever.ts";
import type { IterationRecord } from "../../../../src/protocol/events.ts";
import type { ValidationRecord } from "../../../../src/protocol/inspector/inspector.ts";
import type { RunCurves } from "../../../../src/protocol/inspector/runs.ts";
import type { Line } from "../../../charts/drawing.ts";
import { type Domain, linearDomain, logDomain } from "../../../charts/scales.ts";
import { extent, type Point, stretchesNotFinite } from "../../../charts/series.ts";
import { otherLines, runName } from "./otherLines.ts";
import { course, forScale, pointsOf, thinned, withoutFlats } from "./points.ts";
import type { Quantity } from "./quantities.ts";
import { recordsIn } from "./records.ts";

export interface PlotData {
  readonly records: readonly IterationRecord[];
  readonly validations: readonly ValidationRecord[];
  readonly others: readonly RunCurves[];
}

export interface PlotSettings {
  readonly quantity: Quantity;
  readonly log: boolean;
  readonly range: Domain;
  /** Pixel columns of the plot. */
  readonly columns: number;
  /** Is this line switched off? Names as `lineNames` has them; other runs as `runName` has them. */
  readonly isHidden: (line: string) => boolean;
}

export interface PlotLines {
  readonly lines: readonly Line[];
  readonly y: Domain;
  /** The run's own points in the range, none left out. */
  readonly points: readonly Point[];
  /** Its validations in the range, where the plot has them beside its own points. */
  readonly validations: readonly Point[];
  readonly smoothed: boolean;
  /** Where the run's own number is NaN or infinite. */
  readonly broken: readonly Domain[];
  /** The widest gap between two points, in iterations; 1 when every iteration is there. */
  readonly stride: number;
}

/** The lines of a plot, as they are switched on and off. */
export function lineNames({ id }: Quantity): {
  readonly raw: string;
  readonly smooth: string;
  readonly validation: string;
} {
  return { raw: `${id}/raw`, smooth: `${id}/smoothed`, validation: `${id}/validation` };
}

/** Below this many iterations a smoothed line would only hide what there is to see. */
const smoothFrom = 30;
/** A smoothed line looks to either side over this share of what is shown. */
const smoothShare = 1 / 80;
/** Beyond so many of these shares nothing counts: e⁻⁶ is a quarter of a percent. */
const smoothReach = 6;

export function plotLines(data: PlotData, settings: PlotSettings): PlotLines {
  const { quantity, range, log, isHidden } = settings;
  const tau = Math.max(1, (range.max - range.min) * smoothShare);
  const all = ownPoints(data, quantity, range, smoothReach * tau);
  const points = inRange(all, range);
  const smoothed = quantity.noisy && points.length >= smoothFrom;
  const { source } = quantity;
  const beside = source.kind === "iterations" ? source.validations : null;
  const validations = beside === null ? [] : pointsOf(recordsIn(data.validations, range), beside);
  const names = lineNames(quantity);
  const own = ownLines(all, smoothed ? tau : null, settings);
  const othersSmooth = quantity.noisy && range.max - range.min >= smoothFrom && !isHidden(names.smooth);
  const otherSettings = { ...settings, tau: othersSmooth ? tau : null };
  const others = data.others.flatMap((run, i) => (isHidden(runName(run.id)) ? [] : otherLines(run, i, otherSettings)));
  const shownValidations = isHidden(names.validation) ? [] : validations;
  const seen = [
    ...(own.length === 0 ? [] : points.length > 0 ? points : all),
    ...inRange(shownValidations, range),
    ...others.flatMap((line) => inRange(line.points, range)),
  ];
  return {
    lines: [
      ...(shownValidations.length > 0 ? [validationLine(forScale(shownValidations, log))] : []),
      ...own,
      ...others,
    ],
    y: valueDomain(seen, log),
    points,
    validations: inRange(validations, range),
    smoothed,
    broken: stretchesNotFinite(all),
    stride: widestGap(points),
  };
}

function ownPoints(data: PlotData, { source }: Quantity, range: Domain, margin: number): readonly Point[] {
  switch (source.kind) {
    case "iterations":
      return pointsOf(recordsIn(data.records, range, margin), source.value);
    case "validations": {
      const known = data.validations.filter((record) => source.value(record) !== null);
      return pointsOf(recordsIn(known, range, margin), (record) => source.value(record) ?? Number.NaN);
    }
    default:
      return assertNever(source);
  }
}

/** Each iteration, and over them a smoothed course when `tau` is given. */
function ownLines(all: readonly Point[], tau: number | null, settings: PlotSettings): Line[] {
  const { quantity, log, columns, isHidden } = settings;
  const { title, colour, faint, source } = quantity;
  const names = lineNames(quantity);
  const points = forScale(all, log);
  if (source.kind === "validations") return [{ ...marksLine, label: title, points: [...points], colour }];
  const smoothShown = tau !== null && !isHidden(names.smooth);
  const lines: Line[] = [];
  if (smoothShown)
    lines.push({ label: "smoothed", points: thinned(course(points, tau, log), columns), colour, width: 2 });
  if (isHidden(names.raw)) return lines;
  const raw = thinned(tau === null ? withoutFlats(points) : points, columns);
  const look = tau === null ? { colour, width: 2 } : { colour: smoothShown ? faint : colour, width: 1 };
  return [...lines, { label: title, points: raw, ...look }];
}

const marksLine = { width: 1.5, dash: [4, 3], marker: "rectRot", markerRadius: 4.5 } as const;

function validationLine(points: readonly Point[]): Line {
  // Many epochs: the marks would grow together.
  const markerRadius = points.length > 40 ? 2 : marksLine.markerRadius;
  return { ...marksLine, label: "validation", points, colour: "validation", markerRadius };
}

function inRange(points: readonly Point[], { min, max }: Domain): readonly Point[] {
  return points.filter(({ x }) => x >= min && x <= max);
}

function widestGap(points: readonly Point[]): number {
  let widest = 1;
  for (let i = 1; i < points.length; i++) widest = Math.max(widest, points[i].x - points[i - 1].x);
  return widest;
}

function valueDomain(points: readonly Point[], log: boolean): Domain {
  const values = points.map((point) => point.y);
  const range = extent(log ? values.filter((y) => y > 0) : values);
  if (range === null) return log ? { min: 0.1, max: 1 } : { min: 0, max: 1 };
  return log ? logDomain(range) : linearDomain(range);
}
