// A model file trained in this thread as the worker trains it, with everything that the inspector is told of it.
import * as api from "../../../../src/api.ts";
import type { RuntimeEvent, StopReason } from "../../../../src/protocol/events.ts";
import type { Flow, FlowGraph, FlowNode } from "../../../../src/protocol/inspector/flow.ts";
import { type InspectorState, initialState, reduce } from "../../../../src/protocol/inspector/inspector.ts";
import type { BundledModel } from "../../../../src/protocol/model.ts";
import type { Phase } from "../../../../src/protocol/position.ts";
import type { ResumeMode } from "../../../../src/protocol/requests.ts";
import { evaluateModel } from "../../../../src/runtime/bundle/evaluate.ts";
import { eventName, type PauseEvent, phaseSite, positionOf, rangeOf, siteOf } from "../../../../src/runtime/events.ts";
import { ModelGlobals } from "../../../../src/runtime/history/globals.ts";
import { goal } from "../../../../src/runtime/history/targets.ts";
import { FlowReporter } from "../../../../src/runtime/inspect/flow/reporter.ts";
import { PauseController, type PauseHost } from "../../../../src/runtime/pause.ts";
import { modelInfo, statisticsReport } from "../../../../src/runtime/report.ts";
import { UserStack } from "../../../../src/runtime/userStack.ts";
import { isTraining } from "../../../../src/training/define.ts";
import type { IterationResult } from "../../../../src/training/observer.ts";
import { makeEngine, TrainingRun } from "../../../../src/training/run.ts";
import { builtKernels } from "../../../engine/builtKernels.ts";
import { bundle } from "../../bundle/project.ts";

/** What the inspector shows at a pause, and what the pause is called: `rnn[t=2] backward`. */
export interface Stop {
  readonly name: string;
  readonly iteration: number;
  /** Place in its iteration. */
  readonly event: number;
  readonly phase: Phase;
  readonly state: InspectorState;
  /** With all of its tensors, to compute from them what the inspector should show. */
  readonly run: TrainingRun;
}

/** How a run goes on from a stop: to the beginning of an iteration, or as a button says; null: no more stops. */
export type Next = ResumeMode | { readonly goTo: number } | null;

export interface PlayOptions {
  readonly iterations?: number;
  /** Says at every stop how to go on. The first is at entry. Without it nothing stops. */
  readonly script?: (stop: Stop) => Next;
  /** Who looks at iterations that end without a stop: at every one, as rarely as a running training does, nobody. */
  readonly watched?: "always" | "rarely" | "never";
  /** Asked between iterations: is that all? */
  readonly enough?: (played: Played) => boolean;
}

/** One time that the reporter was asked; in milliseconds of `performance.now`. */
export interface Look {
  readonly began: number;
  readonly ended: number;
  /** Did it tell something? */
  readonly told: boolean;
}

class Enough extends Error {}

/** One run, over. */
export class Played implements PauseHost {
  readonly losses: number[] = [];
  readonly events: RuntimeEvent[] = [];
  state: InspectorState = initialState;
  run: TrainingRun | null = null;
  readonly looks: Look[] = [];
  private readonly engine = makeEngine(builtKernels()[0].kernels());
  private readonly globals = new ModelGlobals({ record: true });
  private readonly user = new UserStack(this.engine);
  private readonly flow: FlowReporter;
  private readonly controller: PauseController;

  private constructor(
    readonly model: BundledModel,
    private readonly options: PlayOptions,
  ) {
    const stopOnEntry = options.script !== undefined;
    this.controller = new PauseController(model, this.user, this, { debug: true, stopOnEntry });
    this.flow = new FlowReporter(model);
  }

  static async train(source: string, options: PlayOptions = {}): Promise<Played> {
    const played = new Played(await bundle({ "m.model.ts": source }), options);
    played.train();
    return played;
  }

  stopped(event: PauseEvent, reason: StopReason, breakpoints: readonly number[]): void {
    const run = this.current;
    const range = rangeOf(this.model, siteOf(event, phaseSite(this.model, run.phase)));
    const position = positionOf(event, run, this.controller.event, range);
    const name = eventName(position);
    this.tell({ type: "statistics", report: statisticsReport(run, this.model, this.user, false) });
    for (const told of this.flow.report(run, event)) this.tell(told);
    this.tell({ type: "stopped", reason, position, text: name, breakpoints });
    const { iteration, phase } = run;
    const { event: place } = this.controller;
    const next = this.options.script?.({ name, iteration, event: place, phase, state: this.state, run }) ?? "continue";
    if (typeof next === "string") this.controller.resume(next, event);
    else this.controller.goTo((run) => goal(next.goTo, "beginning", event, run), "goto");
    this.tell({ type: "continued" });
  }

  iterationEnded(run: TrainingRun, result: IterationResult): void {
    this.losses[result.iteration - 1] = result.loss;
    const { watched = "always" } = this.options;
    if (watched === "never" || this.controller.travels) return;
    this.tell({ type: "iterations", records: [result] });
    this.tell({ type: "statistics", report: statisticsReport(run, this.model, this.user, true) });
    const began = performance.now();
    const events = this.flow.running(run, watched === "always");
    this.looks.push({ began, ended: performance.now(), told: events.length > 0 });
    for (const told of events) this.tell(told);
  }

  started(run: TrainingRun): void {
    this.run = run;
    this.tell({ type: "started", model: modelInfo(run, this.model) });
  }

  poll = () => {};
  iterationBegan = () => {};
  betweenIterations = () => {
    if (this.options.enough?.(this) === true) throw new Enough();
  };
  validated = () => {};
  wantsStatistics = () => this.options.watched !== "never";
  now = () => performance.now();
  log = () => {};
  breakpointFailed = () => {};
  say = () => {};
  rewound = (iteration: number) => this.tell({ type: "rewound", iteration });
  saveRest = () => this.globals.save();
  forgetFuture = () => this.globals.forgetFuture();

  private get current(): TrainingRun {
    if (this.run === null) throw new Error("there is no run yet");
    return this.run;
  }

  private tell(event: RuntimeEvent): void {
    this.events.push(event);
    this.state = reduce(this.state, event);
  }

  private train(): void {
    const training = evaluateModel(this.model, api, this.user, console, this.globals);
    if (!isTraining(training)) throw new Error("the model file exports no training");
    const read = (file: string): Uint8Array => {
      throw new Error(`${file} was not expected to be read`);
    };
    const { iterations = 2 } = this.options;
    try {
      new TrainingRun(training, this.engine, { read, observer: this.controller, iterations }).run();
    } catch (error) {
      if (!(error instanceof Enough)) throw error;
    }
  }
}

/** The flow of a state. @throws Error when it has none */
export function flowOf({ flow }: InspectorState): Flow {
  if (flow === null) throw new Error("no flow was reported");
  return flow;
}

/** What a reader would call a node: `embed`, `add`, `input`. */
export function nameOf({ kind, layer, title }: FlowNode): string {
  return kind === "layer" ? layer : title;
}

/** Edges as `embed → rnn`, those of a loop with `↻` before them. */
export function edgesOf({ nodes, edges }: FlowGraph): string[] {
  return edges.map(({ from, to, loop }) => `${loop ? "↻ " : ""}${nameOf(nodes[from])} → ${nameOf(nodes[to])}`);
}
