// `data.csv`: a table with one sample in each row; which columns are features, which one is the target, and in what units.
import { DataError } from "../../engine/errors.ts";
import { type BatchOptions, checkBatching, checkChoice, checkFile, checkFlag, checkShare } from "../options.ts";
import { allSamples, type Samples, selectSamples, splitSamples } from "../samples.ts";
import type { DataSource, LoadedData, PlainArray } from "../source.ts";
import { type CsvTable, columnIndex, isNumber, numberAt, readCsv } from "./csvTable.ts";

export interface CsvOptions extends BatchOptions {
  /** Name of the column to predict. Default: the last one. */
  target?: string;
  /** Names of the columns that go in, in this order. Default: all but the target. */
  features?: readonly string[];
  /** Shift and scale each feature to mean 0 and standard deviation 1 over the training rows. Default true. */
  normalize?: boolean;
  /**
   * `"classification"`: the target's labels become class numbers, in sorted order. `"regression"`: the target is a
   * number, not normalised. Default: classification when no target cell is a number, regression when all are. So
   * say `task: "classification"` for classes that are written as numbers.
   */
  task?: "classification" | "regression";
  /** Character between two values. Default `","`. */
  delimiter?: string;
  /** Share of the rows to validate on (drawn by the seeded generator), or another file. Default 0. */
  validation?: number | string;
}

type Task = "classification" | "regression";

const call = "data.csv";

/**
 * Samples from a CSV file (UTF-8, first row: column names), path relative to the model file:
 * `data.csv("iris.csv", { target: "species", validation: 0.2 })`.
 * Batches: input [batch, features]; target [batch] class numbers, or [batch, 1] for regression.
 * @throws DataError with file, line and cell when a cell is missing or no number, or a column does not exist.
 */
export function csv(
  file: string,
  {
    batchSize = 32,
    shuffle = true,
    dropLast = false,
    validation = 0,
    target,
    features,
    normalize = true,
    task,
    delimiter = ",",
    ...unknown
  }: CsvOptions = {},
): DataSource {
  const batching = checkBatching(call, { batchSize, shuffle, dropLast }, unknown);
  checkFile(call, "file", file);
  checkFlag(call, "normalize", normalize);
  checkChoice(call, "task", task, ["classification", "regression"]);
  if (typeof validation === "string") checkFile(call, "validation", validation);
  else checkShare(call, validation);
  const share = typeof validation === "string" ? 0 : validation;

  return {
    files: typeof validation === "string" ? [file, validation] : [file],
    open(read, random): LoadedData {
      const table = readCsv(file, read(file), delimiter);
      const columns = chooseColumns(table, target, features);
      const targets = readTargets(table, columns.target, task);
      const rows = splitSamples(file, table.rows.length, share, random);
      const values = readFeatures(table, columns.features);
      const scaling = normalize ? scalingOf(values, columns.features.length, rows.train) : null;
      const samples: Samples = { input: scaled(values, columns.features.length, scaling), target: targets.array };

      const open = (other: string): Samples => {
        const second = readCsv(other, read(other), delimiter);
        const same = chooseColumns(
          second,
          table.columns[columns.target],
          columns.features.map((i) => table.columns[i]),
        );
        return {
          input: scaled(readFeatures(second, same.features), same.features.length, scaling),
          target: targets.readAgain(second, same.target),
        };
      };

      return {
        ...batching,
        train: selectSamples(samples, rows.train),
        validation:
          typeof validation === "string" ? allSamples(open(validation)) : selectSamples(samples, rows.validation),
        description: `${table.rows.length} rows × ${columns.features.length} features, ${targets.description}`,
        vocabulary: null,
        ...(targets.labels === null ? {} : { classes: targets.labels }),
        features: columns.features.map((column, j) => ({
          name: table.columns[column],
          scale: scaling?.std[j] ?? 1,
          shift: scaling?.mean[j] ?? 0,
        })),
      };
    },
  };
}

interface Columns {
  readonly target: number;
  readonly features: readonly number[];
}

function chooseColumns(table: CsvTable, target: string | undefined, features: readonly string[] | undefined): Columns {
  const { columns, file } = table;
  const targetIndex = target === undefined ? columns.length - 1 : columnIndex(table, target);
  const chosen =
    features?.map((name) => columnIndex(table, name)) ?? columns.map((_, i) => i).filter((i) => i !== targetIndex);
  if (chosen.length === 0) {
    const only =
      columns.length === 1 ? `; its only column is "${columns[0]}" (option delimiter says what separates values)` : "";
    throw new DataError(`leaves no feature beside the target "${columns[targetIndex]}"${only}`, file, 1);
  }
  if (chosen.includes(targetIndex)) {
    throw new DataError(
      `column "${columns[targetIndex]}" is the target and among the features; name another target`,
      file,
      1,
    );
  }
  return { target: targetIndex, features: chosen };
}

/** Row after row, in float64 so that normalising a column of large values loses nothing. */
function readFeatures(table: CsvTable, features: readonly number[]): Float64Array {
  const values = new Float64Array(table.rows.length * features.length);
  let next = 0;
  for (const row of table.rows) for (const column of features) values[next++] = numberAt(table, row, column);
  return values;
}

interface Scaling {
  readonly mean: Float64Array;
  readonly std: Float64Array;
}

/** Mean and population standard deviation of each feature over some rows; a constant feature keeps its scale. */
function scalingOf(values: Float64Array, width: number, rows: Int32Array): Scaling {
  const mean = new Float64Array(width);
  const std = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    let sum = 0;
    for (const i of rows) sum += values[i * width + j];
    mean[j] = sum / rows.length;
    let squares = 0;
    for (const i of rows) squares += (values[i * width + j] - mean[j]) ** 2;
    std[j] = Math.sqrt(squares / rows.length) || 1;
  }
  return { mean, std };
}

function scaled(values: Float64Array, width: number, scaling: Scaling | null): PlainArray {
  const data = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const j = i % width;
    data[i] = scaling === null ? values[i] : (values[i] - scaling.mean[j]) / scaling.std[j];
  }
  return { shape: [values.length / width, width], data };
}

interface Targets {
  readonly array: PlainArray;
  /** By class number; null for regression. */
  readonly labels: readonly string[] | null;
  /** `3 classes (setosa, versicolor, virginica)` */
  readonly description: string;
  /** The same column of another table, with the same meaning of the class numbers. */
  readAgain(table: CsvTable, column: number): PlainArray;
}

function readTargets(table: CsvTable, column: number, task: Task | undefined): Targets {
  if ((task ?? detectTask(table, column)) === "regression") {
    const read = (from: CsvTable, at: number): PlainArray => ({
      shape: [from.rows.length, 1],
      data: Float32Array.from(from.rows, (row) => numberAt(from, row, at)),
    });
    const description = `target ${table.columns[column]}`;
    return { array: read(table, column), labels: null, description, readAgain: read };
  }
  const labels = sortLabels(new Set(table.rows.map((row) => row.cells[column])));
  const read = (from: CsvTable, at: number): PlainArray => classNumbers(from, at, labels);
  const shown = labels.length > 10 ? [...labels.slice(0, 10), "…"] : labels;
  return {
    array: read(table, column),
    labels,
    description: `${labels.length} classes (${shown.join(", ")})`,
    readAgain: read,
  };
}

function detectTask(table: CsvTable, column: number): Task {
  const filled = table.rows.filter((row) => row.cells[column] !== "");
  if (filled.length === 0) return "classification";
  const numbers = isNumber(filled[0].cells[column]);
  const odd = filled.find((row) => isNumber(row.cells[column]) !== numbers);
  if (odd === undefined) return numbers ? "regression" : "classification";
  throw new DataError(
    `target "${table.columns[column]}" is "${odd.cells[column]}" here, but "${filled[0].cells[column]}" in row ` +
      `${filled[0].line}: mend one of them, or say task: "classification" if both are labels`,
    table.file,
    odd.line,
    column + 1,
  );
}

/** Whole numbers by value, everything else by its characters. */
function sortLabels(labels: ReadonlySet<string>): string[] {
  const list = [...labels].filter((label) => label !== "");
  return list.every((label) => /^[+-]?\d+$/.test(label)) ? list.sort((a, b) => Number(a) - Number(b)) : list.sort();
}

function classNumbers(table: CsvTable, column: number, labels: readonly string[]): PlainArray {
  const numbers = new Map(labels.map((label, i) => [label, i]));
  const data = Int32Array.from(table.rows, (row) => {
    const label = row.cells[column];
    const number = numbers.get(label);
    if (number !== undefined) return number;
    const name = table.columns[column];
    const why =
      label === ""
        ? `target "${name}" has no value here; fill it in or leave the row out`
        : `target "${name}" is "${label}" here, which is no class of the training rows (${labels.join(", ")})`;
    throw new DataError(why, table.file, row.line, column + 1);
  });
  return { shape: [data.length], data };
}
