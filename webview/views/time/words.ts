// What a figure of time says in words: the cell at hand, the verdicts, the line for those who do not see it.
import type { SequenceInput } from "../../../src/protocol/inspector/time.ts";
import { formatNumber } from "../../format.ts";
import type { Cell } from "./heatmap/layout.ts";
import type { LayerInTime, Part, Row } from "./rows.ts";
import { contextOf, describeInput } from "./symbols.ts";
import { describeGradient, describeMemory } from "./verdict.ts";

export function nameOf(layer: string): string {
  return layer === "" ? "model" : layer;
}

/** A row by its number over all parts. */
export function rowAt({ parts }: LayerInTime, row: number): { readonly part: Part; readonly row: Row } | null {
  return parts.flatMap((part) => part.rows.map((each) => ({ part, row: each })))[row] ?? null;
}

export function cellText(value: number | null): string {
  return value === null ? "not reached yet" : formatNumber(value);
}

/** One cell: its timestep, what goes in, every number that is known of it. */
export function readout(layer: LayerInTime, cell: Cell, input: SequenceInput): string {
  const found = rowAt(layer, cell.row);
  if (found === null) return "";
  const { part, row } = found;
  const { t } = cell;
  const before = row.before?.[t] ?? null;
  const step = part.chain?.timesteps.find((each) => each.t === t);
  const known = row.ramp === "gradient" ? step : undefined;
  return [
    layer.parts.length > 1 ? `${row.label}, t = ${t}` : `t = ${t}`,
    describeInput(input, t),
    `${row.title} ${cellText(row.values[t] ?? null)}`,
    before === null ? "" : `iteration before ${formatNumber(before)}`,
    known === undefined ? "" : `‖∂h_T/∂h_t‖ ${formatNumber(known.jacobianNorm)}`,
    known?.cellNorm == null ? "" : `‖∂h_T/∂c_t‖ ${formatNumber(known.cellNorm)}`,
    known?.gradNorm == null ? "" : `of this sample alone ‖∂L/∂h_t‖ ${formatNumber(known.gradNorm)}`,
    contextOf(input, t),
  ]
    .filter((text) => text !== "")
    .join(" · ");
}

export interface Note {
  /** As beside the row; empty when there is only one part. */
  readonly label: string;
  readonly text: string;
}

/** The verdict on each part. */
export function notesOf({ parts }: LayerInTime): Note[] {
  return parts.flatMap(({ rows, reversed, chain }) => {
    const texts = [describeGradient(rows[0].values, reversed), chain === null ? "" : describeMemory(chain)];
    const text = texts.filter((each) => each !== "").join(" ");
    return text === "" ? [] : [{ label: parts.length > 1 ? rows[0].label : "", text }];
  });
}

/** The picture in a sentence. */
export function summaryOf(layer: LayerInTime): string {
  const reached = layer.parts[0]?.rows[0].values.filter((norm) => norm !== null).length ?? 0;
  const what = `Gradient norm of ${nameOf(layer.layer)} over ${layer.length} timesteps, ${reached} reached by backward.`;
  return [what, ...notesOf(layer).map(({ label, text }) => (label === "" ? text : `${label}: ${text}`))].join(" ");
}

/** Columns of the table behind the picture: everything that is drawn. */
export function columnsOf(
  layer: LayerInTime,
  input: SequenceInput,
): readonly { readonly header: string; readonly cell: (t: number) => string }[] {
  const several = layer.parts.length > 1;
  const parts = layer.parts.flatMap(({ name, rows, chain }) => {
    const column = (header: string, value: (t: number) => number | null) => ({
      header: several ? `${name || rows[0].label} ${header}` : header,
      cell: (t: number) => cellText(value(t)),
    });
    const step = (t: number) => chain?.timesteps.find((each) => each.t === t);
    const [gradient, ...paths] = rows.map((row) => column(row.title, (t) => row.values[t] ?? null));
    const line = chain === null ? [] : [column("‖∂h_T/∂h_t‖", (t) => step(t)?.jacobianNorm ?? null)];
    const hasCell = chain?.timesteps.some(({ cellNorm }) => cellNorm !== null) === true;
    // among the paths it is there already
    const cell = hasCell && paths.length === 0 ? [column("‖∂h_T/∂c_t‖", (t) => step(t)?.cellNorm ?? null)] : [];
    return [gradient, ...line, ...cell, ...paths];
  });
  const words =
    input.kind === "none"
      ? []
      : [{ header: "input", cell: (t: number) => describeInput(input, t).replace(/^input /, "") }];
  return [{ header: "timestep t", cell: String }, ...words, ...parts];
}
