// One value of every iteration as a curve: the loss with its validation points, or the norm of the whole gradient.
import type { IterationRecord } from "../../src/protocol/events.ts";
import { DataTable } from "../charts/dataTable.ts";
import { type Drawing, type Line, LineChart } from "../charts/lineChart.ts";
import { type Domain, linearDomain, logDomain } from "../charts/scales.ts";
import { decimate, extent, type Point, sample, smooth } from "../charts/series.ts";
import { describeCurve, firstNotFinite, isActive } from "../describe.ts";
import { make, setAttribute, setHidden, setText } from "../dom.ts";
import { formatCount, formatNumber, formatPercent } from "../format.ts";
import { createCheckbox } from "../toolkit.ts";
import type { Actions, View } from "./view.ts";

interface CurveOptions {
  readonly title: string;
  readonly unit: string;
  readonly colour: "train" | "gradient";
  readonly scale: "lossLog" | "gradientLog";
  readonly value: (record: IterationRecord) => number;
  readonly validation: boolean;
}

export function createLossCurve(actions: Actions): View {
  return createCurve(actions, {
    title: "Loss",
    unit: "loss",
    colour: "train",
    scale: "lossLog",
    value: (record) => record.loss,
    validation: true,
  });
}

export function createGradientCurve(actions: Actions): View {
  return createCurve(actions, {
    title: "Gradient norm",
    unit: "‖∂L/∂w‖ before clipping",
    colour: "gradient",
    scale: "gradientLog",
    value: (record) => record.gradNorm,
    validation: false,
  });
}

/** Below this many iterations a smoothed line would only hide what there is to see. */
const smoothFrom = 30;
/** The smoothed line looks back over this share of the run. */
const smoothShare = 1 / 80;

function createCurve(actions: Actions, options: CurveOptions): View {
  const legend = createLegend(options);
  const log = createCheckbox("Log scale", (checked) => actions.choose({ [options.scale]: checked }));
  const canvas = make("canvas", "", { role: "img" });
  const chart = new LineChart(canvas);
  const waiting = make("p", "waiting");
  const note = make("p", "note");
  const table = new DataTable(["iteration", options.unit]);
  const head = make("div", "section-head", {}, make("h2", "", {}, options.title), log.element);
  const plot = make("div", "plot", {}, canvas, waiting);
  const element = make(
    "section",
    "panel curve",
    { "aria-label": options.title },
    head,
    legend.element,
    plot,
    note,
    table.element,
  );
  return {
    element,
    update({ state, ui, palette }) {
      const points = state.iterations.map((record): Point => ({ x: record.iteration, y: options.value(record) }));
      const validations = options.validation
        ? state.validations.map((record): Point => ({ x: record.iteration, y: record.loss }))
        : [];
      const isLog = ui[options.scale];
      log.set(isLog);
      legend.update(state.validations.at(-1) ?? null, points.length >= smoothFrom);
      setHidden(waiting, points.length > 0);
      setText(waiting, isActive(state) ? "Waiting for the first iteration …" : "No iteration was finished.");
      plot.classList.toggle("blank", points.length === 0);
      chart.draw(drawingOf(options, points, validations, isLog, chart.columns, state.iterations), palette);
      setText(note, noteOf(points, isLog));
      const summary = describeCurve(options.title, points);
      setAttribute(canvas, "aria-label", summary);
      table.update(
        summary,
        sample(points.length, 12).map((i) => [formatCount(points[i].x), formatNumber(points[i].y)]),
      );
    },
  };
}

function drawingOf(
  options: CurveOptions,
  all: readonly Point[],
  validations: readonly Point[],
  log: boolean,
  columns: number,
  records: readonly IterationRecord[],
): Drawing {
  const points = log ? all.map(onlyPositive) : all;
  const places = decimate(points, columns);
  const pick = (curve: readonly Point[]): Point[] => places.map((i) => curve[i]);
  const span = points.length > 0 ? points[points.length - 1].x - points[0].x : 0;
  const lines: Line[] = [];
  if (points.length >= smoothFrom) {
    const tau = Math.max(1, span * smoothShare);
    // On a logarithmic axis the mean of the logarithms is the one that lies in the middle of what is seen.
    const smoothed = log ? mapValues(smooth(mapValues(points, Math.log), tau), Math.exp) : smooth(points, tau);
    lines.push({ label: "smoothed", points: pick(smoothed), colour: options.colour, width: 2 });
    lines.push({ label: options.unit, points: pick(points), colour: `${options.colour}Faint`, width: 1 });
  } else {
    lines.push({ label: options.unit, points: pick(points), colour: options.colour, width: 2 });
  }
  if (validations.length > 0) lines.unshift(validationLine(log ? validations.map(onlyPositive) : validations));
  const first = points[0]?.x ?? 1;
  return {
    lines,
    x: { min: first, max: Math.max(first + 1, points.at(-1)?.x ?? 1), title: "iteration" },
    y: { ...valueDomain([...points, ...validations], log), title: options.unit, log },
    headline: (x) => headlineOf(x, records),
    value: formatNumber,
  };
}

function validationLine(points: readonly Point[]): Line {
  return {
    label: "validation",
    points,
    colour: "validation",
    width: 1.5,
    dash: [4, 3],
    marker: "rectRot",
    // Many epochs: the marks would grow together.
    markerRadius: points.length > 40 ? 2 : 4.5,
  };
}

function valueDomain(points: readonly Point[], log: boolean): Domain {
  const values = points.map((point) => point.y);
  const range = extent(log ? values.filter((y) => y > 0) : values);
  if (range === null) return log ? { min: 0.1, max: 1 } : { min: 0, max: 1 };
  return log ? logDomain(range) : linearDomain(range);
}

function mapValues(points: readonly Point[], change: (y: number) => number): Point[] {
  return points.map(({ x, y }) => ({ x, y: change(y) }));
}

/** A logarithmic axis has no place for zero and below. */
function onlyPositive(point: Point): Point {
  return point.y > 0 ? point : { x: point.x, y: Number.NaN };
}

function headlineOf(x: number, records: readonly IterationRecord[]): string {
  const epoch = records.findLast((record) => record.iteration <= x)?.epoch;
  return `Iteration ${formatCount(x)}${epoch === undefined ? "" : `, epoch ${formatCount(epoch)}`}`;
}

function noteOf(points: readonly Point[], log: boolean): string {
  const bad = firstNotFinite(points);
  if (bad !== null) return `Not finite (NaN or infinity) since iteration ${formatCount(bad)}.`;
  const hidden = log ? points.filter((point) => point.y <= 0).length : 0;
  return hidden > 0 ? `${formatCount(hidden)} values of zero or below have no place on a log scale.` : "";
}

function createLegend(options: CurveOptions): {
  readonly element: HTMLElement;
  update(validation: { readonly loss: number; readonly accuracy: number | null } | null, smoothed: boolean): void;
} {
  const item = (key: string, ...text: readonly (Node | string)[]): HTMLElement =>
    make("li", "", {}, make("span", `key ${key}`, { "aria-hidden": "true" }), ...text);
  const raw = item(`raw ${options.colour}`, "each iteration");
  const smooth = item(`smooth ${options.colour}`, "smoothed");
  const latest = make("span");
  const validation = item("validation", latest);
  const element = make("ul", "legend", {}, raw, smooth, validation);
  return {
    element,
    update(record, smoothed) {
      raw.classList.toggle("alone", !smoothed);
      setHidden(smooth, !smoothed);
      setHidden(validation, !options.validation || record === null);
      if (record === null) return;
      const accuracy = record.accuracy === null ? "" : `, accuracy ${formatPercent(record.accuracy)}`;
      setText(latest, `validation ${formatNumber(record.loss)}${accuracy}`);
    },
  };
}
