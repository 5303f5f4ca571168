// Where the cursor stands, where it has been drawn to, and whether the run is on its way there. Knows no page.
import { assertNever } from "../../../../src/protocol/assertNever.ts";
import type { InspectorState, RunStatus } from "../../../../src/protocol/inspector/inspector.ts";
import { formatCount } from "../../../format.ts";

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

/** Why the run cannot be taken elsewhere now, in words; null when it can. */
export function whyNot({ status, debug, kept }: InspectorState): string | null {
  if (kept !== undefined) return "this is a kept run. Only a paused debug session can be taken elsewhere in time.";
  switch (status.kind) {
    case "paused":
      return null;
    case "running":
      return debug
        ? "the run goes on. Pause it first (F6)."
        : "this run was started with Train. Only a run under the debugger (Debug) can be taken elsewhere in time.";
    case "loading":
      return "the model is still being loaded.";
    case "idle":
    case "finished":
    case "failed":
      return "the run is over. Only a paused debug session can be taken elsewhere in time.";
    default:
      return assertNever(status);
  }
}

export function describeTravel(travel: Travel, state: InspectorState): string {
  switch (travel.kind) {
    case "aiming":
      return describeAim(travel.iteration, state);
    case "going":
      return `Going to iteration ${formatCount(travel.iteration)} …`;
    case "refused":
      return `Not gone to iteration ${formatCount(travel.iteration)}: ${travel.reason}`;
    case "none":
      return describeBeyond(state);
    default:
      return assertNever(travel);
  }
}

function describeAim(iteration: number, state: InspectorState): string {
  const reason = whyNot(state);
  const name = `iteration ${formatCount(iteration)}`;
  if (reason !== null) return `The run cannot be taken to ${name}: ${reason}`;
  const isBack = iteration <= (standsAt(state) ?? 0);
  return `${isBack ? "Back" : "On"} to the beginning of ${name}`;
}

function describeBeyond(state: InspectorState): string {
  const beyond = seenBeyond(state);
  if (beyond === null) return "";
  const [from, to] = beyond;
  const which =
    from === to ? `Iteration ${formatCount(from)} was` : `Iterations ${formatCount(from)} to ${formatCount(to)} were`;
  return `${which} run before going back (hatched): the same numbers come again, unless something is changed.`;
}
