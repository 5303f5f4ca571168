// The kept runs as rows: which are drawn over the curves, how each ended, and a way to look at each alone.
import { ago, type RunSummary } from "../../../src/protocol/inspector/runs.ts";
import { colourOf } from "../../charts/lineChart.ts";
import { KeyedList, link, make, setAttribute, setHidden, setPlace, setText } from "../../dom.ts";
import { formatCount } from "../../format.ts";
import type { Palette } from "../../theme.ts";
import { lookOf } from "../curves/plot/otherLines.ts";
import { draw } from "../flow/svg.ts";
import { createNumber } from "../number.ts";
import { describeSetup, formatTime, stateWords } from "./words.ts";

export interface ListState {
  readonly runs: readonly RunSummary[];
  /** Ids, in the order in which they were chosen. */
  readonly chosen: readonly string[];
  /** Id of the run that the page shows; null when it is none of them. */
  readonly shown: string | null;
  readonly palette: Palette;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface ListActions {
  choose(id: string, chosen: boolean): void;
  show(id: string): void;
}

export interface RunsList {
  readonly element: HTMLElement;
  update(state: ListState): void;
}

const heads = [
  ["run-choice", "Over the curves"],
  ["run-name", "Run"],
  ["run-state", "State"],
  ["run-setup", "Set-up"],
  ["run-loss", "Final loss"],
  ["run-time", "Started"],
] as const;

export function createRunsList(actions: ListActions): RunsList {
  const body = make("tbody");
  const head = heads.map(([className, title]) => make("th", className, { scope: "col" }, title));
  const caption = make("caption", "visually-hidden", {}, "Kept runs");
  const element = make("table", "runs-list", {}, caption, make("thead", "", {}, make("tr", "", {}, ...head)), body);
  const rows = new KeyedList<RunSummary, RunRow>(body, (id) => new RunRow(id, actions));
  return {
    element,
    update(state) {
      const range = lossRange(state.runs);
      rows.update(
        state.runs,
        ({ id }) => id,
        (row, run) => row.update(run, state, range),
      );
    },
  };
}

class RunRow {
  readonly element: HTMLTableRowElement;
  readonly #box = make("input", "run-box", { type: "checkbox" });
  readonly #line = draw("line", "", { x1: 0, x2: 34, y1: 4, y2: 4, "stroke-width": 2 });
  readonly #sample = draw("svg", "run-line", { viewBox: "0 0 34 8", "aria-hidden": "true" }, this.#line);
  readonly #letter = make("b", "run-letter");
  readonly #name: HTMLButtonElement;
  readonly #tags = make("span", "run-tags");
  readonly #notice = make("span", "run-notice");
  readonly #sign = make("span", "run-sign", { "aria-hidden": "true" });
  readonly #words = make("span");
  readonly #count = make("span", "run-count");
  readonly #setup = make("td", "run-setup");
  readonly #loss = createNumber("span", "");
  readonly #gauge = make("span", "run-gauge", { "aria-hidden": "true" }, make("span", "run-dot"));
  readonly #time = make("td", "run-time");

  constructor(id: string, actions: ListActions) {
    this.#box.addEventListener("change", () => actions.choose(id, this.#box.checked));
    this.#name = link("run-link", () => actions.show(id));
    const choice = make("td", "run-choice", {}, this.#box);
    choice.append(this.#sample, this.#letter);
    const name = make("th", "run-name", { scope: "row" }, this.#name, this.#tags, this.#notice);
    const state = make("td", "run-state", {}, this.#sign, this.#words, this.#count);
    const loss = make("td", "run-loss", {}, this.#loss.element, this.#gauge);
    this.element = make("tr", "", { "data-run": id }, choice, name, state, this.#setup, loss, this.#time);
  }

  update(run: RunSummary, { chosen, shown, palette, now }: ListState, range: readonly [number, number]): void {
    const place = chosen.indexOf(run.id);
    this.#box.checked = place >= 0;
    setAttribute(this.#box, "aria-label", `Draw ${run.name} over the curves`);
    this.#showLine(place, palette);
    setText(this.#name, run.name);
    setAttribute(this.#name, "title", `Show ${run.name} here, as it was kept`);
    setAttribute(this.element, "aria-current", shown === run.id ? "true" : "");
    setText(this.#tags, run.tags.map((tag) => `#${tag}`).join(" "));
    setText(this.#notice, run.notice === null ? "" : `⚠ ${run.notice}`);
    const { sign, words } = stateWords[run.state];
    setAttribute(this.element, "data-state", run.state);
    setText(this.#sign, sign);
    setText(this.#words, words);
    setText(this.#count, run.iterations === 0 ? "" : `${formatCount(run.iterations)} it.`);
    setText(this.#setup, describeSetup(run));
    setAttribute(this.#setup, "title", run.data);
    this.#loss.set(run.loss, "no iteration was kept");
    setPlace(this.#gauge, "at", placeOf(run.loss, range));
    setText(this.#time, ago(run.started, now, "short"));
    setAttribute(this.#time, "title", formatTime(run.started));
  }

  /** The first two are A and B of the comparison. */
  #showLine(place: number, palette: Palette): void {
    setAttribute(this.#sample, "class", place < 0 ? "run-line none" : "run-line");
    setText(this.#letter, place === 0 ? "A" : place === 1 ? "B" : "");
    if (place < 0) return;
    const { colour, dash } = lookOf(place);
    setAttribute(this.#line, "stroke", colourOf(colour, palette));
    setAttribute(this.#line, "stroke-dasharray", dash.join(" "));
  }
}

export function hideList({ element }: RunsList, hidden: boolean): void {
  setHidden(element, hidden);
}

/** The least and the largest positive loss, for the little scales of the rows. */
function lossRange(runs: readonly RunSummary[]): readonly [number, number] {
  const losses = runs.flatMap(({ loss }) => (loss !== null && loss > 0 && Number.isFinite(loss) ? [loss] : []));
  return [Math.min(...losses), Math.max(...losses)];
}

/** Share of the way on a logarithmic scale; negative: there is no place for it, or no other to compare it with. */
function placeOf(loss: number | null, [low, high]: readonly [number, number]): number {
  if (loss === null || !(loss > 0) || !Number.isFinite(loss) || !(high > low)) return -1;
  return Math.log(loss / low) / Math.log(high / low);
}
