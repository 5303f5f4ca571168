// A canvas that is as fine as the screen and draws itself finer when its picture is saved. Knows nothing of what is drawn.
import { drawsSharper } from "../../frame/picture.ts";

type Draw = (context: CanvasRenderingContext2D, width: number, height: number) => void;

/** What each canvas shows, for when its place on the page becomes another one. */
const latest = new WeakMap<HTMLCanvasElement, Draw>();

const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) if (target instanceof HTMLCanvasElement) redraw(target);
});

/** Gives the canvas the pixels that its place on the page has, and draws on it in pixels of the page. */
export function drawOn(canvas: HTMLCanvasElement, draw: Draw): void {
  if (!latest.has(canvas)) resized.observe(canvas);
  latest.set(canvas, draw);
  redraw(canvas);
}

function redraw(canvas: HTMLCanvasElement): void {
  const draw = latest.get(canvas);
  if (draw === undefined) return;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (width === 0 || height === 0) return;
  paint(canvas, draw, width, height, window.devicePixelRatio);
  drawsSharper(canvas, (scale, use) => {
    paint(canvas, draw, width, height, scale);
    use(canvas);
    paint(canvas, draw, width, height, window.devicePixelRatio);
  });
}

function paint(canvas: HTMLCanvasElement, draw: Draw, width: number, height: number, scale: number): void {
  const [columns, rows] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  draw(context, width, height);
}
