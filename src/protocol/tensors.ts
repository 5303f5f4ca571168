// What crosses a boundary instead of a tensor: its shape and the statistics that describe its values.

/** Statistics over all elements. Values that are not finite are counted and left out of the moments. */
export interface TensorStatistics {
  readonly count: number;
  /** Euclidean norm, √Σx². */
  readonly norm: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
  /** Share of elements that are exactly zero, 0 to 1. */
  readonly zeros: number;
  /** Number of NaN and infinite elements. */
  readonly nonFinite: number;
}

/** A named tensor of the user's program with what is known about it. */
export interface TensorReport {
  /** As the user writes it: `h`, `this.rnn.weight_hh_l0`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: TensorStatistics;
  /** Statistics of ∂L/∂(this tensor), or null while it has none. */
  readonly gradient: TensorStatistics | null;
}
