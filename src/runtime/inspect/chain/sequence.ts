// The recurrent sequences that an iteration has computed, found on the tape with all that their Jacobians are made of.
import {
  type FloatBuffer,
  hiddenStateOperations,
  type Node,
  Parameter,
  type Tensor,
} from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";

export type CellKind = "rnn step" | "lstm h" | "gru h";

/** One level of a recurrent layer in one direction. */
export interface Sequence {
  /** `l0`, `l1_reverse`. */
  readonly name: string;
  readonly kind: CellKind;
  /** Hidden states `[batch, time, hidden]`. */
  readonly h: Tensor;
  /** Timesteps in the order in which they were computed, as far as it has come. */
  readonly order: readonly number[];
  /** W_hh with its gates one below the other, `[gates·hidden, hidden]`, as it was in the forward pass. */
  readonly weights: FloatBuffer;
  /** b_hh, or null. */
  readonly bias: FloatBuffer | null;
  /** The activated gates `[batch, time, gates·hidden]`; for RNN the input's part, which nobody needs. */
  readonly gates: Tensor;
  /** Cell states of an LSTM `[batch, time, hidden]`. */
  readonly c: Tensor | null;
  readonly nonlinearity: "tanh" | "relu";
  /** Is timestep t of this sample padding, where the state stands still? */
  readonly padded: (sample: number, t: number) => boolean;
}

/** Paths of the recurrent layers that have run in this iteration. */
export function recurrentLayers(run: TrainingRun): string[] {
  return [...new Set(run.engine.tape.filter(isHiddenState).map(({ scope }) => scope?.owner.path ?? ""))];
}

/**
 * The sequences of the last call of a layer.
 * @throws Error when it has not run, or its weights have been updated since and nobody has kept them
 */
export function sequencesOf(run: TrainingRun, layer: string): Sequence[] {
  const nodes = run.engine.tape.filter((node) => isHiddenState(node) && node.scope?.owner.path === layer);
  const last = nodes.at(-1)?.scope;
  if (last === undefined) throw new Error(notThere(run, layer));
  const outputs = [...new Set(nodes.filter(({ scope }) => scope === last).map(({ output }) => output))];
  return outputs.map((h, level) => sequence(run, h, nodes, level));
}

function sequence(run: TrainingRun, h: Tensor, all: readonly Node[], level: number): Sequence {
  const nodes = all.filter(({ output }) => output === h);
  const [{ operation, inputs, scope }] = nodes;
  const kind = kindOf(operation);
  const W = inputs[kind === "rnn step" ? 1 : 2];
  const module = run.model.namedModules().find(([path]) => path === scope?.owner.path)?.[1];
  const relu = module !== undefined && "nonlinearity" in module && module.nonlinearity === "relu";
  return {
    name: /weight_hh_(\w+)$/.exec(nameOf(run, W))?.[1] ?? `l${level}`,
    kind,
    h,
    order: nodes.map(({ timestep }) => timestep),
    weights: forwardValues(run, W),
    bias: kind === "gru h" ? recurrentBias(run, inputs[0]) : null,
    gates: inputs[0],
    c: kind === "lstm h" ? inputs[1] : null,
    nonlinearity: relu ? "relu" : "tanh",
    padded: paddingOf(run, h, scope),
  };
}

function recurrentBias(run: TrainingRun, gates: Tensor): FloatBuffer | null {
  const node = run.engine.tape.find(({ operation, output }) => operation === "gru gates" && output === gates);
  const bias = node?.inputs.find(({ shape }) => shape.length === 1);
  return bias === undefined ? null : forwardValues(run, bias);
}

/** A layer with a mask multiplies its states by it before its call ends; that is where the mask can be seen. */
function paddingOf(run: TrainingRun, h: Tensor, scope: Node["scope"]): Sequence["padded"] {
  const product = run.engine.tape.find((node) => {
    return node.operation === "mul" && node.inputs[0] === h && node.scope === scope;
  });
  const mask = product?.inputs[1];
  if (mask === undefined) return () => false;
  const [, time, width] = mask.shape;
  return (sample, t) => mask.floats.array[(sample * time + t) * width] === 0;
}

/** The activations are those of the weights before the update. */
function forwardValues(run: TrainingRun, x: Tensor): FloatBuffer {
  const name = nameOf(run, x);
  if (!run.updated.has(name)) return x.floats;
  const before = run.weightsBefore.get(name);
  if (before !== undefined) return before;
  throw new Error(`${name} has been updated in this iteration already: ask at a pause before the update`);
}

function nameOf(run: TrainingRun, x: Tensor): string {
  return x instanceof Parameter ? (run.parameters.get(x) ?? "") : "";
}

function notThere(run: TrainingRun, layer: string): string {
  const layers = recurrentLayers(run);
  const known = layers.length === 0 ? "none has run yet" : `there is ${layers.map((l) => `"${l}"`).join(", ")}`;
  return `no recurrent layer "${layer}" has run in this iteration; ${known}`;
}

function isHiddenState({ operation }: Node): boolean {
  return hiddenStateOperations.has(operation);
}

function kindOf(operation: Node["operation"]): CellKind {
  if (operation === "rnn step" || operation === "lstm h" || operation === "gru h") return operation;
  throw new Error(`"${operation}" gives no hidden state`);
}
