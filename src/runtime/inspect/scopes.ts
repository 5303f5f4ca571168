// The scopes of a pause: Variables, Gradients, Activations, Parameters, Optimizer, Memory, Run. Names follow the literature.
import { gateBlocks, type Node, operationSymbols, Tensor } from "../../training/engine.ts";
import type { TrainingRun } from "../../training/run.ts";
import type { PauseEvent } from "../events.ts";
import type { UserFrame } from "../userStack.ts";
import { memory } from "./chain/memory.ts";
import { recurrentLayers } from "./chain/sequence.ts";
import type { Named } from "./named.ts";
import { atTimestep } from "./tensors/elements.ts";
import type { Past } from "./tensors/previous.ts";

export interface Pause {
  readonly run: TrainingRun;
  readonly event: PauseEvent;
  /** The user's function that the event belongs to, or null in loss and update. */
  readonly frame: UserFrame | null;
  /** What is known of a tensor in the iteration before; left out where nobody keeps it. */
  readonly past?: (tensor: Tensor) => Past;
}

export interface Scope {
  readonly name: string;
  readonly values: (pause: Pause) => readonly Named[];
  /** Is there anything in it? Left out where there always is. */
  readonly shows?: (pause: Pause) => boolean;
}

export const scopes: readonly Scope[] = [
  { name: "Variables", values: variables },
  { name: "Gradients", values: gradients },
  { name: "Activations", values: activations },
  { name: "Parameters", values: parameters },
  { name: "Optimizer", values: optimizer },
  { name: "Memory", values: ({ run }) => memory(run), shows: ({ run }) => recurrentLayers(run).length > 0 },
  { name: "Run", values: run },
];

/** The user's own names, as an expression can use them too. */
export function variables({ run, frame }: Pause): readonly Named[] {
  const own = [...(frame?.variables ?? [])].map(([name, value]) => ({ name, value, evaluateName: name }));
  const self = frame?.self ?? run.model;
  return [...own, { name: "this", value: self, evaluateName: "this" }];
}

/** What the operation at hand computed on: by the literature's letters for a timestep, by role elsewhere. */
export function symbols(pause: Pause): readonly Named[] {
  const { event } = pause;
  if (event.kind === "layer")
    return event.scope.outputs.map((value, i) => ({ name: i === 0 ? "output" : `output ${i}`, value }));
  if (event.kind !== "operation") return [];
  const { node } = event;
  if (node.timestep >= 0) return timestepSymbols(node);
  const letters = operationSymbols[node.operation];
  const letter = (i: number) => letters.inputs[i] ?? `${letters.inputs.at(-1)} ${i + 1}`;
  return [...node.inputs.map((value, i) => ({ name: letter(i), value })), { name: letters.output, value: node.output }];
}

/** Gradients of what the operation at hand computed on, the output's first at a timestep; before backward there are none. */
export function gradientSymbols(pause: Pause): readonly Named[] {
  const { event } = pause;
  return event.kind === "operation" && event.node.timestep >= 0
    ? timestepGradients(event.node)
    : gradientsOf(symbols(pause));
}

function gradients(pause: Pause): readonly Named[] {
  const { run } = pause;
  const own = gradientSymbols(pause);
  const layers = [...run.calls].flatMap(([path, scope]) => {
    const grad = scope.outputs[0]?.grad;
    return path !== "" && grad ? [{ name: `∂L/∂(${path} output)`, value: grad }] : [];
  });
  const differentiated = run.differentiatedTensors();
  const weights = run.model.namedParameters().filter(([, p]) => differentiated.has(p));
  return [...own, ...layers, ...gradientsOf(weights.map(([name, value]) => ({ name, value })))];
}

function gradientsOf(values: readonly Named[]): readonly Named[] {
  return values.flatMap(({ name, value }) =>
    value instanceof Tensor && value.grad !== null ? [{ name: `∂L/∂(${name})`, value: value.grad }] : [],
  );
}

function activations(pause: Pause): readonly Named[] {
  const { run } = pause;
  const layers = [...run.calls].flatMap(([path, scope]) =>
    path === "" ? [] : scope.outputs.slice(0, 1).map((value) => ({ name: `${path} output`, value })),
  );
  const batch =
    run.batch === null
      ? []
      : [
          { name: "input", value: run.batch.input },
          { name: "target", value: run.batch.target },
        ];
  return [...symbols(pause), ...layers, ...batch.filter(({ name }) => !symbols(pause).some((s) => s.name === name))];
}

function parameters({ run }: Pause): readonly Named[] {
  return run.model.namedParameters().map(([name, value]) => ({ name, value, evaluateName: `parameter("${name}")` }));
}

function optimizer(pause: Pause): readonly Named[] {
  const { run } = pause;
  const { optimizer: o, model, engine } = run;
  const names = new Map(model.namedParameters().map(([name, p]) => [p, name]));
  const state = o.parameters.flatMap((p, i) =>
    o.state(i).map(([symbol, buffer]) => ({
      name: `${symbol}(${names.get(p) ?? i})`,
      value: new Tensor(buffer, p.shape, { persistent: true }),
    })),
  );
  const updates = [...run.weightsBefore].flatMap(([name, before]) => {
    const p = model.stateDict().get(name);
    if (p === undefined || !run.updated.has(name)) return [];
    const delta = engine.kernels.memory.floats(p.length, false);
    engine.kernels.binary("sub", p.length, p.floats, before, delta);
    return [{ name: `Δ(${name})`, value: new Tensor(delta, p.shape) }];
  });
  return [
    { name: "name", value: o.name },
    ...settings(pause),
    { name: "t", value: o.t, evaluateName: "optimizer.t" },
    ...updates,
    ...state,
  ];
}

/** Learning rate, momentum and their like: of the one group there is, or of each of several. */
function settings({ run: { optimizer: o } }: Pause): readonly Named[] {
  const several = o.groups.length > 1;
  return o.groups.flatMap((group, i) =>
    Object.entries(group.settings).map(([name, value]) => ({
      name: several ? `${name} of group ${i}` : name,
      value,
      evaluateName:
        name === "learningRate" && !several ? "optimizer.learningRate" : `optimizer.groups[${i}].settings.${name}`,
      assign: (next: unknown) => o.change(group, name, next),
    })),
  );
}

function run({ run: r }: Pause): readonly Named[] {
  return [
    { name: "epoch", value: r.epoch, evaluateName: "epoch" },
    { name: "iteration", value: r.iteration, evaluateName: "iteration" },
    { name: "iterationsPerEpoch", value: r.iterationsPerEpoch },
    { name: "phase", value: r.phase, evaluateName: "phase" },
    ...(r.loss === null ? [] : [{ name: "loss", value: r.loss.item(), evaluateName: "loss" }]),
    ...(r.gradNorm === null ? [] : [{ name: "gradNorm", value: r.gradNorm, evaluateName: "gradNorm" }]),
    { name: "seed", value: r.seed },
    { name: "data", value: r.data.description },
  ];
}

/** What one operation of a recurrent timestep computes on, by the literature's letters. */
function timestepSymbols(node: Node): readonly Named[] {
  const { operation, output, inputs, timestep: t } = node;
  const gate = gateBlocks[operation];
  if (gate !== undefined)
    return [{ name: `${operationSymbols[operation].output}_t`, value: gateOf(output, t, gate, operation) }];
  const before = node.previousTimestep;
  const earlier =
    before < 0 ? [] : [{ name: `${operationSymbols[operation].output}_{t−1}`, value: atTimestep(output, before) }];
  const letter = operationSymbols[operation].output;
  const now: Named = {
    name: `${letter}_t`,
    value: atTimestep(output, t),
    ...(letter === "h" ? { evaluateName: "h_t" } : {}),
  };
  if (operation === "rnn step") return [{ name: "z_t", value: atTimestep(inputs[0], t) }, ...earlier, now];
  if (operation === "lstm gates" || operation === "gru gates") return [now];
  return operation === "gru h"
    ? [...earlier, now]
    : [...earlier, ...(operation === "lstm h" ? [{ name: "c_t", value: atTimestep(inputs[1], t) }] : []), now];
}

/** ∂L/∂h_t and δ_t and their like; before backward has come to them there are none. */
function timestepGradients(node: Node): readonly Named[] {
  const { operation, output, inputs, timestep: t } = node;
  const gradient = output.grad;
  if (gradient === null) return [];
  const letter = operationSymbols[operation].output;
  const gate = gateBlocks[operation];
  if (gate !== undefined) return [{ name: `∂L/∂${letter}_t`, value: gateOf(gradient, t, gate, operation) }];
  const now = {
    name: `∂L/∂${letter}_t`,
    value: atTimestep(gradient, t),
    ...(letter === "h" ? { evaluateName: "h_t.grad" } : {}),
  };
  const before = node.previousTimestep;
  const earlier =
    before < 0 || operation.endsWith("gates")
      ? []
      : [{ name: `∂L/∂${letter}_{t−1}`, value: atTimestep(gradient, before) }];
  const delta = inputs[0].grad;
  const deltas =
    operation === "rnn step" && delta !== null
      ? [{ name: "δ_t", value: atTimestep(delta, t), evaluateName: "delta_t" }]
      : [];
  return [now, ...deltas, ...earlier];
}

/** Timestep t of the columns of one gate, `[batch, hidden]`. */
function gateOf(gates: Tensor, t: number, gate: number, operation: Node["operation"]): Tensor {
  const hidden = gates.shape[2] / (operation.startsWith("lstm") ? 4 : 3);
  return gates.select(1, t).narrow(1, gate * hidden, hidden);
}
