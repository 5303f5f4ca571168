// One run of training as DAP sees it: runtime events become DAP events, and a state says which requests make sense.

import { basename } from "node:path";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { assertNever } from "../protocol/assertNever.ts";
import type { FilterSetting } from "../protocol/breakpoints/exceptions.ts";
import type { RuntimeEvent, StopReason } from "../protocol/events.ts";
import { isRunQuestion, runQuestions } from "../protocol/inspector/questions.ts";
import type { BundledModel } from "../protocol/model.ts";
import type { RequestName, RequestParams, RequestResult, ResumeMode } from "../protocol/requests.ts";
import { encode, type Json } from "../protocol/wire.ts";
import type { Breakpoints } from "./breakpoints/breakpoints.ts";
import type { Client } from "./client.ts";
import { type Arguments, errors, type SendEvent, trainingThread } from "./dap.ts";
import { gotoTargets, placeOf } from "./history.ts";
import type { Launch } from "./launch.ts";
import type { LoadedFiles } from "./loadedFiles.ts";
import { Pause, type PauseHandles, type Stop } from "./pause.ts";
import type { Progress } from "./progress.ts";
import type { Disposable, Runtime } from "./runtime/runtime.ts";

/** What a run needs of its session. */
export interface RunHost {
  readonly client: Client;
  readonly breakpoints: Breakpoints;
  readonly handles: PauseHandles;
  readonly files: LoadedFiles;
  readonly send: SendEvent;
  /** Gets every event as it is. */
  readonly forward: (event: RuntimeEvent) => void;
}

type State =
  | { readonly kind: "running" }
  | { readonly kind: "paused"; readonly pause: Pause }
  | { readonly kind: "ended" };

const descriptions: Readonly<Record<StopReason, string>> = {
  entry: "Paused on entry",
  breakpoint: "Paused on breakpoint",
  "data breakpoint": "Paused on data breakpoint",
  "function breakpoint": "Paused on function breakpoint",
  step: "Paused after step",
  goto: "Paused where it was to go",
  restart: "Paused to run again",
  pause: "Paused",
  exception: "Paused on exception",
};

export class TrainingRun {
  readonly model: BundledModel;
  readonly launch: Launch;
  readonly #runtime: Runtime;
  readonly #progress: Progress;
  readonly #host: RunHost;
  readonly #subscription: Disposable;
  #state: State = { kind: "running" };
  /** Of the whole run. */
  #iterations = Number.POSITIVE_INFINITY;
  #seed = 0;
  #arrived: RuntimeEvent[] = [];
  #turn: NodeJS.Immediate | undefined;

  constructor(runtime: Runtime, model: BundledModel, launch: Launch, progress: Progress, host: RunHost) {
    this.model = model;
    this.launch = launch;
    this.#runtime = runtime;
    this.#progress = progress;
    this.#host = host;
    this.#subscription = runtime.onEvent((event) => this.#receive(event));
  }

  /** @throws RequestError unless it is paused */
  get pause(): Pause {
    switch (this.#state.kind) {
      case "paused":
        return this.#state.pause;
      case "running":
        throw errors.running();
      case "ended":
        throw errors.ended();
      default:
        return assertNever(this.#state);
    }
  }

  resume(mode: ResumeMode): Promise<void> {
    return this.#goOn("resume", { mode });
  }

  /** Places in this iteration and those beside it. @param line as the client counts, for the answer */
  gotoTargets(line: number): Dap.GotoTarget[] {
    if (!Number.isInteger(line))
      throw errors.badArguments(`"line" must be a whole number, but is ${JSON.stringify(line)}`);
    const { position, text } = this.pause.stop;
    return gotoTargets(position, text.split("\n", 1)[0], this.#iterations, line);
  }

  async goTo(targetId: unknown): Promise<void> {
    await this.#goOn("goTo", placeOf(targetId));
  }

  /** Runs the iteration again that a frame belongs to. @throws RequestError when there is no such frame */
  async restartFrame(frameId: number): Promise<void> {
    await this.#goOn("restartFrame", { frame: this.#host.handles.frames.get(frameId) });
  }

  /** Leaves the pause. */
  async #goOn<K extends "resume" | "goTo" | "restartFrame">(name: K, params: RequestParams<K>): Promise<void> {
    const pause = this.pause;
    this.#state = { kind: "running" };
    try {
      await this.#runtime.request(name, params);
    } catch (error) {
      if (this.#isRunning()) this.#state = { kind: "paused", pause };
      throw error;
    }
    this.#host.handles.drop();
  }

  /** The stop itself comes as an event. */
  stopSoon(): void {
    if (this.#state.kind === "ended") throw errors.ended();
    if (!this.launch.options.debug) throw errors.noDebug();
    if (this.#state.kind === "running") this.#tell("pause", {});
  }

  /** Is this progress the one of this run? */
  shows(progressId: string): boolean {
    return this.#progress.isOwn(progressId);
  }

  /** How far back a recurrent layer remembers. */
  chain(params: RequestParams<"chain">): Promise<RequestResult<"chain">> {
    if (this.#state.kind !== "paused") throw this.#state.kind === "ended" ? errors.ended() : errors.running();
    return this.#runtime.request("chain", params);
  }

  /** A question that the inspector may ask, from any client. */
  async answer({ question, params }: Arguments<"gradientDebugger/ask">): Promise<Json> {
    if (this.#state.kind === "ended") throw errors.ended();
    if (!isRunQuestion(question)) throw errors.badArguments(`"question" must be one of ${runQuestions.join(", ")}`);
    if (typeof params !== "object" || params === null) throw errors.badArguments(`"params" must be an object`);
    return encode(await this.#runtime.request(question, params));
  }

  /** Changes settings of the training, paused or not. */
  set(params: RequestParams<"set">): Promise<RequestResult<"set">> {
    if (this.#state.kind === "ended") throw errors.ended();
    return this.#runtime.request("set", params);
  }

  breakpointsChanged(): void {
    if (this.#state.kind !== "ended") this.#tell("setBreakpoints", { breakpoints: this.#host.breakpoints.specs });
  }

  filtersChanged(filters: readonly FilterSetting[]): void {
    if (this.#state.kind !== "ended") this.#tell("setExceptionFilters", { filters });
  }

  /** Asks the runtime, paused or not; null when the run is over before it has answered. */
  async ask<K extends RequestName>(name: K, params: RequestParams<K>): Promise<RequestResult<K> | null> {
    try {
      return this.#isOver() ? null : await this.#runtime.request(name, params);
    } catch (error) {
      if (this.#isOver()) return null;
      this.#host.send("output", { category: "stderr", output: `${name}: ${messageOf(error)}\n` });
      return null;
    }
  }

  /** Ends the run now and says so to the client. */
  async stop(): Promise<void> {
    if (this.#state.kind === "ended") return;
    await this.#runtime.terminate();
    this.#handleArrived();
    this.#handle(this.#progress.stopped());
  }

  /** Ends the run now without a word, because another one takes its place. */
  async replace(): Promise<void> {
    if (this.#state.kind === "ended") return;
    if (this.#state.kind === "paused") this.#continued();
    this.#leave();
    await this.#runtime.terminate();
  }

  #isOver(): boolean {
    return this.#state.kind === "ended";
  }

  #isRunning(): boolean {
    return this.#state.kind === "running";
  }

  /** An answer must not wait for code that never reaches a pause point, so it is sent before the runtime has agreed. */
  #tell<K extends RequestName>(name: K, params: RequestParams<K>): void {
    this.#runtime.request(name, params).catch((error: Error) => {
      if (this.#state.kind === "ended") return;
      this.#host.send("output", { category: "stderr", output: `${name}: ${error.message}\n` });
    });
  }

  /** Events are handled in a later turn, so that the response to the request that caused them goes out first. */
  #receive(event: RuntimeEvent): void {
    this.#arrived.push(event);
    this.#turn ??= setImmediate(() => this.#handleArrived());
  }

  #handleArrived(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    const events = this.#arrived;
    this.#arrived = [];
    for (const event of events) this.#handle(event);
  }

  #handle(event: RuntimeEvent): void {
    if (this.#state.kind === "ended") return;
    this.#host.forward(event);
    switch (event.type) {
      case "started":
        this.#progress.started(event.model);
        this.#seed = event.model.seed;
        this.#breakpointsMoved(this.#host.breakpoints.started(event.model));
        this.#iterations = event.model.epochs * event.model.iterationsPerEpoch;
        break;
      case "iterations":
        this.#progress.iterations(event.records);
        break;
      case "statistics":
      case "equation":
      case "flow":
      case "flowValues":
      case "playing":
        // Of use to those it is forwarded to; DAP has no place for it.
        break;
      case "validation":
        this.#progress.validation(event);
        break;
      case "stopped":
        this.#stopped(event);
        break;
      case "continued":
        // A resume that the client asked for needs no event.
        if (this.#state.kind === "paused") this.#continued();
        break;
      case "rewound":
        this.#progress.rewound(event.iteration);
        break;
      case "output":
        this.#output(event);
        break;
      case "breakpointFailed":
        this.#breakpointFailed(event);
        break;
      case "notFinite":
        this.#notFinite(event);
        break;
      case "failed":
        this.#host.send("output", this.#host.client.output(event.error));
        this.#end(1);
        break;
      case "finished":
        this.#progress.finished(event);
        this.#end(0);
        break;
      default:
        assertNever(event);
    }
  }

  #breakpointsMoved(changed: readonly Dap.Breakpoint[]): void {
    for (const breakpoint of changed) this.#host.send("breakpoint", { reason: "changed", breakpoint });
  }

  #breakpointFailed({ id, message }: Extract<RuntimeEvent, { type: "breakpointFailed" }>): void {
    const failure = this.#host.breakpoints.failed(id, message);
    // it may have been taken away since
    if (failure === null) return;
    this.#host.send("output", failure.output);
    this.#breakpointsMoved([failure.breakpoint]);
  }

  #stopped(stop: Stop): void {
    const { client, handles, send } = this.#host;
    handles.drop();
    this.#state = { kind: "paused", pause: new Pause(stop, this.#runtime, client, handles) };
    this.#progress.end();
    send("stopped", {
      reason: stop.reason,
      description: descriptions[stop.reason],
      text: stop.text,
      threadId: trainingThread.id,
      allThreadsStopped: true,
      hitBreakpointIds: [...stop.breakpoints],
    });
    this.noticeEdits();
  }

  /** Says so when a file of the model has been edited since it was loaded. */
  noticeEdits(): void {
    for (const path of this.#host.files.changed()) {
      const output = `${basename(path)} has been edited since it was loaded: this run goes on with the old text, and places in it are those of the old text. A restart takes the new one.\n`;
      this.#host.send("output", { category: "console", output, source: this.#host.client.source(path) });
    }
  }

  #continued(): void {
    this.#state = { kind: "running" };
    this.#host.handles.drop();
    this.#host.send("continued", { threadId: trainingThread.id, allThreadsContinued: true });
  }

  #notFinite({ iteration, what }: Extract<RuntimeEvent, { type: "notFinite" }>): void {
    const from = Math.max(1, iteration - 1);
    const advice = `To stop where it began, debug with "debugFromIteration": ${from} and "seed": ${this.#seed}.`;
    this.#host.send("output", {
      category: "important",
      output: `The ${what} is not finite from iteration ${iteration} on. ${advice}\n`,
    });
  }

  #output({ category, text, source }: Extract<RuntimeEvent, { type: "output" }>): void {
    const { client, send } = this.#host;
    // Clients join outputs as they are, so a missing line end would glue two of them together.
    const output = text.endsWith("\n") ? text : `${text}\n`;
    const place = source === null ? {} : { source: client.source(source.file), line: client.line(source.line) };
    send("output", { category, output, ...place });
  }

  #end(exitCode: number): void {
    this.#leave();
    this.#host.send("exited", { exitCode });
    this.#host.send("terminated", undefined);
  }

  #leave(): void {
    this.#state = { kind: "ended" };
    this.#host.handles.drop();
    this.#subscription.dispose();
    clearImmediate(this.#turn);
    this.#arrived = [];
    this.#progress.end();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
