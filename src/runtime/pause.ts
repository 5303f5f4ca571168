// Decides at every event whether to stop, and blocks there. Full speed and stepping run through the same code.

import { assertNever } from "../protocol/assertNever.ts";
import type { StopReason } from "../protocol/events.ts";
import type { BundledModel } from "../protocol/model.ts";
import type { Phase } from "../protocol/position.ts";
import type { BreakpointSpec, LaunchOptions, ResumeMode } from "../protocol/requests.ts";
import type { Module, Node, Parameter, Scope } from "../training/engine.ts";
import type { IterationResult, TrainingObserver, ValidationResult } from "../training/observer.ts";
import type { TrainingRun } from "../training/run.ts";
import { Rewind } from "../training/snapshot/rewind.ts";
import { type PauseEvent, phaseSite, scopeOf } from "./events.ts";
import { History } from "./history/history.ts";
import { stopOf, type Target } from "./history/journey.ts";
import type { Point } from "./history/point.ts";
import { stepBackFrom } from "./history/targets.ts";
import { Zeros } from "./history/zeros.ts";
import type { Mode, PauseHost } from "./pauseHost.ts";
import { DataTrigger } from "./triggers/data/data.ts";
import { ExceptionTrigger } from "./triggers/exceptions/exceptions.ts";
import { FunctionTrigger } from "./triggers/functions.ts";
import { LineTrigger } from "./triggers/lines.ts";
import type { Hit, Trigger, TriggerContext } from "./triggers/trigger.ts";
import type { UserProvenance, UserStack } from "./userStack.ts";

export type { PauseHost } from "./pauseHost.ts";

type ControllerOptions = Pick<LaunchOptions, "debug" | "stopOnEntry" | "historyMegabytes" | "debugFromIteration">;

/** The module that holds a parameter, and whether it is the last of those that it holds. */
interface Owner {
  readonly module: Module;
  readonly path: string;
  readonly last: boolean;
}

export class PauseController implements TrainingObserver, TriggerContext {
  /** Number of the event within the iteration. */
  event = 0;
  run: TrainingRun | null = null;
  lastOperation: Node | null = null;
  private readonly lines = new LineTrigger(this);
  private readonly functions = new FunctionTrigger(this);
  /** Asked at every event, in this order; the first one's reason is the one that is said. */
  private readonly triggers: readonly Trigger[];
  readonly data: DataTrigger;
  readonly exceptions: ExceptionTrigger;
  /** Nothing stops before this iteration. */
  private readonly quietUntil: number;
  private mode: Mode;
  private readonly owners = new Map<string, Owner>();
  private readonly sites: Readonly<Record<Phase, number>>;
  /** Null in a run that cannot pause. */
  readonly history: History | null;
  /** Numbers of the last two events that a step stops at. */
  private steps = { last: 0, before: 0 };
  /** Is the run at a statement that is over? */
  private over = false;
  /** The iteration of the last stop. */
  private stoppedIn = -1;
  private zeros: Zeros | null = null;
  /** What the present pause is left with, when it is left for an earlier point. */
  private departure: Rewind | null = null;
  /** Thrown already: a model file that catches it gets it again from everything that it does. */
  private unwinding: Rewind | null = null;

  constructor(
    model: BundledModel,
    private readonly user: UserStack,
    private readonly host: PauseHost,
    options: ControllerOptions,
  ) {
    const context = () => (this.run === null ? null : { run: this.run, user, model });
    this.data = new DataTrigger(context);
    this.exceptions = new ExceptionTrigger(context, () => this.event);
    this.triggers = [this.lines, this.functions, this.data, this.exceptions];
    this.quietUntil = options.debugFromIteration ?? 0;
    const site = (phase: Phase) => phaseSite(model, phase);
    this.sites = { forward: -1, loss: site("loss"), backward: site("backward"), update: site("update") };
    this.mode = options.debug && options.stopOnEntry ? { kind: "next", reason: "entry" } : { kind: "run" };
    user.onStatement = (here) => this.statement(here);
    this.history = options.debug ? new History(this, (options.historyMegabytes ?? 256) * 2 ** 20) : null;
  }

  setBreakpoints(breakpoints: readonly BreakpointSpec[]): void {
    this.lines.set(breakpoints.filter((breakpoint) => breakpoint.kind === "line"));
    this.functions.set(breakpoints.filter((breakpoint) => breakpoint.kind === "function"));
  }

  pause(): void {
    this.mode = { kind: "next", reason: "pause" };
  }

  /** How to go on from `event`. */
  resume(mode: ResumeMode, event: PauseEvent): void {
    switch (mode) {
      case "continue":
        this.mode = { kind: "run" };
        return;
      case "stepIn":
        this.mode = { kind: "next", reason: "step" };
        return;
      case "stepOver":
        this.mode = { kind: "over", depth: Math.max(1, scopeOf(event)?.depth ?? 1) };
        return;
      case "stepOut":
        this.mode = { kind: "phase" };
        return;
      case "stepBack":
        this.departure = this.past().travel(stepBackFrom(this.point, this.steps, this.past().outcomes), "step");
        return;
      case "reverseContinue":
        this.departure = this.past().searchBack();
        return;
      default:
        assertNever(mode);
    }
  }

  /** Where the run stands. */
  get point(): Point {
    return { iteration: this.run?.iteration ?? 0, event: this.event, over: this.over };
  }

  /**
   * To another point of the run, where it pauses again.
   * @throws Error with a message for the user when it cannot be gone to
   */
  goTo(target: (run: TrainingRun) => Target, reason: StopReason): void {
    if (this.run !== null) this.departure = this.past().travel(target(this.run), reason);
  }

  started(run: TrainingRun): void {
    this.run = run;
    for (const [path, module] of run.model.namedModules()) {
      // found once: looking through a module costs more than a small update
      module.ownParameters().forEach(([name], i, own) => {
        const place = { module, path, last: i === own.length - 1 };
        this.owners.set(path === "" ? name : `${path}.${name}`, place);
      });
    }
    for (const trigger of this.triggers) trigger.started?.(run);
    this.host.started(run);
    this.host.poll();
    if (this.mode.kind === "next") this.stop({ kind: "entry" }, this.mode.reason);
  }

  beforeIteration(run: TrainingRun): void {
    this.unwinding = null;
    this.host.betweenIterations?.(run);
    const { history } = this;
    if (history === null) return;
    const stop = history.arrivesAtEntry();
    if (stop !== null) {
      this.event = 0;
      this.steps = { last: 0, before: 0 };
      this.user.beginIteration();
      this.stop({ kind: "entry" }, stop.reason, stop.breakpoints, stop.text);
    }
    const isStepping = this.mode.kind !== "run" || this.stoppedIn === run.iteration;
    const rewind = history.beforeIteration(run, isStepping);
    if (rewind !== null) throw rewind;
    this.zeros ??= new Zeros(run.engine.kernels.memory);
    this.zeros.on = isStepping || this.stopsWithin || history.journey?.iteration === run.iteration + 1;
  }

  iterationBegan(run: TrainingRun): void {
    this.event = 0;
    this.steps = { last: 0, before: 0 };
    this.history?.reported.iterationBegan();
    for (const trigger of this.triggers) trigger.iterationBegan?.();
    this.user.beginIteration();
    this.host.iterationBegan(run);
    if (this.travels) this.passes({ kind: "entry" }, "forward", []);
  }

  phaseBegan(phase: Phase): void {
    if (this.unwinding !== null) throw this.unwinding;
    this.lastOperation = null;
    const here = phase === "forward" ? null : this.user.place(this.sites[phase]);
    for (const trigger of this.triggers) trigger.phaseBegan?.(phase, here);
  }

  phaseEnded(phase: Phase): void {
    if (this.unwinding !== null) throw this.unwinding;
    this.statementOver(null);
    this.event++;
    this.host.poll();
    const event: PauseEvent = { kind: "phase" };
    if (this.triggered(event, phase)) return;
    if (this.mode.kind === "phase") this.stop(event, "step");
    else if (this.mode.kind === "next" && this.mode.reason === "pause") this.stop(event, "pause");
  }

  operation(node: Node, phase: "forward" | "backward"): void {
    if (this.unwinding !== null) throw this.unwinding;
    this.event++;
    this.stepped();
    this.host.poll();
    const event: PauseEvent = { kind: "operation", node };
    const stopped = this.triggered(event, this.run?.phase ?? phase);
    this.lastOperation = node;
    if (stopped) return;
    if (this.mode.kind === "next") this.stop(event, this.mode.reason);
    else if (this.mode.kind === "over" && (node.scope?.depth ?? 0) < this.mode.depth) this.stop(event, "step");
  }

  layer(scope: Scope, phase: "forward" | "backward"): void {
    if (this.unwinding !== null) throw this.unwinding;
    // the model's own call ends together with the phase, which has an event of its own
    if (scope.depth === 0) return;
    this.event++;
    const event: PauseEvent = { kind: "layer", scope };
    if (this.triggered(event, this.run?.phase ?? phase)) return;
    if (this.mode.kind === "over" && scope.depth <= this.mode.depth) this.stop(event, "step");
  }

  wantsWeightsBefore(): boolean {
    const wanted = this.triggers.some(({ active, wantsWeightsBefore }) => active && wantsWeightsBefore !== false);
    if (this.mode.kind !== "run" || wanted) return true;
    const { journey } = this.history ?? { journey: null };
    return journey === null ? this.host.wantsStatistics() : journey.iteration === this.run?.iteration;
  }

  parameterUpdated(name: string, parameter: Parameter): void {
    this.event++;
    this.host.poll();
    const owner = this.owners.get(name);
    if (owner === undefined) return;
    this.stepped();
    const event: PauseEvent = { kind: "parameter", name, parameter, owner: owner.module, path: owner.path };
    if (this.triggered(event, "update")) return;
    if (this.mode.kind === "next") this.stop(event, this.mode.reason);
    else if (this.mode.kind === "over" && owner.last) this.stop(event, "step");
  }

  iterationEnded(run: TrainingRun, result: IterationResult): void {
    this.host.iterationEnded(run, result, this.history?.iterationEnded(result, this.steps.last) ?? true);
  }

  /** A validation has no events; who pauses in it gets the end of the iteration before it. */
  validating(): void {
    this.host.poll();
    const { history, run } = this;
    if (this.mode.kind !== "next" || this.mode.reason !== "pause" || run === null) return;
    if (history === null || history.store.newest(run.iteration) === null) return;
    this.mode = { kind: "run" };
    const rewind = history.travel({ kind: "end", iteration: run.iteration }, "pause");
    if (rewind !== null) throw rewind;
  }

  validated(result: ValidationResult): void {
    if (this.history?.validated(result.iteration) ?? true) this.host.validated(result);
  }

  say(text: string): void {
    this.host.say(text);
  }

  log(text: string, site: number): void {
    // what is run again on the way to another point has been logged before
    if (!this.travels) this.host.log(text, site);
  }

  breakpointFailed(id: number, message: string): void {
    this.host.breakpointFailed(id, message);
  }

  rewound(iteration: number): void {
    this.host.rewound(iteration);
  }

  forgetFuture(): void {
    this.host.forgetFuture();
  }

  saveRest(): () => void {
    const restores = [...this.triggers.map((trigger) => trigger.save()), this.host.saveRest()];
    return () => {
      for (const restore of restores) restore();
    };
  }

  now(): number {
    return this.host.now();
  }

  /** Before every statement of the user's functions. */
  private statement(here: UserProvenance): void {
    if (this.unwinding !== null) throw this.unwinding;
    if (!this.user.watched) return;
    this.host.poll();
    this.statementOver(here);
    this.event++;
    if (this.travels) this.passes({ kind: "statement", here }, this.run?.phase ?? "forward", []);
    else if (this.mode.kind === "next" && this.mode.reason === "pause") this.stop({ kind: "statement", here }, "pause");
  }

  /** Stops at the statement that is over when a trigger wants it; another begins, or the phase ends. */
  private statementOver(next: UserProvenance | null): void {
    const hits: Hit[] = [];
    for (const trigger of this.triggers) {
      const hit = trigger.active ? (trigger.statement?.(next, this.run?.phase ?? "forward") ?? null) : null;
      if (hit !== null) hits.push(hit);
    }
    const event = hits[0]?.event;
    if (event === undefined || (this.isQuiet && !this.travels)) return;
    this.over = true;
    if (this.travels) this.passes(event, this.run?.phase ?? "forward", hits);
    else this.stopAt(event, hits);
    this.over = false;
  }

  /** Asks every trigger, and stops when one of them wants it. */
  private triggered(event: PauseEvent, phase: Phase): boolean {
    let hits: Hit[] | null = null;
    for (const trigger of this.triggers) {
      const hit = trigger.active ? trigger.check(event, phase) : null;
      if (hit !== null) hits = [...(hits ?? []), hit];
    }
    if (this.travels) {
      this.passes(event, phase, hits ?? []);
      return true;
    }
    if (hits === null || this.isQuiet) return false;
    this.retrace(hits);
    this.stopAt(event, hits);
    return true;
  }

  /** Leaves this event for the beginning of the iteration when a trigger can find the cause of its hit on the way. */
  private retrace(hits: readonly Hit[]): void {
    const found = hits.find(({ rewind }) => rewind === true);
    if (found !== undefined) this.depart(this.history?.retrace(stopOf([found])) ?? null);
  }

  private get isQuiet(): boolean {
    return (this.run?.iteration ?? 0) < this.quietUntil;
  }

  private stopAt(event: PauseEvent, hits: readonly Hit[]): void {
    const { reason, breakpoints, text } = stopOf(hits);
    this.stop(event, reason, breakpoints, text);
  }

  private stop(event: PauseEvent, reason: StopReason, ids: readonly number[] = [], text: string | null = null): void {
    this.mode = { kind: "run" };
    this.stoppedIn = this.run?.iteration ?? -1;
    const pause = () => this.host.stopped(event, reason, ids, text);
    // what is computed at a pause to be looked at is no part of the run, and no event
    if (this.run === null) pause();
    else this.run.engine.noGrad(pause);
    this.depart(this.departure);
  }

  /** Is a stop in the middle of an iteration to be expected? */
  private get stopsWithin(): boolean {
    return this.lines.active || this.functions.active || this.data.active;
  }

  /** Is the run on its way to another point, stopping nowhere else? */
  get travels(): boolean {
    return this.history !== null && this.history.journey !== null;
  }

  /** At an event on the way. Who pauses there stays there. */
  private passes(event: PauseEvent, phase: Phase, hits: readonly Hit[]): void {
    const { history } = this;
    if (history === null) return;
    const next = history.passing({ event, phase, point: this.point, hits });
    if (next instanceof Rewind) this.depart(next);
    else if (next !== null) this.stop(event, next.reason, next.breakpoints, next.text);
    else if (this.mode.kind === "next") {
      history.journey = null;
      this.stop(event, "pause");
    }
  }

  private depart(rewind: Rewind | null): void {
    this.departure = null;
    if (rewind === null) return;
    this.over = false;
    this.unwinding = rewind;
    throw rewind;
  }

  /** This event is one that a step stops at. */
  private stepped(): void {
    this.steps.before = this.steps.last;
    this.steps.last = this.event;
  }

  /** @throws Error in a run without debugging, which cannot be paused anyway */
  private past(): History {
    if (this.history === null) throw new Error("this run was started without debugging, so it keeps no history");
    return this.history;
  }
}
