// Gradient norms of the layers, from input to output, on one logarithmic axis: a vanishing gradient shows as a slope.
import type { LayerReport, StatisticsReport } from "../../src/protocol/events.ts";
import type { InspectorState } from "../../src/protocol/inspector/inspector.ts";
import { calmDecades, type Domain, decades } from "../charts/scales.ts";
import { extent } from "../charts/series.ts";
import { describeLayers, ownLayers } from "../describe.ts";
import { KeyedList, link, make, setAttribute, setHidden, setPlace, setText } from "../dom.ts";
import { formatTick } from "../format.ts";
import { createNumber, type NumberView } from "./number.ts";
import { describeReport } from "./reportLabel.ts";
import type { Actions, View } from "./view.ts";

/** Values of one layer now, and in the iteration before. */
interface Row {
  readonly report: LayerReport;
  readonly before: LayerReport | undefined;
  readonly type: string;
  readonly hasParameters: boolean;
}

export function createLayers(actions: Actions): View {
  const label = make("span", "section-note");
  const ticks = make("div", "ticks", { "aria-hidden": "true" });
  const body = make("tbody");
  const rows = new KeyedList<Row, LayerRow>(body, (layer) => new LayerRow(layer, actions));
  const table = make(
    "table",
    "layers",
    { "data-picture": "gradient-by-layer" },
    make("caption", "visually-hidden", {}, "Gradient norms of the layers, from input to output, logarithmic scale"),
    make(
      "thead",
      "",
      {},
      make(
        "tr",
        "",
        {},
        make("th", "layer-name", { scope: "col" }, "Layer, input first"),
        make("td", "layer-track", {}, ticks),
        make(
          "th",
          "layer-value bar-value",
          { scope: "col" },
          make("span", "key bars", { "aria-hidden": "true" }),
          "‖∂L/∂W‖",
        ),
        make(
          "th",
          "layer-value mark-value",
          { scope: "col" },
          make("span", "key mark", { "aria-hidden": "true" }),
          "‖∂L/∂y‖",
        ),
      ),
    ),
    body,
  );
  const note = make("p", "note");
  const empty = make("p", "empty", {}, "Gradients of the layers appear with the first statistics of this run.");
  const head = make("div", "section-head", {}, make("h2", "", {}, "Gradient by layer"), label);
  const element = make(
    "section",
    "panel",
    { "aria-label": "Gradient by layer" },
    head,
    make("div", "layers-box", {}, table),
    empty,
    note,
  );
  let domain: Domain | null = null;
  let model: InspectorState["model"] = null;
  return {
    element,
    update({ state, ui }) {
      const items = rowsOf(state);
      if (state.model !== model) domain = null;
      model = state.model;
      domain = axisOf(items, domain);
      setHidden(table, items.length === 0);
      setHidden(empty, items.length > 0);
      setText(label, describeReport(state, items.some(isGhostly)));
      setText(note, describeLayers(items.map((row) => ({ ...row.report, layer: nameOf(row.report.layer) }))));
      showTicks(ticks, table, domain);
      const current = state.status.kind === "paused" ? state.status.position.layer : null;
      const axis = domain;
      table.style.setProperty("--rows", String(Math.max(1, items.length)));
      rows.update(
        items,
        ({ report }) => report.layer,
        (view, row) => view.update(row, axis, current, ui.layer),
      );
    },
  };
}

class LayerRow {
  readonly element: HTMLTableRowElement;
  readonly #layer: string;
  readonly #name: HTMLButtonElement;
  readonly #type = make("span", "layer-type");
  readonly #track = make(
    "div",
    "track",
    { "aria-hidden": "true" },
    make("div", "ghost"),
    make("div", "fill"),
    make("div", "dot"),
  );
  readonly #parameters: NumberView = createNumber("td", "layer-value bar-value");
  readonly #output: NumberView = createNumber("td", "layer-value mark-value");

  constructor(layer: string, actions: Actions) {
    this.#layer = layer;
    this.#name = link("layer-button", () => actions.choose((ui) => ({ layer: ui.layer === layer ? null : layer })));
    this.#name.textContent = nameOf(layer);
    this.element = make(
      "tr",
      "",
      {},
      make("th", "layer-name", { scope: "row" }, this.#name, " ", this.#type),
      make("td", "layer-track", {}, this.#track),
      this.#parameters.element,
      this.#output.element,
    );
  }

  update(
    { report, before, type, hasParameters }: Row,
    axis: Domain | null,
    current: string | null,
    selected: string | null,
  ): void {
    const isSelected = selected === this.#layer;
    setAttribute(this.#name, "aria-pressed", String(isSelected));
    const does = isSelected ? "show all layers again" : "show this layer alone below";
    setAttribute(this.#name, "title", `${nameOf(this.#layer)}, ${type}: ${does}`);
    setText(this.#type, type);
    this.element.classList.toggle("current", current === this.#layer && current !== null);
    this.element.classList.toggle("selected", isSelected);
    setPlace(this.#track, "fill", placeOf(report.parameterGradNorm, axis));
    setPlace(this.#track, "dot", placeOf(report.outputGradNorm, axis));
    setPlace(
      this.#track,
      "ghost",
      isGhostly({ report, before }) ? placeOf(before?.parameterGradNorm ?? null, axis) : -1,
    );
    if (hasParameters) this.#parameters.set(report.parameterGradNorm, "not computed yet");
    else this.#parameters.set(null, "no parameters", "");
    this.#output.set(report.outputGradNorm, "not computed yet");
  }
}

function rowsOf({ model, statistics, previous }: InspectorState): readonly Row[] {
  if (model === null || statistics === null) return [];
  const infos = new Map(model.layers.map((info) => [info.path, info]));
  const owners = new Set(model.parameters.map((parameter) => parameter.layer));
  return ownLayers(statistics.layers, model.parameters).map((report) => ({
    report,
    before: reportOf(previous, report.layer),
    type: infos.get(report.layer)?.type ?? "",
    hasParameters: owners.has(report.layer),
  }));
}

/** Does the iteration before stand in for this one? */
function isGhostly({ report, before }: Pick<Row, "report" | "before">): boolean {
  return report.parameterGradNorm === null && (before?.parameterGradNorm ?? null) !== null;
}

function reportOf(statistics: StatisticsReport | null, layer: string): LayerReport | undefined {
  return statistics?.layers.find((report) => report.layer === layer);
}

function axisOf(rows: readonly Row[], before: Domain | null): Domain | null {
  const values = rows.flatMap((row) => [
    row.report.parameterGradNorm,
    row.report.outputGradNorm,
    row.before?.parameterGradNorm ?? null,
  ]);
  const range = extent(values.filter((value) => value !== null && value > 0));
  return range === null ? before : calmDecades(before, decades(range));
}

/** Share of the axis; −1 for what has no place on it. */
function placeOf(value: number | null, axis: Domain | null): number {
  if (value === null || axis === null || !(value > 0)) return -1;
  if (!Number.isFinite(value)) return 1;
  return Math.min(1, Math.max(0, (Math.log10(value) - axis.min) / (axis.max - axis.min)));
}

/** At most five marks; the grid lines behind the rows stand at the same decades. */
function showTicks(ticks: HTMLElement, table: HTMLElement, axis: Domain | null): void {
  if (axis === null) return;
  const count = axis.max - axis.min;
  const every = Math.ceil(count / 4);
  const key = `${axis.min} ${axis.max}`;
  if (ticks.dataset.axis === key) return;
  ticks.dataset.axis = key;
  table.style.setProperty("--parts", String(count / every));
  const marks: HTMLElement[] = [];
  for (let exponent = axis.min; exponent <= axis.max; exponent += every) {
    const tick = make("span", "tick", {}, formatTick(10 ** exponent));
    setPlace(tick, "at", (exponent - axis.min) / count);
    marks.push(tick);
  }
  ticks.replaceChildren(...marks);
}

function nameOf(layer: string): string {
  return layer === "" ? "model" : layer;
}
