// An equation with the numbers of the step in place of its letters, as TeX. Knows no page.
import type { EquationSymbol } from "../../../src/protocol/inspector/equation.ts";

/** Of each matrix so many rows and columns are written. */
const shownRows = 2;
const shownColumns = 2;

/**
 * The same line with an excerpt of each matrix for its letter, or null where that says nothing: with letters that have an
 * index, or with fewer than two of them.
 */
export function withNumbers(tex: string, symbols: readonly EquationSymbol[]): string | null {
  if (tex.includes("\\entry{")) return null;
  let count = 0;
  const mark = "\\term{";
  let out = "";
  for (let at = 0; ; ) {
    const next = tex.indexOf(mark, at);
    if (next < 0) {
      out += tex.slice(at);
      break;
    }
    const number = groupEnd(tex, next + mark.length - 1);
    const end = groupEnd(tex, number);
    const symbol = symbols[Number(tex.slice(next + mark.length, number - 1))];
    if (symbol === undefined) return null;
    out += `${tex.slice(at, next)}${tex.slice(next, number)}{${matrixOf(symbol)}}`;
    count++;
    at = end;
  }
  return count < 2 ? null : out;
}

/** Where the group that begins at `at` has ended. */
function groupEnd(tex: string, at: number): number {
  let depth = 0;
  for (let i = at; i < tex.length; i++) {
    if (tex[i] === "{") depth++;
    else if (tex[i] === "}" && --depth === 0) return i + 1;
  }
  return tex.length;
}

function matrixOf({ shape, rows }: EquationSymbol): string {
  if (shape.every((size) => size === 1)) return numberOf(rows[0]?.[0] ?? Number.NaN);
  const width = shape.at(-1) ?? 1;
  const height = shape.at(-2) ?? 1;
  const body = rows.slice(0, shownRows).map((row) => {
    const cells = row.slice(0, shownColumns).map(numberOf);
    return [...cells, ...(width > cells.length ? ["\\cdots"] : [])].join(" & ");
  });
  const columns = Math.min(width, shownColumns);
  if (height > shownRows) body.push(Array.from({ length: columns }, () => "\\vdots").join(" & "));
  return `\\begin{bmatrix} ${body.join(" \\\\ ")} \\end{bmatrix}`;
}

/** Two significant digits: `0.12`, `1.2e-4`. */
function numberOf(value: number): string {
  if (Number.isNaN(value)) return "\\text{NaN}";
  if (!Number.isFinite(value)) return value > 0 ? "\\infty" : "{-}\\infty";
  const [sign, size] = [value < 0 ? "{-}" : "", Math.abs(value)];
  if (Number.isInteger(size) && size < 1e5) return `${sign}${size}`;
  if (size >= 0.01 && size < 1e4) return `${sign}${size >= 100 ? size.toFixed(0) : size.toPrecision(2)}`;
  const [mantissa, exponent] = size.toExponential(1).split("e");
  return `${sign}${mantissa}\\mathrm{e}{${Number(exponent)}}`;
}
