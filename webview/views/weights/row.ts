// One parameter's row of the table.
import type { HistoryPoint } from "../../../src/protocol/inspector/parameterHistory.ts";
import { judgeUpdate, verdictText } from "../../describe.ts";
import { make, setAttribute, setHidden, setPlace, setText } from "../../dom.ts";
import { formatCount, formatPercent, formatShape, missing } from "../../format.ts";
import { createNumber } from "../number.ts";
import type { Trend } from "./choices.ts";
import { gradientNorm, type Row } from "./rows.ts";
import { Sparkline } from "./sparkline.ts";

const soon = "not computed yet";

export interface RowLook {
  readonly selected: boolean;
  /** Is the keyboard at it? */
  readonly active: boolean;
  /** Place in the table, from 0. */
  readonly place: number;
  readonly trend: Trend;
  readonly history: readonly HistoryPoint[];
}

export class ParameterRow {
  readonly element: HTMLTableRowElement;
  readonly #shape = cell("parameter-shape", "Shape");
  readonly #before = createNumber("span", "");
  readonly #after = createNumber("span", "");
  readonly #gradient = createNumber("td", "parameter-gradient");
  readonly #broken = make("span", "broken");
  readonly #update = createNumber("td", "parameter-update");
  readonly #ratio = createNumber("span", "ratio-number");
  readonly #gauge = make(
    "span",
    "gauge",
    { "aria-hidden": "true" },
    make("span", "gauge-usual"),
    make("span", "gauge-dot"),
  );
  readonly #sign = make("span", "verdict-sign", { "aria-hidden": "true" });
  readonly #words = make("span");
  readonly #verdict = make("span", "verdict", {}, this.#sign, this.#words);
  readonly #zeros = cell("parameter-zeros", "Zeros");
  readonly #trend = new Sparkline();

  constructor(name: string) {
    const arrow = make("span", "arrow", { "aria-hidden": "true" }, "→");
    for (const [{ element }, label] of [
      [this.#gradient, "Gradient"],
      [this.#update, "Update"],
    ] as const) {
      element.dataset.label = label;
      element.setAttribute("role", "gridcell");
    }
    this.#gradient.element.append(this.#broken);
    const weight = cell("parameter-weight", "Weight");
    weight.append(make("span", "pair", {}, this.#before.element, " ", arrow, " ", this.#after.element));
    const ratio = cell("parameter-ratio", "Ratio");
    ratio.append(make("span", "ratio", {}, this.#ratio.element, this.#gauge, this.#verdict));
    const trend = cell("parameter-trend", "Over the run");
    trend.append(this.#trend.element);
    const head = make("th", "parameter-name", { scope: "row", role: "rowheader", title: name }, name);
    const cells = [this.#shape, weight, this.#gradient.element, this.#update.element, ratio, this.#zeros, trend];
    this.element = make("tr", "", { "data-parameter": name, role: "row" }, head, ...cells);
  }

  update({ info, index, report, current }: Row, { selected, active, place, trend, history }: RowLook): void {
    const { element } = this;
    element.classList.toggle("current", current);
    element.classList.toggle("asked", selected);
    element.classList.toggle("active", active);
    element.classList.toggle("frozen", !info.trainable);
    // the head is the first row
    setAttribute(element, "aria-rowindex", String(place + 2));
    setAttribute(element, "aria-selected", String(selected));
    const top = `${place}`;
    if (element.style.getPropertyValue("--place") !== top) element.style.setProperty("--place", top);
    element.id = `parameter-row-${place}`;
    setText(this.#shape, formatShape(info.shape));
    this.#before.set(report?.weightNormBefore ?? null, soon);
    this.#after.set(report?.weightNormAfter ?? null, soon);
    const broken = report?.gradient?.nonFinite ?? 0;
    const norm = gradientNorm(report);
    this.#gradient.set(norm, soon);
    setText(this.#broken, broken > 0 && !Number.isNaN(norm) ? `${formatCount(broken)} not finite` : "");
    this.#update.set(report?.updateNorm ?? null, soon);
    this.#judge(report, info.trainable);
    setText(this.#zeros, report === undefined ? missing : zerosOf(report.values.zeros));
    this.#trend.update(history, index, trend);
  }

  #judge(report: Row["report"], trainable: boolean): void {
    const verdict = judgeUpdate(report, trainable);
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
}

function cell(className: string, label: string): HTMLTableCellElement {
  return make("td", className, { role: "gridcell", "data-label": label });
}

/** A dash would say that nobody knows. */
function zerosOf(share: number): string {
  return share === 0 ? "0" : share < 5e-4 ? "< 0.1 %" : formatPercent(share);
}

/** Share of the way from 1e-6 to 1 on a logarithmic scale. */
function gaugePlace(ratio: number | null): number {
  if (ratio === null || !(ratio > 0)) return -1;
  return Number.isFinite(ratio) ? Math.min(1, Math.max(0, (Math.log10(ratio) + 6) / 6)) : 1;
}
