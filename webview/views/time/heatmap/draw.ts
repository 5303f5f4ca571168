// Draws one figure of time on a canvas: the heatmap, the Jacobian's line over it, and the words along the axis.
import type { ChainPart } from "../../../../src/protocol/inspector/chain.ts";
import type { SequenceInput } from "../../../../src/protocol/inspector/time.ts";
import { type Domain, decades } from "../../../charts/scales.ts";
import { extent } from "../../../charts/series.ts";
import { formatTick } from "../../../format.ts";
import type { Palette } from "../../../theme.ts";
import type { LayerInTime, Row } from "../rows.ts";
import { colourOf, type Ramp } from "./colours.ts";
import { drawInput, drawTicks } from "./drawAxis.ts";
import { type Cell, type Layout, type RowPlace, visibleRange, xOf } from "./layout.ts";
import { fillPattern, type PatternName } from "./patterns.ts";

export type Domains = Readonly<Record<Ramp, Domain | null>>;

export interface Figure {
  readonly layer: LayerInTime;
  readonly layout: Layout;
  readonly domains: Domains;
  readonly input: SequenceInput;
  readonly palette: Palette;
  readonly hovered: Cell | null;
  readonly focused: Cell | null;
}

type Context = CanvasRenderingContext2D;

export function drawFigure(ctx: Context, figure: Figure): void {
  const { layer, layout, palette } = figure;
  ctx.clearRect(0, 0, layout.width, layout.height);
  ctx.font = `${palette.fontSize - 2}px ${palette.fontFamily}`;
  for (const place of layout.rows) {
    const row = layer.parts[place.part].rows[place.row];
    inside(ctx, layout, 0, () => drawRow(ctx, figure, row, place));
    frame(ctx, figure, place);
    drawLabel(ctx, figure, row, place);
  }
  layer.parts.forEach(({ chain }, p) => {
    const place = layout.rows.find(({ part, row }) => part === p && row === 0);
    if (chain !== null && place !== undefined) drawLine(ctx, figure, chain, place);
  });
  // words at the ends of the axis reach a little further than the cells
  inside(ctx, layout, 8, () => {
    drawInput(ctx, figure);
    drawTicks(ctx, figure);
  });
  inside(ctx, layout, 1, () => {
    drawCursor(ctx, figure);
    if (figure.hovered !== null) outline(ctx, figure, figure.hovered, palette.foreground, 1);
    if (figure.focused !== null) outline(ctx, figure, figure.focused, palette.focus, 2);
  });
}

/** Draws nothing outside of the cells' part of the width, or of so many pixels around it. */
function inside(ctx: Context, { left, right, height }: Layout, around: number, draw: () => void): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left - around, 0, right - left + 2 * around, height);
  ctx.clip();
  draw();
  ctx.restore();
}

function drawRow(ctx: Context, figure: Figure, row: Row, { top, height, ghost }: RowPlace): void {
  drawCells(ctx, figure, row.values, row.ramp, top, height);
  if (row.before === null) return;
  ctx.globalAlpha = 0.5;
  drawCells(ctx, figure, row.before, row.ramp, top + height + 1, ghost);
  ctx.globalAlpha = 1;
}

/** Runs of cells that have a pattern instead of a colour are filled at once, so that the pattern goes through. */
function drawCells(ctx: Context, figure: Figure, values: Row["values"], ramp: Ramp, top: number, height: number): void {
  const { layout, palette, domains } = figure;
  const domain = domains[ramp];
  const [from, to] = visibleRange(layout);
  const gap = layout.cell >= 5 && height > 10 ? 1 : 0;
  for (let t = from; t < to; ) {
    const pattern = patternOf(values[t] ?? null);
    const x = xOf(layout, t);
    if (pattern === null && domain !== null) {
      ctx.fillStyle = colourOf(values[t] ?? 0, domain, ramp);
      ctx.fillRect(x, top, Math.max(1, xOf(layout, t + 1) - x - gap), height);
      t++;
      continue;
    }
    let end = t + 1;
    while (end < to && patternOf(values[end] ?? null) === pattern) end++;
    if (pattern !== null) fillPattern(ctx, pattern, { x, y: top, width: xOf(layout, end) - x, height }, palette);
    t = end;
  }
}

function patternOf(value: number | null): PatternName | null {
  if (value === null) return "notYet";
  if (!Number.isFinite(value)) return "notFinite";
  return value > 0 ? null : "zero";
}

function frame(ctx: Context, { layout, palette }: Figure, { top, height }: RowPlace): void {
  ctx.strokeStyle = palette.axis;
  ctx.lineWidth = 1;
  ctx.strokeRect(layout.left - 0.5, top - 0.5, layout.right - layout.left + 1, height + 1);
}

function drawLabel(ctx: Context, { layout, palette }: Figure, row: Row, { top, height }: RowPlace): void {
  ctx.fillStyle = palette.foreground;
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  ctx.fillText(row.label, layout.left - 8, top + height / 2);
}

/** Exponents of ten of the line's own axis; it reaches from 1 at least down to the 1 % that counts as remembered. */
export function lineDomain({ timesteps }: ChainPart): Domain {
  const norms = timesteps.flatMap(({ jacobianNorm, cellNorm }) => [jacobianNorm, cellNorm ?? 0]);
  const { min, max } = decades(extent(norms.filter((norm) => norm > 0 && Number.isFinite(norm))) ?? [0.01, 1], 1);
  return { min: Math.min(-2, Math.max(min, -12)), max: Math.max(0, max) };
}

function drawLine(ctx: Context, figure: Figure, chain: ChainPart, { top, height }: RowPlace): void {
  const { layout, palette } = figure;
  const domain = lineDomain(chain);
  const yOf = (norm: number): number => {
    const share = norm > 0 ? (Math.log10(norm) - domain.min) / (domain.max - domain.min) : 0;
    return top + height - 3 - Math.min(1, Math.max(0, share)) * (height - 6);
  };
  const centre = (t: number): number => (xOf(layout, t) + xOf(layout, t + 1)) / 2;
  const path = (of: (step: ChainPart["timesteps"][number]) => number | null): Path2D => {
    const line = new Path2D();
    let drawing = false;
    for (const step of chain.timesteps) {
      const norm = of(step);
      const shown = norm !== null && Number.isFinite(norm);
      if (shown && drawing) line.lineTo(centre(step.t), yOf(norm));
      else if (shown) line.moveTo(centre(step.t), yOf(norm));
      drawing = shown;
    }
    return line;
  };
  inside(ctx, layout, 0, () => {
    const remembered = new Path2D();
    remembered.moveTo(layout.left, yOf(0.01));
    remembered.lineTo(Math.min(layout.right, xOf(layout, layout.length)), yOf(0.01));
    cased(ctx, palette, remembered, 1, [2, 3]);
    cased(
      ctx,
      palette,
      // 0 at T, where only h_t counts, and 0 has no place on this axis
      path(({ cellNorm }) => (cellNorm === 0 ? null : cellNorm)),
      1.5,
      [5, 3],
    );
    cased(
      ctx,
      palette,
      path(({ jacobianNorm }) => jacobianNorm),
      2,
      [],
    );
  });
  drawLineAxis(ctx, figure, domain, yOf);
}

/** With an edge in the background's colour, so that it stands out from every colour of the cells. */
function cased(ctx: Context, palette: Palette, line: Path2D, width: number, dash: readonly number[]): void {
  ctx.lineJoin = "round";
  ctx.setLineDash([]);
  ctx.lineWidth = width + 2.5;
  ctx.strokeStyle = palette.background;
  ctx.stroke(line);
  ctx.setLineDash([...dash]);
  ctx.lineWidth = width;
  ctx.strokeStyle = palette.foreground;
  ctx.stroke(line);
  ctx.setLineDash([]);
}

function drawLineAxis(
  ctx: Context,
  { layout, palette }: Figure,
  { min, max }: Domain,
  yOf: (norm: number) => number,
): void {
  ctx.fillStyle = palette.muted;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const drawn: number[] = [];
  for (const exponent of [...new Set([0, -2, min, max])]) {
    const y = yOf(10 ** exponent);
    if (drawn.some((other) => Math.abs(y - other) < palette.fontSize)) continue;
    ctx.fillRect(layout.right + 1, y - 0.5, 4, 1);
    ctx.fillText(exponent === -2 ? "1 %" : formatTick(10 ** exponent), layout.right + 7, y);
    drawn.push(y);
  }
}

function drawCursor(ctx: Context, { layer, layout, palette }: Figure): void {
  if (layer.cursor === null) return;
  const x = (xOf(layout, layer.cursor) + xOf(layout, layer.cursor + 1)) / 2;
  const line = new Path2D();
  line.moveTo(x, 8);
  line.lineTo(x, layout.inputTop);
  cased(ctx, palette, line, 1, [3, 3]);
  ctx.fillStyle = palette.foreground;
  ctx.beginPath();
  ctx.moveTo(x - 5, 0);
  ctx.lineTo(x + 5, 0);
  ctx.lineTo(x, 8);
  ctx.fill();
}

function outline(ctx: Context, { layout, palette }: Figure, { row, t }: Cell, colour: string, width: number): void {
  const place = layout.rows[row];
  if (place === undefined) return;
  const x = xOf(layout, t);
  const line = new Path2D();
  // a cell of a pixel is still to be found
  const w = Math.max(5, xOf(layout, t + 1) - x);
  line.rect(x + (xOf(layout, t + 1) - x - w) / 2 - 0.5, place.top - 0.5, w + 0.5, place.height + 1);
  ctx.lineWidth = width + 2;
  ctx.strokeStyle = palette.background;
  ctx.stroke(line);
  ctx.lineWidth = width;
  ctx.strokeStyle = colour;
  ctx.stroke(line);
}
