// Points of a line on their way to the chart: made of records, fitted to the scale, smoothed, thinned to the pixels.
import { decimate, type Point, smooth } from "../../../charts/series.ts";

export function pointsOf<T extends { readonly iteration: number }>(
  records: readonly T[],
  value: (record: T) => number,
): Point[] {
  return records.map((record) => ({ x: record.iteration, y: value(record) }));
}

/** A logarithmic axis has no place for zero and below. */
export function forScale(points: readonly Point[], log: boolean): readonly Point[] {
  return log ? points.map(({ x, y }) => ({ x, y: y > 0 ? y : Number.NaN })) : points;
}

/**
 * The smoothed course of points that fit the scale. On a logarithmic axis the mean of the logarithms is the one that
 * lies in the middle of what is seen. `tau` is in iterations.
 */
export function course(points: readonly Point[], tau: number, log: boolean): Point[] {
  return log ? mapped(smooth(mapped(points, Math.log), tau), Math.exp) : smooth(points, tau);
}

/** For so many pixel columns; two pixels a column, as a line is as wide as that. */
export function thinned(points: readonly Point[], columns: number): Point[] {
  return decimate(points, Math.max(50, columns / 2)).map((i) => points[i]);
}

/** Points within a stretch of equal values are left out: a constant learning rate has two. */
export function withoutFlats(points: readonly Point[]): readonly Point[] {
  return points.filter(
    ({ y }, i) => i === 0 || i === points.length - 1 || y !== points[i - 1].y || y !== points[i + 1].y,
  );
}

function mapped(points: readonly Point[], change: (y: number) => number): Point[] {
  return points.map(({ x, y }) => ({ x, y: change(y) }));
}
