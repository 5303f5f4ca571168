// What an exception filter measures once an iteration: named numbers about a layer, a parameter or the run.
import type { Phase } from "../../../protocol/position.ts";
import type { TrainingRun } from "../../../training/run.ts";

export interface Measurement {
  /** `encoder.0`, `rnn.weight_hh_l0`; empty for the run as a whole. */
  readonly subject: string;
  /** What the filter's condition is about, by the names of `exceptionFilters`. */
  readonly values: Readonly<Record<string, number>>;
  /** `‖Δw‖ / ‖w‖ = 3.1e−7 / 4.2 = 7.4e−8` */
  readonly formula: string;
  /** The line that it is about; −1 when there is none. */
  readonly site: number;
  /** Expression that gives what it is about, or empty. */
  readonly evaluateName: string;
}

export interface Rule {
  /** It measures at the end of this phase. */
  readonly phase: Phase;
  /** Called once an iteration while the filter is on. Reads tensors, changes none. */
  measure(run: TrainingRun): readonly Measurement[];
  /** Notes what it remembers of the iterations before; returns what brings it back. */
  save(): () => void;
  /** The weights from before the update are needed. */
  readonly wantsWeightsBefore?: boolean;
}

/** For rules that remember nothing. */
export const nothingToSave = (): (() => void) => () => {};
