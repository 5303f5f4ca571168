// Draws the cells of a tensor's picture on a canvas.
import type { TensorPicture } from "../../../../src/protocol/inspector/tensorPicture.ts";
import type { Palette } from "../../../theme.ts";
import type { Scale } from "./colours.ts";
import type { Cell, Layout } from "./layout.ts";

export interface Painting {
  readonly picture: TensorPicture;
  readonly layout: Layout;
  readonly scale: Scale;
  readonly palette: Palette;
  readonly hovered: Cell | null;
  readonly focused: Cell | null;
}

type Context = CanvasRenderingContext2D;

export function paint(ctx: Context, painting: Painting): void {
  const { picture, layout, scale, palette } = painting;
  const { rows, columns, cellWidth, cellHeight } = layout;
  ctx.clearRect(0, 0, columns * cellWidth, rows * cellHeight);
  const broken: Cell[] = [];
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const value = picture.values[i];
      if (!Number.isFinite(value)) {
        broken.push({ row, column });
        continue;
      }
      ctx.fillStyle = scale.colourOf(value);
      fillCell(ctx, layout, row, column);
    }
  }
  hatch(ctx, painting, broken);
  if (painting.hovered !== null) outline(ctx, layout, painting.hovered, palette.foreground, palette.background, 1);
  if (painting.focused !== null) outline(ctx, layout, painting.focused, palette.focus, palette.background, 2);
}

/** To whole pixels, so that no seams show between cells. */
function fillCell(ctx: Context, layout: Layout, row: number, column: number): void {
  const { x, y, width, height } = boxOf(ctx, layout, row, column);
  ctx.fillRect(x, y, width, height);
}

function boxOf(ctx: Context, { cellWidth, cellHeight }: Layout, row: number, column: number) {
  const density = ctx.getTransform().a || 1;
  const snap = (at: number) => Math.round(at * density) / density;
  const [x, y] = [snap(column * cellWidth), snap(row * cellHeight)];
  const least = 1 / density;
  return {
    x,
    y,
    width: Math.max(least, snap((column + 1) * cellWidth) - x),
    height: Math.max(least, snap((row + 1) * cellHeight) - y),
  };
}

/** Lines across in the text's colour, and a ground that no number has: seen without colour, and in a cell of two pixels. */
function hatch(ctx: Context, { layout, palette }: Painting, cells: readonly Cell[]): void {
  if (cells.length === 0) return;
  const { rows, columns, cellWidth, cellHeight } = layout;
  ctx.save();
  const area = new Path2D();
  for (const { row, column } of cells) {
    const { x, y, width, height } = boxOf(ctx, layout, row, column);
    area.rect(x, y, width, height);
  }
  ctx.fillStyle = `color-mix(in srgb, ${palette.foreground} 55%, ${palette.background})`;
  ctx.fill(area);
  ctx.clip(area);
  ctx.strokeStyle = palette.foreground;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  const [width, height] = [columns * cellWidth, rows * cellHeight];
  for (let at = -height; at < width; at += 5) {
    ctx.moveTo(at, height);
    ctx.lineTo(at + height, 0);
  }
  ctx.stroke();
  ctx.restore();
}

/** With an edge in the background's colour, so that it stands out from every cell. */
function outline(
  ctx: Context,
  { cellWidth, cellHeight }: Layout,
  { row, column }: Cell,
  colour: string,
  edge: string,
  width: number,
): void {
  // a cell of a pixel is still to be found
  const [w, h] = [Math.max(6, cellWidth), Math.max(6, cellHeight)];
  const x = (column + 0.5) * cellWidth - w / 2;
  const y = (row + 0.5) * cellHeight - h / 2;
  ctx.lineWidth = width + 2;
  ctx.strokeStyle = edge;
  ctx.strokeRect(x, y, w, h);
  ctx.lineWidth = width;
  ctx.strokeStyle = colour;
  ctx.strokeRect(x, y, w, h);
}
