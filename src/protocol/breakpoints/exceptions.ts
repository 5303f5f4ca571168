// Exception filters: what may go wrong in training, by name, with the condition that says when. Knows no value of a run.

export type FilterId =
  | "notFinite"
  | "vanishingGradient"
  | "explodingGradient"
  | "deadUnits"
  | "updateRatio"
  | "lossDiverging";

export interface FilterInfo {
  readonly label: string;
  readonly description: string;
  /** On when a client says nothing. */
  readonly default: boolean;
  /** Holds when the user writes none; empty: always. */
  readonly condition: string;
  /** Names a condition may use, each with what it is. */
  readonly names: Readonly<Record<string, string>>;
}

/** Every condition may use these, too. */
const everywhere = {
  iteration: "number of the iteration",
  epoch: "number of the epoch",
} as const;

/**
 * The defaults stand on published rules: SM Amazon SageMaker Debugger's built-in rules; AT Zhang et al. 2021, AUTOTRAINER
 * (ICSE); DC Braiek & Khomh 2023, TheDeepChecker (TOSEM). README says where they were made stricter, and why.
 */
export const exceptionFilters: { readonly [K in FilterId]: FilterInfo } = {
  notFinite: {
    label: "Not finite",
    description:
      "A NaN or an infinity reaches the loss, the gradient or a weight. Stops at the operation where it began.",
    default: true,
    condition: "",
    names: { ...everywhere },
  },
  // AT: ‖g_first‖ / ‖g_last‖ < 1e-3 and ‖g_first‖ < 1e-4
  vanishingGradient: {
    label: "Vanishing gradient",
    description: "The gradient of a layer is far smaller than that of the last layer, and small in itself.",
    default: false,
    condition: "ratio < 1e-3 && norm < 1e-4",
    names: {
      norm: "‖g‖ of the layer's parameters",
      ratio: "root mean square of the layer's gradient / that of the last layer",
      ...everywhere,
    },
  },
  // DC: growth over a window; SM and DC: an absolute bound of 1e6
  explodingGradient: {
    label: "Exploding gradient",
    description: "The gradient of all parameters together is huge, or far larger than it used to be.",
    default: false,
    condition: "norm > 1e6 || growth > 100",
    names: {
      norm: "‖g‖ of all parameters, before clipping",
      growth: "norm / the median of up to 20 iterations before; 1 until there are 5",
      ...everywhere,
    },
  },
  // SM: a unit that is active for less than 1 % is dead, a layer with more than 50 % of them is
  deadUnits: {
    label: "Dead units",
    description: "More than half of a layer's ReLU units have been 0 for at least 100 samples.",
    default: false,
    condition: "dead > 0.5",
    names: {
      dead: "share of the layer's units that were 0 for each of the last 100 samples or more",
      zeros: "share of zeros in this batch",
      ...everywhere,
    },
  },
  // DC: mean log10 of the ratio above −1 or below −4; Karpathy: about 1e-3 is right, of matrices. The band is wider here,
  // because a small layer may begin with 0.19 and do well (the Iris example), and a network that has converged stands still
  updateRatio: {
    label: "Update ratio",
    description: "A weight matrix is changed by far too much or far too little for its size.",
    default: false,
    condition: "ratio > 0.25 || ratio < 1e-5",
    names: {
      ratio: "‖Δw‖ / ‖w‖ of a matrix, geometric mean of 10 updates",
      norm: "‖w‖ before the update",
      ...everywhere,
    },
  },
  // DC: L / L_min above 2, over a window of 5; near its minimum a loss may double and mean nothing, so it must also come
  // back up by half of what it began with
  lossDiverging: {
    label: "Loss diverging",
    description: "The loss has grown far above its smallest value so far.",
    default: false,
    condition: "growth > 2 && rise > 0.5",
    names: {
      loss: "loss of this iteration",
      growth: "mean loss of 5 iterations / the smallest such mean so far",
      rise: "their difference / the first such mean",
      ...everywhere,
    },
  },
};

export const filterIds: readonly FilterId[] = [
  "notFinite",
  "vanishingGradient",
  "explodingGradient",
  "deadUnits",
  "updateRatio",
  "lossDiverging",
];

/** A filter that is on; null: with its own condition. */
export interface FilterSetting {
  readonly filter: FilterId;
  readonly condition: string | null;
}

/** What is said of the exception that the run has stopped at. */
export interface ExceptionDetails {
  readonly filter: FilterId;
  /** `Vanishing gradient: encoder.0` */
  readonly title: string;
  /** Formula with its numbers, threshold and line; several lines of text. */
  readonly description: string;
  /** Expression that gives what it is about, or empty. */
  readonly evaluateName: string;
}

/** What is on when nobody says otherwise. */
export const defaultFilters: readonly FilterSetting[] = filterIds
  .filter((filter) => exceptionFilters[filter].default)
  .map((filter) => ({ filter, condition: null }));

export interface ExceptionRequests {
  /** Replaces the filters that are on. Works while running. Gives what is wrong with each condition, or null. */
  setExceptionFilters: {
    params: { readonly filters: readonly FilterSetting[] };
    result: { readonly problems: readonly (string | null)[] };
  };
  /** At a pause that an exception filter made. */
  exceptionInfo: { params: Readonly<Record<string, never>>; result: ExceptionDetails };
}

export function isFilterId(id: string): id is FilterId {
  return Object.hasOwn(exceptionFilters, id);
}

/** `Stops when this holds. Default: ratio < 1e-3. Names: ratio, …` */
export function conditionDescription(id: FilterId): string {
  const { condition, names } = exceptionFilters[id];
  const list = Object.entries(names).map(([name, meaning]) => `${name} (${meaning})`);
  const start =
    condition === "" ? "Stops only where this holds, too." : `Stops when this holds instead of: ${condition}.`;
  return `${start} Names: ${list.join(", ")}.`;
}
