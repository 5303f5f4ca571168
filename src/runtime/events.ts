// The event that a pause stands at, and its translation into a position, a stack and a line.

import type { BundledModel } from "../protocol/model.ts";
import type { Phase, Position, SourceRange } from "../protocol/position.ts";
import type { FrameInfo } from "../protocol/requests.ts";
import type { Module, Node, Parameter, Provenance, Scope } from "../training/engine.ts";
import type { TrainingRun } from "../training/run.ts";

/** What just happened. */
export type PauseEvent =
  | { readonly kind: "entry" }
  | { readonly kind: "statement"; readonly here: Provenance }
  | { readonly kind: "operation"; readonly node: Node }
  | { readonly kind: "layer"; readonly scope: Scope }
  | {
      readonly kind: "parameter";
      readonly name: string;
      readonly parameter: Parameter;
      readonly owner: Module;
      readonly path: string;
    }
  | { readonly kind: "phase" };

/** The layer call that an event belongs to, if any. */
export function scopeOf(event: PauseEvent): Scope | null {
  return event.kind === "operation" ? event.node.scope : event.kind === "layer" ? event.scope : null;
}

/** The statement that an event stands at. */
export function siteOf(event: PauseEvent, phaseSite: number): number {
  switch (event.kind) {
    case "operation":
      return event.node.here.site;
    case "statement":
      return event.here.site;
    case "layer":
      return event.scope.here.site;
    case "parameter":
      return event.owner.creationSite;
    case "entry":
    case "phase":
      return phaseSite;
  }
}

export function positionOf(event: PauseEvent, run: TrainingRun, number: number, source: SourceRange | null): Position {
  const scope = scopeOf(event);
  const parameter = event.kind === "parameter" ? event : null;
  return {
    epoch: run.epoch,
    iteration: run.iteration,
    event: number,
    kind: event.kind,
    phase: run.phase,
    layer: parameter?.path ?? scope?.owner.path ?? "",
    layerType: parameter?.owner.constructor.name ?? scope?.owner.type ?? "",
    operation:
      event.kind === "operation" ? event.node.title : parameter !== null ? run.optimizer.name.toLowerCase() : "",
    timestep: event.kind === "operation" && event.node.timestep >= 0 ? event.node.timestep : null,
    parameter: parameter?.name ?? "",
    source,
  };
}

/** `rnn[t=12] backward`, the top of the stack. */
export function eventName(position: Position): string {
  const { kind, phase, layer, timestep, operation, parameter } = position;
  switch (kind) {
    case "entry":
      return position.iteration === 0 ? "before the first iteration" : `beginning of iteration ${position.iteration}`;
    case "statement":
      return `${layer === "" ? "model" : layer} ${phase}`;
    case "operation": {
      const where = layer === "" ? operation : timestep === null ? layer : `${layer}[t=${timestep}]`;
      return where === "" ? phase : `${where} ${phase}`;
    }
    case "layer":
      return `${layer === "" ? "model" : layer} ${phase}`;
    case "parameter":
      return `${parameter} update`;
    case "phase":
      return `end of ${phase}`;
  }
}

/** `rnn[t=12] backward` ← (layers around it) ← `backward` ← `iteration 37` ← `epoch 2`. */
export function stackFrames(event: PauseEvent, position: Position, model: BundledModel): FrameInfo[] {
  const frames: Omit<FrameInfo, "id">[] = [{ name: eventName(position), source: position.source }];
  for (let s = scopeOf(event)?.parent ?? null; s !== null && s.depth > 0; s = s.parent) {
    frames.push({ name: `${s.owner.path} ${position.phase}`, source: rangeOf(model, s.here.site) });
  }
  if (position.kind !== "entry") frames.push({ name: position.phase, source: phaseRange(model, position.phase) });
  if (position.iteration > 0) {
    frames.push({ name: `iteration ${position.iteration}`, source: null });
    frames.push({ name: `epoch ${position.epoch}`, source: null });
  }
  return frames.map((frame, i) => ({ id: i + 1, ...frame }));
}

export function rangeOf(model: BundledModel, site: number): SourceRange | null {
  return model.sites[site]?.range ?? null;
}

/** The property of `defineTraining` that a phase stands at. */
export function phaseSite(model: BundledModel, phase: Phase): number {
  const kind = phase === "update" ? "optimizer" : phase === "forward" ? "model" : "loss";
  return model.sites.find((site) => site.kind === kind)?.id ?? -1;
}

function phaseRange(model: BundledModel, phase: Phase): SourceRange | null {
  return rangeOf(model, phaseSite(model, phase));
}
