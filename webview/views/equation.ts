// The step at hand as mathematics, and below it the first numbers of every letter: a page of a textbook whose numbers are yours.
import katex from "katex";
import { type EquationReport, type EquationSymbol, equationMacros } from "../../src/protocol/equation.ts";
import { make, setHidden, setText } from "../dom.ts";
import { formatNumber, formatShape } from "../format.ts";
import type { View } from "./view.ts";

export function createEquation(): View {
  const label = make("span", "section-note");
  const lines = make("div", "equation-lines");
  const symbols = make("div", "equation-symbols");
  const empty = make("p", "note", {}, "Nothing is computed here: step into an operation, or to a parameter's update.");
  const element = make(
    "section",
    "panel equation",
    { "aria-label": "Equation" },
    make("div", "section-head", {}, make("h2", "", {}, "Equation"), label),
    lines,
    symbols,
    empty,
  );
  let shown: EquationReport | null | undefined;
  return {
    element,
    update({ state: { status, equation } }) {
      setHidden(element, status.kind !== "paused");
      if (status.kind !== "paused" || equation === shown) return;
      shown = equation;
      setHidden(empty, equation !== null);
      setText(
        label,
        equation === null ? "" : [equation.title, equation.source].filter((part) => part !== "").join(" · "),
      );
      lines.replaceChildren(...(equation?.lines ?? []).map(createLine));
      symbols.replaceChildren(...(equation?.symbols ?? []).map(createSymbol));
    },
  };
}

/** Equations that stand side by side where there is room, and below each other where there is not. */
function createLine(tex: string): HTMLElement {
  const parts = tex.split(/,?\s*\\q?quad\s*/).map((part) => mathOf(part, "equation-part", true));
  return make("div", "equation-line", {}, ...parts);
}

/** As boxes to see and as MathML for screen readers. */
function mathOf(tex: string, className: string, displayMode: boolean): HTMLElement {
  const element = make("div", className);
  katex.render(tex, element, {
    output: "htmlAndMathml",
    displayMode,
    throwOnError: false,
    macros: { ...equationMacros },
  });
  return element;
}

function createSymbol({ name, tex, shape, rows, norm }: EquationSymbol): HTMLElement {
  const caption = make(
    "figcaption",
    "",
    {},
    mathOf(tex, "symbol-name", false),
    make("span", "symbol-shape", {}, `${formatShape(shape)} ‖·‖ = ${formatNumber(norm)}`),
  );
  return make("figure", "symbol", {}, caption, createMatrix(name, shape, rows));
}

/** Cells are tinted by sign and size, so that a vanished row is seen before it is read. */
function createMatrix(name: string, shape: readonly number[], rows: readonly (readonly number[])[]): HTMLTableElement {
  const largest = Math.max(...rows.flat().map(Math.abs).filter(Number.isFinite), 0);
  const columns = shape.at(-1) ?? 1;
  const body = make("tbody");
  for (const row of rows) {
    const cells = row.map((value) => createCell(value, largest));
    body.append(make("tr", "", {}, ...cells, ...(columns > row.length ? [more("⋯")] : [])));
  }
  if ((shape.at(-2) ?? 1) > rows.length) {
    const width = (rows[0]?.length ?? 0) + (columns > (rows[0]?.length ?? 0) ? 1 : 0);
    body.append(make("tr", "", {}, ...Array.from({ length: width }, () => more("⋮"))));
  }
  return make("table", "matrix", {}, make("caption", "visually-hidden", {}, `First elements of ${name}`), body);
}

function createCell(value: number, largest: number): HTMLTableCellElement {
  const cell = make("td", value < 0 ? "negative" : "positive", {}, short(value));
  const share = Number.isFinite(value) ? Math.abs(value) / (largest || 1) : 1;
  cell.style.setProperty("--share", `${(share * 100).toFixed(0)}%`);
  if (!Number.isFinite(value)) cell.className = "bad";
  return cell;
}

function more(dots: string): HTMLTableCellElement {
  return make("td", "more", { "aria-hidden": "true" }, dots);
}

/** Two significant digits are enough for a glance; the variables hold them all. */
function short(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e5) return String(value).replace("-", "−");
  const size = Math.abs(value);
  const text = size >= 1e-3 && size < 1e4 ? value.toFixed(size < 0.1 ? 3 : 2) : value.toExponential(0);
  return Number.isFinite(value) ? text.replace("-", "−") : formatNumber(value);
}
