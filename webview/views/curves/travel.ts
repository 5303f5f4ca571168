// Where the cursor stands, where it has been drawn to, and whether the run is on its way there. Knows no page.
import { assertNever } from "../../../src/protocol/assertNever.ts";
import type { InspectorState, RunStatus } from "../../../src/protocol/inspector.ts";
import { formatCount } from "../../format.ts";

export type Travel =
  | { readonly kind: "none" }
  /** Drawn to this iteration, not let go yet. */
  | { readonly kind: "aiming"; readonly iteration: number }
  /** `from` is the pause that it left. */
  | { readonly kind: "going"; readonly iteration: number; readonly from: RunStatus }
  | { readonly kind: "refused"; readonly iteration: number; readonly reason: string };

/** The iteration that the run stands in: where it is paused, else its newest; null before the first. */
export function standsAt({ status, last }: InspectorState): number | null {
  return status.kind === "paused" ? Math.max(1, status.position.iteration) : (last?.iteration ?? null);
}

/** Iterations behind the pause that were run before it went back; null when there are none. */
export function seenBeyond({ status, last }: InspectorState): readonly [number, number] | null {
  if (status.kind !== "paused" || last === null || last.iteration < status.position.iteration) return null;
  return [Math.max(1, status.position.iteration), last.iteration];
}

/** What a new state makes of a journey: another stop than the one it left, or the end of the run, ends it. */
export function travelAfter(travel: Travel, { status }: InspectorState): Travel {
  if (travel.kind !== "going" || status === travel.from) return travel;
  return status.kind === "running" ? travel : { kind: "none" };
}

export function describeTravel(travel: Travel, state: InspectorState): string {
  switch (travel.kind) {
    case "aiming":
      return `To the beginning of iteration ${formatCount(travel.iteration)}: Enter goes, Escape stays.`;
    case "going":
      return `Replaying to iteration ${formatCount(travel.iteration)} …`;
    case "refused":
      return `Not gone to iteration ${formatCount(travel.iteration)}: ${travel.reason}`;
    case "none":
      return describeBeyond(state);
    default:
      return assertNever(travel);
  }
}

function describeBeyond(state: InspectorState): string {
  const beyond = seenBeyond(state);
  if (beyond === null) return "";
  const [from, to] = beyond;
  const which =
    from === to ? `Iteration ${formatCount(from)} was` : `Iterations ${formatCount(from)} to ${formatCount(to)} were`;
  return `${which} run before going back (hatched): the same numbers come again, unless something is changed.`;
}
