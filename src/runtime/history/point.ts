// Points of a run, in their order. Knows nothing of how one gets there.

/** A point within an iteration. Two equal ones are the same point of the run, however often it is replayed. */
export interface Point {
  /** 0: before the first iteration. */
  readonly iteration: number;
  /** The last event's number; 0: the iteration has just begun. */
  readonly event: number;
  /** True for a statement that is over and has computed nothing: it has the number that it had when it began. */
  readonly over: boolean;
}

/** Before the first iteration. */
export const entry: Point = { iteration: 0, event: 0, over: false };

export function beginningOf(iteration: number): Point {
  return { iteration, event: 0, over: false };
}

/** Below 0 when a comes before b. */
export function compare(a: Point, b: Point): number {
  return a.iteration - b.iteration || a.event - b.event || Number(a.over) - Number(b.over);
}
