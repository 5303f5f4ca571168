// Every parameter with its weight, gradient and update, and whether the update is of a healthy size.
import type { ParameterReport } from "../../src/protocol/events.ts";
import type { InspectorState } from "../../src/protocol/inspector.ts";
import type { ParameterInfo } from "../../src/protocol/model.ts";
import type { TensorStatistics } from "../../src/protocol/tensors.ts";
import { healthyRatio, isWithin, judgeUpdate, verdictText } from "../describe.ts";
import { KeyedList, link, make, setAttribute, setHidden, setPlace, setText } from "../dom.ts";
import { formatCount, formatSetting, formatShape } from "../format.ts";
import { createNumber } from "./number.ts";
import { describeReport } from "./reportLabel.ts";
import type { Actions, View } from "./view.ts";

interface Row {
  readonly info: ParameterInfo;
  readonly report: ParameterReport | undefined;
  readonly current: boolean;
}

const soon = "not computed yet";

const columns: readonly (readonly [className: string, title: string])[] = [
  ["parameter-name", "Parameter"],
  ["parameter-shape", "Shape"],
  ["parameter-weight", "Weight norm, before → after"],
  ["parameter-gradient", "Gradient norm"],
  ["parameter-update", "Update norm"],
  ["parameter-ratio", "Update ratio ‖Δw‖ / ‖w‖"],
];

export function createParameters(actions: Actions): View {
  const label = make("span", "section-note");
  const all = link("show-all", () => actions.choose({ layer: null }));
  const body = make("tbody");
  const rows = new KeyedList<Row, ParameterRow>(body, (name) => new ParameterRow(name));
  const heads = columns.map(([className, title]) => make("th", className, { scope: "col" }, title));
  const table = make(
    "table",
    "parameters",
    {},
    make("caption", "visually-hidden", {}, "Parameters"),
    make("thead", "", {}, make("tr", "", {}, ...heads)),
    body,
  );
  const head = make("div", "section-head", {}, make("h2", "", {}, "Parameters"), label, all);
  const note = make("p", "note");
  const element = make("section", "panel wide", { "aria-label": "Parameters" }, head, table, note);
  return {
    element,
    update({ state, ui }) {
      const items = rowsOf(state, ui.layer);
      const total = state.model?.parameters.length ?? 0;
      setHidden(table, items.length === 0);
      setText(label, labelOf(state));
      setHidden(all, items.length === total);
      setText(all, `Only ${ui.layer} — show all ${formatCount(total)}`);
      setText(note, noteOf(total, items));
      rows.update(
        items,
        ({ info }) => info.name,
        (view, row) => view.update(row),
      );
    },
  };
}

class ParameterRow {
  readonly element: HTMLTableRowElement;
  readonly #shape = make("td", "parameter-shape");
  readonly #before = createNumber("span", "");
  readonly #after = createNumber("span", "");
  readonly #gradient = createNumber("td", "parameter-gradient");
  readonly #broken = make("span", "broken");
  readonly #update = createNumber("td", "parameter-update");
  readonly #ratio = createNumber("span", "ratio-number");
  readonly #gauge = make("span", "gauge", { "aria-hidden": "true" }, make("span", "gauge-dot"));
  readonly #sign = make("span", "verdict-sign", { "aria-hidden": "true" });
  readonly #words = make("span");
  readonly #verdict = make("span", "verdict", {}, this.#sign, this.#words);

  constructor(name: string) {
    const arrow = make("span", "arrow", { "aria-hidden": "true" }, "→");
    this.#shape.dataset.label = "Shape";
    this.#gradient.element.dataset.label = "Gradient";
    this.#update.element.dataset.label = "Update";
    this.#gradient.element.append(this.#broken);
    const weight = make("td", "parameter-weight", { "data-label": "Weight" });
    weight.append(make("span", "pair", {}, this.#before.element, " ", arrow, " ", this.#after.element));
    const ratio = make("td", "parameter-ratio", { "data-label": "Ratio" });
    ratio.append(make("span", "ratio", {}, this.#ratio.element, this.#gauge, this.#verdict));
    this.element = make(
      "tr",
      "",
      { "data-parameter": name },
      make("th", "parameter-name", { scope: "row" }, ...breakable(name)),
      this.#shape,
      weight,
      this.#gradient.element,
      this.#update.element,
      ratio,
    );
  }

  update({ info, report, current }: Row): void {
    this.element.classList.toggle("current", current);
    setText(this.#shape, formatShape(info.shape));
    this.#before.set(report?.weightNormBefore ?? null, soon);
    this.#after.set(report?.weightNormAfter ?? null, soon);
    this.#showGradient(report?.gradient ?? null);
    this.#update.set(report?.updateNorm ?? null, soon);
    const verdict = judgeUpdate(report, info.trainable);
    const { sign, words, help } = verdictText[verdict];
    const ratio = verdict === "fromZero" || verdict === "frozen" ? null : (report?.updateRatio ?? null);
    this.#ratio.set(ratio, verdict === "none" ? soon : help);
    setAttribute(this.#verdict, "data-verdict", verdict);
    setAttribute(this.#verdict, "title", help);
    setText(this.#sign, sign);
    setText(this.#words, words);
    setHidden(this.#verdict, words === "");
    setPlace(this.#gauge, "at", gaugePlace(ratio));
  }

  /** The norm is that of the finite values: with none of them it says nothing, with some it needs the count beside it. */
  #showGradient(gradient: TensorStatistics | null): void {
    const broken = gradient?.nonFinite ?? 0;
    const all = gradient !== null && broken > 0 && broken >= gradient.count;
    this.#gradient.set(all ? Number.NaN : (gradient?.norm ?? null), soon);
    setText(this.#broken, broken > 0 && !all ? `${formatCount(broken)} not finite` : "");
  }
}

function rowsOf({ model, statistics, status }: InspectorState, layer: string | null): readonly Row[] {
  if (model === null) return [];
  const reports = new Map(statistics?.parameters.map((report) => [report.name, report]));
  const position = status.kind === "paused" ? status.position : null;
  const chosen =
    layer === null ? model.parameters : model.parameters.filter((parameter) => isWithin(parameter.layer, layer));
  // A layer without parameters narrows nothing here.
  return (chosen.length > 0 ? chosen : model.parameters).map((info) => ({
    info,
    report: reports.get(info.name),
    current: position !== null && position.parameter === info.name,
  }));
}

function labelOf(state: InspectorState): string {
  const count = state.model?.parameterCount;
  const scalars = count === undefined ? "" : `${formatCount(count)} values, ${state.model?.optimizer}`;
  const report = describeReport(state, false);
  return [report, scalars].filter((part) => part !== "").join(" · ");
}

function noteOf(total: number, rows: readonly Row[]): string {
  if (total === 0) return "This model has no parameters to train.";
  const pending = rows.some(({ report }) => report === undefined || report.updateNorm === null);
  const range = `healthy: ${formatSetting(healthyRatio.low)} to ${formatSetting(healthyRatio.high)}`;
  return `Update ratio on a log scale from 1e-6 to 1; ${range}.${pending ? " — means not computed yet." : ""}`;
}

/** Share of the way from 1e-6 to 1 on a logarithmic scale. */
function gaugePlace(ratio: number | null): number {
  if (ratio === null || !(ratio > 0)) return -1;
  return Number.isFinite(ratio) ? Math.min(1, Math.max(0, (Math.log10(ratio) + 6) / 6)) : 1;
}

/** Long dotted names may break at their dots and underscores, nowhere else. */
function breakable(name: string): readonly (Node | string)[] {
  return name.split(/(?<=[._])/).flatMap((part, i) => (i === 0 ? [part] : [make("wbr"), part]));
}
