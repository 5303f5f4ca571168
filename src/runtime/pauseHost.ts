// What decides about pauses: its modes, and whom it hands its findings to. Knows nothing of who blocks, answers and reports.
import type { StopReason } from "../protocol/events.ts";
import type { IterationResult, ValidationResult } from "../training/observer.ts";
import type { TrainingRun } from "../training/run.ts";
import type { PauseEvent } from "./events.ts";

/** What the run is to do until it stops again. */
export type Mode =
  | { readonly kind: "run" }
  /** Stop at whatever comes next; `reason` says why. */
  | { readonly kind: "next"; readonly reason: "step" | "pause" | "entry" }
  /** Stop at the end of a layer call not deeper than `depth`, or at an operation outside of layers that deep. */
  | { readonly kind: "over"; readonly depth: number }
  | { readonly kind: "phase" };

/** What the controller hands its findings to. */
export interface PauseHost {
  /** Blocks until `resume` has been called. */
  stopped(event: PauseEvent, reason: StopReason, breakpoints: readonly number[], text: string | null): void;
  /** Answers requests that wait; cheap when there are none. */
  poll(): void;
  /** @param isNew false for an iteration that was reported before and is run again */
  iterationEnded(run: TrainingRun, result: IterationResult, isNew: boolean): void;
  validated(result: ValidationResult): void;
  started(run: TrainingRun): void;
  /** Between two iterations: something may be computed with the model here, and must leave no trace. */
  betweenIterations?(run: TrainingRun): void;
  iterationBegan(run: TrainingRun): void;
  /** A line for the console. */
  say(text: string): void;
  /** A line of a logpoint, at a site (−1: none). */
  log(text: string, site: number): void;
  breakpointFailed(id: number, message: string): void;
  /** Reports of later iterations are void. */
  rewound(iteration: number): void;
  /** Notes what else the future depends on; the result brings it back. */
  saveRest(): () => void;
  forgetFuture(): void;
  wantsStatistics(): boolean;
  now(): number;
}
