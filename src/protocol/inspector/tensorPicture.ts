// A tensor made small enough to be looked at: a picture of two of its dimensions, a histogram, its extreme elements.
import type { TensorStatistics } from "../tensors.ts";

/**
 * What is looked at. Of a parameter: the weights before and after this iteration's update, their gradient, the update, and
 * how far they are from where the run began. Of any other tensor: its values ("after"), their gradient, and the difference to
 * the iteration before.
 */
export type TensorPart = "before" | "gradient" | "update" | "after" | "difference";

export const tensorParts = [
  "before",
  "gradient",
  "update",
  "after",
  "difference",
] as const satisfies readonly TensorPart[];

/** A tensor and what of it. */
export interface TensorPlace {
  /** State-dict name of a parameter, or the name of a symbol of the equation at a pause. */
  readonly name: string;
  readonly part: TensorPart;
}

/** Rows and columns of the last two dimensions, counted from 0. */
export interface Window {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

export interface TensorQuestion extends TensorPlace {
  /** One index for each dimension before the last two. Left out, or out of range: 0. */
  readonly slice?: readonly number[];
  /** The picture's largest size in cells, at most `largestPicture` each. */
  readonly rows?: number;
  readonly columns?: number;
  /** Left out: the whole slice. */
  readonly window?: Window;
}

export const largestPicture = 256;

/** Counts of elements between neighbouring edges, of which there is one more. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

export interface Extreme {
  readonly index: readonly number[];
  readonly value: number;
}

/** A part that can be asked for, or why not. */
export interface PartState {
  readonly part: TensorPart;
  /** Empty when it can be looked at. */
  readonly missing: string;
}

export interface TensorPicture {
  readonly name: string;
  readonly part: TensorPart;
  /** True for a parameter of the model, whose update can be looked at. */
  readonly parameter: boolean;
  readonly iteration: number;
  readonly parts: readonly PartState[];
  readonly shape: readonly number[];
  readonly slice: readonly number[];
  readonly window: Window;
  /** Size of the picture in cells. A vector is one row. */
  readonly rows: number;
  readonly columns: number;
  /** Row after row: of the elements that a cell stands for the one of largest magnitude; NaN where one of them is NaN. */
  readonly values: readonly number[];
  /** Of all elements of the tensor, whatever the slice. */
  readonly statistics: TensorStatistics;
  /** Largest finite magnitude of the tensor: what the colours reach to, the same in all slices. */
  readonly largest: number;
  /** Of finite elements, in bins of equal width. */
  readonly linear: Histogram;
  /** In bins of equal width on a symmetric logarithmic axis. */
  readonly logarithmic: Histogram;
  /** Elements of largest magnitude, the largest first; those that are not finite come before them. */
  readonly extremes: readonly Extreme[];
  /** 1: every element was looked at. n: of a very large tensor every n-th, for picture, statistics and extremes. */
  readonly every: number;
  /** The same for the histograms. */
  readonly histogramEvery: number;
}

export type TensorAnswer =
  | { readonly kind: "picture"; readonly picture: TensorPicture }
  /** The run goes on: the picture is made at the end of one of the next iterations. Ask again. */
  | { readonly kind: "pending" }
  /** The tensor is there, what was asked of it is not. */
  | { readonly kind: "missing"; readonly parts: readonly PartState[]; readonly shape: readonly number[] };

export interface TensorRequests {
  /** At a pause, or while the run goes on for parameters. Fails when there is no such tensor. */
  tensor: { params: TensorQuestion; result: TensorAnswer };
}
