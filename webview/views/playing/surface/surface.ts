// Decision surface: what a model with two inputs says of every point of the plane, with the data upon it, over the run.
import type { SurfaceAbout, SurfaceReport } from "../../../../src/protocol/inspector/playing.ts";
import { DataTable } from "../../../charts/dataTable.ts";
import { KeyedList, make, setAttribute, setHidden, setText } from "../../../dom.ts";
import { formatCount, formatNumber, formatPercent } from "../../../format.ts";
import type { Palette } from "../../../theme.ts";
import type { Actions, View } from "../../view.ts";
import { numbersOf } from "../bytes.ts";
import { drawOn } from "../canvas.ts";
import { createSlider, seenOf, whenOf } from "../pictures.ts";
import { drawSurface, drawThumbnail } from "./drawing.ts";
import { createSurfaceLegend } from "./legend.ts";

/** Small pictures beside the large one. */
const thumbnails = 6;
/** Places along each axis in the table behind the picture. */
const tableSize = 5;

interface Small {
  readonly about: SurfaceAbout;
  readonly report: SurfaceReport;
  readonly palette: Palette;
  readonly chosen: boolean;
}

export function createSurface(actions: Actions): View {
  const slider = createSlider(actions);
  const legend = createSurfaceLegend();
  const canvas = make("canvas", "surface-canvas", { role: "img", "data-picture": "decision surface" });
  const strip = make("ul", "surface-strip", { "aria-label": "Surfaces over the run" });
  const smalls = new KeyedList<Small, Thumbnail>(strip, () => new Thumbnail(actions));
  const table = new DataTable(["row", ...Array.from({ length: tableSize }, (_, i) => `place ${i + 1}`)]);
  const empty = make("p", "empty", {}, "The surface appears with the first iteration.");
  const note = make("p", "note");
  const head = make("div", "section-head", {}, make("h2", "", {}, "Decision surface"));
  const parts = [head, legend.element, canvas, slider.element, strip, empty, note, table.element];
  const element = make("section", "panel playing", { "aria-label": "Decision surface" }, ...parts);
  return {
    element,
    update({ state, ui, palette }) {
      const about = state.playing?.about;
      setHidden(element, about?.kind !== "surface");
      if (about?.kind !== "surface") return;
      const seen = seenOf("surface", state, ui.playing);
      const { shown, all } = seen;
      setHidden(empty, shown !== null);
      setHidden(canvas, shown === null);
      setHidden(strip, all.length < 2);
      slider.update(seen);
      legend.update(about, shown);
      setText(note, noteOf(about, shown, state.playing?.message ?? null));
      if (shown === null) return;
      const summary = summaryOf(about, shown);
      setAttribute(canvas, "aria-label", summary);
      drawOn(canvas, (context, width, height) =>
        drawSurface(context, { about, report: shown, palette, width, height }),
      );
      const small = spreadOver(all).map((report) => ({ about, report, palette, chosen: report === shown }));
      smalls.update(
        small,
        ({ report }) => String(report.iteration),
        (view, item) => view.update(item),
      );
      table.update(summary, tableOf(about, shown));
    },
  };
}

/** A small surface; pressed, the large one shows it. */
class Thumbnail {
  readonly element: HTMLElement;
  readonly #canvas = make("canvas", "", { "aria-hidden": "true" });
  readonly #label = make("span");
  readonly #button = make("button", "surface-small", { type: "button" }, this.#canvas, this.#label);
  #report: SurfaceReport | null = null;
  #palette: Palette | null = null;

  constructor(actions: Actions) {
    this.element = make("li", "", {}, this.#button);
    this.#button.addEventListener("click", () => {
      const iteration = this.#report?.iteration;
      if (iteration !== undefined) actions.choose(({ playing }) => ({ playing: { ...playing, iteration } }));
    });
  }

  update({ about, report, palette, chosen }: Small): void {
    setAttribute(this.#button, "aria-pressed", String(chosen));
    setAttribute(this.#button, "aria-label", labelOf(report));
    setText(this.#label, formatCount(report.iteration));
    if (this.#report === report && this.#palette === palette) return;
    this.#report = report;
    this.#palette = palette;
    drawOn(this.#canvas, (context, width, height) => drawThumbnail(context, { about, report, palette, width, height }));
  }
}

/** Contains the number that stands below the picture: who speaks to the page says what there is to read. */
function labelOf({ iteration }: SurfaceReport): string {
  return iteration === 0 ? "Show 0, before the first iteration" : `Show iteration ${formatCount(iteration)}`;
}

/** The first, the last, and as many as fit between them. */
function spreadOver(all: readonly SurfaceReport[]): readonly SurfaceReport[] {
  if (all.length <= thumbnails) return all;
  return Array.from({ length: thumbnails }, (_, i) => all[Math.round((i * (all.length - 1)) / (thumbnails - 1))]);
}

function summaryOf(about: SurfaceAbout, report: SurfaceReport): string {
  const { output, x, y } = about;
  const over = `over ${x.name} from ${formatNumber(x.min)} to ${formatNumber(x.max)} and ${y.name} from ${formatNumber(y.min)} to ${formatNumber(y.max)}`;
  const what =
    output.kind === "value"
      ? `The model's output ${over}, from ${formatNumber(report.values.low)} to ${formatNumber(report.values.high)}`
      : output.kind === "two"
        ? `Probability of class ${output.classes[1]} ${over}`
        : `Most probable class ${over}`;
  const right = report.right === null ? "" : `, ${formatPercent(report.right)} of the points on the right side`;
  return `Decision surface, ${whenOf(report)}. ${what}${right}.`;
}

function noteOf(about: SurfaceAbout, report: SurfaceReport | null, message: string | null): string {
  if (message !== null) return `No more surfaces: ${message}`;
  if (report === null) return "";
  if (numbersOf(report.values).every(Number.isNaN)) return "The model's output is not finite, so there is no surface.";
  const drawn = about.points.length < about.samples ? `${formatCount(about.points.length)} of ` : "";
  const points = `${drawn}${formatCount(about.samples)} samples`;
  return report.right === null ? points : `${formatPercent(report.right)} of ${points} on the right side of the line`;
}

/** The surface at a few places, the highest y first as in the picture. */
function tableOf({ columns, rows, x, y, output }: SurfaceAbout, report: SurfaceReport): string[][] {
  const values = numbersOf(report.values);
  const winners = report.winners === null ? null : numbersOf(report.winners);
  const at = (i: number, count: number) => Math.round(((i + 0.5) / tableSize) * count - 0.5);
  const axis = ({ min, max }: { readonly min: number; readonly max: number }, i: number, count: number) =>
    formatNumber(min + ((max - min) * (at(i, count) + 0.5)) / count);
  const all = Array.from({ length: tableSize }, (_, i) => i);
  const body = all.toReversed().map((row) => [
    `${y.name} = ${axis(y, row, rows)}`,
    ...all.map((column) => {
      const i = at(row, rows) * columns + at(column, columns);
      const name = winners === null || output.kind !== "classes" ? "" : `${output.classes[winners[i]]} `;
      return name + formatNumber(values[i]);
    }),
  ]);
  return [["", ...all.map((column) => `${x.name} = ${axis(x, column, columns)}`)], ...body];
}
