// What may stop the run at an event: line, function and data breakpoints and exception filters all are triggers.
import type { StopReason } from "../../protocol/events.ts";
import type { Phase } from "../../protocol/position.ts";
import type { Node, Provenance } from "../../training/engine.ts";
import type { TrainingRun } from "../../training/run.ts";
import type { PauseEvent } from "../events.ts";
import type { UserProvenance } from "../userStack.ts";

/** Why a trigger wants to stop. */
export interface Hit {
  readonly reason: StopReason;
  /** Ids of the breakpoints that were hit; empty for exception filters. */
  readonly breakpoints: readonly number[];
  /** What to say beside the position, or null. */
  readonly text: string | null;
  /** Where to stop, when it is not the event that was asked about: the statement that is just over. */
  readonly event?: PauseEvent;
  /**
   * True when the cause lies earlier in this iteration: instead of stopping here, run the iteration anew from its beginning
   * and ask the trigger again at every event, so that it stops at the cause. Where there is no snapshot, stop here.
   */
  readonly rewind?: boolean;
}

/** What a trigger may look at beside the event. */
export interface TriggerContext {
  /** Null until the run has been started. */
  readonly run: TrainingRun | null;
  /** Number of the event within the iteration. */
  readonly event: number;
  /** The operation that this phase came to before the present event; null when there was none. */
  readonly lastOperation: Node | null;
  /** Writes a line of a logpoint, at a site (−1: none). */
  log(text: string, site: number): void;
  /** Says once what is wrong with a breakpoint. */
  breakpointFailed(id: number, message: string): void;
}

export interface Trigger {
  /** False while there is nothing to look for: then `check` is not called, and the run keeps its full speed. */
  readonly active: boolean;
  /** False: it does not look at the weights from before the update, so nobody need keep them for it. */
  readonly wantsWeightsBefore?: boolean;
  /** Called right after an event. It may read every tensor that exists, and must change none. */
  check(event: PauseEvent, phase: Phase): Hit | null;
  /**
   * Notes what the trigger remembers (counts of hits, values of the iteration before), and returns what brings it back.
   * Time travel calls it with each snapshot, so that a replayed run stops where the first one did.
   */
  save(): () => void;
  /** The run exists and has not begun. Called once, also while inactive, as the next two are. */
  started?(run: TrainingRun): void;
  iterationBegan?(): void;
  /** Training itself stands at `here`, the property of `defineTraining`, except in forward. */
  phaseBegan?(phase: Phase, here: Provenance | null): void;
  /** A statement of the user's begins (null: the phase ends), so the one before may be over. Only while active. */
  statement?(here: UserProvenance | null, phase: Phase): Hit | null;
}
