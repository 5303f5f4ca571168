// Weights and updates: a table of all parameters, and below it a picture of the tensor that was chosen.
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import { healthyRatio } from "../../describe.ts";
import { link, make, setHidden, setText } from "../../dom.ts";
import { formatCount, formatSetting } from "../../format.ts";
import { describeReport } from "../reportLabel.ts";
import type { Actions, Shown, View } from "../view.ts";
import type { ColumnId, WeightChoices } from "./choices.ts";
import { createControls, startsDescending } from "./controls.ts";
import { chosenTensor } from "./picture/subject.ts";
import { TensorView } from "./picture/tensor.ts";
import { filtered, type Row, rowsOf, sorted } from "./rows.ts";
import { ParameterTable } from "./table.ts";

export function createWeights(actions: Actions): View {
  return new Weights(actions);
}

class Weights implements View {
  readonly element: HTMLElement;
  readonly #actions: Actions;
  readonly #label = make("span", "section-note");
  readonly #all: HTMLElement;
  readonly #note = make("p", "note");
  readonly #nothing = make("p", "empty", {}, "No parameter's name fits the filter.");
  readonly #controls;
  readonly #table: ParameterTable;
  readonly #tensor: TensorView;
  /** The order stays as it is while somebody points at a row. */
  #held: readonly string[] | null = null;

  constructor(actions: Actions) {
    this.#actions = actions;
    this.#all = link("show-all", () => actions.choose({ layer: null }));
    this.#controls = createControls({ choose: (change) => this.#choose(change) });
    this.#table = new ParameterTable({
      choose: (name) => actions.choose({ tensor: name }),
      sort: (column) => this.#sort(column),
    });
    this.#tensor = new TensorView(actions);
    const head = make("div", "section-head", {}, make("h2", "", {}, "Parameters"), this.#label, this.#all);
    this.element = make(
      "section",
      "panel wide weights",
      { "aria-label": "Parameters" },
      head,
      this.#controls.element,
      this.#table.element,
      this.#nothing,
      this.#note,
      this.#tensor.element,
    );
    this.#table.element.addEventListener("pointerleave", () => {
      this.#held = null;
    });
  }

  update(shown: Shown): void {
    const { state, ui } = shown;
    const own = rowsOf(state, ui.layer);
    const total = state.model?.parameters.length ?? 0;
    const rows = this.#ordered(filtered(own, ui.weights.filter), shown);
    setHidden(this.#controls.element, total === 0);
    setHidden(this.#table.element, rows.length === 0);
    setHidden(this.#nothing, total === 0 || rows.length > 0);
    setText(this.#label, labelOf(state));
    setHidden(this.#all, own.length === total);
    setText(this.#all, `Only ${ui.layer} — show all ${formatCount(total)}`);
    setText(this.#note, noteOf(total, own));
    this.#controls.update(ui.weights, rows.length, own.length);
    this.#table.update({ rows, history: state.history, choices: ui.weights, selected: chosenTensor(state, ui.tensor) });
    this.#tensor.update(shown);
  }

  #ordered(rows: readonly Row[], { state, ui }: Shown): readonly Row[] {
    const { sort } = ui.weights;
    // numbers change while the run goes on: a row must not slip away from under the pointer
    const holds = sort !== null && state.status.kind === "running" && this.#table.element.matches(":hover");
    if (!holds || this.#held === null) {
      const inOrder = sorted(rows, ui.weights, state.history);
      this.#held = holds ? inOrder.map(({ info }) => info.name) : null;
      return inOrder;
    }
    const places = new Map(this.#held.map((name, i) => [name, i]));
    const placeOf = ({ info }: Row) => places.get(info.name) ?? places.size;
    return [...rows].sort((a, b) => placeOf(a) - placeOf(b));
  }

  /** The first click on a column, the second turns it round, the third gives the model's order again. */
  #sort(column: ColumnId): void {
    const first = startsDescending(column);
    this.#choose(({ sort, descending }) => {
      if (sort !== column) return { sort: column, descending: first };
      return descending === first ? { descending: !first } : { sort: null, descending: false };
    });
  }

  #choose(change: (weights: WeightChoices) => Partial<WeightChoices>): void {
    this.#held = null;
    this.#actions.choose(({ weights }) => ({ weights: { ...weights, ...change(weights) } }));
  }
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
  const range = `healthy: ${formatSetting(healthyRatio.low)} to ${formatSetting(healthyRatio.high)}, around the usual 1e-3`;
  return `Update ratio on a log scale from 1e-6 to 1; ${range}.${pending ? " — means not computed yet." : ""}`;
}
