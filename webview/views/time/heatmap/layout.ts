// Where everything of one figure of time lies, in pixels. Knows no canvas.
import type { SequenceInput } from "../../../../src/protocol/inspector/time.ts";
import type { LayerInTime } from "../rows.ts";

/** A cell of the heatmap. */
export interface Cell {
  /** Index into `Layout.rows`. */
  readonly row: number;
  readonly t: number;
}

export interface RowPlace {
  /** Index into the layer's parts, and of the row within the part. */
  readonly part: number;
  readonly row: number;
  readonly top: number;
  readonly height: number;
  /** Height of the strip below with the iteration before; 0 for none. */
  readonly ghost: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The cells' part of the width. */
  readonly left: number;
  readonly right: number;
  /** Pixels of one timestep; at least 1. */
  readonly cell: number;
  /** Width of all cells together. */
  readonly all: number;
  /** How far it is scrolled. */
  readonly offset: number;
  readonly length: number;
  readonly rows: readonly RowPlace[];
  /** Top of the words below the rows, of the numbers of timesteps, and how tall one line of values is. */
  readonly inputTop: number;
  readonly ticksTop: number;
}

export interface LayoutOptions {
  readonly width: number;
  /** Pixels for the names of the rows. */
  readonly labels: number;
  readonly zoom: number;
  readonly scroll: number;
  readonly input: SequenceInput;
}

/** Narrower than this a character cannot be read. */
export const characterCell = 6;
export const valueLine = 16;

const headRoom = 11;
const pathHeight = 16;
const ghostHeight = 8;
const lineAxis = 40;
const scrollbar = 12;

export function layoutOf(layer: LayerInTime, { width, labels, zoom, scroll, input }: LayoutOptions): Layout {
  const hasLine = layer.parts.some(({ chain }) => chain !== null);
  const left = labels + 8;
  const right = Math.max(left + 1, width - (hasLine ? lineAxis : 6));
  const room = right - left;
  const cell = Math.max(1, (room / Math.max(1, layer.length)) * zoom);
  const all = cell * layer.length;
  const rows: RowPlace[] = [];
  let top = headRoom;
  layer.parts.forEach((part, p) => {
    part.rows.forEach((row, r) => {
      const height = r === 0 ? mainHeight(layer.parts.length, hasLine) : pathHeight;
      const ghost = row.before === null ? 0 : ghostHeight;
      rows.push({ part: p, row: r, top, height, ghost });
      top += height + (ghost > 0 ? ghost + 1 : 0) + (r === part.rows.length - 1 ? 8 : 2);
    });
  });
  const inputTop = top - 4;
  const ticksTop = inputTop + inputHeight(input, cell);
  const overflows = all > room + 0.5;
  const offset = Math.min(Math.max(0, scroll), Math.max(0, all - room));
  const height = ticksTop + 18 + (overflows ? scrollbar : 0);
  return { width, height, left, right, cell, all, offset, length: layer.length, rows, inputTop, ticksTop };
}

/** Left edge of a timestep; whole pixels, so that neighbours meet without a seam. */
export function xOf({ left, offset, cell }: Layout, t: number): number {
  return Math.round(left - offset + t * cell);
}

/** Timesteps that can be seen, the last one exclusive. */
export function visibleRange({ left, right, offset, cell, length }: Layout): readonly [number, number] {
  return [Math.max(0, Math.floor(offset / cell)), Math.min(length, Math.ceil((offset + right - left) / cell))];
}

/** The cell at a place; null beside the rows. The gap between two rows belongs to the one above. */
export function cellAt(layout: Layout, x: number, y: number): Cell | null {
  const { left, right, offset, cell, length, rows } = layout;
  if (x < left || x >= right) return null;
  const t = Math.floor((x - left + offset) / cell);
  const row = rows.findLastIndex(({ top }) => y >= top);
  if (t < 0 || t >= length || row < 0 || y >= layout.ticksTop + 18) return null;
  return { row, t };
}

function mainHeight(parts: number, hasLine: boolean): number {
  if (hasLine) return parts <= 2 ? 76 : 56;
  return parts === 1 ? 44 : parts <= 4 ? 30 : 22;
}

function inputHeight(input: SequenceInput, cell: number): number {
  if (input.kind === "none") return 0;
  if (input.kind === "values") return Math.max(1, input.steps[0]?.length ?? 1) * valueLine + 2;
  return cell >= characterCell ? 16 : 0;
}
