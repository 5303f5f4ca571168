// The layers of two runs side by side: weight norm, gradient norm and update ratio, each with both runs on one scale.
import type { LayerNumbers, LayerPair, RunComparison } from "../../../src/protocol/inspector/runs.ts";
import { type Domain, decades, logTicks } from "../../charts/scales.ts";
import { formatTick } from "../../format.ts";
import type { Palette } from "../../theme.ts";
import { draw } from "../flow/svg.ts";
import { marker } from "./marker.ts";
import { factor } from "./words.ts";

export type Measure = keyof LayerNumbers;

export const measures: readonly (readonly [Measure, string])[] = [
  ["weightNorm", "Weight norm"],
  ["gradNorm", "Gradient norm"],
  ["updateRatio", "Update ratio"],
];

/** Pixels. */
const row = 24;
const headHeight = 40;
const gap = 18;
/** For the factor at the end of a row. */
const factorWidth = 48;
/** Of a letter of the names. */
const letter = 6.7;
/** Narrower than this, the measures stand below each other. */
const wide = 640;

/** One measure: where its axis lies. */
interface Plot {
  readonly measure: Measure;
  readonly title: string;
  readonly left: number;
  readonly width: number;
  readonly top: number;
  readonly domain: Domain | null;
}

/** @param width of the whole picture, in pixels */
export function layersPicture({ a, b, layers }: RunComparison, width: number, palette: Palette): SVGSVGElement {
  const beside = width >= wide;
  const longest = Math.max(...layers.map(({ layer }) => nameOf(layer).length), 5) * letter + 8;
  const names = Math.min(longest, width * (beside ? 0.22 : 0.34));
  const plots = plotsOf(layers, width, names, beside);
  const last = plots[plots.length - 1];
  const height = last.top + headHeight + layers.length * row;
  const label = `Layers of ${a.name} and ${b.name} side by side`;
  const svg = draw("svg", "layers-picture", {
    ...{ viewBox: `0 0 ${width} ${height}`, width, height, role: "img" },
    ...{ "aria-label": label, "data-picture": label },
  });
  for (const plot of plots) {
    if (!beside || plot === plots[0]) svg.append(...nameTexts(layers, plot.top, names));
    svg.append(...axis(plot, layers.length, palette));
    layers.forEach((pair, i) => {
      svg.append(dumbbell(plot, pair, plot.top + headHeight + (i + 0.5) * row, palette));
    });
  }
  return svg;
}

/** The model's own parameters belong to no layer inside it. */
export function nameOf(layer: string): string {
  return layer === "" ? "(model)" : layer;
}

function plotsOf(layers: readonly LayerPair[], width: number, names: number, beside: boolean): readonly Plot[] {
  const share = (width - names) / measures.length;
  return measures.map(([measure, title], i) => ({
    measure,
    title,
    left: names + (beside ? i * share : 0) + gap,
    width: (beside ? share : width - names) - gap - factorWidth,
    top: beside ? 0 : i * (headHeight + layers.length * row + gap),
    domain: domainOf(layers, measure),
  }));
}

function domainOf(layers: readonly LayerPair[], measure: Measure): Domain | null {
  const values = layers
    .flatMap(({ a, b }) => [a?.[measure], b?.[measure]])
    .filter((value) => typeof value === "number")
    .filter((value) => value > 0 && Number.isFinite(value));
  return values.length === 0 ? null : decades([Math.min(...values), Math.max(...values)], 1);
}

function nameTexts(layers: readonly LayerPair[], top: number, width: number): SVGElement[] {
  const room = Math.floor((width - 8) / letter);
  return layers.map(({ layer }, i) => {
    const name = nameOf(layer);
    // The end of a path tells more than its beginning.
    const short = name.length <= room ? name : `…${name.slice(name.length - room + 1)}`;
    const y = top + headHeight + (i + 0.5) * row;
    return draw("text", "pair-name", { x: 0, y }, draw("title", "", {}, name), short);
  });
}

function axis({ title, left, width, top, domain }: Plot, rows: number, palette: Palette): SVGElement[] {
  const head = draw("text", "pair-title", { x: left, y: top + 12 }, title);
  if (domain === null) return [head];
  const bounds = { min: 10 ** domain.min, max: 10 ** domain.max };
  const ticks = logTicks(bounds, Math.max(2, Math.floor(width / 52)));
  const bottom = top + headHeight + rows * row;
  return [
    head,
    ...ticks.flatMap((tick) => {
      const x = left + width * shareOf(tick, domain);
      return [
        draw("line", "", { x1: x, x2: x, y1: top + headHeight - 6, y2: bottom, stroke: palette.grid }),
        draw("text", "pair-tick", { x, y: top + headHeight - 12 }, formatTick(tick)),
      ];
    }),
  ];
}

function dumbbell(plot: Plot, { layer, a, b }: LayerPair, y: number, palette: Palette): SVGElement {
  const { measure, left, width, domain } = plot;
  const [first, second] = [a?.[measure] ?? null, b?.[measure] ?? null];
  const [from, to] = [placeOf(first, domain), placeOf(second, domain)];
  const x = (place: number): number => left + width * place;
  const group = draw("g", "pair");
  group.append(draw("title", "", {}, titleOf(plot, layer, first, second)));
  group.append(draw("rect", "pair-hit", { x: left, y: y - row / 2, width: width + factorWidth, height: row }));
  if (from !== null && to !== null) {
    const ends = { x1: x(from), x2: x(to), y1: y, y2: y };
    group.append(draw("line", "pair-between", { ...ends, stroke: palette.foreground }));
  }
  if (to !== null) group.append(marker("b", x(to), y, palette));
  if (from !== null) group.append(marker("a", x(from), y, palette));
  const words = wordsOf(first, second);
  if (words !== "") group.append(draw("text", "pair-factor", { x: left + width + factorWidth, y }, words));
  return group;
}

/** What stands at the end of a row: how much larger B is, or what has no place on the scale. */
function wordsOf(a: number | null, b: number | null): string {
  for (const [side, value, other] of [["A", a, b] as const, ["B", b, a] as const]) {
    if (value !== null && !Number.isFinite(value)) return `${side} ${Number.isNaN(value) ? "NaN" : "∞"}`;
    if (value === 0 && other !== null && other !== 0) return `${side} is 0`;
  }
  if ((a === null) !== (b === null)) return a === null ? "B only" : "A only";
  return factor(a, b);
}

function titleOf({ title }: Plot, layer: string, a: number | null, b: number | null): string {
  const text = (value: number | null): string => (value === null ? "none" : formatExact(value));
  return `${nameOf(layer)}: ${title.toLowerCase()} ${text(a)} in A, ${text(b)} in B`;
}

function formatExact(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value);
}

/** Null where the scale has no place; zero lies at its beginning. */
function placeOf(value: number | null, domain: Domain | null): number | null {
  if (value === null || domain === null || !Number.isFinite(value)) return null;
  return value > 0 ? shareOf(value, domain) : 0;
}

function shareOf(value: number, { min, max }: Domain): number {
  return (Math.log10(value) - min) / (max - min);
}
