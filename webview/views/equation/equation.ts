// The step at hand as mathematics, first in letters, then with its numbers: a page of a textbook whose numbers are yours.
import type { EquationReport, EquationSymbol } from "../../../src/protocol/inspector/equation.ts";
import { make, setAttribute, setHidden, setText } from "../../dom.ts";
import type { Actions, Shown, View } from "../view.ts";
import { revealTensor } from "../weights/reveal.ts";
import { mathOf, partsOf } from "./math.ts";
import { withNumbers } from "./numbers.ts";
import { createConstant, createSymbol, type SymbolFigure } from "./symbols.ts";

export function createEquation(actions: Actions): View {
  return new EquationView(actions);
}

class EquationView implements View {
  readonly element: HTMLElement;
  readonly #actions: Actions;
  readonly #label = make("span", "section-note");
  readonly #lines = make("div", "equation-lines");
  readonly #constants = make("ul", "equation-constants", { "aria-label": "Constants" });
  readonly #symbols = make("div", "equation-symbols");
  readonly #empty = make(
    "p",
    "note",
    {},
    "Nothing is computed here: step into an operation, or to a parameter's update.",
  );
  #figures: readonly SymbolFigure[] = [];
  #report: EquationReport | null | undefined;

  constructor(actions: Actions) {
    this.#actions = actions;
    const head = make("div", "section-head", {}, make("h2", "", {}, "Equation"), this.#label);
    const parts = [this.#lines, this.#constants, this.#symbols, this.#empty];
    this.element = make("section", "panel equation", { "aria-label": "Equation" }, head, ...parts);
    this.#lines.addEventListener("click", ({ target }) => {
      const number = symbolAt(target);
      if (number !== null) this.#choose(number);
    });
    for (const name of ["pointerover", "focusin"] as const) {
      this.element.addEventListener(name, ({ target }) => this.#light(symbolAt(target)));
    }
    for (const name of ["pointerleave", "focusout"] as const) {
      this.element.addEventListener(name, () => this.#light(null));
    }
  }

  update(shown: Shown): void {
    const { status, equation } = shown.state;
    setHidden(this.element, status.kind !== "paused");
    if (status.kind !== "paused") return;
    if (equation !== this.#report) this.#write(equation);
    this.#figures.forEach(({ button }, i) => {
      setAttribute(button, "aria-pressed", String(isShown(equation?.symbols[i], shown)));
    });
  }

  #write(report: EquationReport | null): void {
    this.#report = report;
    setHidden(this.#empty, report !== null);
    setText(
      this.#label,
      report === null ? "" : [report.title, report.source].filter((part) => part !== "").join(" · "),
    );
    const symbols = report?.symbols ?? [];
    this.#lines.replaceChildren(...(report?.lines ?? []).map((line) => createLine(line, symbols)));
    this.#figures = symbols.map((symbol, i) => createSymbol(symbol, i, () => this.#choose(i)));
    this.#symbols.replaceChildren(...this.#figures.map(({ element }) => element));
    this.#constants.replaceChildren(...(report?.constants ?? []).map(createConstant));
    setHidden(this.#constants, (report?.constants.length ?? 0) === 0);
  }

  #choose(number: number): void {
    const place = this.#report?.symbols[number]?.place;
    if (place === undefined) return;
    this.#actions.choose(({ weights, folded }) => ({
      tensor: place.name,
      weights: { ...weights, part: place.part },
      folded: folded.filter((id) => id !== "parameters"),
    }));
    revealTensor();
  }

  /** Shows which letter and which numbers belong together. */
  #light(number: number | null): void {
    for (const element of this.element.querySelectorAll("[data-symbol]")) {
      element.classList.toggle("lit", element.getAttribute("data-symbol") === String(number));
    }
  }
}

function createLine(tex: string, symbols: readonly EquationSymbol[]): HTMLElement {
  const parts = partsOf(tex).map((part) => {
    const numbers = withNumbers(part, symbols);
    const children = [mathOf(part, "equation-letters")];
    if (numbers !== null) children.push(mathOf(numbers, "equation-numbers"));
    return make("div", "equation-part", {}, ...children);
  });
  return make("div", "equation-line", {}, ...parts);
}

function symbolAt(target: EventTarget | null): number | null {
  const number = target instanceof Element ? target.closest("[data-symbol]")?.getAttribute("data-symbol") : null;
  return typeof number === "string" ? Number(number) : null;
}

function isShown(symbol: EquationSymbol | undefined, { ui }: Shown): boolean {
  return symbol !== undefined && ui.tensor === symbol.place.name && ui.weights.part === symbol.place.part;
}
