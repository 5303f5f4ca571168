// Which model, in what state, how far: the top of the page, always in sight.
import type { InspectorState } from "../../src/protocol/inspector/inspector.ts";
import { describeStatus } from "../describe.ts";
import { make, setAttribute, setHidden, setPlace, setText } from "../dom.ts";
import { baseName, formatCount, formatNumber, formatSetting, formatSpeed, missing } from "../format.ts";
import { createControls } from "./controls.ts";
import type { Actions, View } from "./view.ts";

/** `jump` stands below the buttons, always in sight too. */
export function createHeader(actions: Actions, jump: HTMLElement): View {
  const name = make("h1", "model-name");
  const kind = make("span", "status-label");
  const detail = make("span", "status-detail");
  const status = make("p", "status", { role: "status" }, make("span", "status-mark", { "aria-hidden": "true" }), kind);
  const controls = createControls(actions);
  const facts = createFacts();
  const progress = make("div", "progress", { role: "progressbar", "aria-label": "Iterations done" });
  const title = make("div", "title", {}, name, status, detail);
  const bar = make("div", "bar", {}, title, controls.element);
  const element = make("header", "header", {}, bar, jump, progress);
  return {
    element: make("div", "top", {}, element, facts.element),
    update(shown) {
      const { state } = shown;
      const words = describeStatus(state.status);
      setText(name, modelName(state));
      setText(kind, words.label);
      setText(detail, words.detail);
      setAttribute(detail, "title", words.detail);
      setAttribute(status, "data-tone", words.tone);
      controls.update(shown);
      facts.update(state);
      updateProgress(progress, state);
    },
  };
}

function modelName(state: InspectorState): string {
  if (state.model !== null) return state.model.name;
  return state.status.kind === "loading" ? baseName(state.status.file) : "Gradient Inspector";
}

function updateProgress(element: HTMLElement, state: InspectorState): void {
  const total = state.model === null ? 0 : state.model.epochs * state.model.iterationsPerEpoch;
  const done = state.last?.iteration ?? 0;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  setPlace(element, "done", share);
  setAttribute(element, "aria-valuenow", String(Math.round(share * 100)));
  setAttribute(element, "aria-valuetext", total > 0 ? `${formatCount(done)} of ${formatCount(total)}` : "no run");
}

interface Fact {
  readonly value: string;
  /** Shown smaller, behind the value. */
  readonly rest: string;
}

/** Names above values; the same places whatever the state, so that nothing jumps. */
function createFacts(): { readonly element: HTMLElement; update(state: InspectorState): void } {
  const names = ["Epoch", "Iteration", "Loss", "Gradient norm", "Learning rate", "Speed"];
  const cells = names.map((name) => {
    const value = make("b", "fact-value");
    const rest = make("span", "fact-rest");
    const element = make("div", "fact", {}, make("dt", "", {}, name), make("dd", "", {}, value, " ", rest));
    return { element, value, rest };
  });
  const element = make("dl", "facts", {}, ...cells.map((cell) => cell.element));
  return {
    element,
    update(state) {
      setHidden(element, state.model === null);
      factsOf(state).forEach((fact, i) => {
        setText(cells[i].value, fact.value);
        setText(cells[i].rest, fact.rest);
        cells[i].value.classList.toggle("bad", isBroken(fact.value));
      });
    },
  };
}

function isBroken(text: string): boolean {
  return text === "NaN" || text.endsWith("∞");
}

function factsOf(state: InspectorState): readonly Fact[] {
  const { model, last, status } = state;
  const at = status.kind === "paused" ? status.position : last;
  const of = (total: number | undefined): string => (total === undefined ? "" : `of ${formatCount(total)}`);
  return [
    { value: at === null ? missing : formatCount(at.epoch), rest: of(model?.epochs) },
    {
      value: at === null ? missing : formatCount(at.iteration),
      rest: of(model === null ? undefined : model.epochs * model.iterationsPerEpoch),
    },
    newest(state, "loss"),
    newest(state, "gradNorm"),
    { value: last === null ? missing : formatSetting(last.learningRate), rest: "" },
    { value: formatSpeed(recentMilliseconds(state)), rest: "" },
  ];
}

/** A number of the iteration that a pause is in, where it has been computed; else that of the last finished iteration, and which. */
function newest({ status, statistics, iterations, last }: InspectorState, name: "loss" | "gradNorm"): Fact {
  if (status.kind !== "paused") return { value: formatNumber(last?.[name] ?? null), rest: "" };
  const { iteration } = status.position;
  const own = statistics?.iteration === iteration ? statistics[name] : null;
  // After going back there are records of iterations that are still to come, and of this one.
  const before = iterations.findLast((record) => record.iteration < iteration);
  if (own !== null || before === undefined) return { value: formatNumber(own), rest: "" };
  return { value: formatNumber(before[name]), rest: `at ${formatCount(before.iteration)}` };
}

/** Mean time of the last iterations: one alone jumps about. */
function recentMilliseconds({ iterations }: InspectorState): number {
  const recent = iterations.slice(-30);
  return recent.reduce((sum, record) => sum + record.milliseconds, 0) / recent.length;
}
