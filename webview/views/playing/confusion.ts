// Confusion: which classes a classifier takes for which, as a table in colours, and the samples that it finds hardest.
import type { ConfusionAbout, ConfusionReport } from "../../../src/protocol/inspector/playing.ts";
import { make, setAttribute, setHidden, setText } from "../../dom.ts";
import { formatCount, formatNumber, formatPercent } from "../../format.ts";
import type { Actions, View } from "../view.ts";
import type { PlayingChoices } from "./choices.ts";
import { createExamples } from "./examples.ts";
import { css, inkOn, rampColour } from "./marks.ts";
import { createSlider, seenOf } from "./pictures.ts";

export function createConfusion(actions: Actions): View {
  const slider = createSlider(actions);
  const matrix = new Matrix((cell) => {
    actions.choose(({ playing }) => {
      const same = playing.cell?.every((index, i) => index === cell[i]) === true;
      return { playing: { ...playing, cell: same ? null : cell } };
    });
  });
  const examples = createExamples(() => actions.choose(({ playing }) => ({ playing: { ...playing, cell: null } })));
  const facts = make("p", "confusion-facts");
  const empty = make("p", "empty", {}, "The first table comes after half a second of training.");
  const note = make("p", "note");
  const head = make("div", "section-head", {}, make("h2", "", {}, "Confusion"));
  const box = make("div", "confusion-box", {}, matrix.element);
  const axes = make("p", "confusion-axes", { "aria-hidden": "true" }, "Rows: true class. Columns: predicted class.");
  const left = make("div", "confusion-side", {}, facts, axes, box, slider.element);
  const sides = make("div", "confusion-sides", {}, left, examples.element);
  const element = make("section", "panel wide playing", { "aria-label": "Confusion" }, head, sides, empty, note);
  return {
    element,
    update({ state, ui }) {
      const about = state.playing?.about;
      setHidden(element, about?.kind !== "confusion");
      if (about?.kind !== "confusion") return;
      const seen = seenOf("confusion", state, ui.playing);
      const { shown, all } = seen;
      setHidden(empty, shown !== null);
      setHidden(sides, shown === null);
      slider.update(seen);
      const message = state.playing?.message ?? null;
      setText(note, message === null ? "" : `No more tables: ${message}`);
      setHidden(note, message === null);
      if (shown === null) return;
      setText(facts, factsOf(about, shown));
      const cell = within(about.classes.length, ui.playing.cell);
      matrix.update(about, shown, cell);
      examples.update(about, all.at(-1) ?? shown, cell, shown);
    },
  };
}

/** A cell that was chosen in a larger table is none. */
function within(size: number, cell: PlayingChoices["cell"]): PlayingChoices["cell"] {
  return cell?.every((i) => i >= 0 && i < size) ? cell : null;
}

/** The table: a row for each true class, a column for each predicted one; every cell is a button. */
class Matrix {
  readonly element = make("table", "confusion", { role: "grid", "data-picture": "confusion" });
  readonly #choose: (cell: readonly [number, number]) => void;
  #cells: HTMLButtonElement[] = [];
  #classes: readonly string[] = [];
  #at = 0;

  constructor(choose: (cell: readonly [number, number]) => void) {
    this.#choose = choose;
    this.element.addEventListener("keydown", (event) => this.#move(event));
  }

  update(about: ConfusionAbout, { counts }: ConfusionReport, chosen: readonly [number, number] | null): void {
    const { classes } = about;
    if (classes.join("\n") !== this.#classes.join("\n")) this.#build(classes);
    const n = classes.length;
    for (let truth = 0; truth < n; truth++) {
      const row = counts.slice(truth * n, (truth + 1) * n);
      const sum = row.reduce((a, b) => a + b, 0);
      row.forEach((count, predicted) => {
        const cell = this.#cells[truth * n + predicted];
        const share = sum === 0 ? 0 : count / sum;
        show(cell, count, share);
        setAttribute(cell, "aria-label", wordsOf(classes, truth, predicted, count, share));
        const isChosen = chosen !== null && chosen[0] === truth && chosen[1] === predicted;
        setAttribute(cell, "aria-pressed", String(isChosen));
      });
    }
  }

  #build(classes: readonly string[]): void {
    this.#classes = classes;
    this.#cells = [];
    this.#at = 0;
    const corner = make("td", "confusion-corner", {}, make("span", "", {}, "true ↓ predicted →"));
    const names = classes.map((name) => make("th", "", { scope: "col" }, make("span", "", {}, name)));
    const rows = classes.map((name, truth) => {
      const cells = classes.map((_, predicted) => {
        const button = make("button", truth === predicted ? "right" : "", { type: "button", tabindex: "-1" });
        button.addEventListener("click", () => {
          this.#stop(truth * classes.length + predicted);
          this.#choose([truth, predicted]);
        });
        this.#cells.push(button);
        return make("td", "", { role: "gridcell" }, button);
      });
      return make("tr", "", {}, make("th", "", { scope: "row" }, name), ...cells);
    });
    this.element.replaceChildren(
      make("caption", "visually-hidden", {}, "Counts by true class (rows) and predicted class (columns)"),
      make("thead", "", {}, make("tr", "", {}, corner, ...names)),
      make("tbody", "", {}, ...rows),
    );
    this.element.classList.toggle("large", classes.length > 12);
    this.#stop(0);
  }

  /** Arrow keys go from cell to cell; the table is one stop of the Tab key. */
  #move(event: KeyboardEvent): void {
    const n = this.#classes.length;
    const [row, column] = [Math.floor(this.#at / n), this.#at % n];
    const to: Readonly<Record<string, readonly [number, number]>> = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [row, 0],
      End: [row, n - 1],
    };
    if (!Object.hasOwn(to, event.key)) return;
    event.preventDefault();
    const [nextRow, nextColumn] = to[event.key].map((i) => Math.min(n - 1, Math.max(0, i)));
    this.#stop(nextRow * n + nextColumn);
    this.#cells[this.#at].focus();
  }

  #stop(at: number): void {
    this.#cells[this.#at]?.setAttribute("tabindex", "-1");
    this.#at = at;
    this.#cells[at]?.setAttribute("tabindex", "0");
  }
}

/** Shares of a row on a logarithmic scale of two decades and a half: one mistake in a hundred is still seen. */
function show(cell: HTMLButtonElement, count: number, share: number): void {
  setText(cell, count === 0 ? "·" : String(count));
  const key = share.toFixed(4);
  if (cell.dataset.share === key) return;
  cell.dataset.share = key;
  const strength = share === 0 ? 0 : Math.min(1, Math.max(0.04, 1 + Math.log10(share) / 2.5));
  const colour = rampColour(strength);
  cell.classList.toggle("none", share === 0);
  cell.style.setProperty("background", share === 0 ? "" : css(colour));
  cell.style.setProperty("color", share === 0 ? "" : inkOn(colour));
}

function wordsOf(classes: readonly string[], truth: number, predicted: number, count: number, share: number): string {
  return `${classes[truth]} taken for ${classes[predicted]}: ${formatCount(count)}, ${formatPercent(share)} of the row`;
}

function factsOf(
  { classes, set, samples }: ConfusionAbout,
  { counts, samples: counted, loss }: ConfusionReport,
): string {
  const n = classes.length;
  const right = classes.reduce((sum, _, i) => sum + counts[i * n + i], 0);
  const some = counted < samples ? `${formatCount(counted)} of ${formatCount(samples)}` : formatCount(samples);
  return `${formatPercent(right / counted)} of ${some} ${set} samples right, mean loss ${formatNumber(loss)}`;
}
