// Draws a decision surface on a canvas: a heatmap, the line between the classes, the data upon it, axes. Knows no page.
import type { SurfaceAbout, SurfacePoint, SurfaceReport } from "../../../../src/protocol/inspector/playing.ts";
import { linearTicks } from "../../../charts/scales.ts";
import { formatTick } from "../../../format.ts";
import type { Palette } from "../../../theme.ts";
import { numbersOf } from "../bytes.ts";
import { classColour, css, markPath, rampColour } from "../marks.ts";
import { borders, contour, type Segment } from "./contour.ts";

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What is drawn at which size, in pixels of the page. */
export interface SurfaceDrawing {
  readonly about: SurfaceAbout;
  readonly report: SurfaceReport;
  readonly palette: Palette;
  readonly width: number;
  readonly height: number;
}

/** Opacity of the surest places: the points upon them, in the same colours, are still to be seen. */
const strongest = 0.5;

/** The whole figure. `context` is scaled to pixels of the page. */
export function drawSurface(context: CanvasRenderingContext2D, drawing: SurfaceDrawing): void {
  const { about, report, palette, width, height } = drawing;
  const box: Box = { left: 40, top: 8, width: width - 50, height: height - 48 };
  context.clearRect(0, 0, width, height);
  drawHeat(context, about, report, box);
  drawLines(context, about, report, box, palette);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  const [low, high] = valueRange(about, report);
  const radius = Math.min(4, Math.max(2.5, box.width / 100));
  for (const point of about.points) {
    drawPoint(context, about, point, { at: place(about, point, box), radius, palette, range: [low, high] });
  }
  context.restore();
  drawAxes(context, about, box, palette);
}

/** The heatmap alone, with the line upon it. */
export function drawThumbnail(
  context: CanvasRenderingContext2D,
  { about, report, palette, width, height }: SurfaceDrawing,
): void {
  const box: Box = { left: 0, top: 0, width, height };
  context.clearRect(0, 0, width, height);
  drawHeat(context, about, report, box);
  drawLines(context, about, report, box, palette);
}

/** Least and largest value that the colours stand for, where there are no classes. */
export function valueRange({ points, output }: SurfaceAbout, { values }: SurfaceReport): readonly [number, number] {
  if (output.kind !== "value") return [0, 1];
  const targets = points.map(({ target }) => target);
  return [Math.min(values.low, ...targets), Math.max(values.high, ...targets)];
}

function drawHeat(context: CanvasRenderingContext2D, about: SurfaceAbout, report: SurfaceReport, box: Box): void {
  const { columns, rows } = about;
  const small = new OffscreenCanvas(columns, rows);
  const smallContext = small.getContext("2d");
  if (smallContext === null) return;
  const image = smallContext.createImageData(columns, rows);
  const values = numbersOf(report.values);
  const winners = report.winners === null ? null : numbersOf(report.winners);
  const range = valueRange(about, report);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const from = y * columns + x;
      // The first row of a picture is its highest.
      const to = 4 * ((rows - 1 - y) * columns + x);
      image.data.set(colourAt(about, values[from], winners?.[from] ?? 0, range), to);
    }
  }
  smallContext.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(small, box.left, box.top, box.width, box.height);
}

/** Red, green, blue, opacity, each up to 255; what is not finite is see-through. */
function colourAt(
  { output }: SurfaceAbout,
  value: number,
  winner: number,
  [low, high]: readonly [number, number],
): number[] {
  if (!Number.isFinite(value)) return [0, 0, 0, 0];
  if (output.kind === "value") return [...rampColour((value - low) / (high - low || 1)), 255];
  if (output.kind === "two") return [...classColour(value > 0.5 ? 1 : 0), 255 * strongest * Math.abs(2 * value - 1)];
  // Of n classes the most probable has at least 1/n.
  const least = 1 / output.classes.length;
  return [...classColour(winner), 255 * strongest * Math.max(0.08, (value - least) / (1 - least))];
}

function drawLines(
  context: CanvasRenderingContext2D,
  { output, columns, rows }: SurfaceAbout,
  { values, winners }: SurfaceReport,
  box: Box,
  palette: Palette,
): void {
  if (output.kind === "value") return;
  const grid = { columns, rows };
  const segments =
    winners === null
      ? contour({ values: numbersOf(values), ...grid }, 0.5)
      : borders({ values: numbersOf(winners), ...grid });
  const x = (column: number) => box.left + ((column + 0.5) / columns) * box.width;
  const y = (row: number) => box.top + (1 - (row + 0.5) / rows) * box.height;
  context.beginPath();
  for (const [x1, y1, x2, y2] of segments satisfies Segment[]) {
    context.moveTo(x(x1), y(y1));
    context.lineTo(x(x2), y(y2));
  }
  context.strokeStyle = palette.foreground;
  context.lineWidth = box.width > 100 ? 2 : 1;
  context.lineCap = "round";
  context.stroke();
}

function place({ x, y }: SurfaceAbout, point: SurfacePoint, box: Box): readonly [number, number] {
  return [
    box.left + ((point.x - x.min) / (x.max - x.min)) * box.width,
    box.top + (1 - (point.y - y.min) / (y.max - y.min)) * box.height,
  ];
}

interface PointDrawing {
  readonly at: readonly [x: number, y: number];
  readonly radius: number;
  readonly palette: Palette;
  /** Of the targets, where they are no classes. */
  readonly range: readonly [number, number];
}

/** Held-out points are hollow. */
function drawPoint(
  context: CanvasRenderingContext2D,
  { output }: SurfaceAbout,
  { target, validation }: SurfacePoint,
  { at: [x, y], radius, palette, range: [low, high] }: PointDrawing,
): void {
  const isClass = output.kind !== "value";
  const path = markPath(isClass ? target : 0, x, y, radius);
  const colour = css(isClass ? classColour(target) : rampColour((target - low) / (high - low || 1)));
  // an edge around all of it, so that it is seen on a surface of the same colour
  context.strokeStyle = validation ? palette.foreground : palette.background;
  context.lineWidth = validation ? 3.5 : 3;
  context.stroke(path);
  context.fillStyle = validation ? palette.background : colour;
  context.fill(path);
  if (!validation) return;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.stroke(path);
}

function drawAxes(context: CanvasRenderingContext2D, { x, y }: SurfaceAbout, box: Box, palette: Palette): void {
  const size = palette.fontSize - 2;
  const right = box.left + box.width;
  const bottom = box.top + box.height;
  context.strokeStyle = palette.axis;
  context.lineWidth = 1;
  context.strokeRect(box.left - 0.5, box.top - 0.5, box.width + 1, box.height + 1);
  context.fillStyle = palette.muted;
  context.font = `${size}px ${palette.fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const tick of linearTicks(x, Math.max(2, Math.floor(box.width / 80)))) {
    const at = box.left + ((tick - x.min) / (x.max - x.min)) * box.width;
    if (at > box.left + 6 && at < right - 6) context.fillText(formatTick(tick), at, bottom + 5);
  }
  context.fillText(x.name, box.left + box.width / 2, bottom + 8 + size);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of linearTicks(y, Math.max(2, Math.floor(box.height / 60)))) {
    const at = box.top + (1 - (tick - y.min) / (y.max - y.min)) * box.height;
    if (at > box.top + 4 && at < bottom - 4) context.fillText(formatTick(tick), box.left - 6, at);
  }
  context.save();
  context.translate(size / 2 + 2, box.top + box.height / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(y.name, 0, 0);
  context.restore();
}
