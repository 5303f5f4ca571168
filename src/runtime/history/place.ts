// What an event is apart from its iteration, so that "the same place" can be found in another one.
import type { Phase } from "../../protocol/position.ts";
import type { Node, Scope } from "../../training/engine.ts";
import type { TrainingRun } from "../../training/run.ts";
import type { PauseEvent } from "../events.ts";

/** The `count`-th event of an iteration with this key: a layer may be called several times. */
export interface Place {
  readonly key: string;
  readonly count: number;
}

/** Layer, phase and timestep: what an event does, in words that are the same in every iteration. */
export function keyOf(event: PauseEvent, phase: Phase): string {
  switch (event.kind) {
    case "operation":
      return operationKey(event.node, phase);
    case "layer":
      return `layer ${phase} ${event.scope.owner.path}`;
    case "parameter":
      return `parameter ${event.name}`;
    case "statement":
      return `statement ${event.here.site}`;
    case "phase":
    case "entry":
      return `${event.kind} ${phase}`;
  }
}

/** The place of the event that the run stands at. A statement that runs several times counts as its first time. */
export function placeOf(event: PauseEvent, run: TrainingRun): Place {
  const { phase } = run;
  const { tape } = run.engine;
  const count = (all: readonly unknown[], at: unknown) => {
    const index = all.indexOf(at);
    return phase === "backward" ? all.length - index : index + 1;
  };
  const key = keyOf(event, phase);
  if (event.kind === "operation") {
    const same = tape.filter((node) => operationKey(node, phase) === key);
    // what is computed without being recorded is not on the tape
    return { key, count: same.includes(event.node) ? count(same, event.node) : 1 };
  }
  if (event.kind !== "layer") return { key, count: 1 };
  const calls = callsOf(tape, event.scope.owner.path);
  return { key, count: calls.includes(event.scope) ? count(calls, event.scope) : 1 };
}

function operationKey({ scope, title, timestep }: Node, phase: Phase): string {
  return `operation ${phase} ${scope?.owner.path ?? ""} ${title} ${timestep}`;
}

/** Calls of one layer, in the order in which they began to compute. */
function callsOf(tape: readonly Node[], path: string): readonly Scope[] {
  const calls = new Set<Scope>();
  for (const { scope } of tape) {
    for (let s = scope; s !== null; s = s.parent) if (s.owner.path === path) calls.add(s);
  }
  return [...calls];
}
