// Where two runs part, as a picture: one line while they are the same, two that draw apart from then on.
import type { RunComparison } from "../../../src/protocol/inspector/runs.ts";
import { logTicks } from "../../charts/scales.ts";
import { formatCount, formatPercent } from "../../format.ts";
import type { Palette } from "../../theme.ts";
import { draw } from "../flow/svg.ts";
import { sideColour } from "./marker.ts";

/** Pixels. */
const height = 74;
const side = 12;
const middle = 30;
const axisAt = 56;
/** Half the distance of the lines: while they differ by little, and from where they differ by more. */
const little = 4;
const much = 13;
/** Of a letter of the words. */
const letter = 6;

/** @param width in pixels */
export function partingStrip(comparison: RunComparison, width: number, palette: Palette): SVGSVGElement {
  const { a, b, parting, partingBeyond, tolerance } = comparison;
  const end = Math.max(2, Math.min(a.iterations, b.iterations));
  const x = (iteration: number): number =>
    side + ((width - 2 * side) * Math.log(Math.min(end, Math.max(1, iteration)))) / Math.log(end);
  const label = `Where ${a.name} and ${b.name} part`;
  const attributes = { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" };
  const svg = draw("svg", "parting-strip", { ...attributes, "aria-label": label, "data-picture": label });
  svg.append(...axis(end, x, width, palette));
  const first = parting === null ? null : x(parting.iteration);
  const beyond = partingBeyond === null ? null : x(partingBeyond.iteration);
  const last = x(end);
  for (const [which, sign] of [["b", 1] as const, ["a", -1] as const]) {
    const stroke = sideColour(which, palette);
    svg.append(draw("path", "strip-line", { d: wayOf(first, beyond, last, sign), stroke }));
  }
  if (first === null || first > side) {
    const same = { x1: side, x2: first ?? last, y1: middle, y2: middle, stroke: palette.foreground };
    svg.append(draw("line", "strip-same", same));
  }
  const limit = formatPercent(tolerance).replace(".0", "");
  svg.append(...words(first, beyond, last, limit, palette));
  return svg;
}

/** The line of one run: in the middle, then a little off it, then far. */
function wayOf(first: number | null, beyond: number | null, last: number, sign: 1 | -1): string {
  const parts = [`M${side} ${middle}`];
  if (first !== null) {
    parts.push(`H${first}`);
    // A parting in the last bit is drawn as a step, so that it is seen however soon the other one follows.
    if (beyond === null || beyond > first) parts.push(`L${Math.min(first + little, last)} ${middle + sign * little}`);
    if (beyond !== null) {
      const from = beyond > first ? `H${Math.max(beyond, Math.min(first + little, last))}` : "";
      parts.push(from, `L${Math.min(Math.max(beyond, first) + much, last)} ${middle + sign * much}`);
    }
  }
  parts.push(`H${last}`);
  return parts.filter((part) => part !== "").join("");
}

function axis(end: number, x: (iteration: number) => number, width: number, palette: Palette): SVGElement[] {
  const line = { x1: side, x2: width - side, y1: axisAt, y2: axisAt, stroke: palette.axis };
  const ticks = [...new Set([1, ...logTicks({ min: 1, max: end }, Math.floor(width / 70)).map(Math.round), end])];
  const shown: number[] = [];
  // From the ends inwards, so that both are there whatever lies between them.
  for (const tick of [end, 1, ...ticks]) {
    const room = shown.every((other) => Math.abs(x(other) - x(tick)) > 44);
    if (room) shown.push(tick);
  }
  return [
    draw("line", "", line),
    ...shown.flatMap((tick) => {
      const anchor = tick === 1 ? "start" : tick === end ? "end" : "middle";
      const at = tick === 1 ? 0 : tick === end ? width : x(tick);
      return [
        draw("line", "", { x1: x(tick), x2: x(tick), y1: axisAt, y2: axisAt + 4, stroke: palette.axis }),
        draw("text", "strip-tick", { x: at, y: height - 3, "text-anchor": anchor }, formatCount(tick)),
      ];
    }),
  ];
}

/** What each part of the line means, as far as there is room for the words over it. */
function words(
  first: number | null,
  beyond: number | null,
  last: number,
  limit: string,
  palette: Palette,
): SVGElement[] {
  const parts: readonly (readonly [string, number, number])[] = [
    ["the same", side, first ?? last],
    [`within ${limit}`, first ?? last, beyond ?? last],
    [`more than ${limit} apart`, beyond ?? last, last],
  ];
  const marks = [first, beyond]
    .filter((at) => at !== null)
    .map((at) => draw("line", "strip-mark", { x1: at, x2: at, y1: 14, y2: axisAt, stroke: palette.axis }));
  const texts = parts
    .filter(([text, from, to]) => to - from > text.length * letter)
    .map(([text, from, to]) => draw("text", "strip-word", { x: (from + to) / 2, y: 10 }, text));
  return [...marks, ...texts];
}
