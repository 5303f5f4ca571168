// What training tells whoever watches it. Every call may block: that is how a pause is made.
import type { Observer } from "../engine/engine.ts";
import type { Parameter } from "../engine/tensor.ts";
import type { TrainingRun } from "./run.ts";

export type Phase = "forward" | "loss" | "backward" | "update";

/** One finished iteration. */
export interface IterationResult {
  readonly iteration: number;
  readonly epoch: number;
  readonly loss: number;
  /** Before clipping. */
  readonly gradNorm: number;
  readonly learningRate: number;
  readonly milliseconds: number;
}

export interface ValidationResult {
  readonly epoch: number;
  readonly iteration: number;
  /** Mean over samples. */
  readonly loss: number;
  /** Share of the targets whose class has the largest output; null when targets are no classes. */
  readonly accuracy: number | null;
}

export interface TrainingObserver extends Observer {
  /** Model, data and optimizer exist; nothing has run. */
  started(run: TrainingRun): void;
  /** Between two iterations, before the next batch is chosen: the only moment at which the run can be saved. */
  beforeIteration?(run: TrainingRun): void;
  iterationBegan(run: TrainingRun): void;
  phaseBegan(phase: Phase): void;
  phaseEnded(phase: Phase): void;
  /** Asked before every update: shall the weights from before be kept, so that the update can be seen? */
  wantsWeightsBefore(): boolean;
  parameterUpdated(name: string, parameter: Parameter): void;
  /** Before every batch of a validation, in which nothing else is told. */
  validating?(): void;
  /** The iteration's tensors still exist. */
  iterationEnded(run: TrainingRun, result: IterationResult): void;
  validated(result: ValidationResult): void;
  /** Time in milliseconds that stands still during pauses. */
  now(): number;
}
