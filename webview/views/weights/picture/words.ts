// What is said about the picture of a tensor. Knows no page.
import type { InspectorState } from "../../../../src/protocol/inspector/inspector.ts";
import type { TensorPart, TensorPicture } from "../../../../src/protocol/inspector/tensorPicture.ts";
import { formatCount, formatNumber, formatPercent, formatShape } from "../../../format.ts";
import { type Cell, elementsOf } from "./layout.ts";

export interface PartWords {
  readonly label: string;
  readonly help: string;
}

const parameterWords: Readonly<Record<TensorPart, PartWords>> = {
  before: { label: "Before", help: "The weights before this iteration's update" },
  gradient: { label: "Gradient", help: "∂L/∂w of this iteration, clipped once the update has begun" },
  update: { label: "Update", help: "What the update has added to the weights" },
  after: { label: "After", help: "The weights after the update" },
  difference: { label: "Since the start", help: "How far the weights are from where the run began" },
};

const termWords: Readonly<Record<TensorPart, PartWords>> = {
  ...parameterWords,
  after: { label: "Values", help: "Its values at this step" },
  gradient: { label: "Gradient", help: "∂L/∂ of it, as far as backward has come" },
  difference: { label: "Difference", help: "To its values in the iteration before" },
};

export function partWords(isParameter: boolean): Readonly<Record<TensorPart, PartWords>> {
  return isParameter ? parameterWords : termWords;
}

/** All digits that a float32 has: `−0.0123456789`. */
export function exact(value: number): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  return String(value).replace("-", "−").replace("e−", "e-").replace("e+", "e");
}

/** `[3, 12, 40]`; where a cell stands for several, the span of each. */
export function indexOf(picture: TensorPicture, cell: Cell): string {
  const { row, column } = elementsOf(picture, cell);
  const span = ([first, last]: readonly [number, number]) => (first === last ? `${first}` : `${first}–${last}`);
  const { length } = picture.shape;
  const last = length > 1 ? [span(row), span(column)] : length === 1 ? [span(column)] : [];
  return `[${[...picture.slice, ...last].join(", ")}]`;
}

/** Does a cell stand for more than one element? */
export function isReduced({ rows, columns, window }: TensorPicture): boolean {
  return rows < window.rows || columns < window.columns;
}

export function readout(picture: TensorPicture, cell: Cell): string {
  const value = exact(picture.values[cell.row * picture.columns + cell.column] ?? 0);
  const { row, column } = elementsOf(picture, cell);
  const count = (row[1] - row[0] + 1) * (column[1] - column[0] + 1);
  const where = indexOf(picture, cell);
  return count === 1 ? `${where} = ${value}` : `${where}: largest of ${formatCount(count)} elements ${value}`;
}

/** What the picture shows, for those who do not see it. */
export function summary(picture: TensorPicture): string {
  const { name, part, parameter, shape, statistics, iteration } = picture;
  const { label } = partWords(parameter)[part];
  const { norm, min, max, zeros, nonFinite, mean } = statistics;
  const broken = nonFinite > 0 ? `, ${formatCount(nonFinite)} not finite` : "";
  const range = `from ${formatNumber(min)} to ${formatNumber(max)}, mean ${formatNumber(mean)}`;
  return `${name}, ${label.toLowerCase()}, shape ${formatShape(shape)}, iteration ${formatCount(iteration)}: norm ${formatNumber(norm)}, ${range}, ${formatPercent(zeros)} zeros${broken}.`;
}

/** What a cell is, below the picture. */
export function coverage(picture: TensorPicture): string {
  const { window, rows, columns, shape, every } = picture;
  const height = shape.at(-2) ?? 1;
  const width = shape.at(-1) ?? 1;
  const spans = `Rows ${spanOf(window.row, window.rows, height)} from top to bottom, columns ${spanOf(window.column, window.columns, width)} from left to right.`;
  const most = Math.ceil(window.rows / Math.max(1, rows)) * Math.ceil(window.columns / Math.max(1, columns));
  const reduced = isReduced(picture)
    ? `A cell shows the largest of up to ${formatCount(most)} elements: zoom in for single ones.`
    : "";
  const sampled = every > 1 ? `The tensor is so large that every ${formatCount(every)}th element was looked at.` : "";
  return [spans, reduced, sampled].filter((text) => text !== "").join(" ");
}

/** `0–127`, or `40–79 of 128` when that is not all. */
function spanOf(start: number, count: number, size: number): string {
  const span = count > 1 ? `${start}–${start + count - 1}` : `${start}`;
  return count < size ? `${span} of ${formatCount(size)}` : span;
}

export function aboutOf(shape: readonly number[], picture: TensorPicture | null, state: InspectorState): string {
  const when = picture === null ? "" : `iteration ${formatCount(picture.iteration)}`;
  const alive = state.status.kind === "paused" || state.status.kind === "running";
  return [formatShape(shape), when, picture !== null && !alive ? "the last picture of the run" : ""]
    .filter((text) => text !== "")
    .join(" · ");
}

export function missingWords(part: TensorPart, parts: TensorPicture["parts"], isParameter: boolean): string {
  const why = parts.find((each) => each.part === part)?.missing ?? "";
  return `${partWords(isParameter)[part].label}: ${why}.`;
}

export function sentence(text: string): string {
  const whole = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
