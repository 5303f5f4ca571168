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
  Tooltip,
} from "chart.js";
import { formatTick } from "../format.ts";
import type { Palette } from "../theme.ts";
import { type Domain, integerTicks, linearTicks, logTicks } from "./scales.ts";
import type { Point } from "./series.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Tooltip);

export type LineColour =
  | "train"
  | "trainFaint"
  | "validation"
  | "gradient"
  | "gradientFaint"
  | "rate"
  | "muted"
  /** Of another run: its number in the palette's `others`, counted from 0. */
  | number;

export interface Line {
  readonly label: string;
  readonly points: readonly Point[];
  readonly colour: LineColour;
  readonly width: number;
  readonly dash?: readonly number[];
  readonly marker?: "circle" | "rectRot";
  /** Pixels. */
  readonly markerRadius?: number;
}

/** A part of the x axis that has no data for a reason. */
export interface Band extends Domain {
  readonly text: string;
}

export interface Drawing {
  readonly lines: readonly Line[];
  /** `bare`: no numbers and no title, because another chart below has them. */
  readonly x: Domain & { readonly title: string; readonly bare?: boolean };
  readonly y: Domain & { readonly title: string; readonly log: boolean };
  /** Room on either side of the plot, in pixels, whatever the words take: charts with the same room stand in line. */
  readonly room?: { readonly left: number; readonly right: number };
  readonly bands?: readonly Band[];
  /** An upright line, where something stands. */
  readonly cursor?: number | null;
  /** Head line of the tooltip; without one there is no tooltip. */
  readonly headline?: (x: number) => string;
  readonly value: (y: number) => string;
}

export class LineChart {
  readonly #canvas: HTMLCanvasElement;
  #chart: Chart<"line", Point[]> | null = null;
  #drawing: Drawing | null = null;
  #palette: Palette | null = null;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Pixel columns that a curve has to fill. */
  get columns(): number {
    return this.#chart?.chartArea?.width || this.#canvas.clientWidth || 600;
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
        plugins: [{ id: "underlay", beforeDatasetsDraw: (chart) => this.#underlay(chart) }],
      });
      return;
    }
    if (sameLook) move(this.#chart, drawing);
    else this.#chart.options = options(drawing, palette);
    this.#chart.data.datasets = drawing.lines.map((line) => dataset(line, palette));
    this.#chart.update("none");
  }

  dispose(): void {
    this.#chart?.destroy();
    this.#chart = null;
  }

  /** Behind the lines: what has no data, and where the run stands. */
  #underlay({ ctx, chartArea, scales }: Chart): void {
    const palette = this.#palette;
    if (palette === null) return;
    const { bands = [], cursor } = this.#drawing ?? {};
    const place = (x: number): number => scales.x.getPixelForValue(x);
    ctx.save();
    for (const { min, max, text } of bands) {
      const left = Math.max(place(min), chartArea.left);
      const right = Math.min(place(max), chartArea.right);
      drawBand(ctx, { left, top: chartArea.top, width: right - left, height: chartArea.height }, text, palette);
    }
    if (cursor !== null && cursor !== undefined) {
      ctx.strokeStyle = palette.foreground;
      ctx.setLineDash([3, 3]);
      ctx.beginPath();
      ctx.moveTo(place(cursor), chartArea.top);
      ctx.lineTo(place(cursor), chartArea.bottom);
      ctx.stroke();
    }
    ctx.restore();
  }
}

/** Making the options anew costs more than drawing, so it is done only for what they depend on. */
function looksAlike(a: Drawing, b: Drawing): boolean {
  return (
    a.headline === b.headline &&
    a.value === b.value &&
    a.x.title === b.x.title &&
    a.x.bare === b.x.bare &&
    a.y.title === b.y.title &&
    a.y.log === b.y.log &&
    a.room === b.room
  );
}

/** Shows another part of the axes. */
function move(chart: Chart<"line", Point[]>, { x, y }: Drawing): void {
  const { scales } = chart.options;
  if (scales?.x === undefined || scales.y === undefined) return;
  Object.assign(scales.x, { min: x.min, max: x.max });
  Object.assign(scales.y, { min: y.min, max: y.max });
}

function colourOf({ colour }: Line, palette: Palette): string {
  return typeof colour === "number" ? palette.others[colour % palette.others.length] : palette[colour];
}

function dataset(line: Line, palette: Palette): ChartDataset<"line", Point[]> {
  const colour = colourOf(line, palette);
  return {
    label: line.label,
    data: [...line.points],
    borderColor: colour,
    backgroundColor: colour,
    hoverBackgroundColor: colour,
    hoverBorderColor: colour,
    borderWidth: line.width,
    borderDash: [...(line.dash ?? [])],
    borderJoinStyle: "round",
    pointStyle: line.marker ?? "circle",
    // A single point makes no line: it is shown as a dot.
    pointRadius: line.markerRadius ?? (line.points.length === 1 ? 3 : 0),
    pointHoverRadius: Math.max(3, (line.markerRadius ?? 0) + 1),
    pointHitRadius: 6,
    tension: 0,
    spanGaps: false,
    // Marks on the edge of the plot are shown whole; a line ends with the plot.
    clip: line.marker === undefined ? 1 : 8,
  };
}

function options(drawing: Drawing, palette: Palette): ChartOptions<"line"> {
  const font = { family: palette.fontFamily, size: palette.fontSize - 2 };
  const title = (text: string) => ({ display: true, text, color: palette.muted, font, padding: 2 });
  const ticks = { color: palette.muted, font, autoSkip: false, maxRotation: 0, padding: 4 };
  return {
    responsive: true,
    maintainAspectRatio: false,
    // Nothing moves by itself: at ten updates a second an animation would only blur the numbers.
    animation: false,
    parsing: false,
    normalized: true,
    layout: { padding: { top: 6, right: drawing.room?.right ?? 10 } },
    interaction: { mode: "nearest", axis: "x", intersect: false },
    ...(drawing.headline === undefined ? { events: [] } : {}),
    scales: {
      x: {
        type: "linear",
        min: drawing.x.min,
        max: drawing.x.max,
        title: { ...title(drawing.x.title), display: drawing.x.bare !== true },
        ticks: { ...ticks, display: drawing.x.bare !== true, callback: (value) => formatTick(Number(value)) },
        grid: { display: drawing.x.bare === true, color: palette.grid, tickLength: 0 },
        border: { color: palette.axis },
        afterBuildTicks: (scale) => setTicks(scale, integerTicks, Math.max(3, scale.width / 90)),
        afterFit: (scale) => {
          if (drawing.room !== undefined) Object.assign(scale, { paddingLeft: 0, paddingRight: 0 });
        },
      },
      y: {
        type: drawing.y.log ? "logarithmic" : "linear",
        min: drawing.y.min,
        max: drawing.y.max,
        title: title(drawing.y.title),
        ticks: { ...ticks, callback: (value) => formatTick(Number(value)) },
        grid: { color: palette.grid, tickLength: 0 },
        border: { display: false },
        afterBuildTicks: (scale) =>
          setTicks(scale, drawing.y.log ? logTicks : linearTicks, Math.max(2, scale.height / 32)),
        // The same width for all charts, so that neighbours line up.
        afterFit: (scale) => {
          scale.width = drawing.room?.left ?? Math.max(scale.width, 58);
        },
      },
    },
    plugins: {
      tooltip: {
        enabled: drawing.headline !== undefined,
        backgroundColor: palette.hoverBackground,
        borderColor: palette.hoverBorder,
        borderWidth: 1,
        cornerRadius: 3,
        padding: 8,
        titleColor: palette.hoverForeground,
        bodyColor: palette.hoverForeground,
        titleFont: { ...font, weight: "bold" },
        bodyFont: font,
        boxWidth: 8,
        boxHeight: 8,
        boxPadding: 4,
        usePointStyle: true,
        animation: false,
        callbacks: {
          title: (items) => (items.length === 0 ? "" : (drawing.headline?.(items[0].parsed.x ?? 0) ?? "")),
          label: (item) => `${item.dataset.label}: ${drawing.value(item.parsed.y ?? Number.NaN)}`,
        },
      },
    },
  };
}

function setTicks(scale: Scale, ticks: (domain: Domain, count: number) => number[], count: number): void {
  const { min, max } = scale;
  scale.ticks = ticks({ min, max }, Math.floor(count)).map((value) => ({ value }));
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function drawBand(ctx: CanvasRenderingContext2D, box: Box, text: string, palette: Palette): void {
  ctx.fillStyle = palette.shade;
  ctx.fillRect(box.left, box.top, box.width, box.height);
  hatch(ctx, box, palette.grid);
  ctx.font = `${palette.fontSize - 2}px ${palette.fontFamily}`;
  const width = ctx.measureText(text).width + 12;
  // Where the words do not fit, the texture and the text below the chart say it.
  if (width > box.width) return;
  const x = box.left + box.width / 2;
  // At the top, where a gradient that shrinks towards the past leaves room.
  const y = box.top + palette.fontSize + 4;
  ctx.fillStyle = palette.background;
  ctx.fillRect(x - width / 2, y - palette.fontSize, width, palette.fontSize * 2);
  ctx.fillStyle = palette.muted;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(text, x, y);
}

/** Thin diagonals: a texture, so that the area is told apart without colour. */
function hatch(ctx: CanvasRenderingContext2D, { left, top, width, height }: Box, colour: string): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let x = left - height; x < left + width; x += 8) {
    ctx.moveTo(x, top + height);
    ctx.lineTo(x + height, top);
  }
  ctx.stroke();
  ctx.restore();
}
