// A small recurrent training that stands still at chosen events, with the inspector that answers there.
import assert from "node:assert/strict";
import type { Kernels } from "../../../src/engine/kernels/kernels.ts";
import type { RequestName, RequestParams, RequestResult } from "../../../src/protocol/requests.ts";
import type { ValueInfo } from "../../../src/protocol/values.ts";
import type { PauseEvent } from "../../../src/runtime/events.ts";
import { Inspector, type InspectorHandlers } from "../../../src/runtime/inspect/inspector.ts";
import type { Pause } from "../../../src/runtime/inspect/scopes.ts";
import { UserStack } from "../../../src/runtime/userStack.ts";
import type { TrainingDefinition } from "../../../src/training/define.ts";
import type { Node, Parameter } from "../../../src/training/engine.ts";
import type { Phase, TrainingObserver } from "../../../src/training/observer.ts";
import type { TrainingRun } from "../../../src/training/run.ts";
import { Recorder, smallRun } from "../../training/small.ts";

export class Paused {
  /** What has been changed, as the worker is told of it. */
  readonly edits: string[] = [];
  readonly handlers: InspectorHandlers;
  readonly inspector: Inspector;
  private event: PauseEvent | null = null;

  constructor(
    readonly run: TrainingRun,
    readonly user: UserStack,
    precision?: number,
  ) {
    const host = {
      run: () => this.run,
      paused: () => this.pause,
      edited: (what: string) => void this.edits.push(what),
    };
    this.inspector = new Inspector(run.engine, user, host, precision);
    this.handlers = this.inspector.handlers();
  }

  get pause(): Pause {
    assert.ok(this.event !== null, "the run stands nowhere");
    return { run: this.run, event: this.event, frame: null };
  }

  at(event: PauseEvent, body: () => void): void {
    this.event = event;
    body();
    this.event = null;
    this.inspector.clear();
  }

  ask<K extends keyof InspectorHandlers & RequestName>(name: K, params: RequestParams<K>): RequestResult<K> {
    return this.handlers[name](params);
  }

  evaluate(expression: string, context: "watch" | "repl" = "watch"): ValueInfo {
    return this.ask("evaluate", { expression, context });
  }

  /** The text of a value. */
  text(expression: string): string {
    return this.evaluate(expression).value;
  }

  set(expression: string, value: string): ValueInfo {
    return this.ask("setExpression", { expression, value });
  }

  children({ reference }: { readonly reference: number }): readonly ValueInfo[] {
    return this.ask("children", { reference, start: 0, count: 0 });
  }

  /** The child of this name of an expression's value. */
  child(expression: string, name: string): ValueInfo {
    const found = this.children(this.evaluate(expression)).find((child) => child.name === name);
    assert.ok(found !== undefined, `${expression} has no child "${name}"`);
    return found;
  }

  scope(name: string): { readonly reference: number } {
    const found = this.ask("scopes", { frame: 1 }).find((scope) => scope.name === name);
    assert.ok(found !== undefined, `there is no scope "${name}"`);
    return found;
  }
}

/** An event: `forward rnn[t=1] rnn step`, `update rnn.weight_hh_l0`, `end backward`, with the iteration before it: `2 end loss`. */
type Stops = Readonly<Record<string, (paused: Paused) => void>>;

export interface PausedOptions {
  readonly kernels?: Kernels;
  readonly iterations?: number;
  readonly precision?: number;
  readonly change?: Partial<TrainingDefinition>;
  /** Does the run keep the weights from before each update, as it does while somebody steps? Default true. */
  readonly keepWeights?: boolean;
}

/** Trains and calls what is given for each event when it comes to it; every one must come. */
export function pausing(stops: Stops, options: PausedOptions = {}): Paused {
  const { kernels, iterations = 2, change = {}, precision, keepWeights = true } = options;
  const waiting = new Set(Object.keys(stops));
  let paused: Paused | null = null;
  const stop = (name: string, event: PauseEvent) => {
    if (paused === null) return;
    const key = `${paused.run.iteration} ${name}`;
    const body = stops[key];
    if (body === undefined || !waiting.delete(key)) return;
    const here = paused;
    // a real pause computes nothing that is recorded, and neither may a test
    here.at(event, () => body(here));
  };
  const observer: TrainingObserver = Object.assign(new Recorder(), {
    operation: (node: Node, phase: Phase) => {
      const { scope, timestep, operation } = node;
      const at = timestep >= 0 ? `[t=${timestep}]` : "";
      stop(`${phase} ${scope?.owner.path ?? ""}${at} ${operation}`, { kind: "operation", node });
    },
    wantsWeightsBefore: () => keepWeights,
    phaseEnded: (phase: Phase) => stop(`end ${phase}`, { kind: "phase" }),
    parameterUpdated: (name: string, parameter: Parameter) => {
      if (paused === null) return;
      stop(`update ${name}`, { kind: "parameter", name, parameter, owner: paused.run.model, path: "" });
    },
    iterationEnded: (run: TrainingRun) => {
      const stepping = Object.keys(stops).some((key) => key.startsWith(`${run.iteration} `));
      paused?.inspector.previous.iterationEnded(run, stepping);
    },
  });
  const run = smallRun(change, { observer, iterations, ...(kernels === undefined ? {} : { kernels }) });
  paused = new Paused(run, new UserStack(run.engine), precision);
  run.run();
  assert.deepEqual([...waiting], [], "the run never came there");
  return paused;
}
