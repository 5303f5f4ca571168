// One run inside the worker: trains, reports, and answers requests while it is paused.

import type { MessagePort } from "node:worker_threads";
import * as api from "../api.ts";
import { defaultFilters } from "../protocol/breakpoints/exceptions.ts";
import type { WorkerData } from "../protocol/control.ts";
import type { IterationRecord, StopReason } from "../protocol/events.ts";
import { isMilestone } from "../protocol/inspector/runs.ts";
import type { ErrorReport } from "../protocol/model.ts";
import type { FrameInfo } from "../protocol/requests.ts";
import { isTraining, type Training } from "../training/define.ts";
import { ModelError } from "../training/engine.ts";
import type { IterationResult, ValidationResult } from "../training/observer.ts";
import { makeEngine, TrainingRun } from "../training/run.ts";
import { evaluateModel } from "./bundle/evaluate.ts";
import { SourceLocations } from "./bundle/locations.ts";
import { type PauseEvent, phaseSite, positionOf, rangeOf, siteOf, stackFrames } from "./events.ts";
import { dataReader, loadKernels } from "./files.ts";
import { ModelGlobals } from "./history/globals.ts";
import { historyHandlers } from "./history/handlers.ts";
import { chain } from "./inspect/chain/chain.ts";
import { equationReport } from "./inspect/equation/report.ts";
import { FlowReporter } from "./inspect/flow/reporter.ts";
import { Inspector } from "./inspect/inspector.ts";
import { TensorPictures } from "./inspect/picture/answer.ts";
import type { Pause } from "./inspect/scopes.ts";
import { sequenceReport } from "./inspect/time/sequence.ts";
import { Mailbox, type RequestHandlers } from "./mailbox.ts";
import { PauseController, type PauseHost } from "./pause.ts";
import { Playing } from "./playing/playing.ts";
import { modelInfo, statisticsReport } from "./report.ts";
import { settingHandlers } from "./settings.ts";
import { LogGatherer } from "./triggers/logs.ts";
import { watchingHandlers } from "./triggers/watching.ts";
import { consoleTo } from "./userConsole.ts";
import { UserProvenance, UserStack } from "./userStack.ts";

/** Iterations are sent at most this often, and statistics this often; in milliseconds. */
const recordsEvery = 40;
const statisticsEvery = 250;

export class TrainingWorker implements PauseHost {
  private readonly model;
  private readonly mailbox: Mailbox;
  private readonly engine;
  private readonly user: UserStack;
  private readonly inspector: Inspector;
  private readonly controller: PauseController;
  /** Null when nobody wants to see the model at play. */
  private readonly playing: Playing | null;
  private readonly locations: SourceLocations;
  private readonly flow: FlowReporter;
  private readonly pictures: TensorPictures;
  /** Chance and time as the model file sees them. */
  private readonly globals: ModelGlobals;
  private run: TrainingRun | null = null;
  /** Where the run stands while it is paused. */
  private pause: (Pause & { readonly event: PauseEvent }) | null = null;
  private readonly logs = new LogGatherer(({ text, site }) => this.output("console", text, site));
  private records: IterationRecord[] = [];
  private recordsSent = 0;
  private statisticsSent = Number.NEGATIVE_INFINITY;
  private pausedMilliseconds = 0;
  private lastLoss: number | null = null;
  private saidNotFinite = false;
  /** The last iteration that had a pause in it: it is kept for comparison with the next. */
  private steppedIn = -1;

  constructor(private readonly data: WorkerData<MessagePort>) {
    this.model = data.model;
    this.engine = makeEngine(loadKernels(data.dist, data.options));
    this.user = new UserStack(this.engine);
    const host = { run: () => this.run, paused: () => this.paused(), edited: this.edited };
    this.inspector = new Inspector(this.engine, this.user, host, data.options.precision);
    this.locations = new SourceLocations(data.model);
    this.flow = new FlowReporter(data.model);
    this.pictures = new TensorPictures({
      run: () => this.run,
      pause: () => this.pause,
      pastOf: (tensor) => this.inspector.pastOf(tensor),
      now: () => performance.now(),
    });
    this.globals = new ModelGlobals({ record: data.options.debug });
    this.mailbox = new Mailbox(data.port, data.control, this.handlers());
    this.controller = new PauseController(data.model, this.user, this, data.options);
    this.playing = data.options.playing === true ? this.makePlaying() : null;
    if (data.options.debug) this.controller.setBreakpoints(data.options.breakpoints);
    if (data.options.debug) this.controller.exceptions.set(data.options.exceptionFilters ?? defaultFilters);
  }

  /** Trains to the end; every outcome is an event. */
  train(): void {
    const begin = performance.now();
    try {
      this.makeRun(this.load()).run();
      this.logs.flush();
      this.sendRecords();
      if (this.run !== null) this.playing?.finished(this.run);
    } catch (error) {
      this.logs.flush();
      this.sendRecords();
      this.fail(this.locations.report(error, error instanceof ModelError ? error.site : undefined));
      return;
    }
    const seconds = (performance.now() - begin - this.pausedMilliseconds) / 1000;
    this.mailbox.send({
      type: "finished",
      reason: "completed",
      iterations: this.run?.iteration ?? 0,
      seconds,
      loss: this.lastLoss,
    });
  }

  started(run: TrainingRun): void {
    this.run = run;
    this.pictures.started(run);
    this.mailbox.send({ type: "started", model: modelInfo(run, this.model) });
  }

  iterationBegan(): void {}

  betweenIterations(run: TrainingRun): void {
    this.playing?.between(run, this.steppedIn === run.iteration);
  }

  iterationEnded(run: TrainingRun, result: IterationResult, isNew: boolean): void {
    // a journey passes the iterations before its end without a pause, and they are what its end is compared with
    this.inspector.previous.iterationEnded(run, this.steppedIn === run.iteration || this.controller.travels);
    this.lastLoss = result.loss;
    this.noticeNotFinite(result);
    if (isNew) this.records.push(result);
    this.logs.tick();
    const now = performance.now();
    if (now - this.recordsSent >= recordsEvery) this.sendRecords();
    if (!this.controller.travels && this.wantsStatistics()) {
      this.statisticsSent = now;
      this.mailbox.send({ type: "statistics", report: statisticsReport(run, this.model, this.user, true) });
      for (const event of this.flow.running(run, this.isLastIteration())) this.mailbox.send(event);
      this.pictures.iterationEnded(run);
    }
  }

  /** A run without debugging says once that a number is not finite any more; one with it has its exception filter. */
  private noticeNotFinite({ iteration, loss, gradNorm }: IterationResult): void {
    if (this.data.options.debug || this.saidNotFinite || Number.isFinite(loss + gradNorm)) return;
    this.saidNotFinite = true;
    this.mailbox.send({ type: "notFinite", iteration, what: Number.isFinite(loss) ? "gradient norm" : "loss" });
  }

  validated(result: ValidationResult): void {
    this.sendRecords();
    this.mailbox.send({ type: "validation", ...result });
  }

  say(text: string): void {
    this.output("console", text, -1);
  }

  log(text: string, site: number): void {
    this.logs.add(text, site);
  }

  breakpointFailed(id: number, message: string): void {
    this.mailbox.send({ type: "breakpointFailed", id, message });
  }

  rewound(iteration: number): void {
    this.sendRecords();
    this.mailbox.send({ type: "rewound", iteration });
  }

  saveRest(): () => void {
    return this.globals.save();
  }

  forgetFuture(): void {
    this.globals.forgetFuture();
  }

  wantsStatistics(): boolean {
    if (this.isLastIteration() || isMilestone(this.run?.iteration ?? 0)) return true;
    return performance.now() - this.statisticsSent >= statisticsEvery;
  }

  now(): number {
    return performance.now() - this.pausedMilliseconds;
  }

  /** Its statistics are what the editor shows when the run is over. */
  private isLastIteration(): boolean {
    return this.run !== null && this.run.iteration === this.run.epochs * this.run.iterationsPerEpoch;
  }

  poll(): void {
    this.mailbox.poll();
  }

  stopped(event: PauseEvent, reason: StopReason, breakpoints: readonly number[], text: string | null): void {
    const run = this.running();
    const began = performance.now();
    this.pause = this.pauseAt(event);
    this.logs.flush();
    this.sendRecords();
    const position = this.position(event);
    this.sendNumbers();
    const where = stackFrames(event, position, this.model)[0].name;
    this.mailbox.send({
      type: "stopped",
      reason,
      position,
      text: text === null ? where : `${where}: ${text}`,
      breakpoints,
    });
    this.mailbox.block(() => this.pause === null);
    this.pausedMilliseconds += performance.now() - began;
    this.steppedIn = run.iteration;
    this.mailbox.send({ type: "continued" });
  }

  private handlers(): RequestHandlers {
    return {
      setBreakpoints: ({ breakpoints }) => {
        if (this.data.options.debug) this.controller.setBreakpoints(breakpoints);
        return {};
      },
      pause: () => {
        if (!this.data.options.debug)
          throw new Error("this run was started without debugging, so it cannot pause; use Debug Training");
        if (this.pause === null) this.controller.pause();
        return {};
      },
      resume: ({ mode }) => {
        this.controller.resume(mode, this.paused().event);
        this.goOn();
        return {};
      },
      frames: () => this.frames(),
      ...historyHandlers({
        frames: () => this.frames(),
        run: () => this.running(),
        leaveFor: (target, reason) => {
          const { event } = this.paused();
          this.controller.goTo((run) => target(run, event), reason);
          this.goOn();
        },
      }),
      ...this.inspector.handlers(),
      ...settingHandlers({
        running: () => this.arrived(),
        settingChanged: (what, redo) => this.settingChanged(what, redo),
      }),
      ...watchingHandlers({
        debug: this.data.options.debug,
        triggers: () => this.controller,
        paused: () => ({ run: this.paused().run, user: this.user, model: this.model }),
        lookUp: (reference, name) => this.inspector.valueOf(reference, name),
      }),
      chain: ({ layer, sample }) => {
        const { run } = this.paused();
        return this.engine.noGrad(() => chain(run, layer, sample));
      },
      sequence: ({ sample }) => sequenceReport(this.paused().run, sample),
      tensor: (question) => this.pictures.answer(question),
    };
  }

  private frames(): FrameInfo[] {
    const { event } = this.paused();
    return stackFrames(event, this.position(event), this.model);
  }

  /** Ends the pause. */
  private goOn(): void {
    this.pause = null;
    this.inspector.clear();
  }

  private makePlaying(): Playing {
    const { controller, globals, mailbox } = this;
    return new Playing({
      get travels() {
        return controller.travels;
      },
      send: (report) => mailbox.send({ type: "playing", report }),
      saveRest: () => globals.saveAside(),
      now: () => performance.now(),
    });
  }

  private load(): Training {
    this.globals.seed(this.data.options.seed ?? 0);
    const exported = evaluateModel(
      this.model,
      api,
      this.user,
      consoleTo((category, text) => this.wrote(category, text)),
      this.globals,
    );
    if (isTraining(exported)) {
      this.globals.seed(this.data.options.seed ?? exported.definition.seed ?? 0);
      return exported;
    }
    throw new ModelError("the default export is not a training; write `export default defineTraining({ … })`");
  }

  private makeRun(training: Training): TrainingRun {
    const { seed, epochs } = this.data.options;
    return new TrainingRun(training, this.engine, {
      seed: seed ?? undefined,
      epochs: epochs ?? undefined,
      read: dataReader(this.model.file),
      observer: this.controller,
    });
  }

  /** What model code writes to its console, as output events with the line that wrote it. */
  private wrote(category: "stdout" | "stderr", text: string): void {
    if (this.playing?.computing === true) return;
    if (this.controller.history?.reported.line(this.run?.iteration ?? 0) === false) return;
    this.output(category, text, this.engine.here.site);
  }

  private position(event: PauseEvent) {
    const run = this.running();
    return positionOf(
      event,
      run,
      this.controller.event,
      rangeOf(this.model, siteOf(event, phaseSite(this.model, run.phase))),
    );
  }

  /** Somebody has changed a value of the run, which shows in its statistics at once. */
  private readonly edited = (what: string, again?: (pause: Pause) => void): void => {
    const redo = again === undefined ? null : (event: PauseEvent) => again(this.pauseAt(event));
    this.controller.history?.branch(what, redo);
    if (this.pause !== null) this.sendNumbers();
  };

  /** What the inspector shows of a pause. */
  private sendNumbers(): void {
    this.mailbox.send({ type: "statistics", report: statisticsReport(this.running(), this.model, this.user, false) });
    this.mailbox.send({ type: "equation", report: this.engine.noGrad(() => equationReport(this.paused())) });
    for (const event of this.flow.report(this.running(), this.pause?.event ?? null)) this.mailbox.send(event);
  }

  /** @param site the line that says it, −1 for none */
  private output(category: "stdout" | "stderr" | "console", text: string, site: number): void {
    const range = rangeOf(this.model, site);
    this.mailbox.send({ type: "output", category, text, source: range && { file: range.file, line: range.line } });
  }

  private sendRecords(): void {
    this.recordsSent = performance.now();
    if (this.records.length === 0) return;
    this.mailbox.send({ type: "iterations", records: this.records });
    this.records = [];
  }

  private fail(error: ErrorReport): void {
    this.mailbox.send({ type: "failed", error });
  }

  private settingChanged(what: string, redo: () => void): void {
    const text = `${what} from iteration ${this.running().iteration} on`;
    this.mailbox.send({ type: "output", category: "console", text, source: null });
    this.controller.history?.branch(what, redo);
    if (this.pause !== null) this.sendNumbers();
  }

  /** What can be seen at an event. */
  private pauseAt(event: PauseEvent): Pause & { readonly event: PauseEvent } {
    const here =
      event.kind === "operation"
        ? event.node.here
        : event.kind === "layer"
          ? event.scope.here
          : event.kind === "statement"
            ? event.here
            : null;
    const frame = here instanceof UserProvenance && here.site !== -1 ? here.frame : null;
    return { run: this.running(), event, frame };
  }

  /** @throws Error while the run is replayed, when a change would belong to no point that the user has seen */
  private arrived(): TrainingRun {
    if (this.controller.travels)
      throw new Error("training is going to another point of its history; wait until it is there");
    return this.running();
  }

  private running(): TrainingRun {
    if (this.run === null) throw new Error("the run has not begun yet");
    return this.run;
  }

  private paused(): Pause & { readonly event: PauseEvent } {
    if (this.pause === null) throw new Error("the training is running; pause it first");
    return this.pause;
  }
}
