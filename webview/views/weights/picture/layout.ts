// Where the cells of a tensor's picture lie. Knows no canvas.
import type { TensorPicture } from "../../../../src/protocol/inspector/tensorPicture.ts";

export interface Layout {
  readonly rows: number;
  readonly columns: number;
  /** In pixels of the style sheet. */
  readonly cellWidth: number;
  readonly cellHeight: number;
}

export interface Cell {
  readonly row: number;
  readonly column: number;
}

const largestCell = 20;
const largestHeight = 300;
/** A single row of numbers is to be seen too. */
const leastHeight = 26;

/** Cells are squares where there is room for it. */
export function layoutOf({ rows, columns }: Pick<TensorPicture, "rows" | "columns">, width: number): Layout {
  const cellWidth = Math.min(largestCell, width / Math.max(1, columns));
  const square = Math.min(cellWidth, largestHeight / Math.max(1, rows));
  const cellHeight = Math.max(
    square,
    Math.min(largestHeight, leastHeight) / Math.max(1, rows),
    Math.min(largestCell, 2),
  );
  return { rows, columns, cellWidth, cellHeight };
}

export function cellAt({ rows, columns, cellWidth, cellHeight }: Layout, x: number, y: number): Cell | null {
  const cell = { row: Math.floor(y / cellHeight), column: Math.floor(x / cellWidth) };
  const within = cell.row >= 0 && cell.row < rows && cell.column >= 0 && cell.column < columns;
  return within ? cell : null;
}

/** The elements that a cell stands for: first and last index of the last two dimensions. */
export function elementsOf(
  { window, rows, columns }: Pick<TensorPicture, "window" | "rows" | "columns">,
  { row, column }: Cell,
): { readonly row: readonly [number, number]; readonly column: readonly [number, number] } {
  return {
    row: spanOf(window.row, window.rows, rows, row),
    column: spanOf(window.column, window.columns, columns, column),
  };
}

/** Element j of a window belongs to cell ⌊j · cells / elements⌋. */
function spanOf(start: number, elements: number, cells: number, cell: number): readonly [number, number] {
  const first = Math.ceil((cell * elements) / cells);
  const last = Math.ceil(((cell + 1) * elements) / cells) - 1;
  return [start + first, start + last];
}

/** The cell that an element lies in, or null when it is outside of the window. */
export function cellOfElement(
  { window, rows, columns }: Pick<TensorPicture, "window" | "rows" | "columns">,
  row: number,
  column: number,
): Cell | null {
  const [i, j] = [row - window.row, column - window.column];
  if (i < 0 || j < 0 || i >= window.rows || j >= window.columns) return null;
  return { row: Math.floor((i * rows) / window.rows), column: Math.floor((j * columns) / window.columns) };
}
