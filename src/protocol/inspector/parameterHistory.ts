// How each parameter's gradient and update went over the run: few points, evenly spaced, as rows of numbers.
import type { StatisticsReport } from "../events.ts";

/** One iteration; both lists in the order of the model's parameters. */
export interface HistoryPoint {
  readonly iteration: number;
  readonly gradNorms: readonly (number | null)[];
  readonly updateRatios: readonly (number | null)[];
}

/** Points of a parameter, and numbers of all parameters together, at most. */
export const historyPoints = 128;
export const historyNumbers = 120_000;

/** With the report's iteration, when that is over and newer than what is known. */
export function recorded(history: readonly HistoryPoint[], report: StatisticsReport): readonly HistoryPoint[] {
  const newest = history.at(-1)?.iteration ?? 0;
  if (!report.complete || report.iteration <= newest || report.parameters.length === 0) return history;
  const point = {
    iteration: report.iteration,
    gradNorms: report.parameters.map(({ gradient }) => (gradient === null ? null : short(finiteNorm(gradient)))),
    updateRatios: report.parameters.map(({ updateRatio }) => (updateRatio === null ? null : short(updateRatio))),
  };
  const limit = pointLimit(report.parameters.length);
  return spread([...withoutCrowded(history, report.iteration, limit), point], limit);
}

/** Forgets iterations after this one. */
export function recordedUpTo(history: readonly HistoryPoint[], iteration: number): readonly HistoryPoint[] {
  const known = history.filter((point) => point.iteration <= iteration);
  return known.length === history.length ? history : known;
}

/**
 * At most `limit` points. Reports come at irregular times, so points are evened out by their distance: those that lie closer
 * to the one before than an even spread of half as many would are left out, the newest never.
 */
export function spread(history: readonly HistoryPoint[], limit: number): readonly HistoryPoint[] {
  if (history.length <= limit) return history;
  const newest = history[history.length - 1];
  const gap = (newest.iteration - history[0].iteration) / Math.max(1, limit / 2);
  const kept: HistoryPoint[] = [];
  for (const point of history) {
    if (kept.length === 0 || point.iteration - kept[kept.length - 1].iteration >= gap) kept.push(point);
  }
  if (kept.at(-1) !== newest) kept.push(newest);
  return kept;
}

/** The newest point gives way to the next one while it lies closer to its neighbour than an even spread would. */
function withoutCrowded(history: readonly HistoryPoint[], iteration: number, limit: number): readonly HistoryPoint[] {
  const [before, newest] = history.slice(-2);
  if (newest === undefined) return history;
  const crowded = newest.iteration - before.iteration < (iteration - history[0].iteration) / limit;
  return crowded ? history.slice(0, -1) : history;
}

export function pointLimit(parameters: number): number {
  return Math.max(8, Math.min(historyPoints, Math.floor(historyNumbers / Math.max(1, 2 * parameters))));
}

export function isHistory(value: unknown): value is readonly HistoryPoint[] {
  return Array.isArray(value) && value.every(isPoint);
}

function isPoint(value: unknown): value is HistoryPoint {
  if (typeof value !== "object" || value === null) return false;
  const { iteration, gradNorms, updateRatios }: Partial<Record<keyof HistoryPoint, unknown>> = value;
  return typeof iteration === "number" && Array.isArray(gradNorms) && Array.isArray(updateRatios);
}

/** A sparkline is some tens of pixels high: three digits are more than it can show, and travel in half the room. */
function short(value: number): number {
  return Number(value.toPrecision(3));
}

/** The norm counts finite elements only; with none of them it would say 0. */
function finiteNorm({ norm, nonFinite }: { readonly norm: number; readonly nonFinite: number }): number {
  return nonFinite > 0 ? Number.NaN : norm;
}
