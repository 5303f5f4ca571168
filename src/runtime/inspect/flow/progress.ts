// How far each node has come at a point of the iteration, and which the pause stands at.
import type { FlowProgress } from "../../../protocol/inspector/flow.ts";
import type { Node } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import type { PauseEvent } from "../../events.ts";
import type { Built } from "./graph.ts";
import type { Keys } from "./items.ts";
import { parameterKey, placeOf, type Station } from "./tensors.ts";

/** `expected`: how many operations the node has when it is complete. */
export function forwardProgress(station: Station | undefined, expected: number): FlowProgress {
  if (station === undefined) return "none";
  if (station.nodes.length < expected) return "part";
  // the last call may still be running: what it returns is not known before
  const last = [...station.rounds.keys()].at(-1);
  return last !== undefined && "outputs" in last && last.outputs.length === 0 ? "part" : "done";
}

/** Place on the tape that backward has come down to: everything from there on is done. */
export function backwardPlace(run: TrainingRun): number {
  const { tape, differentiating } = run.engine;
  if (run.phase === "update") return 0;
  return run.phase === "backward" && differentiating >= 0 ? differentiating : tape.length;
}

export function backwardProgress(
  station: Station | undefined,
  placeOnTape: ReadonlyMap<Node, number>,
  from: number,
): FlowProgress {
  if (station === undefined) return "none";
  const differentiable = station.nodes.filter(({ backward }) => backward !== null);
  if (differentiable.length === 0) return "never";
  const done = differentiable.filter((node) => (placeOnTape.get(node) ?? 0) >= from).length;
  return done === 0 ? "none" : done === differentiable.length ? "done" : "part";
}

/** Keys that a pause lights. */
export function currentKeys(event: PauseEvent | null, keys: Keys, built: Built): readonly string[] {
  switch (event?.kind) {
    case "operation":
      return [placeOf(event.node, keys).key];
    case "layer":
      return [keys.ofScope.get(event.scope) ?? ""];
    case "parameter": {
      const own = built.graph.nodes.filter(({ kind, layer }) => kind === "layer" && layer === event.path);
      const alone = parameterKey(event.name);
      if (own.length > 0) return own.map(({ key }) => key);
      return built.nodes.has(alone)
        ? [alone]
        : built.graph.groups.filter(({ layer }) => layer === event.path).map(({ key }) => key);
    }
    default:
      return [];
  }
}
