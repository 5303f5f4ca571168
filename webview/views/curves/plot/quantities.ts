// The numbers that have a plot each, and how each is drawn. A quantity of your own is one entry of the table.
import type { IterationRecord } from "../../../../src/protocol/events.ts";
import type { ValidationRecord } from "../../../../src/protocol/inspector/inspector.ts";
import type { RunCurves } from "../../../../src/protocol/inspector/runs.ts";
import type { ThemeColour } from "../../../charts/drawing.ts";
import { formatNumber, formatPercent, formatSetting, formatTick } from "../../../format.ts";

export type QuantityId = "loss" | "gradNorm" | "learningRate" | "accuracy" | "milliseconds";

export interface Quantity {
  readonly id: QuantityId;
  readonly title: string;
  /** Unit, or which of several definitions; stands beside the title. */
  readonly unit: string;
  readonly colour: ThemeColour;
  /** Of single iterations beside their smoothed course. */
  readonly faint: ThemeColour;
  /** Which choice makes its axis logarithmic; null: an axis that is always linear. */
  readonly scale: "lossLog" | "gradientLog" | "rateLog" | "timeLog" | null;
  /** Worth a smoothed course: it is as noisy as its batches. */
  readonly noisy: boolean;
  readonly source: Source;
  readonly format: (value: number) => string;
  /** As it stands at the value axis. */
  readonly tick: (value: number) => string;
}

export type Source =
  | {
      readonly kind: "iterations";
      readonly value: (record: IterationRecord) => number;
      /** The same number of another run; null where it is not kept. */
      readonly other: ((run: RunCurves) => readonly number[]) | null;
      /** Validations are drawn beside it. */
      readonly validations: ((record: { readonly loss: number }) => number) | null;
    }
  | { readonly kind: "validations"; readonly value: (record: ValidationRecord) => number | null };

const table: Readonly<Record<QuantityId, Omit<Quantity, "id">>> = {
  loss: {
    title: "Loss",
    unit: "",
    colour: "train",
    faint: "trainFaint",
    scale: "lossLog",
    noisy: true,
    source: {
      kind: "iterations",
      value: (record) => record.loss,
      other: (run) => run.loss,
      validations: (record) => record.loss,
    },
    format: formatNumber,
    tick: formatTick,
  },
  gradNorm: {
    title: "Gradient norm",
    unit: "‖∂L/∂w‖ before clipping",
    colour: "gradient",
    faint: "gradientFaint",
    scale: "gradientLog",
    noisy: true,
    source: {
      kind: "iterations",
      value: (record) => record.gradNorm,
      other: (run) => run.gradNorm,
      validations: null,
    },
    format: formatNumber,
    tick: formatTick,
  },
  learningRate: {
    title: "Learning rate",
    unit: "",
    colour: "rate",
    faint: "rate",
    scale: "rateLog",
    noisy: false,
    source: {
      kind: "iterations",
      value: (record) => record.learningRate,
      other: (run) => run.learningRate,
      validations: null,
    },
    format: formatSetting,
    tick: formatTick,
  },
  accuracy: {
    title: "Accuracy",
    unit: "of the validation",
    colour: "validation",
    faint: "validation",
    scale: null,
    noisy: false,
    source: { kind: "validations", value: (record) => record.accuracy },
    format: formatPercent,
    tick: (value) => `${formatTick(100 * value)} %`,
  },
  milliseconds: {
    title: "Time per iteration",
    unit: "ms",
    colour: "muted",
    faint: "axis",
    scale: "timeLog",
    noisy: true,
    source: { kind: "iterations", value: (record) => record.milliseconds, other: null, validations: null },
    format: (value) => `${formatNumber(value)} ms`,
    tick: formatTick,
  },
};

/** In the order of the page. */
export const quantities: readonly Quantity[] = (Object.keys(table) as QuantityId[]).map((id) => ({ id, ...table[id] }));
