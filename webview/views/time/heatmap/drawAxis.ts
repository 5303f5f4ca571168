// Draws what stands below the rows of a figure of time: what goes in at every timestep, and the timesteps' numbers.
import { extent } from "../../../charts/series.ts";
import { isStandIn, labelEvery, signOf } from "../symbols.ts";
import type { Figure } from "./draw.ts";
import { characterCell, valueLine, visibleRange, xOf } from "./layout.ts";

type Context = CanvasRenderingContext2D;

export function drawInput(ctx: Context, figure: Figure): void {
  const { input } = figure;
  switch (input.kind) {
    case "characters":
      drawWords(ctx, figure, input.steps.map(signOf), (t) => isStandIn(input.steps[t]));
      return;
    case "tokens":
      drawWords(ctx, figure, input.steps.map(String), () => false);
      return;
    case "values":
      drawValues(ctx, figure, input.steps);
      return;
    case "none":
      return;
  }
}

/** Words that are wider than a timestep are left out evenly. */
function drawWords(ctx: Context, figure: Figure, words: readonly string[], isPale: (t: number) => boolean): void {
  const { layout, palette, layer } = figure;
  if (layout.cell < characterCell) return;
  const size = Math.min(palette.fontSize, Math.max(9, layout.cell * 1.5));
  ctx.font = `${size}px ${palette.monoFamily}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  const widest = Math.max(...words.map((word) => word.length)) === 1 ? 0 : widthOf(ctx, words);
  const every = Math.max(1, Math.ceil((widest + 4) / layout.cell));
  const [from, to] = visibleRange(layout);
  for (let t = from; t < to; t++) {
    const isHere = t === layer.cursor;
    if (t % every !== 0 && !isHere) continue;
    ctx.fillStyle = isPale(t) && !isHere ? palette.muted : palette.foreground;
    ctx.fillText(words[t] ?? "", (xOf(layout, t) + xOf(layout, t + 1)) / 2, layout.inputTop + 9);
  }
  ctx.font = `${palette.fontSize - 2}px ${palette.fontFamily}`;
}

function widthOf(ctx: Context, words: readonly string[]): number {
  return Math.max(...words.map((word) => ctx.measureText(word).width));
}

/** One line of bars for each feature, from its own zero. */
function drawValues(ctx: Context, { layout, palette }: Figure, steps: readonly (readonly number[])[]): void {
  const [from, to] = visibleRange(layout);
  const gap = layout.cell >= 5 ? 1 : 0;
  for (let feature = 0; feature < (steps[0]?.length ?? 0); feature++) {
    const values = steps.map((step) => step[feature]);
    const [low, high] = extent([0, ...values]) ?? [0, 1];
    const span = high - low || 1;
    const top = layout.inputTop + 2 + feature * valueLine;
    const height = valueLine - 4;
    const zero = top + (high / span) * height;
    ctx.fillStyle = palette.grid;
    ctx.fillRect(layout.left, zero - 0.5, layout.right - layout.left, 1);
    ctx.fillStyle = palette.train;
    for (let t = from; t < to; t++) {
      const x = xOf(layout, t);
      const size = (values[t] / span) * height;
      if (Number.isFinite(size))
        ctx.fillRect(
          x,
          zero - Math.max(0, size),
          Math.max(1, xOf(layout, t + 1) - x - gap),
          Math.max(1, Math.abs(size)),
        );
    }
  }
}

export function drawTicks(ctx: Context, { layout, palette, layer }: Figure): void {
  const every = labelEvery(layout.cell, layout.length, palette.fontSize * 0.6);
  const [from, to] = visibleRange(layout);
  ctx.fillStyle = palette.muted;
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  const y = layout.ticksTop + palette.fontSize;
  for (let t = Math.floor(from / every) * every; t < to; t += every) {
    // the number of the place where the run stands takes the room
    if (layer.cursor !== null && Math.abs(layer.cursor - t) < every && layer.cursor !== t) continue;
    ctx.fillText(String(t), centre(t), y);
  }
  if (layer.cursor === null) return;
  ctx.fillStyle = palette.foreground;
  ctx.font = `bold ${palette.fontSize - 2}px ${palette.fontFamily}`;
  ctx.fillText(String(layer.cursor), centre(layer.cursor), y);
  ctx.font = `${palette.fontSize - 2}px ${palette.fontFamily}`;

  function centre(t: number): number {
    return (xOf(layout, t) + xOf(layout, t + 1)) / 2;
  }
}
