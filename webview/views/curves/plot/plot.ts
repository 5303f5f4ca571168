// One plot of the curves: its heading, its chart, what is to be said of it, and the table behind it.
import type { InspectorState } from "../../../../src/protocol/inspector/inspector.ts";
import { DataTable } from "../../../charts/dataTable.ts";
import { LineChart } from "../../../charts/lineChart.ts";
import type { Domain } from "../../../charts/scales.ts";
import { sample, stretchesNotFinite } from "../../../charts/series.ts";
import { describeCurve, isActive } from "../../../describe.ts";
import { make, setAttribute, setHidden, setText } from "../../../dom.ts";
import { formatCount } from "../../../format.ts";
import { drawsSharper } from "../../../frame/picture.ts";
import type { UiState } from "../../../host.ts";
import type { Palette } from "../../../theme.ts";
import { createCheckbox } from "../../../toolkit.ts";
import type { Actions } from "../../view.ts";
import { spanNames } from "../spans.ts";
import { createPlotLegend } from "./legend.ts";
import { type PlotData, type PlotLines, plotLines } from "./plotLines.ts";
import type { Quantity } from "./quantities.ts";

/** Room for the numbers of the value axes, and for half the last number of the shared one; in pixels. */
export const room = { left: 48, right: 22 };

export interface Plot {
  readonly element: HTMLElement;
  readonly quantity: Quantity;
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
  readonly isHidden: (line: string) => boolean;
  /** The lowest plot has the numbers of the axis that all share. */
  readonly isLowest: boolean;
}

/** Rows of the table behind a plot, for each of its curves. */
const tableRows = 12;

export function createPlot(actions: Actions, quantity: Quantity, toggle: (line: string) => void): Plot {
  const { id, title, unit, scale, tick } = quantity;
  const legend = createPlotLegend(quantity, toggle);
  const log = createCheckbox("Log scale", (checked) => {
    if (scale !== null) actions.choose({ [scale]: checked });
  });
  const canvas = make("canvas", "", { role: "img", "data-picture": title });
  const chart = new LineChart(canvas);
  drawsSharper(canvas, (scale, use) => chart.sharper(scale, use));
  const waiting = make("p", "waiting");
  const note = make("p", "note");
  const table = new DataTable(["curve", "iteration", unit === "" ? title : `${title}, ${unit}`]);
  const over = spanNames.map((name) => make("i", `over ${name}`));
  const box = make(
    "div",
    `plot ${id}`,
    {},
    canvas,
    make("div", "over-plot", { "aria-hidden": "true" }, ...over),
    waiting,
  );
  const heading = make("h3", "", {}, title, ...(unit === "" ? [] : [" ", make("span", "unit", {}, unit)]));
  const head = make("div", "curve-head", {}, heading, legend.element, log.element);
  const element = make("section", "curve", { "aria-label": title }, head, box, note, table.element);
  setHidden(log.element, scale === null);
  return {
    element,
    quantity,
    draw({ state, ui, palette, data, range, columns, isHidden, isLowest }) {
      const isLog = scale !== null && ui[scale];
      const shown = plotLines(data, { quantity, log: isLog, range, columns, isHidden });
      const empty = data.records.length === 0;
      const beside = quantity.source.kind === "iterations" && quantity.source.validations !== null;
      log.set(isLog);
      legend.update({
        isHidden,
        validation: beside ? (data.validations.at(-1) ?? null) : null,
        smoothed: shown.smoothed,
      });
      setHidden(waiting, !empty);
      setText(waiting, isActive(state) ? "Waiting for the first iteration …" : "No iteration was finished.");
      box.classList.toggle("blank", empty);
      box.classList.toggle("lowest", isLowest);
      const x = { ...range, title: "iteration", bare: !isLowest };
      const { lines, y, broken } = shown;
      chart.draw({ lines, x, y: { ...y, log: isLog, tick }, room, broken }, palette);
      const { top = 0, bottom = 0 } = chart.plot ?? {};
      box.style.setProperty("--top", `${top.toFixed(0)}px`);
      box.style.setProperty("--bottom", `${bottom.toFixed(0)}px`);
      setText(note, noteOf(data, shown, quantity, isLog, columns));
      const summary = describeCurve(title, shown.points);
      setAttribute(canvas, "aria-label", summary);
      table.update(summary, tableOf(data, shown, quantity));
    },
  };
}

function tableOf({ others }: PlotData, { points, validations }: PlotLines, { source, format }: Quantity): string[][] {
  const rows = (curve: string, count: number, at: (i: number) => readonly [number, number]): string[][] =>
    sample(count, tableRows).map((i) => {
      const [iteration, value] = at(i);
      return [curve, formatCount(iteration), format(value)];
    });
  const other = source.kind === "iterations" ? source.other : null;
  return [
    ...rows("this run", points.length, (i) => [points[i].x, points[i].y]),
    ...rows("validation", validations.length, (i) => [validations[i].x, validations[i].y]),
    ...(other === null
      ? []
      : others.flatMap((run) => rows(run.name, run.iterations.length, (i) => [run.iterations[i], other(run)[i]]))),
  ];
}

function noteOf(data: PlotData, shown: PlotLines, quantity: Quantity, log: boolean, columns: number): string {
  const notes = [brokenNote(data, quantity)];
  const hidden = log ? shown.points.filter((point) => point.y <= 0).length : 0;
  if (hidden > 0) notes.push(`${formatCount(hidden)} values of zero or below have no place on a log scale.`);
  if (quantity.id === "loss" && shown.stride > 1 && shown.points.length < columns / 4) {
    const every = `one of ${formatCount(shown.stride)} iterations is kept`;
    notes.push(`Of so long a run ${every}: there is no more detail here.`);
  }
  if (shown.lines.length === 0 && data.records.length > 0) notes.push("All lines of this plot are switched off.");
  return notes.filter((text) => text !== "").join(" ");
}

/** Of the whole run, not only of what is shown: whoever looks elsewhere wants to know. */
function brokenNote({ records }: PlotData, { source }: Quantity): string {
  if (source.kind !== "iterations") return "";
  const stretches = stretchesNotFinite(records.map((record) => ({ x: record.iteration, y: source.value(record) })));
  const [first] = stretches;
  if (first === undefined) return "";
  const lasting = stretches.length === 1 && first.max === records.at(-1)?.iteration;
  const where = lasting ? "since iteration" : "at times, first at iteration";
  return `Not finite (NaN or infinity) ${where} ${formatCount(first.min)}: red on the upper edge.`;
}
