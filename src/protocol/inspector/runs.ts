// Runs that are kept beside the one that the window shows, as lists, pages and comparisons need them. Knows no file.

/**
 * Iterations whose statistics every run reports, whatever the clock says, so that two runs can be compared there: the
 * numbers with at most three binary digits before their zeros, 1 to 8, 10, 12, 14, 16, 20, …
 */
export function isMilestone(iteration: number): boolean {
  return iteration > 0 && iteration % 2 ** Math.max(0, Math.floor(Math.log2(iteration)) - 2) === 0;
}

/** The curves of one kept run; the lists of numbers are as long as `iterations`. */
export interface RunCurves {
  /** Tells it from every other run. */
  readonly id: string;
  readonly name: string;
  /** In ascending order, not necessarily every one. */
  readonly iterations: readonly number[];
  readonly loss: readonly number[];
  readonly gradNorm: readonly number[];
  readonly learningRate: readonly number[];
  readonly validation: readonly { readonly iteration: number; readonly loss: number }[];
}

/** `interrupted`: it says nothing of its end, and the process that wrote it is gone. */
export type KeptRunState = "running" | "completed" | "stopped" | "failed" | "interrupted";

/** One line of a list of kept runs. */
export interface RunSummary {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  /** The model's class. */
  readonly model: string;
  /** Absolute path of the model file. */
  readonly file: string;
  /** The data in words; empty when they are not known. */
  readonly data: string;
  readonly optimizer: string;
  readonly seed: number;
  /** Of the first iteration; null before it. */
  readonly learningRate: number | null;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly state: KeptRunState;
  readonly iterations: number;
  /** Of the last iteration; null before the first. */
  readonly loss: number | null;
  readonly validationLoss: number | null;
  /** What a reader should know of the file: where it breaks off, what was left out. */
  readonly notice: string | null;
}

/** One layer of one run at one iteration: its own parameters taken together. */
export interface LayerNumbers {
  readonly weightNorm: number;
  /** Null where the layer has no gradient: it is frozen. */
  readonly gradNorm: number | null;
  /** ‖w_after − w_before‖ / ‖w_before‖; null without an update. */
  readonly updateRatio: number | null;
}

/** A layer of two runs; null in the run that has no such layer. */
export interface LayerPair {
  readonly layer: string;
  readonly a: LayerNumbers | null;
  readonly b: LayerNumbers | null;
}

/** The first iteration, of those that both runs kept, at which a number of theirs differs. */
export interface Parting {
  readonly iteration: number;
  readonly quantity: "loss" | "gradNorm";
  readonly a: number;
  readonly b: number;
}

/** Where the statistics of two runs first differ. */
export interface LayerParting {
  readonly iteration: number;
  /** The newest iteration before it at which they are the same; null: there is none to compare. */
  readonly sameAt: number | null;
  readonly stage: "weights before the update" | "gradients" | "weights after the update";
  /** The first parameter, in the model's order, that differs there. */
  readonly parameter: string;
  readonly layer: string;
  readonly differing: number;
  readonly compared: number;
}

export interface RunComparison {
  readonly a: RunSummary;
  readonly b: RunSummary;
  /** What the two runs were set up with differently. */
  readonly setup: readonly { readonly what: string; readonly a: string; readonly b: string }[];
  /** Iterations that both runs kept statistics of, ascending. */
  readonly common: readonly number[];
  /** The one that `layers` is of; null when there is none in common. */
  readonly iteration: number | null;
  readonly layers: readonly LayerPair[];
  /** Iterations whose loss and gradient norm both runs kept. */
  readonly compared: number;
  /** In any bit. */
  readonly parting: Parting | null;
  /** By more than `tolerance`, relative to the larger of the two. */
  readonly partingBeyond: Parting | null;
  readonly tolerance: number;
  readonly layerParting: LayerParting | null;
}

/** Says in the page's state that it is a kept run and not the one that is going on. */
export interface KeptLabel {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly started: number;
}

/** Questions of the page about kept runs; the window answers them. */
export interface RunsQuestions {
  /** The newest first. */
  runs: { params: Readonly<Record<string, never>>; result: readonly RunSummary[] };
  /** Those of the asked runs that are still there, in the order asked for. */
  runCurves: { params: { readonly ids: readonly string[] }; result: readonly RunCurves[] };
  /** `iteration`: which to show side by side; null or left out: the last that both have. */
  compareRuns: {
    params: { readonly a: string; readonly b: string; readonly iteration?: number | null };
    result: RunComparison;
  };
  /** Shows a kept run in the page, read-only; null: the run that is going on or was last. */
  showRun: { params: { readonly id: string | null }; result: Readonly<Record<string, never>> };
}

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 365 * 24 * 3600],
  ["month", 30 * 24 * 3600],
  ["week", 7 * 24 * 3600],
  ["day", 24 * 3600],
  ["hour", 3600],
  ["minute", 60],
];

const relative = {
  long: new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" }),
  short: new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" }),
};

/** `3 minutes ago`, `yesterday`; short: `3 min. ago`. Both times in milliseconds since 1970. */
export function ago(then: number, now: number, style: keyof typeof relative): string {
  const seconds = (now - then) / 1000;
  const unit = units.find(([, length]) => seconds >= length);
  if (unit === undefined) return "just now";
  const [name, length] = unit;
  return relative[style].format(-Math.floor(seconds / length), name);
}
