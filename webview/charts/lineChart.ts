// The only file that knows chart.js: lines over a linear x axis, drawn at once, in the colours of the theme.
import {
  Chart,
  type ChartDataset,
  type ChartOptions,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  type Scale,
} from "chart.js";
import { formatCount } from "../format.ts";
import type { Palette } from "../theme.ts";
import type { Drawing, Line } from "./drawing.ts";
import { type Domain, integerTicks, linearTicks, logTicks } from "./scales.ts";
import type { Point } from "./series.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale);

export class LineChart {
  readonly #canvas: HTMLCanvasElement;
  #chart: Chart<"line", Point[]> | null = null;
  #drawing: Drawing | null = null;
  #palette: Palette | null = null;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Pixels of the canvas between which the values are drawn; null before the first drawing. */
  get plot(): { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number } | null {
    return this.#chart?.chartArea ?? null;
  }

  draw(drawing: Drawing, palette: Palette): void {
    const before = this.#drawing;
    const sameLook = palette === this.#palette && before !== null && looksAlike(before, drawing);
    this.#drawing = drawing;
    this.#palette = palette;
    if (this.#chart === null) {
      this.#chart = new Chart<"line", Point[]>(this.#canvas, {
        type: "line",
        data: { datasets: drawing.lines.map((line) => dataset(line, palette)) },
        options: options(drawing, palette),
        plugins: [{ id: "broken", afterDatasetsDraw: (chart) => this.#markBroken(chart) }],
      });
      return;
    }
    if (sameLook) move(this.#chart, drawing);
    else this.#chart.options = options(drawing, palette);
    this.#chart.data.datasets = drawing.lines.map((line) => dataset(line, palette));
    this.#chart.update("none");
  }

  /** Draws itself at `scale` times its size, with the numbers of its axis, hands the canvas to `use`, and is as before. */
  sharper(scale: number, use: (canvas: HTMLCanvasElement) => void): void {
    const [chart, drawing, palette] = [this.#chart, this.#drawing, this.#palette];
    if (chart === null || drawing === null || palette === null) {
      use(this.#canvas);
      return;
    }
    const alone: Drawing = { ...drawing, x: { ...drawing.x, bare: false } };
    this.draw(alone, palette);
    chart.options.devicePixelRatio = scale;
    chart.resize();
    use(this.#canvas);
    this.draw({ ...drawing }, palette);
    chart.options.devicePixelRatio = window.devicePixelRatio;
    chart.resize();
  }

  /** A bar along the edge, and a cross where it begins. */
  #markBroken({ ctx, chartArea, scales }: Chart): void {
    const [palette, drawing] = [this.#palette, this.#drawing];
    if (palette === null || drawing === null || drawing.broken.length === 0) return;
    const { left, right, top } = chartArea;
    ctx.save();
    ctx.fillStyle = palette.bad;
    ctx.strokeStyle = palette.bad;
    ctx.lineWidth = 2;
    let end = Number.NEGATIVE_INFINITY;
    for (const { min, max } of drawing.broken) {
      const from = Math.max(left, scales.x.getPixelForValue(min));
      const to = Math.min(right, scales.x.getPixelForValue(max));
      if (to < left || from > right) continue;
      ctx.fillRect(from - 1, top, Math.max(2, to - from + 2), 3);
      // Crosses that would run into each other are one.
      if (from - end > 2 * cross) drawCross(ctx, from, top + cross + 5);
      end = to;
    }
    ctx.restore();
  }
}

/** Pixels from the middle of a cross to its ends, along either axis. */
const cross = 3.5;

function drawCross(ctx: CanvasRenderingContext2D, x: number, y: number): void {
  ctx.beginPath();
  ctx.moveTo(x - cross, y - cross);
  ctx.lineTo(x + cross, y + cross);
  ctx.moveTo(x + cross, y - cross);
  ctx.lineTo(x - cross, y + cross);
  ctx.stroke();
}

/** Making the options anew costs more than drawing, so it is done only for what they depend on. */
function looksAlike(a: Drawing, b: Drawing): boolean {
  const sameX = a.x.title === b.x.title && a.x.bare === b.x.bare;
  return sameX && a.y.log === b.y.log && a.y.tick === b.y.tick && a.room === b.room;
}

/** Shows another part of the axes. */
function move(chart: Chart<"line", Point[]>, { x, y }: Drawing): void {
  const { scales } = chart.options;
  if (scales?.x === undefined || scales.y === undefined) return;
  Object.assign(scales.x, { min: x.min, max: x.max });
  Object.assign(scales.y, { min: y.min, max: y.max });
}

export function colourOf(colour: Line["colour"], palette: Palette): string {
  return typeof colour === "number" ? palette.others[colour % palette.others.length] : palette[colour];
}

function dataset(line: Line, palette: Palette): ChartDataset<"line", Point[]> {
  const colour = colourOf(line.colour, palette);
  return {
    label: line.label,
    // A line to infinity would be drawn as one out of the plot.
    data: line.points.map(({ x, y }) => ({ x, y: Number.isFinite(y) ? y : Number.NaN })),
    borderColor: colour,
    backgroundColor: colour,
    borderWidth: line.width,
    borderDash: [...(line.dash ?? [])],
    borderJoinStyle: "round",
    pointStyle: line.marker ?? "circle",
    // A single point makes no line: it is shown as a dot.
    pointRadius: line.markerRadius ?? (line.points.length === 1 ? 3 : 0),
    tension: 0,
    spanGaps: false,
    // Marks on the edge of the plot are shown whole; a line ends with the plot.
    clip: line.marker === undefined ? 1 : 8,
  };
}

function options({ x, y, room }: Drawing, palette: Palette): ChartOptions<"line"> {
  const font = { family: palette.fontFamily, size: palette.fontSize - 2 };
  const ticks = { color: palette.muted, font, autoSkip: false, maxRotation: 0, padding: 4 };
  return {
    responsive: true,
    maintainAspectRatio: false,
    // Nothing moves by itself: at ten updates a second an animation would only blur the numbers.
    animation: false,
    parsing: false,
    normalized: true,
    // Whoever owns the chart says what is under the pointer.
    events: [],
    layout: { padding: { top: 8, right: room.right } },
    scales: {
      x: {
        type: "linear",
        min: x.min,
        max: x.max,
        title: { display: !x.bare, text: x.title, color: palette.muted, font, padding: 2 },
        ticks: { ...ticks, display: !x.bare, callback: (value) => formatCount(Number(value)) },
        grid: { color: palette.grid, tickLength: 0 },
        border: { color: palette.axis },
        afterBuildTicks: (scale) => setTicks(scale, integerTicks, Math.max(3, scale.width / 90)),
        afterFit: (scale) => {
          Object.assign(scale, { paddingLeft: 0, paddingRight: 0 });
        },
      },
      y: {
        type: y.log ? "logarithmic" : "linear",
        min: y.min,
        max: y.max,
        ticks: { ...ticks, callback: (value) => y.tick(Number(value)) },
        grid: { color: palette.grid, tickLength: 0 },
        border: { display: false },
        afterBuildTicks: (scale) => setTicks(scale, y.log ? logTicks : linearTicks, Math.max(2, scale.height / 32)),
        afterFit: (scale) => {
          scale.width = room.left;
        },
      },
    },
  };
}

function setTicks(scale: Scale, ticks: (domain: Domain, count: number) => number[], count: number): void {
  const { min, max } = scale;
  scale.ticks = ticks({ min, max }, Math.floor(count)).map((value) => ({ value }));
}
