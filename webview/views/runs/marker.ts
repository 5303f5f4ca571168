// The marks of the two runs of a comparison: a ring for A, a diamond that fits into it for B, in their colours of the curves.
import { colourOf } from "../../charts/lineChart.ts";
import type { Palette } from "../../theme.ts";
import { lookOf } from "../curves/plot/otherLines.ts";
import { draw } from "../flow/svg.ts";

export type Side = "a" | "b";

/** Pixels: of the ring's middle line, and from the diamond's middle to its corners. */
const ring = 5;
const diamond = 4.5;

export function marker(side: Side, x: number, y: number, palette: Palette): SVGElement {
  const colour = sideColour(side, palette);
  if (side === "a") return draw("circle", "pair-ring", { cx: x, cy: y, r: ring, stroke: colour });
  const d = `M${x - diamond} ${y}L${x} ${y - diamond}L${x + diamond} ${y}L${x} ${y + diamond}Z`;
  return draw("path", "pair-diamond", { d, fill: colour });
}

export function sideColour(side: Side, palette: Palette): string {
  return colourOf(lookOf(side === "a" ? 0 : 1).colour, palette);
}
