// The letters of an equation with their first numbers; each leads to its whole tensor.
import type { EquationConstant, EquationSymbol } from "../../../src/protocol/inspector/equation.ts";
import { make } from "../../dom.ts";
import { formatNumber, formatSetting, formatShape } from "../../format.ts";
import { mathOf } from "./math.ts";

export interface SymbolFigure {
  readonly element: HTMLElement;
  readonly button: HTMLButtonElement;
}

export function createSymbol(symbol: EquationSymbol, number: number, onClick: () => void): SymbolFigure {
  const { name, tex, shape, rows, norm } = symbol;
  const size = `${formatShape(shape)} ‖·‖ = ${formatNumber(norm)}`;
  const button = make("button", "symbol-button", { type: "button", title: "Show the whole tensor" });
  const math = mathOf(tex, "symbol-name");
  // read out by its plain name, as the variables show it
  math.setAttribute("aria-hidden", "true");
  button.append(math, make("span", "visually-hidden", {}, name), " ", make("span", "symbol-shape", {}, size));
  button.addEventListener("click", onClick);
  const figure = make("figure", "symbol", { "data-symbol": String(number) });
  figure.append(make("figcaption", "", {}, button), createMatrix(name, shape, rows));
  return { element: figure, button };
}

/** `η = 0.002`. */
export function createConstant({ tex, value }: EquationConstant): HTMLElement {
  const shown = Number.isInteger(value) ? String(value) : formatSetting(value);
  return make("li", "constant", {}, mathOf(tex, "constant-name"), ` = ${shown}`);
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

/** Two significant digits are enough for a glance; the tensor itself shows them all. */
function short(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e5) return String(value).replace("-", "−");
  const size = Math.abs(value);
  const text = size >= 1e-3 && size < 1e4 ? value.toFixed(size < 0.1 ? 3 : 2) : value.toExponential(0);
  return Number.isFinite(value) ? text.replace("-", "−") : formatNumber(value);
}
