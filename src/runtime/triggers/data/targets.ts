// Finds the numbers of what a data breakpoint watches, and the other way round: what a tensor on the screen is.
import type { DataTarget } from "../../../protocol/breakpoints/data.ts";
import type { BundledModel } from "../../../protocol/model.ts";
import type { Phase } from "../../../protocol/position.ts";
import { hiddenStateOperations, type Tensor } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import type { PauseEvent } from "../../events.ts";
import { sourceOf } from "../../inspect/tensors/elements.ts";
import { liveTensors, type Place, placeOf } from "../../inspect/tensors/live.ts";
import type { UserStack } from "../../userStack.ts";
import type { Numbers } from "./measure.ts";

export interface Context {
  readonly run: TrainingRun;
  readonly user: UserStack;
  readonly model: BundledModel;
}

/** A copy of what is watched, with its shape, and what tells one assignment from another. */
export interface Sample {
  readonly numbers: Numbers;
  readonly shape: readonly number[];
  readonly of: Tensor;
}

/** What is watched, when this event has made it; else null. */
export function sampleAt(
  { run, user, model }: Context,
  target: DataTarget,
  event: PauseEvent,
  phase: Phase,
): Sample | null {
  switch (target.kind) {
    case "parameter":
      return event.kind === "parameter" && event.name === target.name ? whole(event.parameter) : null;
    case "activation": {
      if (phase === "backward" || phase === "update") return null;
      if (target.timestep === null)
        return event.kind === "layer" && event.scope.owner.path === target.layer
          ? present(event.scope.outputs[target.output])
          : null;
      if (event.kind !== "operation") return null;
      const { node } = event;
      const isIt = node.timestep === target.timestep && node.scope?.owner.path === target.layer;
      return isIt && hiddenStateOperations.has(node.operation) ? timestep(node.output, node.timestep) : null;
    }
    case "gradient":
    case "activationGradient":
      return event.kind === "phase" && phase === "backward" ? presentSample({ run, user, model }, target) : null;
    case "variable":
      return presentSample({ run, user, model }, target);
  }
}

/** What is watched as it is now, whatever made it; null when it does not exist at this point of the iteration. */
export function presentSample({ run, user, model }: Context, target: DataTarget): Sample | null {
  switch (target.kind) {
    case "parameter":
      return present(find(run, target.name));
    case "gradient":
      return gradient(find(run, target.name), null);
    case "activation":
    case "activationGradient": {
      const output = run.calls.get(target.layer)?.outputs[target.output];
      if (target.kind === "activationGradient") return gradient(output, target.timestep);
      return target.timestep === null ? present(output) : output?.alive ? timestep(output, target.timestep) : null;
    }
    case "variable": {
      for (const { name, site, tensor } of user.tensors.values())
        if (name === target.name && model.sites[site]?.within === target.within) return present(tensor);
      return null;
    }
  }
}

/** What is wrong with a target in this model, or null. */
export function targetProblem({ run, model }: Context, target: DataTarget): string | null {
  if (target.kind === "variable") {
    const known = model.sites.some(({ within }) => within === target.within);
    return known ? null : `there is no function ${target.within} in this model file`;
  }
  if (target.kind === "parameter" || target.kind === "gradient") {
    const parameter = find(run, target.name);
    if (parameter === undefined)
      return `there is no parameter ${target.name}; there are ${[...run.parameters.values()].join(", ")}`;
    return target.kind === "gradient" && !parameter.requiresGrad
      ? `${target.name} is frozen: it has no gradient`
      : null;
  }
  const layers = run.model.namedModules().map(([path]) => path);
  if (!layers.includes(target.layer))
    return `there is no layer ${target.layer}; there are ${layers.filter((path) => path !== "").join(", ")}`;
  return null;
}

/** What a tensor is, or null for one that an expression has computed, or for a part of another. */
export function targetOf(context: Context, tensor: Tensor): DataTarget | null {
  const place = placeOf(sourceOf(tensor), liveTensors(context.run, context.user));
  if (place === null) return null;
  for (const key of place.live.keys) {
    const target = targetNamed(context, key, tensor, place);
    if (target !== null) return target;
  }
  return null;
}

/** `parameter rnn.bias`, `output 0 of rnn`, `variable 12 h`, and `gradient of` each: the names of `liveTensors`. */
function targetNamed({ run, model }: Context, key: string, tensor: Tensor, { live, offset }: Place): DataTarget | null {
  const isGradient = key.startsWith("gradient of ");
  const [, kind, rest = ""] = /^(parameter|output|variable) (.*)$/s.exec(key.replace(/^gradient of /, "")) ?? [];
  const isWhole = offset === 0 && tensor.length === live.length;
  if (kind === "parameter") return isWhole ? { kind: isGradient ? "gradient" : "parameter", name: rest } : null;
  if (kind === "variable") {
    const [, site, name = ""] = /^(-?\d+) (.*)$/s.exec(rest) ?? [];
    const within = model.sites[Number(site)]?.within;
    return isWhole && !isGradient && within !== undefined ? { kind, within, name } : null;
  }
  const [, output, layer] = /^(\d+) of (.*)$/s.exec(rest) ?? [];
  if (layer === undefined) return null;
  const common = { kind: isGradient ? "activationGradient" : "activation", layer, output: Number(output) } as const;
  if (isWhole) return { ...common, timestep: null };
  const sequence = run.calls.get(layer)?.outputs[Number(output)];
  if (sequence?.shape.length !== 3) return null;
  const [batch, time, width] = sequence.shape;
  const isTimestep = tensor.shape.join() === [batch, width].join() && offset % width === 0 && offset < time * width;
  return isTimestep ? { ...common, timestep: offset / width } : null;
}

function find(run: TrainingRun, name: string) {
  for (const [parameter, own] of run.parameters) if (own === name) return parameter;
  return undefined;
}

function present(tensor: Tensor | undefined): Sample | null {
  return tensor === undefined || !tensor.alive || tensor.dtype === "int32" ? null : whole(tensor);
}

function whole(tensor: Tensor): Sample {
  return { numbers: tensor.floats.array.slice(0, tensor.length), shape: tensor.shape, of: tensor };
}

function gradient(tensor: Tensor | undefined, t: number | null): Sample | null {
  if (tensor === undefined || !tensor.alive || !tensor.hasGradient) return null;
  const numbers = tensor.gradient().array;
  return t === null
    ? { numbers: numbers.slice(0, tensor.length), shape: tensor.shape, of: tensor }
    : part(numbers, tensor, t);
}

function timestep(tensor: Tensor, t: number): Sample | null {
  return part(tensor.floats.array, tensor, t);
}

/** Timestep t of `[batch, time, features]`. */
function part(numbers: Numbers, tensor: Tensor, t: number): Sample | null {
  const [batch, time, width] = tensor.shape;
  if (tensor.shape.length !== 3 || t >= time) return null;
  const copy = numbers.slice(0, batch * width);
  for (let b = 0; b < batch; b++)
    copy.set(numbers.subarray((b * time + t) * width, (b * time + t + 1) * width), b * width);
  return { numbers: copy, shape: [batch, width], of: tensor };
}
