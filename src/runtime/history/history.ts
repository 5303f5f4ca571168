// The past of a run: snapshots, journeys back and forth through it, changes that begin a new branch. Only debug sessions have one.
import type { StopReason } from "../../protocol/events.ts";
import type { IterationResult } from "../../training/observer.ts";
import type { TrainingRun } from "../../training/run.ts";
import { Rewind } from "../../training/snapshot/rewind.ts";
import { Edits, type Redo } from "./edits.ts";
import { iterationOf, type Passing, Retrace, Search, type Stop, type Target, Trip } from "./journey.ts";
import { beginningOf, entry, type Point } from "./point.ts";
import { Outcomes, Reported } from "./records.ts";
import { Schedule } from "./schedule.ts";
import { type Snapshot, SnapshotStore } from "./store.ts";

export interface HistoryHost {
  /** Milliseconds, pauses left out. */
  now(): number;
  /** Where the run stands. */
  readonly point: Point;
  /** A line for the console. */
  say(text: string): void;
  /** What was reported of iterations after this one is no longer true. */
  rewound(iteration: number): void;
  /** Notes what else the future depends on (triggers, the model file's clock); the result brings it back. */
  saveRest(): () => void;
  /** What was recorded for a future that will not come is dropped. */
  forgetFuture(): void;
}

/** A replay from one snapshot to the next would be no quicker with more of them than these before its target. */
const denseBefore = 16;

export class History {
  /** Where a replay is going; null while the run goes its own way. */
  journey: Trip | Search | Retrace | null = null;
  readonly store: SnapshotStore;
  readonly outcomes = new Outcomes();
  readonly reported = new Reported();
  private readonly edits = new Edits();
  private readonly schedule = new Schedule();
  /** Has it been said that a replay came out differently? */
  private complained = false;
  /** A snapshot alone exceeds the bound: then there is no history. */
  private isTooLarge = false;

  /** @param bytes bound of the memory for snapshots */
  constructor(
    private readonly host: HistoryHost,
    private readonly bytes: number,
  ) {
    this.store = new SnapshotStore(bytes);
  }

  /**
   * Between two iterations: takes a snapshot when it is time for one.
   * @param stepping is the user about to look around?
   * @returns the signal to throw when a search turns back here
   */
  beforeIteration(run: TrainingRun, stepping: boolean): Rewind | null {
    const next = run.iteration + 1;
    const { journey } = this;
    if (journey instanceof Search && journey.isOver(next)) return this.searched(journey);
    if (this.store.has(next)) return null;
    const goes = journey instanceof Trip || journey instanceof Retrace;
    const near = goes && next > journey.iteration - denseBefore;
    const began = this.host.now();
    const none = this.store.iterations.length === 0;
    if (none || stepping || near || this.schedule.isDue(began)) this.save(run, next, began);
    return null;
  }

  /** At every event of a journey. @returns what to stop with, the signal to throw when a search turns back, or null to go on */
  passing(at: Passing): Stop | Rewind | null {
    const { journey } = this;
    if (journey === null) return null;
    this.edits.redo(at.point, at.event);
    if (journey instanceof Search) {
      return journey.passing(at) ? this.searched(journey) : null;
    }
    const stop = journey.passing(at);
    if (stop !== null) this.journey = null;
    return stop;
  }

  /** Does a journey want to stop before the first iteration, where the run is now? */
  arrivesAtEntry(): Stop | null {
    const { journey } = this;
    if (!(journey instanceof Trip) || journey.iteration !== 0) return null;
    this.journey = null;
    return journey.passing({ event: { kind: "entry" }, phase: "forward", point: entry, hits: [] });
  }

  /** Where a journey goes, the state from before the update is wanted as well. */
  wantsWeightsBefore(iteration: number): boolean {
    return this.journey?.iteration === iteration;
  }

  /**
   * Goes to another point of the run. What lies ahead is run to; else the signal takes the run back.
   * @returns the signal to throw, or null
   * @throws Error with a message for the user when that point cannot be gone to
   */
  travel(target: Target, reason: StopReason): Rewind | null {
    return this.go(target, { reason, breakpoints: [], text: null });
  }

  /**
   * Runs this iteration anew, to stop where a trigger finds the cause of what it has found.
   * @param first what it has said already
   * @returns the signal to throw; null when there is no snapshot to go back to
   */
  retrace(first: Stop): Rewind | null {
    const { iteration } = this.host.point;
    const snapshot = this.store.newest(Math.max(1, iteration));
    if (snapshot === null) return null;
    this.journey = new Retrace(iteration, first);
    return this.backTo(snapshot, { kind: "end", iteration });
  }

  /** Goes to the last hit of a trigger before the present point. @throws Error as travel() does */
  searchBack(): Rewind {
    const { point } = this.host;
    if (point.iteration === 0) throw new Error("this is the beginning of the run");
    return this.searchBefore(point);
  }

  /**
   * The present has been changed from outside, so it is not what a replay would bring.
   * @param what for the console: `rnn.bias_hh_l0[3]`
   * @param redo makes the same change again; replays do it. Without it, going back undoes the change
   */
  branch(what: string, redo: Redo | null = null): void {
    const { point } = this.host;
    const lines = this.reported.linesSoFar;
    this.edits.add({ point, what, redo, lines });
    const dropped = this.reported.iteration - Math.max(1, point.iteration) + 1;
    if (!this.dropFrom(point, lines)) return;
    const iterations = dropped === 1 ? "iteration is" : "iterations are";
    const where = point.iteration === 0 ? "before the first iteration" : `at iteration ${point.iteration}`;
    this.host.say(
      `A new branch of history begins ${where} with the change of ${what}: ${dropped} recorded ${iterations} dropped.`,
    );
  }

  iterationEnded(result: IterationResult, lastStep: number): boolean {
    const { iteration, loss, gradNorm } = result;
    const before = this.outcomes.get(iteration);
    if (iteration > this.reported.iteration) {
      this.outcomes.set(iteration, { loss, gradNorm, lastStep });
      this.reported.iteration = iteration;
      return true;
    }
    if (before !== null && !Object.is(before.loss, loss) && !this.complained) {
      this.complained = true;
      this.host.say(
        `Iteration ${iteration} came out differently when it was run again: loss ${loss}, before ${before.loss}. The model file keeps something where it cannot be brought back: in a variable of the file, a closure, or a # field. Fields of modules are brought back.`,
      );
    }
    return false;
  }

  /** @returns is this validation new? */
  validated(iteration: number): boolean {
    if (iteration <= this.reported.validation) return false;
    this.reported.validation = iteration;
    return true;
  }

  private go(target: Target, stop: Stop): Rewind | null {
    const { point } = this.host;
    const iteration = iterationOf(target);
    const isAhead = iteration > point.iteration || (target.kind === "event" && target.isAhead);
    const snapshot = isAhead ? null : this.snapshotFor(iteration);
    this.journey = new Trip(target, stop);
    return snapshot === null ? null : this.backTo(snapshot, target);
  }

  private searchBefore(bound: Point): Rewind {
    // at the very beginning of an iteration there is nothing before in it
    const snapshot = this.snapshotFor(bound.event === 0 && !bound.over ? bound.iteration - 1 : bound.iteration);
    this.journey = new Search(snapshot.iteration, bound);
    return this.backTo(snapshot, { kind: "point", point: bound });
  }

  /** What comes after a search: its last hit, or the stretch before, or the beginning of history. */
  private searched({ from, found }: Search): Rewind {
    if (found !== null) {
      const target: Target = { kind: "point", point: found.point };
      this.journey = new Trip(target, found.stop);
      return this.backTo(this.snapshotFor(found.point.iteration), target);
    }
    if (this.store.newest(from - 1) !== null) return this.searchBefore(beginningOf(from));
    const text = "no breakpoint was hit before: this is the beginning of history";
    const target: Target = { kind: "beginning", iteration: from === 1 ? 0 : from };
    this.host.say(
      `Went back as far as history reaches, ${from === 1 ? "to the beginning of the run" : `to iteration ${from}`}: ${text}.`,
    );
    this.journey = new Trip(target, { reason: "entry", breakpoints: [], text });
    return this.backTo(this.snapshotFor(from), target);
  }

  /** @throws Error when history does not reach back so far */
  private snapshotFor(iteration: number): Snapshot {
    // what is before the first iteration is the beginning of the first
    const found = this.store.newest(Math.max(1, iteration));
    if (found !== null) return found;
    const [first] = this.store.iterations;
    if (this.bytes === 0) {
      throw new Error(`history is off ("historyMegabytes" is 0), so this run cannot go back; start it anew with more`);
    }
    throw new Error(
      first === undefined
        ? `there is no history to go back in: a snapshot of this training takes more than the ${this.bytes / 2 ** 20} MB of "historyMegabytes"; raise it and start anew`
        : `history reaches back to iteration ${first} only; with a larger "historyMegabytes" it would reach further`,
    );
  }

  private backTo(snapshot: Snapshot, target: Target): Rewind {
    const to: Point = target.kind === "point" ? target.point : endOrBeginning(target);
    const undone = this.edits.goBack(snapshot.iteration, to);
    if (undone !== null) {
      this.dropFrom(undone.point, undone.lines);
      this.host.say(
        `Went back before the change of ${undone.what} in iteration ${undone.point.iteration}: it is undone, and what was recorded from there on is dropped.`,
      );
    }
    return new Rewind(() => {
      snapshot.saved.restore();
      snapshot.restoreRest();
    });
  }

  /** @returns was anything reported that is dropped? */
  private dropFrom({ iteration }: Point, lines: number): boolean {
    this.store.dropAfter(iteration);
    this.host.forgetFuture();
    this.complained = false;
    const wasReported = this.reported.iteration >= Math.max(1, iteration);
    this.reported.dropFrom(iteration, lines);
    if (wasReported) this.host.rewound(Math.max(0, iteration - 1));
    return wasReported;
  }

  private save(run: TrainingRun, iteration: number, began: number): void {
    if (this.isTooLarge || weightBytes(run) > this.bytes) return;
    const saved = run.save(this.store.takeSpare());
    this.isTooLarge = !this.store.add({ iteration, saved, restoreRest: this.host.saveRest() });
    this.schedule.took(began, this.host.now());
  }
}

/** The least that a snapshot takes. */
function weightBytes(run: TrainingRun): number {
  let bytes = 0;
  for (const p of run.parameters.keys()) bytes += p.storage.array.byteLength;
  return bytes;
}

/** Changes that were made in the middle of an iteration that is gone to as a whole belong to it. */
function endOrBeginning(target: Exclude<Target, { kind: "point" }>): Point {
  if (target.kind === "beginning") return beginningOf(target.iteration);
  return { iteration: target.iteration, event: Number.POSITIVE_INFINITY, over: true };
}
