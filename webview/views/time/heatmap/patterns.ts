// Textures for cells that have no colour: not computed yet, exactly zero, not finite. Told apart without colour.
import type { Palette } from "../../../theme.ts";

export type PatternName = "notYet" | "zero" | "notFinite";

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function fillPattern(ctx: CanvasRenderingContext2D, name: PatternName, box: Box, palette: Palette): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.x, box.y, box.width, box.height);
  ctx.clip();
  ctx.fillStyle = palette.background;
  ctx.fillRect(box.x, box.y, box.width, box.height);
  ctx.lineWidth = 1;
  if (name === "notYet") {
    ctx.strokeStyle = palette.axis;
    diagonals(ctx, box, 7);
  } else if (name === "zero") {
    ctx.fillStyle = palette.muted;
    dots(ctx, box);
  } else {
    ctx.strokeStyle = palette.validation;
    ctx.lineWidth = 1.5;
    diagonals(ctx, box, 6);
    ctx.translate(2 * box.x + box.width, 0);
    ctx.scale(-1, 1);
    diagonals(ctx, box, 6);
  }
  ctx.restore();
}

/** Begins at a place that does not depend on the box, so that neighbouring boxes fit together. */
function diagonals(ctx: CanvasRenderingContext2D, { x, y, width, height }: Box, step: number): void {
  ctx.beginPath();
  for (let at = Math.floor((x - height) / step) * step; at < x + width; at += step) {
    ctx.moveTo(at, y + height);
    ctx.lineTo(at + height, y);
  }
  ctx.stroke();
}

function dots(ctx: CanvasRenderingContext2D, { x, y, width, height }: Box): void {
  const step = 6;
  for (let i = Math.ceil(x / step) * step; i < x + width; i += step) {
    for (let j = y + 3; j < y + height; j += step) ctx.fillRect(i, j, 1.5, 1.5);
  }
}
