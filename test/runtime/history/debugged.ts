// A debug session within one thread: a script says at every stop how to go on, and sees everything that was reported.
import { Console } from "node:console";
import { readFileSync } from "node:fs";
import { Writable } from "node:stream";
import * as api from "../../../src/api.ts";
import type { StopReason } from "../../../src/protocol/events.ts";
import type { EventPlace, IterationPlace } from "../../../src/protocol/history.ts";
import type { BreakpointSpec, ResumeMode } from "../../../src/protocol/requests.ts";
import { evaluateModel } from "../../../src/runtime/bundle/evaluate.ts";
import { eventName, type PauseEvent, phaseSite, positionOf, rangeOf, siteOf } from "../../../src/runtime/events.ts";
import { ModelGlobals } from "../../../src/runtime/history/globals.ts";
import type { Point } from "../../../src/runtime/history/point.ts";
import { eventGoal, goal } from "../../../src/runtime/history/targets.ts";
import { PauseController, type PauseHost } from "../../../src/runtime/pause.ts";
import { UserStack } from "../../../src/runtime/userStack.ts";
import { isTraining } from "../../../src/training/define.ts";
import type { IterationResult, ValidationResult } from "../../../src/training/observer.ts";
import { makeEngine, TrainingRun } from "../../../src/training/run.ts";
import { builtKernels } from "../../engine/builtKernels.ts";
import { bundle } from "../bundle/project.ts";

/** Where a script is asked how to go on. */
export interface Stop {
  readonly point: Point;
  readonly reason: StopReason;
  readonly name: string;
  readonly text: string | null;
  readonly breakpoints: readonly number[];
  readonly epoch: number;
  readonly line: number | null;
  /** As in `Position`. */
  readonly operation: string;
}

export type Command =
  | ResumeMode
  | { readonly goTo: number; readonly place?: IterationPlace }
  | { readonly goToEvent: EventPlace };

/** Gets the first stop, at entry, and then each one that a command has led to. When it ends the run goes on to its end. */
export type Script = (session: Session, entry: Stop) => Generator<Command, void, Stop>;

export interface SessionOptions {
  readonly historyMegabytes?: number;
  readonly breakpoints?: readonly BreakpointSpec[];
  /** By the name that the model file gives them. */
  readonly data?: Readonly<Record<string, string>>;
}

export class Session implements PauseHost {
  readonly records: IterationResult[] = [];
  readonly validations: ValidationResult[] = [];
  readonly lines: string[] = [];
  readonly said: string[] = [];
  readonly failures: { readonly id: number; readonly message: string }[] = [];
  readonly rewinds: number[] = [];
  readonly controller: PauseController;
  readonly user: UserStack;
  /** Called as often as a run looks for requests. */
  onPoll: (() => void) | null = null;
  /** Called between two iterations. */
  onBetween: ((run: TrainingRun) => void) | null = null;
  private readonly engine = makeEngine(builtKernels()[0].kernels());
  private readonly globals = new ModelGlobals({ record: true });
  private running: TrainingRun | null = null;
  private steps: Generator<Command, void, Stop> | null = null;
  private pausedMilliseconds = 0;

  private constructor(
    private readonly model: Awaited<ReturnType<typeof bundle>>,
    private readonly options: SessionOptions,
    private readonly script: Script,
  ) {
    this.user = new UserStack(this.engine);
    const { historyMegabytes, breakpoints = [] } = options;
    const history = historyMegabytes === undefined ? {} : { historyMegabytes };
    this.controller = new PauseController(model, this.user, this, { debug: true, stopOnEntry: true, ...history });
    this.controller.setBreakpoints(breakpoints);
  }

  /** Trains a model file from entry to end. @throws what the training throws, or the script */
  static async train(source: string, script: Script, options: SessionOptions = {}): Promise<Session> {
    const session = new Session(await bundle({ "m.model.ts": source }), options, script);
    session.train();
    return session;
  }

  get run(): TrainingRun {
    if (this.running === null) throw new Error("there is no run yet");
    return this.running;
  }

  /** Number of the line that has this text in it, counts from 1. */
  lineOf(text: string): number {
    const lines = readFileSync(this.model.file, "utf8").split("\n");
    return lines.findIndex((candidate) => candidate.includes(text)) + 1;
  }

  /** All sites of that line. */
  sitesAt(text: string): readonly number[] {
    const line = this.lineOf(text);
    return this.model.sites.filter(({ range }) => range.line === line).map(({ id }) => id);
  }

  /** Sites of the statements of that line. */
  sitesOf(text: string): readonly number[] {
    const line = this.lineOf(text);
    return this.model.sites
      .filter(({ kind, range }) => kind === "statement" && range.line === line)
      .map(({ id }) => id);
  }

  /** Every number that a pause could show, as one: what was computed, gradients, parameters, optimizer, chance. */
  hash(): string {
    const { run, engine } = this;
    const hash = new Hash();
    for (const { output, timestep } of engine.tape) {
      hash.add(output.storage.array, timestep);
      const gradient = output.gradientSoFar();
      if (gradient !== null) hash.add(gradient.array, timestep);
    }
    for (const tensor of run.model.stateDict().values()) {
      hash.add(tensor.storage.array, Number(tensor.hasGradient));
      const gradient = tensor.gradientSoFar();
      if (gradient !== null) hash.add(gradient.array, 0);
    }
    for (const { steps, buffers } of run.optimizer.states) {
      for (const buffer of buffers.values()) hash.add(buffer.array, steps);
    }
    for (const { tensor } of this.user.tensors.values()) hash.add(tensor.storage.array, tensor.length);
    const rates = run.optimizer.groups.map(({ settings }) => settings.learningRate);
    hash.add(Float64Array.of(...rates, run.optimizer.t, ...engine.random.getState()), engine.tape.length);
    return hash.text;
  }

  stopped(event: PauseEvent, reason: StopReason, breakpoints: readonly number[], text: string | null): void {
    const began = performance.now();
    const { point } = this.controller;
    const range = rangeOf(this.model, siteOf(event, phaseSite(this.model, this.run.phase)));
    const position = positionOf(event, this.run, point.event, range);
    const line = position.source?.line ?? null;
    const { operation } = position;
    const { epoch } = this.run;
    const stop = { point, reason, name: eventName(position), text, breakpoints, epoch, line, operation };
    let next: IteratorResult<Command, void>;
    if (this.steps === null) {
      this.steps = this.script(this, stop);
      next = this.steps.next();
    } else next = this.steps.next(stop);
    if (next.done) this.controller.setBreakpoints([]);
    const command = next.done ? "continue" : next.value;
    if (typeof command === "string") this.controller.resume(command, event);
    else if ("goToEvent" in command) this.controller.goTo((run) => eventGoal(command.goToEvent, run), "goto");
    else this.controller.goTo((run) => goal(command.goTo, command.place ?? "beginning", event, run), "goto");
    this.pausedMilliseconds += performance.now() - began;
  }

  poll(): void {
    this.onPoll?.();
  }

  iterationEnded(_run: TrainingRun, result: IterationResult, isNew: boolean): void {
    if (isNew) this.records.push(result);
  }

  validated(result: ValidationResult): void {
    this.validations.push(result);
  }

  started(run: TrainingRun): void {
    this.running = run;
  }

  betweenIterations(run: TrainingRun): void {
    this.onBetween?.(run);
  }

  iterationBegan(): void {}
  wantsStatistics = () => false;
  now = () => performance.now() - this.pausedMilliseconds;
  log = (text: string) => void this.lines.push(text);
  breakpointFailed = (id: number, message: string) => void this.failures.push({ id, message });
  failed = () => {};
  say = (text: string) => void this.said.push(text);
  rewound = (iteration: number) => void this.rewinds.push(iteration);
  saveRest = () => this.globals.save();
  saveAside = () => this.globals.saveAside();
  forgetFuture = () => this.globals.forgetFuture();

  private train(): void {
    const stdout = new Writable({
      decodeStrings: false,
      write: (text, _encoding, done) => {
        const { history } = this.controller;
        if (history?.reported.line(this.running?.iteration ?? 0)) this.lines.push(String(text).trimEnd());
        done();
      },
    });
    const training = evaluateModel(this.model, api, this.user, new Console(stdout, stdout), this.globals);
    if (!isTraining(training)) throw new Error("the model file exports no training");
    const { data = {} } = this.options;
    const read = (file: string) => new TextEncoder().encode(data[file]);
    new TrainingRun(training, this.engine, { read, observer: this.controller }).run();
  }
}

/** FNV-1a (Fowler, Noll & Vo) over 32-bit words. */
class Hash {
  private value = 0x811c9dc5;

  add(array: Float32Array | Float64Array | Int32Array, mark: number): void {
    this.word(array.length);
    this.word(mark);
    const words = new Int32Array(array.buffer, array.byteOffset, array.byteLength / 4);
    for (let i = 0; i < words.length; i++) this.word(words[i]);
  }

  get text(): string {
    return this.value.toString(16);
  }

  private word(word: number): void {
    this.value = Math.imul(this.value ^ word, 0x01000193) >>> 0;
    // so that high bits reach the low ones
    this.value = (this.value ^ (this.value >>> 15)) >>> 0;
  }
}
