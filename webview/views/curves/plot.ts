// One plot of the curves: its heading, its chart, what is to be said of it, and the table behind it.
import type { InspectorState } from "../../../src/protocol/inspector.ts";
import { DataTable } from "../../charts/dataTable.ts";
import { LineChart } from "../../charts/lineChart.ts";
import type { Domain } from "../../charts/scales.ts";
import { sample } from "../../charts/series.ts";
import { describeCurve, firstNotFinite, isActive } from "../../describe.ts";
import { make, setAttribute, setHidden, setText } from "../../dom.ts";
import { formatCount, formatNumber } from "../../format.ts";
import type { UiState } from "../../host.ts";
import type { Palette } from "../../theme.ts";
import { createCheckbox } from "../../toolkit.ts";
import type { Actions } from "../view.ts";
import { createPlotLegend } from "./legend.ts";
import { type PlotData, type PlotLines, plotLines, type Quantity } from "./plotLines.ts";

export interface PlotOptions {
  readonly title: string;
  readonly unit: string;
  readonly quantity: Quantity;
  readonly colour: "train" | "gradient" | "rate";
  readonly scale: "lossLog" | "gradientLog" | "rateLog";
  /** The lowest plot has the numbers of the axis that all share. */
  readonly isLowest: boolean;
}

/** Room for the words of the value axes, and for half the last number of the shared one; in pixels. */
export const room = { left: 64, right: 24 };

export interface Plot {
  readonly element: HTMLElement;
  readonly options: PlotOptions;
  /** The box of the chart itself, in which pointers act. */
  readonly box: HTMLElement;
  draw(input: PlotInput): void;
}

export interface PlotInput {
  readonly state: InspectorState;
  readonly ui: UiState;
  readonly palette: Palette;
  readonly data: PlotData;
  readonly range: Domain;
  /** Pixel columns between the axes. */
  readonly columns: number;
}

export function createPlot(actions: Actions, options: PlotOptions): Plot {
  const { title, unit, quantity, colour, scale, isLowest } = options;
  const legend = createPlotLegend(colour);
  const log = createCheckbox("Log scale", (checked) => actions.choose({ [scale]: checked }));
  const canvas = make("canvas", "", { role: "img", "data-picture": title });
  const chart = new LineChart(canvas);
  const waiting = make("p", "waiting");
  const note = make("p", "note");
  const table = new DataTable(["iteration", unit]);
  const over = ["beyond", "selection", "crosshair", "stands", "aim"].map((name) => make("i", `over ${name}`));
  const clip = make("div", "over-plot", { "aria-hidden": "true" }, ...over);
  const box = make("div", `plot ${quantity}`, {}, canvas, clip, waiting);
  const head = make("div", "curve-head", {}, make("h3", "", {}, title), legend.element, log.element);
  const element = make("section", "curve", { "aria-label": title }, head, box, note, table.element);
  const value = formatNumber;
  return {
    element,
    options,
    box,
    draw({ state, ui, palette, data, range, columns }) {
      const isLog = ui[scale];
      const shown = plotLines(data, { quantity, label: unit, colour, log: isLog, range, columns });
      const empty = data.records.length === 0;
      log.set(isLog);
      legend.update(quantity === "loss" ? (data.validations.at(-1) ?? null) : null, shown.smoothed);
      setHidden(waiting, !empty);
      setText(waiting, isActive(state) ? "Waiting for the first iteration …" : "No iteration was finished.");
      box.classList.toggle("blank", empty);
      const x = { ...range, title: "iteration", bare: !isLowest };
      chart.draw({ lines: shown.lines, x, y: { ...shown.y, title: unit, log: isLog }, room, value }, palette);
      setText(note, noteOf(data, shown, quantity, isLog, columns));
      const summary = describeCurve(title, shown.points);
      setAttribute(canvas, "aria-label", summary);
      table.update(
        summary,
        sample(shown.points.length, 12).map((i) => [formatCount(shown.points[i].x), formatNumber(shown.points[i].y)]),
      );
    },
  };
}

function noteOf(data: PlotData, shown: PlotLines, quantity: Quantity, log: boolean, columns: number): string {
  const notes: string[] = [];
  const bad = firstNotFinite(data.records.map((record) => ({ x: record.iteration, y: record[quantity] })));
  if (bad !== null) notes.push(`Not finite (NaN or infinity) since iteration ${formatCount(bad)}.`);
  const hidden = log ? shown.points.filter((point) => point.y <= 0).length : 0;
  if (hidden > 0) notes.push(`${formatCount(hidden)} values of zero or below have no place on a log scale.`);
  if (quantity === "loss" && shown.stride > 1 && shown.points.length < columns / 4) {
    notes.push(
      `Of so long a run one of ${formatCount(shown.stride)} iterations is kept: there is no more detail here.`,
    );
  }
  return notes.join(" ");
}
