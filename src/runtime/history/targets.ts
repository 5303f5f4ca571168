// Which point of the run a request means.
import type { EventPlace, IterationPlace } from "../../protocol/history.ts";
import { hiddenStateOperations, type Node } from "../../training/engine.ts";
import type { TrainingRun } from "../../training/run.ts";
import type { PauseEvent } from "../events.ts";
import type { Target } from "./journey.ts";
import { placeOf } from "./place.ts";
import type { Point } from "./point.ts";
import type { Outcomes } from "./records.ts";

/**
 * The event before, of those that Step Into stops at.
 * @param steps numbers of the last two of them in this iteration, 0 for none
 * @throws Error at the beginning of the run
 */
export function stepBackFrom(
  { iteration, event }: Point,
  steps: { readonly last: number; readonly before: number },
  outcomes: Outcomes,
): Target {
  if (iteration === 0) throw new Error("this is the beginning of the run");
  const before = steps.last < event ? steps.last : steps.before;
  if (before > 0) return { kind: "point", point: { iteration, event: before, over: false } };
  if (iteration === 1) return { kind: "beginning", iteration: 0 };
  const known = outcomes.get(iteration - 1);
  if (known === null) return { kind: "end", iteration: iteration - 1 };
  return { kind: "point", point: { iteration: iteration - 1, event: known.lastStep, over: false } };
}

/** @throws Error when the run has no such iteration */
export function goal(iteration: number, place: IterationPlace, event: PauseEvent, run: TrainingRun): Target {
  const last = run.epochs * run.iterationsPerEpoch;
  if (!Number.isInteger(iteration) || iteration < 0 || iteration > last) {
    throw new Error(`there is no iteration ${iteration}: this run has the iterations 1 to ${last}`);
  }
  if (place === "beginning" || event.kind === "entry" || iteration === 0) return { kind: "beginning", iteration };
  return { kind: "place", iteration, place: placeOf(event, run) };
}

/**
 * The event of a recurrent layer's timestep in the present iteration.
 * @throws Error when there can be no such event
 */
export function eventGoal(place: EventPlace, run: TrainingRun): Target {
  const { layer, timestep, phase, call = 0 } = place;
  if (run.iteration === 0) throw new Error("the run has not begun its first iteration yet: step into it first");
  checkLayer(layer, run);
  for (const [name, value] of Object.entries({ timestep, call })) {
    if (!Number.isInteger(value) || value < 0) {
      throw new Error(`"${name}" must be a whole number of at least 0, but is ${JSON.stringify(value)}`);
    }
  }
  if (phase !== "forward" && phase !== "backward") {
    throw new Error(`"phase" must be "forward" or "backward", but is ${JSON.stringify(phase)}`);
  }
  checkSequence(place, run);
  const is = (node: Node) => isEventOf(node, place, run) && earlierCalls(node, place, run) === call;
  const found = run.engine.tape.find(is);
  const name = eventNameOf(place);
  if (found === undefined && run.phase !== "forward") throw new Error(`iteration ${run.iteration} has no ${name}`);
  return {
    kind: "event",
    iteration: run.iteration,
    name,
    phase,
    is: (event, at) => at === phase && event.kind === "operation" && is(event.node),
    isAhead: isAhead(run, phase, found),
  };
}

function eventNameOf({ layer, part, gate, timestep, phase }: EventPlace): string {
  return `${[layer, part, gate].filter((word) => word !== undefined).join(" ")}[t=${timestep}] ${phase}`;
}

function checkLayer(layer: unknown, run: TrainingRun): void {
  const modules = run.model.namedModules();
  const recurrent = modules.flatMap(([path, module]) => {
    return "recurrent" in module && module.recurrent === true ? [path] : [];
  });
  if (typeof layer === "string" && recurrent.includes(layer)) return;
  const known = recurrent.length === 0 ? "it has none" : `it has ${recurrent.map((path) => `"${path}"`).join(", ")}`;
  throw new Error(`the model has no recurrent layer ${JSON.stringify(layer)}; ${known}`);
}

/** How long a sequence is, and which parts and gates there are, is known once the layer has run. */
function checkSequence({ layer, timestep, part, gate }: EventPlace, run: TrainingRun): void {
  const nodes = run.engine.tape.filter(({ scope, timestep: t }) => scope?.owner.path === layer && t >= 0);
  const hidden = nodes.filter(({ operation }) => hiddenStateOperations.has(operation));
  if (hidden.length === 0) return;
  const length = hidden[0].output.shape[1];
  if (timestep >= length) {
    throw new Error(`"timestep" must be below ${length}, the length of the sequence in "${layer}", but is ${timestep}`);
  }
  const parts = new Set(hidden.map((node) => partOf(node, run)));
  if (part !== undefined && run.phase !== "forward" && !parts.has(part)) {
    throw new Error(`"${layer}" has no part ${JSON.stringify(part)}; it has ${[...parts].join(", ")}`);
  }
  if (gate !== undefined && !nodes.some(({ operation }) => isGate(operation, gate))) {
    throw new Error(`"${layer}" has no gate ${JSON.stringify(gate)}`);
  }
}

/** `lstm i`, `gru z` */
function isGate(operation: string, gate: string): boolean {
  return operation === `lstm ${gate}` || operation === `gru ${gate}`;
}

function isEventOf(node: Node, { layer, timestep, part, gate }: EventPlace, run: TrainingRun): boolean {
  if (node.timestep !== timestep || node.scope?.owner.path !== layer) return false;
  const { operation } = node;
  const isIt = gate === undefined ? hiddenStateOperations.has(operation) : isGate(operation, gate);
  return isIt && (part === undefined || partOf(node, run) === part);
}

/** Events before this one in forward that only the call, or a part that was left open, tells from it. */
function earlierCalls(node: Node, place: EventPlace, run: TrainingRun): number {
  const { tape } = run.engine;
  const calls = new Set<unknown>();
  for (const other of tape) {
    if (other === node) break;
    if (isEventOf(other, place, run) && other.scope !== node.scope) calls.add(other.scope);
  }
  return calls.size;
}

/** `l0_reverse`: a timestep's operations share their tensors with the one that the recurrent weight goes into. */
function partOf({ output, inputs }: Node, run: TrainingRun): string | null {
  const weightOf = (candidates: Node["inputs"]): string | null => {
    for (const [p, name] of run.parameters) {
      const found = /weight_hh_(\w+)$/.exec(name);
      if (found !== null && candidates.some((x) => x === p)) return found[1];
    }
    return null;
  };
  const own = weightOf(inputs);
  if (own !== null) return own;
  for (const node of run.engine.tape) {
    const found = node.output === output ? weightOf(node.inputs) : null;
    if (found !== null) return found;
  }
  return null;
}

/** Does an event lie after the present one? When that is not certain it counts as before: a replay finds it in any case. */
function isAhead(run: TrainingRun, phase: EventPlace["phase"], found: Node | undefined): boolean {
  if (found === undefined) return true;
  if (phase === "forward") return false;
  return run.phase === "loss" || run.phase === "forward" || (run.phase === "backward" && !isReached(run, found));
}

/** Has backward come to the hidden state of this timestep? Its gates come after it. */
function isReached(run: TrainingRun, { scope, timestep, output }: Node): boolean {
  const hidden = run.engine.tape.find((node) => {
    const isOfState = node.output === output || node.inputs.includes(output);
    return hiddenStateOperations.has(node.operation) && node.scope === scope && node.timestep === timestep && isOfState;
  });
  return hidden !== undefined && run.reached.get(hidden.output)?.has(timestep) === true;
}
