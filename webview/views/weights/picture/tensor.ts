// The tensor that was chosen: what of it is shown, its heatmap, histogram, extreme elements and statistics.
import type { InspectorState } from "../../../../src/protocol/inspector/inspector.ts";
import {
  largestPicture,
  type TensorPart,
  type TensorPicture,
  type TensorQuestion,
  type Window,
} from "../../../../src/protocol/inspector/tensorPicture.ts";
import { make, setAttribute, setHidden, setText } from "../../../dom.ts";
import { createBusy } from "../../busy.ts";
import type { Actions, Shown } from "../../view.ts";
import type { WeightChoices } from "../choices.ts";
import { TensorAnswers } from "./answers.ts";
import { Details } from "./details.ts";
import { Heatmap } from "./heatmap.ts";
import { HistogramView } from "./histogram.ts";
import { PlaceControls } from "./place.ts";
import { chosenTensor, partOf, partsOf } from "./subject.ts";
import { aboutOf, missingWords, sentence } from "./words.ts";

/** Cells of the picture: no wider than can be seen, no more than are worth sending. */
const leastCell = 3;
const rows = 128;
const columns = 160;

/** A tensor with less to see is not enlarged further. */
const leastWindow = 4;

export class TensorView {
  readonly element = make("section", "weights-tensor", { "aria-label": "Tensor" });
  readonly #actions: Actions;
  readonly #title = make("h3", "weights-title");
  readonly #about = make("span", "section-note");
  readonly #message = make("p", "weights-message", { role: "status" });
  readonly #hint = make("p", "note weights-hint");
  readonly #place: PlaceControls;
  readonly #heatmap: Heatmap;
  readonly #histogram = new HistogramView();
  readonly #details: Details;
  readonly #body: HTMLElement;
  readonly #busy = createBusy();
  readonly #answers: TensorAnswers;
  #shown: Shown | null = null;
  #name: string | null = null;
  /** Has there been a picture? */
  #hasPicture = false;
  #slice: readonly number[] = [];
  #window: Window | null = null;
  /** An element to point to, once the picture shows it. */
  #wanted: readonly number[] | null = null;
  #found: ((value: undefined) => void) | null = null;

  constructor(actions: Actions) {
    this.#actions = actions;
    this.#answers = new TensorAnswers(actions.ask, () => this.#redraw());
    this.#heatmap = new Heatmap({ zoom: (factor, row, column) => this.#zoom(factor, row, column) });
    this.#details = new Details((index) => this.#go(index));
    this.#place = new PlaceControls({
      part: (part) => this.#choose({ part }),
      log: (log) => this.#choose({ log }),
      slice: (slice) => this.#look({ slice, window: this.#window }),
      window: (window) => this.#look({ slice: this.#slice, window }),
      zoom: (factor) => this.#zoom(factor, null, null),
    });
    this.#body = make(
      "div",
      "weights-body",
      {},
      this.#heatmap.element,
      this.#histogram.element,
      this.#details.statistics,
      this.#details.extremes,
    );
    const head = make("div", "weights-head", {}, this.#title, this.#about);
    this.element.append(head, this.#hint, this.#place.element, this.#busy.element, this.#message, this.#body);
    new IntersectionObserver((entries) => {
      this.#answers.see(entries.some(({ isIntersecting }) => isIntersecting));
    }).observe(this.element);
  }

  update(shown: Shown): void {
    this.#shown = shown;
    const { state, ui, palette } = shown;
    const name = chosenTensor(state, ui.tensor);
    if (name !== this.#name) {
      this.#name = name;
      this.#slice = [];
      this.#window = null;
      this.#wanted = null;
    }
    setHidden(this.element, state.model === null || state.model.parameters.length === 0);
    setHidden(this.#hint, name !== null);
    setText(this.#hint, "Choose a row of the table, or a symbol of the equation, to see the tensor itself.");
    const isParameter = this.#infoOf(state) !== undefined;
    const known = name === this.#answers.name ? partsOf(this.#answers.answer) : [];
    this.#answers.follow(name === null ? null : this.#question(name, partOf(ui.weights, known, isParameter)), state);
    const { answer, complaint } = this.#answers;
    const picture = answer?.kind === "picture" ? answer.picture : null;
    const missing = answer?.kind === "missing" ? answer : null;
    const parts = partsOf(answer);
    const part = partOf(ui.weights, parts, isParameter);
    const matching = picture?.part === part ? picture : null;
    const shape = picture?.shape ?? missing?.shape ?? this.#infoOf(state)?.shape ?? [];
    setHidden(this.#title, name === null);
    setText(this.#title, name ?? "");
    setText(this.#about, name === null ? "" : aboutOf(shape, matching, state));
    setHidden(this.#place.element, name === null || parts.length === 0);
    this.#place.update({ part, isParameter, parts, shape, slice: this.#slice, picture: matching, log: ui.weights.log });
    const why = missing === null ? "" : missingWords(part, parts, isParameter);
    setText(this.#message, complaint === "" ? why : sentence(complaint));
    setHidden(this.#message, this.#message.textContent === "");
    const awaited = name !== null && picture === null && complaint === "" && missing === null;
    this.#wait(awaited && this.#answers.isWaiting);
    this.#hold(picture, awaited);
    if (picture === null) return;
    this.#heatmap.update(picture, palette, ui.weights.log);
    this.#histogram.update(picture, palette, ui.weights.log);
    this.#details.update(picture);
    this.#pointTo(picture);
  }

  /** Until a picture comes the one before it holds its place, faintly, so that nothing on the page moves. */
  #hold(picture: TensorPicture | null, awaited: boolean): void {
    this.#hasPicture ||= picture !== null;
    const stale = awaited && this.#hasPicture;
    setHidden(this.#body, picture === null && !stale);
    this.#body.classList.toggle("stale", stale);
    setAttribute(this.#body, "aria-busy", String(stale));
    this.element.classList.toggle("awaited", awaited);
  }

  #infoOf(state: InspectorState) {
    return state.model?.parameters.find(({ name }) => name === this.#name);
  }

  #question(name: string, part: TensorPart): TensorQuestion {
    // a picture that is not shown yet has no width of its own
    const fitting = Math.floor((this.#heatmap.width || this.element.clientWidth) / leastCell);
    return {
      name,
      part,
      slice: this.#slice,
      rows: Math.min(largestPicture, rows),
      columns: Math.max(8, Math.min(columns, 16 * Math.floor(fitting / 16))),
      ...(this.#window === null ? {} : { window: this.#window }),
    };
  }

  #choose(change: Partial<WeightChoices>): void {
    this.#actions.choose(({ weights }) => ({ weights: { ...weights, ...change } }));
  }

  #look({ slice, window }: { readonly slice: readonly number[]; readonly window: Window | null }): void {
    this.#slice = slice;
    this.#window = window;
    this.#redraw();
  }

  #redraw(): void {
    if (this.#shown !== null) this.update(this.#shown);
  }

  /** Null: around the middle of what is seen. */
  #zoom(factor: number, row: number | null, column: number | null): void {
    const { answer } = this.#answers;
    if (answer?.kind !== "picture") return;
    const { window, shape, slice } = answer.picture;
    const span = (start: number, count: number, size: number, around: number | null): readonly [number, number] => {
      const next = Math.min(size, Math.max(Math.min(size, leastWindow), Math.round(count / factor)));
      const middle = around ?? start + count / 2;
      return [Math.max(0, Math.min(size - next, Math.round(middle - next / 2))), next];
    };
    const [height, width] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
    const [top, tall] = span(window.row, window.rows, height, row);
    const [left, wide] = span(window.column, window.columns, width, column);
    const whole = tall >= height && wide >= width;
    this.#look({ slice, window: whole ? null : { row: top, column: left, rows: tall, columns: wide } });
  }

  /** To an element: to its slice, and to a window in which it is seen alone. */
  #go(index: readonly number[]): void {
    this.#wanted = index;
    const { answer } = this.#answers;
    if (answer?.kind !== "picture") return;
    const { window } = answer.picture;
    const [row, column] = [index.at(-2) ?? 0, index.at(-1) ?? 0];
    const inside =
      row >= window.row &&
      row < window.row + window.rows &&
      column >= window.column &&
      column < window.column + window.columns;
    this.#look({ slice: index.slice(0, -2), window: inside ? this.#window : null });
  }

  #pointTo(picture: TensorPicture): void {
    const index = this.#wanted;
    if (index === null || index.slice(0, -2).join() !== picture.slice.join()) return;
    this.#wanted = null;
    this.#heatmap.pointTo(index.length > 1 ? (index.at(-2) ?? 0) : 0, index.at(-1) ?? 0);
  }

  #wait(waiting: boolean): void {
    if (waiting === (this.#found !== null)) return;
    if (!waiting) {
      this.#found?.(undefined);
      this.#found = null;
      return;
    }
    const work = new Promise<undefined>((done) => {
      this.#found = done;
    });
    // given up by the reader: the picture comes when it comes
    this.#busy.follow("Waiting for the picture …", work).catch(() => undefined);
  }
}
