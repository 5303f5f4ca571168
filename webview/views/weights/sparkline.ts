// A small curve of one parameter over the run, on a logarithmic axis, in the height of a line of text.
import type { HistoryPoint } from "../../../src/protocol/inspector/parameterHistory.ts";
import { extent } from "../../charts/series.ts";
import { healthyRatio } from "../../describe.ts";
import { make, setAttribute, setHidden, setText } from "../../dom.ts";
import { formatCount, formatNumber } from "../../format.ts";
import type { Trend } from "./choices.ts";
import { type SeriesPoint, seriesOf } from "./rows.ts";

const width = 96;
const height = 20;
const margin = 2;
/** Exponents of ten that update ratios are drawn over: the same for all, so that rows can be compared. */
const ratioDomain = { min: -6, max: 0 };

const space = "http://www.w3.org/2000/svg";

export class Sparkline {
  readonly element = make("span", "spark");
  readonly #svg = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", focusable: "false" });
  readonly #band = svg("rect", { class: "spark-band", x: "0", width: String(width) });
  readonly #usual = svg("line", { class: "spark-usual", x1: "0", x2: String(width) });
  readonly #line = svg("path", { class: "spark-line" });
  /** Where it is not finite. */
  readonly #breaks = svg("path", { class: "spark-breaks" });
  readonly #words = make("span", "visually-hidden");
  #history: readonly HistoryPoint[] | null = null;
  #key = "";

  constructor() {
    const yOf = (value: number): string => placeOf(Math.log10(value), ratioDomain).toFixed(1);
    const top = Number(yOf(healthyRatio.high));
    setAttribute(this.#band, "y", String(top));
    setAttribute(this.#band, "height", String(Number(yOf(healthyRatio.low)) - top));
    for (const end of ["y1", "y2"]) setAttribute(this.#usual, end, yOf(1e-3));
    this.#svg.append(this.#band, this.#usual, this.#line, this.#breaks);
    this.element.append(this.#svg, this.#words);
  }

  update(history: readonly HistoryPoint[], index: number, trend: Trend): void {
    const key = `${index} ${trend}`;
    if (history === this.#history && key === this.#key) return;
    this.#history = history;
    this.#key = key;
    const series = seriesOf(history, index, trend);
    const finite = series.filter(({ value }) => value > 0 && Number.isFinite(value));
    const isRatio = trend === "ratio";
    setHidden(this.element, series.length < 2);
    for (const part of [this.#band, this.#usual]) part.style.display = isRatio ? "" : "none";
    setAttribute(this.#line, "d", lineOf(series, isRatio ? ratioDomain : domainOf(finite)));
    setAttribute(this.#breaks, "d", breaksOf(series));
    setText(this.#words, wordsOf(series, trend));
  }
}

/** At least a decade: a curve that hardly moves is to look flat. */
function domainOf(points: readonly SeriesPoint[]): { readonly min: number; readonly max: number } {
  const [low, high] = extent(points.map(({ value }) => value)) ?? [1, 1];
  const [min, max] = [Math.log10(low), Math.log10(high)];
  const room = Math.max(0, 1 - (max - min)) / 2;
  return { min: min - room, max: max + room };
}

function placeOf(exponent: number, { min, max }: { readonly min: number; readonly max: number }): number {
  const share = Math.min(1, Math.max(0, (exponent - min) / (max - min)));
  return height - margin - share * (height - 2 * margin);
}

function xOf(series: readonly SeriesPoint[], iteration: number): number {
  const [first, last] = [series[0].iteration, series[series.length - 1].iteration];
  return margin + ((iteration - first) / Math.max(1, last - first)) * (width - 2 * margin);
}

function lineOf(series: readonly SeriesPoint[], domain: { readonly min: number; readonly max: number }): string {
  let path = "";
  let drawing = false;
  for (const { iteration, value } of series) {
    const shown = Number.isFinite(value);
    if (shown) {
      const y = placeOf(value > 0 ? Math.log10(value) : domain.min, domain);
      path += `${drawing ? "L" : "M"}${xOf(series, iteration).toFixed(1)} ${y.toFixed(1)}`;
    }
    drawing = shown;
  }
  return path;
}

/** A mark at the top for each run of values that are not finite. */
function breaksOf(series: readonly SeriesPoint[]): string {
  return series
    .filter(({ value }, i) => !Number.isFinite(value) && (i === 0 || Number.isFinite(series[i - 1].value)))
    .map(({ iteration }) => {
      const x = Math.min(width - 5, Math.max(5, xOf(series, iteration)));
      return `M${x - 3} 3l6 6m0-6l-6 6`;
    })
    .join("");
}

function wordsOf(series: readonly SeriesPoint[], trend: Trend): string {
  if (series.length < 2) return "";
  const [first, last] = [series[0], series[series.length - 1]];
  const name = trend === "gradient" ? "gradient norm" : "update ratio";
  const from = `${formatNumber(first.value)} at iteration ${formatCount(first.iteration)}`;
  return `${name} from ${from} to ${formatNumber(last.value)} at iteration ${formatCount(last.iteration)}`;
}

function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
