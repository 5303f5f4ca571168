// Where a replay is going: to one point, or over a stretch of the run in search of the last breakpoint in it.
import type { StopReason } from "../../protocol/events.ts";
import type { Phase } from "../../protocol/position.ts";
import type { PauseEvent } from "../events.ts";
import type { Hit } from "../triggers/trigger.ts";
import { keyOf, type Place } from "./place.ts";
import { beginningOf, compare, type Point } from "./point.ts";

/** A point of the run that can be gone to. */
export type Target =
  | { readonly kind: "point"; readonly point: Point }
  /** Before the first event of the iteration; 0: before the first iteration. */
  | { readonly kind: "beginning"; readonly iteration: number }
  /** After the last event of the iteration. */
  | { readonly kind: "end"; readonly iteration: number }
  | { readonly kind: "place"; readonly iteration: number; readonly place: Place }
  /** The first event of the iteration that `is` it. */
  | {
      readonly kind: "event";
      readonly iteration: number;
      /** `rnn[t=12] backward` */
      readonly name: string;
      readonly phase: Phase;
      readonly is: (event: PauseEvent, phase: Phase) => boolean;
      /** It lies after the present event, so that there is no need to go back for it. */
      readonly isAhead: boolean;
    };

/** What is said at a stop. */
export interface Stop {
  readonly reason: StopReason;
  readonly breakpoints: readonly number[];
  readonly text: string | null;
}

/** An event that a replay comes through. */
export interface Passing {
  readonly event: PauseEvent;
  readonly phase: Phase;
  readonly point: Point;
  /** Of the triggers; they are asked in a replay too, because they count. */
  readonly hits: readonly Hit[];
}

/** To one point. */
export class Trip {
  /** Events of the target's key so far. */
  private met = 0;

  constructor(
    readonly target: Target,
    private readonly stop: Stop,
  ) {}

  get iteration(): number {
    return iterationOf(this.target);
  }

  /** @returns what to stop with here, or null to go on */
  passing({ event, phase, point }: Passing): Stop | null {
    const { target } = this;
    if (point.iteration < this.iteration) return null;
    if (point.iteration > this.iteration) return this.missed();
    switch (target.kind) {
      case "point": {
        const order = compare(point, target.point);
        return order === 0 ? this.stop : order > 0 ? this.missed() : null;
      }
      case "beginning":
        return this.stop;
      case "end":
        return isEnd(event, phase) ? this.stop : null;
      case "place":
        if (keyOf(event, phase) === target.place.key && ++this.met === target.place.count) return this.stop;
        return isEnd(event, phase) ? this.missed() : null;
      case "event":
        if (target.is(event, phase)) return this.stop;
        return event.kind === "phase" && phase === target.phase ? this.missed(target.name) : null;
    }
  }

  /** The target is not there: a replay came out differently, or an iteration does something else than another. */
  private missed(name = "this place"): Stop {
    return { ...this.stop, text: `iteration ${this.iteration} does not come to ${name}` };
  }
}

/** From a snapshot to `bound`, remembering the last hit. */
export class Search {
  found: { readonly point: Point; readonly stop: Stop } | null = null;

  constructor(
    /** The iteration that it begins with. */
    readonly from: number,
    /** The first point that is not looked at. */
    private readonly bound: Point,
  ) {}

  get iteration(): number {
    return this.bound.iteration;
  }

  /** @returns true when all has been seen */
  passing({ point, hits }: Passing): boolean {
    if (compare(point, this.bound) >= 0) return true;
    if (hits.length > 0) this.found = { point, stop: stopOf(hits) };
    return false;
  }

  /** @returns true when there is nothing to see in this iteration and later */
  isOver(iteration: number): boolean {
    return compare(beginningOf(iteration), this.bound) >= 0;
  }
}

/** Through the iteration in which a trigger has found something, to where it finds the cause. */
export class Retrace {
  /** What the trigger said of it the first time, for the case that it does not find more. */
  constructor(
    readonly iteration: number,
    private readonly first: Stop,
  ) {}

  passing({ event, phase, point, hits }: Passing): Stop | null {
    if (point.iteration < this.iteration) return null;
    const found = hits.find(({ rewind }) => rewind === false);
    if (found !== undefined) return stopOf([found]);
    return point.iteration > this.iteration || isEnd(event, phase) ? this.first : null;
  }
}

export function iterationOf(target: Target): number {
  return target.kind === "point" ? target.point.iteration : target.iteration;
}

/** One stop for all triggers that want one: the first one's reason, and what all of them say. */
export function stopOf(hits: readonly Hit[]): Stop {
  const texts = hits.flatMap(({ text }) => (text === null ? [] : [text]));
  return {
    reason: hits[0].reason,
    breakpoints: hits.flatMap(({ breakpoints }) => breakpoints),
    text: texts.length === 0 ? null : texts.join("; "),
  };
}

function isEnd(event: PauseEvent, phase: Phase): boolean {
  return event.kind === "phase" && phase === "update";
}
