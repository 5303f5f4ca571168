// Which parameters the table shows, and in which order. Knows no page.
import type { ParameterReport } from "../../../src/protocol/events.ts";
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import type { HistoryPoint } from "../../../src/protocol/inspector/parameterHistory.ts";
import type { ParameterInfo } from "../../../src/protocol/model.ts";
import { isWithin } from "../../describe.ts";
import type { ColumnId, Trend, WeightChoices } from "./choices.ts";

export interface Row {
  readonly info: ParameterInfo;
  /** Place in the model. */
  readonly index: number;
  readonly report: ParameterReport | undefined;
  /** Does the run stand at its update? */
  readonly current: boolean;
}

/** Those of the layer, or all where the layer has none. */
export function rowsOf({ model, statistics, status }: InspectorState, layer: string | null): readonly Row[] {
  if (model === null) return [];
  const reports = new Map(statistics?.parameters.map((report) => [report.name, report]));
  const at = status.kind === "paused" ? status.position.parameter : "";
  const all = model.parameters.map((info, index): Row => {
    return { info, index, report: reports.get(info.name), current: info.name === at };
  });
  const chosen = layer === null ? all : all.filter(({ info }) => isWithin(info.layer, layer));
  return chosen.length > 0 ? chosen : all;
}

/** Rows whose name contains the text, whatever its case; with `*` in it, the whole name must fit. */
export function filtered(rows: readonly Row[], filter: string): readonly Row[] {
  const text = filter.trim().toLowerCase();
  if (text === "") return rows;
  if (!text.includes("*")) return rows.filter(({ info }) => info.name.toLowerCase().includes(text));
  const parts = text.split("*").map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const pattern = new RegExp(`^${parts.join(".*")}$`);
  return rows.filter(({ info }) => pattern.test(info.name.toLowerCase()));
}

export function sorted(
  rows: readonly Row[],
  { sort, descending, trend }: Pick<WeightChoices, "sort" | "descending" | "trend">,
  history: readonly HistoryPoint[],
): readonly Row[] {
  if (sort === null) return rows;
  const keyed = rows.map((row) => ({ row, key: keyOf(row, sort, trend, history) }));
  keyed.sort((a, b) => compare(a.key, b.key, descending) || a.row.index - b.row.index);
  return keyed.map(({ row }) => row);
}

type Key = string | number | null;

function keyOf({ info, index, report }: Row, column: ColumnId, trend: Trend, history: readonly HistoryPoint[]): Key {
  switch (column) {
    case "name":
      return info.name;
    case "shape":
      return info.shape.reduce((a, b) => a * b, 1);
    case "weight":
      return report?.weightNormAfter ?? report?.weightNormBefore ?? null;
    case "gradient":
      return gradientNorm(report);
    case "update":
      return report?.updateNorm ?? null;
    case "ratio":
      return report?.updateRatio ?? null;
    case "zeros":
      return report?.values.zeros ?? null;
    case "trend":
      return growth(seriesOf(history, index, trend));
  }
}

/** What has not been computed comes last, in either order; NaN counts as larger than everything. */
function compare(a: Key, b: Key, descending: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order =
    typeof a === "string" || typeof b === "string"
      ? String(a).localeCompare(String(b), "en", { numeric: true })
      : Math.sign(size(a) - size(b)) || 0;
  return descending ? -order : order;
}

function size(value: number): number {
  return Number.isNaN(value) ? Number.MAX_VALUE : Math.min(value, Number.MAX_VALUE);
}

/** NaN when none of its elements is finite, null when there is none yet. */
export function gradientNorm(report: ParameterReport | undefined): number | null {
  const gradient = report?.gradient ?? null;
  if (gradient === null) return null;
  return gradient.nonFinite > 0 && gradient.nonFinite >= gradient.count ? Number.NaN : gradient.norm;
}

export interface SeriesPoint {
  readonly iteration: number;
  readonly value: number;
}

/** A parameter's gradient norm or update ratio over the run, where it is known. */
export function seriesOf(history: readonly HistoryPoint[], index: number, trend: Trend): readonly SeriesPoint[] {
  return history.flatMap(({ iteration, gradNorms, updateRatios }) => {
    const value = (trend === "gradient" ? gradNorms : updateRatios)[index] ?? null;
    return value === null ? [] : [{ iteration, value }];
  });
}

/** How many times its first value the last one is. */
function growth(series: readonly SeriesPoint[]): number | null {
  if (series.length < 2) return null;
  return series[series.length - 1].value / series[0].value;
}
