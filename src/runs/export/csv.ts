// A kept run as tables of comma-separated values (RFC 4180), as spreadsheets and data frames read them.
import type { StatisticsReport } from "../../protocol/events.ts";
import type { KeptRun } from "../run.ts";

type Cell = string | number | null | undefined;

const iterationHeads = [
  ["iteration", "epoch", "loss", "grad_norm", "learning_rate", "milliseconds"],
  ["val_loss", "val_accuracy"],
].flat();

/** One row for each iteration that was kept; a validation stands in the row of the iteration after which it was made. */
export function iterationsCsv(run: KeptRun): string {
  const validations = new Map(run.validations.map((validation) => [validation.iteration, validation]));
  const rows: Cell[][] = run.iterations.map((record) => {
    const validation = validations.get(record.iteration);
    validations.delete(record.iteration);
    const { iteration, epoch, loss, gradNorm, learningRate, milliseconds } = record;
    return [iteration, epoch, loss, gradNorm, learningRate, milliseconds, validation?.loss, validation?.accuracy];
  });
  // Of iterations that were thinned out.
  for (const { iteration, epoch, loss, accuracy } of validations.values()) {
    rows.push([iteration, epoch, null, null, null, null, loss, accuracy]);
  }
  rows.sort((a, b) => Number(a[0]) - Number(b[0]));
  return csvOf([iterationHeads, ...rows]);
}

const parameterHeads = [
  ["iteration", "parameter", "layer", "weight_norm", "grad_norm", "grad_not_finite"],
  ["update_norm", "update_ratio", "zeros"],
].flat();

/** One row for each parameter at each iteration whose statistics were kept. */
export function parametersCsv(run: KeptRun): string {
  const layers = new Map(run.header?.model.parameters.map(({ name, layer }) => [name, layer]));
  const rows: Cell[][] = [parameterHeads];
  for (const report of run.statistics()) rows.push(...parameterRows(report, layers));
  return csvOf(rows);
}

function parameterRows({ iteration, parameters }: StatisticsReport, layers: ReadonlyMap<string, string>): Cell[][] {
  return parameters.map(({ name, values, weightNormAfter, gradient, updateNorm, updateRatio }) => [
    iteration,
    name,
    layers.get(name),
    weightNormAfter ?? values.norm,
    gradient?.norm,
    gradient?.nonFinite,
    updateNorm,
    updateRatio,
    values.zeros,
  ]);
}

/** Rows end with CR LF; a cell with a comma, a quote or a line end is quoted. */
export function csvOf(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

function csvCell(cell: Cell): string {
  const text = String(cell ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
