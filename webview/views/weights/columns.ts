// The table's columns: what stands above them, and the words for who sorts by them.
import type { ColumnId } from "./choices.ts";

export interface Column {
  readonly id: ColumnId;
  readonly title: string;
  /** Where there is room for little. */
  readonly short: string;
  readonly help: string;
  /** The first click shows the largest first: that is where trouble is. */
  readonly largestFirst: boolean;
}

export const columns: readonly Column[] = [
  { id: "name", title: "Parameter", short: "name", help: "Name in the state dict", largestFirst: false },
  { id: "shape", title: "Shape", short: "size", help: "Sorted by the number of elements", largestFirst: true },
  {
    id: "weight",
    title: "Norm, before → after",
    short: "weight norm",
    help: "‖w‖ before and after this iteration's update",
    largestFirst: true,
  },
  {
    id: "gradient",
    title: "Gradient norm",
    short: "gradient norm",
    help: "‖∂L/∂w‖, after clipping once the update has begun",
    largestFirst: true,
  },
  { id: "update", title: "Update norm", short: "update norm", help: "‖Δw‖ of this iteration", largestFirst: true },
  {
    id: "ratio",
    title: "Update ratio ‖Δw‖ / ‖w‖",
    short: "update ratio",
    help: "On a log scale from 1e-6 to 1: the shaded part is healthy, the line in it is 1e-3",
    largestFirst: true,
  },
  { id: "zeros", title: "Zeros", short: "zeros", help: "Share of elements that are exactly zero", largestFirst: true },
  {
    id: "trend",
    title: "Over the run",
    short: "growth over the run",
    help: "On a log scale; sorted by how many times its first value the last one is",
    largestFirst: true,
  },
];
