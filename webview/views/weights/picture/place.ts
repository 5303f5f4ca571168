// Which part, which slice and which window of a tensor is looked at: the controls above its picture.
import type { TensorPart, TensorPicture, Window } from "../../../../src/protocol/inspector/tensorPicture.ts";
import { make, setAttribute, setHidden, setText } from "../../../dom.ts";
import { createCheckbox } from "../../../toolkit.ts";
import { partWords } from "./words.ts";

export interface PlaceActions {
  part(part: TensorPart): void;
  slice(slice: readonly number[]): void;
  /** Null: the whole slice. */
  window(window: Window | null): void;
  zoom(factor: number): void;
  log(log: boolean): void;
}

export interface PlaceShown {
  readonly part: TensorPart;
  readonly isParameter: boolean;
  readonly parts: TensorPicture["parts"];
  readonly shape: readonly number[];
  readonly slice: readonly number[];
  readonly picture: TensorPicture | null;
  readonly log: boolean;
}

export class PlaceControls {
  readonly element: HTMLElement;
  readonly #actions: PlaceActions;
  readonly #parts = make("div", "weights-parts", { role: "radiogroup", "aria-label": "What of the tensor is shown" });
  readonly #slices = make("div", "weights-slices");
  readonly #in = button("+", "Zoom in");
  readonly #out = button("−", "Zoom out");
  readonly #whole = button("whole", "Show the whole slice");
  readonly #log;
  #shape = "";
  #inputs: HTMLInputElement[] = [];
  #buttons: readonly HTMLButtonElement[] = [];
  #offered = "";

  constructor(actions: PlaceActions) {
    this.#actions = actions;
    this.#log = createCheckbox("symlog", (checked) => actions.log(checked));
    this.#in.addEventListener("click", () => actions.zoom(2));
    this.#out.addEventListener("click", () => actions.zoom(0.5));
    this.#whole.addEventListener("click", () => actions.window(null));
    const zooms = make(
      "div",
      "weights-zooms",
      { role: "group", "aria-label": "Zoom" },
      this.#out,
      this.#in,
      this.#whole,
    );
    this.element = make("div", "weights-place", {}, this.#parts, this.#slices, zooms, this.#log.element);
    this.#parts.addEventListener("keydown", (event) => this.#pressed(event));
  }

  update({ part, isParameter, parts, shape, slice, picture, log }: PlaceShown): void {
    this.#showParts(part, isParameter, parts);
    this.#showSlices(shape.slice(0, -2), slice);
    this.#log.set(log);
    const whole = picture === null || isWhole(picture);
    const single =
      picture === null ||
      (picture.window.rows <= 1 && picture.window.columns <= 4) ||
      picture.window.columns * picture.window.rows <= 16;
    this.#in.disabled = single;
    this.#out.disabled = whole;
    setHidden(this.#whole, whole);
  }

  #showParts(part: TensorPart, isParameter: boolean, parts: TensorPicture["parts"]): void {
    const words = partWords(isParameter);
    const offered = `${isParameter} ${parts.map((each) => each.part).join()}`;
    if (offered !== this.#offered) {
      this.#offered = offered;
      this.#buttons = parts.map(({ part: own }) => {
        const radio = make("button", "weights-part", { type: "button", role: "radio" }, words[own].label);
        radio.dataset.part = own;
        radio.addEventListener("click", () => this.#actions.part(own));
        return radio;
      });
      this.#parts.replaceChildren(...this.#buttons);
    }
    this.#buttons.forEach((radio, i) => {
      const { part: own, missing } = parts[i];
      const chosen = own === part;
      setAttribute(radio, "aria-checked", String(chosen));
      setAttribute(radio, "tabindex", chosen ? "0" : "-1");
      setAttribute(radio, "title", missing === "" ? words[own].help : `Not now: ${missing}`);
      radio.classList.toggle("missing", missing !== "");
    });
  }

  #showSlices(leading: readonly number[], slice: readonly number[]): void {
    const shape = leading.join();
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#inputs = leading.map((size, i) => {
        const attributes = { type: "number", min: "0", max: String(size - 1), step: "1" };
        const input = make("input", "weights-slice", {
          ...attributes,
          "aria-label": `Index of dimension ${i}, 0 to ${size - 1}`,
        });
        input.addEventListener("change", () => {
          const index = Math.min(size - 1, Math.max(0, Math.round(Number(input.value)) || 0));
          input.value = String(index);
          this.#actions.slice(this.#inputs.map((each) => Number(each.value)));
        });
        return input;
      });
      const labels = this.#inputs.map((input, i) =>
        make("label", "", {}, `dimension ${i}: `, input, ` of ${leading[i]}`),
      );
      this.#slices.replaceChildren(...labels);
    }
    setHidden(this.#slices, leading.length === 0);
    this.#inputs.forEach((input, i) => {
      const text = String(slice[i] ?? 0);
      if (document.activeElement !== input && input.value !== text) input.value = text;
    });
  }

  /** Arrow keys move between radio buttons. */
  #pressed(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined || this.#buttons.length === 0) return;
    event.preventDefault();
    const at = this.#buttons.findIndex((radio) => radio.getAttribute("aria-checked") === "true");
    const next = this.#buttons[(at + step + this.#buttons.length) % this.#buttons.length];
    next.focus();
    next.click();
  }
}

function isWhole({ window, shape }: TensorPicture): boolean {
  return window.rows >= (shape.at(-2) ?? 1) && window.columns >= (shape.at(-1) ?? 1);
}

function button(text: string, label: string): HTMLButtonElement {
  const element = make("button", "weights-button", { type: "button", "aria-label": label, title: label });
  setText(element, text);
  return element;
}
