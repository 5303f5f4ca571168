// A CSV file as a table of cells that know their place. Knows nothing of features, targets or classes.
import { parse } from "csv-parse/browser/esm/sync";
import { DataError } from "../../engine/errors.ts";
import { decodeText } from "../decode.ts";

export interface CsvRow {
  /** One cell for each column of the table, without surrounding blanks. */
  readonly cells: readonly string[];
  /** Line of the file on which the row begins, from 1. */
  readonly line: number;
}

export interface CsvTable {
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

/** First row: column names. Empty lines are skipped. @throws DataError when a row is ragged or there is no row. */
export function readCsv(file: string, bytes: Uint8Array, delimiter: string): CsvTable {
  const [header, ...rows] = parseRows(file, decodeText(file, bytes), delimiter);
  if (header === undefined) {
    throw new DataError("is empty; it needs a row of column names and at least one row of data", file);
  }
  const columns = header.cells;
  columns.forEach((name, i) => {
    const first = columns.indexOf(name);
    if (first < i)
      throw new DataError(`columns ${first + 1} and ${i + 1} have the same name "${name}"`, file, 1, i + 1);
  });
  if (rows.length === 0) {
    throw new DataError("has column names but no row of data; it needs at least one", file);
  }
  for (const row of rows) checkLength(file, row, columns, delimiter);
  return { file, columns, rows };
}

/** Where a column stands. @throws DataError naming the columns there are. */
export function columnIndex(table: CsvTable, name: string): number {
  const index = table.columns.indexOf(name);
  if (index < 0) {
    throw new DataError(`has no column "${name}"; its columns are ${table.columns.join(", ")}`, table.file, 1);
  }
  return index;
}

/** The cell as a finite number that float32 can hold. @throws DataError at the cell. */
export function numberAt(table: CsvTable, row: CsvRow, column: number): number {
  const text = row.cells[column];
  const value = Number(text);
  if (text !== "" && Number.isFinite(Math.fround(value))) return value;
  throw new DataError(whyNoNumber(text, table.columns[column]), table.file, row.line, column + 1);
}

export function isNumber(text: string): boolean {
  return text !== "" && (!Number.isNaN(Number(text)) || isNaNWord(text));
}

function whyNoNumber(text: string, name: string): string {
  if (text === "") return `column "${name}" has no value here; fill it in or leave the row out`;
  if (isNaNWord(text)) return `column "${name}" is NaN here; every value must be a finite number`;
  const value = Number(text);
  if (Number.isNaN(value)) {
    return `column "${name}" has "${text}" here, which is not a number; mend it, or leave the column out with the option features`;
  }
  return `column "${name}" has ${text} here; every value must be finite in float32 (at most 3.4e38)`;
}

function isNaNWord(text: string): boolean {
  return text.toLowerCase() === "nan";
}

function checkLength(file: string, row: CsvRow, columns: readonly string[], delimiter: string): void {
  const has = row.cells.length;
  if (has === columns.length) return;
  const hint =
    has < columns.length
      ? `the value of "${columns[has]}" is missing`
      : `"${row.cells[columns.length]}" is one too many; put a value that contains "${delimiter}" in double quotes`;
  throw new DataError(
    `has ${has} value${has === 1 ? "" : "s"} here, but ${columns.length} column names; ${hint}`,
    file,
    row.line,
    Math.min(has, columns.length) + 1,
  );
}

function parseRows(file: string, text: string, delimiter: string): CsvRow[] {
  const rows: CsvRow[] = [];
  try {
    parse(text, {
      delimiter,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      on_record: (cells, { lines }) => {
        rows.push({ cells, line: lines - lineEndsIn(cells) });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const line = "lines" in error && typeof error.lines === "number" ? error.lines : 0;
    const code = "code" in error && typeof error.code === "string" ? error.code : "";
    throw new DataError(quoteErrors[code] ?? error.message, file, line);
  }
  return rows;
}

const quoteErrors: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "ends inside a value in double quotes; close them",
  INVALID_OPENING_QUOTE:
    'has a double quote inside a value; put the whole value in double quotes and write "" for the one inside',
  CSV_INVALID_CLOSING_QUOTE: 'has text after the closing double quote of a value; write "" for a quote inside a value',
};

/** Line ends inside quoted cells: the parser counts up to the end of a row, a user looks for its beginning. */
function lineEndsIn(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) if (cell.includes("\n")) count += cell.split("\n").length - 1;
  return count;
}
