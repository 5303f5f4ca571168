// What happened at single iterations of a run, kept for the axis of the curves; bounded. Knows no page.
import type { RuntimeEvent, StopReason } from "../events.ts";
import type { Position } from "../position.ts";

export type MarkKind =
  | "breakpoint"
  | "dataBreakpoint"
  /** An exception filter stopped here, or a number stopped being finite. */
  | "finding"
  /** A change at a point of the past: from here on the run took another course. */
  | "branch";

export interface Mark {
  readonly kind: MarkKind;
  readonly iteration: number;
  /** Number of the event within the iteration; 0 where the whole iteration is meant. */
  readonly event: number;
  readonly text: string;
}

/** More are not kept: they would neither find room on an axis nor readers. */
export const markLimit = 400;

/** The marks after an event; the same list when it left none. */
export function marked(marks: readonly Mark[], event: RuntimeEvent): readonly Mark[] {
  const mark = markOf(event);
  // A point of the run that is come to again, after going back, is one point.
  if (mark === null || marks.some((known) => isSame(known, mark))) return marks;
  return bounded([...marks, mark]);
}

/**
 * The marks after the run has taken another course behind this iteration: those of its dropped future go. `position` is
 * where the change was made; what happened before it in the same iteration stays.
 */
export function rewoundMarks(marks: readonly Mark[], iteration: number, position: Position | null): readonly Mark[] {
  const first = iteration + 1;
  const event = position?.iteration === first ? position.event : -1;
  const known = marks.filter(
    (mark) => mark.iteration <= iteration || (mark.iteration === first && mark.event <= event),
  );
  const branch: Mark = { kind: "branch", iteration: first, event: Math.max(0, event), text: "a new branch of history" };
  return bounded([...known.filter((mark) => !isSame(mark, branch)), branch]);
}

const kinds: Readonly<Record<StopReason, MarkKind | null>> = {
  breakpoint: "breakpoint",
  "function breakpoint": "breakpoint",
  "data breakpoint": "dataBreakpoint",
  exception: "finding",
  entry: null,
  step: null,
  goto: null,
  restart: null,
  pause: null,
};

function markOf(event: RuntimeEvent): Mark | null {
  if (event.type === "notFinite") {
    const text = `the ${event.what} is not finite from here on`;
    return { kind: "finding", iteration: event.iteration, event: 0, text };
  }
  if (event.type !== "stopped") return null;
  const kind = kinds[event.reason];
  const { iteration, event: number } = event.position;
  return kind === null ? null : { kind, iteration, event: number, text: event.text };
}

function isSame(a: Mark, b: Mark): boolean {
  return a.kind === b.kind && a.iteration === b.iteration && a.event === b.event && a.text === b.text;
}

/** The oldest hit of a breakpoint goes first: findings and branches are rarer and tell more. */
function bounded(marks: readonly Mark[]): readonly Mark[] {
  if (marks.length <= markLimit) return marks;
  const hit = marks.findIndex(({ kind }) => kind === "breakpoint" || kind === "dataBreakpoint");
  return marks.toSpliced(Math.max(0, hit), 1);
}
