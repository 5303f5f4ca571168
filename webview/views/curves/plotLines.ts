// What one plot draws of a part of the run: which lines, thinned to its pixels, and how high its axis is. Knows no page.
import type { IterationRecord } from "../../../src/protocol/events.ts";
import type { ValidationRecord } from "../../../src/protocol/inspector.ts";
import type { RunCurves } from "../../../src/protocol/runs.ts";
import type { Line } from "../../charts/lineChart.ts";
import { type Domain, linearDomain, logDomain } from "../../charts/scales.ts";
import { decimate, extent, type Point, smooth } from "../../charts/series.ts";

/** What is drawn of every iteration. */
export type Quantity = "loss" | "gradNorm" | "learningRate";

export interface PlotData {
  readonly records: readonly IterationRecord[];
  readonly validations: readonly ValidationRecord[];
  readonly others: readonly RunCurves[];
}

export interface PlotSettings {
  readonly quantity: Quantity;
  readonly label: string;
  readonly colour: "train" | "gradient" | "rate";
  readonly log: boolean;
  readonly range: Domain;
  /** Pixel columns of the plot. */
  readonly columns: number;
}

export interface PlotLines {
  readonly lines: readonly Line[];
  readonly y: Domain;
  /** The run's own points in the range, none left out. */
  readonly points: readonly Point[];
  readonly smoothed: boolean;
  /** The widest gap between two of them, in iterations; 1 when every iteration is there. */
  readonly stride: number;
}

/** Below this many iterations a smoothed line would only hide what there is to see. */
const smoothFrom = 30;
/** A smoothed line looks to either side over this share of what is shown. */
const smoothShare = 1 / 80;
/** Beyond so many of these shares nothing counts: e⁻⁶ is a quarter of a percent. */
const smoothReach = 6;

export const otherDashes: readonly (readonly number[])[] = [
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [14, 4],
];

export function plotLines(data: PlotData, settings: PlotSettings): PlotLines {
  const { quantity, range, log } = settings;
  const tau = Math.max(1, (range.max - range.min) * smoothShare);
  const slice = recordsIn(data.records, range, smoothReach * tau);
  const all = slice.map((record): Point => ({ x: record.iteration, y: record[quantity] }));
  const points = inRange(all, range);
  const validations = quantity === "loss" ? pointsOf(data.validations, range) : [];
  const others = data.others.map((run, i) => otherLines(run, i, settings));
  const smoothed = quantity !== "learningRate" && points.length >= smoothFrom;
  const own = smoothed ? smoothedLines(all, tau, settings) : [plainLine(all, settings)];
  const seen = [
    ...(points.length > 0 ? points : all),
    ...validations,
    ...others.flat().flatMap((line) => inRange(line.points, range)),
  ];
  return {
    lines: [...(validations.length > 0 ? [validationLine(forScale(validations, log))] : []), ...own, ...others.flat()],
    y: valueDomain(seen, log),
    points,
    smoothed,
    stride: widestGap(points),
  };
}

/** The records of a range and so much on either side, and one more, so that a line goes on to the edge of the plot. */
export function recordsIn<T extends { readonly iteration: number }>(
  records: readonly T[],
  { min, max }: Domain,
  margin = 0,
): readonly T[] {
  const from = Math.max(0, firstFrom(records, min - margin) - 1);
  const to = firstFrom(records, max + margin) + 2;
  return from === 0 && to >= records.length ? records : records.slice(from, to);
}

function firstFrom(records: readonly { readonly iteration: number }[], iteration: number): number {
  return lowerBound(records.length, iteration, (i) => records[i].iteration);
}

/** The first of `length` ascending numbers that is at least `value`; `length` when there is none. */
function lowerBound(length: number, value: number, at: (i: number) => number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The record next to an iteration, or null when there is none at all. */
export function nearest<T extends { readonly iteration: number }>(records: readonly T[], iteration: number): T | null {
  const after = firstFrom(records, iteration);
  const [a, b] = [records.at(after - 1), records.at(after)];
  if (after === 0 || a === undefined) return b ?? null;
  return b === undefined || iteration - a.iteration <= b.iteration - iteration ? a : b;
}

function inRange(points: readonly Point[], { min, max }: Domain): readonly Point[] {
  return points.filter(({ x }) => x >= min && x <= max);
}

function pointsOf(
  validations: readonly { readonly iteration: number; readonly loss: number }[],
  range: Domain,
): Point[] {
  return recordsIn(validations, range).map(({ iteration, loss }) => ({ x: iteration, y: loss }));
}

function smoothedLines(all: readonly Point[], tau: number, settings: PlotSettings): Line[] {
  const { label, colour, log } = settings;
  const points = forScale(all, log);
  // On a logarithmic axis the mean of the logarithms is the one that lies in the middle of what is seen.
  const soft = log ? mapped(smooth(mapped(points, Math.log), tau), Math.exp) : smooth(points, tau);
  const faint = colour === "rate" ? colour : (`${colour}Faint` as const);
  return [
    { label: "smoothed", points: thinned(soft, settings), colour, width: 2 },
    { label, points: thinned(points, settings), colour: faint, width: 1 },
  ];
}

function plainLine(all: readonly Point[], settings: PlotSettings): Line {
  const points = thinned(withoutFlats(forScale(all, settings.log)), settings);
  return { label: settings.label, points, colour: settings.colour, width: 2 };
}

function validationLine(points: readonly Point[]): Line {
  // Many epochs: the marks would grow together.
  const markerRadius = points.length > 40 ? 2 : 4.5;
  return {
    label: "validation",
    points,
    colour: "validation",
    width: 1.5,
    dash: [4, 3],
    marker: "rectRot",
    markerRadius,
  };
}

/** Of another run, in a dash and colour of its own; its validation in the same colour, dotted. */
function otherLines(run: RunCurves, number: number, settings: PlotSettings): Line[] {
  const { quantity, range, log } = settings;
  const values = run[quantity];
  const place = (x: number): number => lowerBound(run.iterations.length, x, (i) => run.iterations[i]);
  const [from, to] = [Math.max(0, place(range.min) - 1), place(range.max) + 2];
  const points = run.iterations.slice(from, to).map((x, i): Point => ({ x, y: values[from + i] }));
  const look = { colour: number, width: 1.5, dash: otherDashes[number % otherDashes.length] };
  const line = { ...look, label: run.name, points: thinned(withoutFlats(forScale(points, log)), settings) };
  if (quantity !== "loss" || run.validation.length === 0) return [line];
  const shown = forScale(pointsOf(run.validation, range), log);
  const marks = { colour: number, width: 1, dash: [1, 3], marker: "rectRot", markerRadius: 3 } as const;
  return [line, { ...marks, label: `${run.name}, validation`, points: shown }];
}

/** Two pixels a column: a line is as wide as that. */
function thinned(points: readonly Point[], { columns }: PlotSettings): Point[] {
  return decimate(points, Math.max(50, columns / 2)).map((i) => points[i]);
}

/** Points within a stretch of equal values are left out: a constant learning rate has two. */
export function withoutFlats(points: readonly Point[]): readonly Point[] {
  return points.filter(
    ({ y }, i) => i === 0 || i === points.length - 1 || y !== points[i - 1].y || y !== points[i + 1].y,
  );
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

function mapped(points: readonly Point[], change: (y: number) => number): Point[] {
  return points.map(({ x, y }) => ({ x, y: change(y) }));
}

/** A logarithmic axis has no place for zero and below. */
function forScale(points: readonly Point[], log: boolean): readonly Point[] {
  return log ? points.map(({ x, y }) => ({ x, y: y > 0 ? y : Number.NaN })) : points;
}
