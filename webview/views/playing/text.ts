// Text sample: what a language model goes on writing, each character marked with how probable the model held it.
import type { TextReport } from "../../../src/protocol/inspector/playing.ts";
import { DataTable } from "../../charts/dataTable.ts";
import { KeyedList, make, setAttribute, setHidden, setText } from "../../dom.ts";
import { formatCount, formatNumber, formatPercent } from "../../format.ts";
import type { Actions, View } from "../view.ts";
import { createSlider, seenOf, whenOf } from "./pictures.ts";

/** From the surest down; each is told by a colour and by a line below the character. */
const levels = [
  { name: "sure", from: 0.5, words: "p ≥ 0.5" },
  { name: "likely", from: 0.2, words: "0.2 to 0.5" },
  { name: "doubtful", from: 0.05, words: "0.05 to 0.2" },
  { name: "surprising", from: 0, words: "p < 0.05" },
] as const;

/** Characters of a sample in the list over the run. */
const shortLength = 80;

export function createTextSample(actions: Actions): View {
  const slider = createSlider(actions);
  const prompt = make("span", "text-prompt");
  const written = make("span");
  const sample = make("p", "text-sample", {}, prompt, written);
  const list = make("ol", "text-list", { "aria-label": "Samples over the run" });
  const rows = new KeyedList<{ readonly report: TextReport; readonly chosen: boolean }, TextRow>(
    list,
    () => new TextRow(actions),
  );
  const table = new DataTable(["character", "probability"]);
  const empty = make("p", "empty", {}, "The first sample comes after half a second of training.");
  const note = make("p", "note");
  const head = make("div", "section-head", {}, make("h2", "", {}, "Text sample"));
  const parts = [head, createLegend(), sample, slider.element, list, empty, note, table.element];
  const element = make("section", "panel wide playing", { "aria-label": "Text sample" }, ...parts);
  let drawn: TextReport | null = null;
  return {
    element,
    update({ state, ui }) {
      const about = state.playing?.about;
      setHidden(element, about?.kind !== "text");
      if (about?.kind !== "text") return;
      const seen = seenOf("text", state, ui.playing);
      const { shown, all } = seen;
      setHidden(empty, shown !== null);
      setHidden(sample, shown === null);
      setHidden(list, all.length < 2);
      slider.update(seen);
      setText(prompt, about.prompt);
      setText(note, noteOf(shown, about.temperature, state.playing?.message ?? null));
      rows.update(
        all.map((report) => ({ report, chosen: report === shown })),
        ({ report }) => String(report.iteration),
        (row, item) => row.update(item.report, item.chosen),
      );
      if (shown === null || shown === drawn) return;
      drawn = shown;
      written.replaceChildren(...spansOf(shown));
      table.update(
        `Text sample, ${whenOf(shown)}`,
        shown.characters.map((character, i) => [nameOf(character), formatNumber(shown.probabilities[i])]),
      );
    },
  };
}

/** One sample of the run in a line; pressed, it is shown in full. */
class TextRow {
  readonly element: HTMLElement;
  readonly #when = make("span", "text-when");
  readonly #text = make("span", "text-line");
  readonly #button = make("button", "text-row", { type: "button" }, this.#when, this.#text);
  #iteration = 0;

  constructor(actions: Actions) {
    this.element = make("li", "", {}, this.#button);
    this.#button.addEventListener("click", () =>
      actions.choose(({ playing }) => ({ playing: { ...playing, iteration: this.#iteration } })),
    );
  }

  update(report: TextReport, chosen: boolean): void {
    this.#iteration = report.iteration;
    setAttribute(this.#button, "aria-pressed", String(chosen));
    setText(this.#when, formatCount(report.iteration));
    const line = report.characters.slice(0, shortLength).join("").replaceAll(/\s/g, " ");
    setText(this.#text, line === "" ? "output not finite" : line);
  }
}

/** Neighbours of the same level in one element. */
function spansOf({ characters, probabilities }: TextReport): HTMLElement[] {
  const spans: HTMLElement[] = [];
  let level = -1;
  characters.forEach((character, i) => {
    const here = levels.findIndex(({ from }) => probabilities[i] >= from);
    if (here !== level) spans.push(make("span", `p-${levels[here]?.name ?? "surprising"}`));
    level = here;
    spans.at(-1)?.append(character);
  });
  return spans;
}

function createLegend(): HTMLElement {
  const items = levels.map(({ name, words }) =>
    make("li", "", {}, make("span", `text-key p-${name}`, { "aria-hidden": "true" }, "abc"), words),
  );
  return make("ul", "legend text-legend", { "aria-label": "The model's probability of each character" }, ...items);
}

function noteOf(report: TextReport | null, temperature: number, message: string | null): string {
  if (message !== null) return `No more samples: ${message}`;
  if (report === null) return "";
  const { probabilities } = report;
  if (probabilities.length === 0) return "No text: the model's output is not finite.";
  const mean = probabilities.reduce((a, b) => a + b, 0) / probabilities.length;
  return `Grey is from the data, the rest the model's own: ${formatPercent(mean)} sure on average, drawn at temperature ${temperature}`;
}

function nameOf(character: string): string {
  if (character === " ") return "space";
  return character === "\n" ? "line end" : character;
}
