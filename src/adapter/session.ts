// The debug session: speaks DAP over any RuntimeFactory, to any client. Knows no VS Code and no engine.
import { DebugSession, Event, Response } from "@vscode/debugadapter";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import type { RuntimeEvent } from "../protocol/events.ts";
import type { BundledModel, ErrorReport } from "../protocol/model.ts";
import { encode, encodeEvent, forwardedEvent } from "../protocol/wire.ts";
import { Breakpoints } from "./breakpoints/breakpoints.ts";
import { DataBreakpoints } from "./breakpoints/data.ts";
import { ExceptionFilters, offeredFilters } from "./breakpoints/exceptions.ts";
import { Client, errorLine } from "./client.ts";
import {
  type Arguments,
  type Body,
  capabilities,
  type Events,
  errors,
  RequestError,
  type RequestTable,
  trainingThread,
} from "./dap.ts";
import { type Launch, readLaunch } from "./launch.ts";
import { LoadedFiles } from "./loadedFiles.ts";
import { PauseHandles } from "./pause.ts";
import { Progress } from "./progress.ts";
import { type RunHost, TrainingRun } from "./run.ts";
import type { RuntimeFactory } from "./runtime/runtime.ts";
import { settingIn, settingResult } from "./settings.ts";

/** How far the session has come. */
type Stage =
  | { readonly kind: "new" }
  | { readonly kind: "initialized" }
  | { readonly kind: "loading" }
  /** Loaded, but "configurationDone" has not come. */
  | { readonly kind: "loaded"; readonly model: BundledModel; readonly launch: Launch }
  | { readonly kind: "started"; readonly run: TrainingRun }
  /** Stopped by the client. */
  | { readonly kind: "closed"; readonly run: TrainingRun | null };

export class GradientDebugSession extends DebugSession {
  readonly #factory: RuntimeFactory;
  readonly #onShutdown: () => void;
  readonly #client = new Client();
  readonly #breakpoints = new Breakpoints(this.#client);
  readonly #data = new DataBreakpoints((event, body) => this.#send(event, body));
  readonly #filters = new ExceptionFilters();
  readonly #handles = new PauseHandles();
  #stage: Stage = { kind: "new" };
  #shutdown: Promise<void> | undefined;
  #files = new LoadedFiles([]);
  #configured = false;
  #runs = 0;

  readonly #requests: RequestTable = {
    initialize: (args) => this.#initialize(args),
    launch: (args) => this.#launch(args),
    setBreakpoints: (args) => this.#setBreakpoints(args),
    setExceptionBreakpoints: (args) => this.#setExceptionBreakpoints(args),
    dataBreakpointInfo: (args) => this.#run().pause.dataBreakpointInfo(args),
    setDataBreakpoints: (args) => ({ breakpoints: this.#data.set(args) }),
    setFunctionBreakpoints: (args) => this.#setFunctionBreakpoints(args),
    breakpointLocations: (args) => this.#breakpointLocations(args),
    configurationDone: () => this.#configurationDone(),
    threads: () => ({ threads: [trainingThread] }),
    stackTrace: (args) => this.#run(args).pause.stackTrace(args),
    scopes: (args) => this.#run().pause.scopes(args),
    variables: (args) => this.#run().pause.variables(args),
    evaluate: (args) => this.#evaluate(args),
    setVariable: (args) => this.#run().pause.setVariable(args),
    setExpression: (args) => this.#run().pause.setExpression(args),
    completions: (args) => this.#run().pause.completions(args),
    readMemory: (args) => this.#run().pause.readMemory(args),
    exceptionInfo: (args) => this.#run(args).pause.exceptionInfo(),
    loadedSources: () => ({ sources: this.#model?.inputs.map((path) => this.#client.source(path)) ?? [] }),
    continue: (args) =>
      this.#run(args)
        .resume("continue")
        .then(() => ({ allThreadsContinued: true })),
    next: (args) => this.#run(args).resume("stepOver"),
    stepIn: (args) => this.#run(args).resume("stepIn"),
    stepOut: (args) => this.#run(args).resume("stepOut"),
    stepBack: (args) => this.#run(args).resume("stepBack"),
    reverseContinue: (args) => this.#run(args).resume("reverseContinue"),
    gotoTargets: ({ line }) => ({ targets: this.#run().gotoTargets(line) }),
    goto: (args) => this.#run(args).goTo(args.targetId),
    restartFrame: ({ frameId }) => this.#run().restartFrame(frameId),
    pause: (args) => this.#run(args).stopSoon(),
    cancel: (args) => this.#cancel(args),
    restart: (args) => this.#restart(args),
    terminate: () => this.#stop(),
    disconnect: () => this.#stop(),
    attach: () => {
      throw errors.noAttach();
    },
    "gradientDebugger/chain": (args) => this.#run().chain(args).then(encode),
    "gradientDebugger/ask": (args) => this.#run().answer(args),
    "gradientDebugger/set": (args) => this.#run().set(args),
  };

  /** @param onShutdown called when the client has gone and nothing of the run is left */
  constructor(factory: RuntimeFactory, onShutdown: () => void = () => {}) {
    super();
    this.#factory = factory;
    this.#onShutdown = onShutdown;
    // The base class ends the session at every message it cannot read; only a broken stream is the end.
    this.removeAllListeners("error");
    this.on("error", (event: Dap.Event) => this.#streamError(String(event.body)));
  }

  /**
   * The request of the same name for who shares the session's process: its answer does not stand in line behind the events
   * that the client has not read yet.
   */
  async ask(args: Arguments<"gradientDebugger/ask">): Promise<Body<"gradientDebugger/ask">> {
    return this.#run().answer(args);
  }

  /** The client has gone: it closed the stream, or it disconnected. */
  override shutdown(): void {
    this.#shutdown ??= this.#stop().finally(this.#onShutdown);
  }

  /** VS Code calls this when it drops the session. */
  override dispose(): void {
    void this.#stop();
  }

  protected override dispatchRequest(request: Dap.Request): void {
    void this.#answer(request);
  }

  async #answer(request: Dap.Request): Promise<void> {
    const response: Dap.Response = new Response(request);
    try {
      response.body = await this.#handle(request);
    } catch (error) {
      refuse(response, error);
    }
    this.sendResponse(response);
    if (request.command === "disconnect") this.shutdown();
  }

  #handle({ command, arguments: given }: Dap.Request): unknown {
    if (!this.#understands(command)) throw errors.unknownRequest(String(command));
    const args = given ?? {};
    if (typeof args !== "object") throw errors.badArguments(`"arguments" of "${command}" must be an object`);
    if (this.#stage.kind === "new" && command !== "initialize" && command !== "disconnect") {
      throw errors.notInitialized(command);
    }
    return this.#requests[command](args);
  }

  #understands(command: string): command is keyof RequestTable {
    return Object.hasOwn(this.#requests, command);
  }

  #initialize(args: Arguments<"initialize">): Body<"initialize"> {
    if (this.#stage.kind !== "new") throw errors.twice("initialize");
    this.#client.configure(args);
    this.#stage = { kind: "initialized" };
    return { ...capabilities, exceptionBreakpointFilters: offeredFilters };
  }

  async #launch(args: Arguments<"launch">): Promise<void> {
    if (this.#stage.kind === "closed") throw errors.ended();
    if (this.#stage.kind !== "initialized") throw errors.twice("launch");
    const launch = readLaunch(args);
    this.#stage = { kind: "loading" };
    try {
      const model = await this.#load(launch);
      this.#stage = { kind: "loaded", model, launch };
    } catch (error) {
      if (!this.#isClosed()) this.#stage = { kind: "initialized" };
      throw error;
    }
    // A client may begin to listen for this event when the launch is confirmed, so it comes after the response.
    setImmediate(() => this.#send("initialized", undefined));
    this.#startIfReady();
  }

  #setBreakpoints(args: Arguments<"setBreakpoints">): Body<"setBreakpoints"> {
    const path = this.#client.path(args.source);
    const asked = args.breakpoints ?? (args.lines ?? []).map((line) => ({ line }));
    if (!asked.every(({ line }) => Number.isInteger(line))) {
      throw errors.badArguments(`every breakpoint needs a "line" that is a whole number`);
    }
    const breakpoints = this.#breakpoints.set(path, asked);
    if (this.#stage.kind === "started") {
      this.#stage.run.breakpointsChanged();
      this.#stage.run.noticeEdits();
    }
    return { breakpoints };
  }

  #setFunctionBreakpoints({ breakpoints: asked }: Arguments<"setFunctionBreakpoints">): Body<"setFunctionBreakpoints"> {
    if (!Array.isArray(asked) || !asked.every(({ name }) => typeof name === "string")) {
      throw errors.badArguments(`every function breakpoint needs a "name" that is a string`);
    }
    const breakpoints = this.#breakpoints.setFunctions(asked);
    if (this.#stage.kind === "started") this.#stage.run.breakpointsChanged();
    return { breakpoints };
  }

  #setExceptionBreakpoints(args: Arguments<"setExceptionBreakpoints">): Body<"setExceptionBreakpoints"> {
    const body = this.#filters.set(args);
    if (this.#stage.kind === "started") this.#stage.run.filtersChanged(this.#filters.settings);
    return body;
  }

  #breakpointLocations(args: Arguments<"breakpointLocations">): Body<"breakpointLocations"> {
    const { source, line, endLine = line } = args;
    const path = this.#client.path(source);
    const [first, last] = [this.#client.fromLine(line), this.#client.fromLine(endLine)];
    return { breakpoints: this.#breakpoints.locations(path, first, last) };
  }

  async #evaluate(args: Arguments<"evaluate">): Promise<Body<"evaluate">> {
    const setting = settingIn(args);
    if (setting === null) return this.#run().pause.evaluate(args);
    return settingResult(setting, await this.#run().set(setting));
  }

  #configurationDone(): void {
    this.#configured = true;
    this.#startIfReady();
  }

  #cancel({ progressId }: Arguments<"cancel">): Promise<void> | undefined {
    // Requests are answered as soon as they can be, so a progress is all there is to cancel.
    if (progressId === undefined) return undefined;
    if (this.#stage.kind !== "started" || !this.#stage.run.shows(progressId)) throw errors.noProgress(progressId);
    return this.#stop();
  }

  async #restart({ arguments: args }: Arguments<"restart">): Promise<void> {
    const before = this.#run();
    const launch = args === undefined ? before.launch : readLaunch(args);
    // The run before goes on until the new model is there: a syntax error must not lose it.
    const model = await this.#load(launch);
    await before.replace();
    if (this.#stage.kind === "started" && this.#stage.run === before) this.#start(model, launch);
  }

  /** Ends what there is; the session starts nothing after it. */
  async #stop(): Promise<void> {
    const stage = this.#stage;
    this.#stage = { kind: "closed", run: "run" in stage ? stage.run : null };
    if (stage.kind === "loading" || stage.kind === "loaded") this.#send("terminated", undefined);
    // The second of two stops waits for the same end.
    if (this.#stage.run !== null) await this.#stage.run.stop();
  }

  /** @throws RequestError with the model's errors; they have been sent as events and console lines then */
  async #load({ program, forwardEvents, options }: Launch): Promise<BundledModel> {
    this.#client.remember(program);
    const bundle = await this.#factory.bundle(program);
    if (this.#isClosed()) throw errors.disconnected();
    if (!bundle.ok) {
      for (const error of bundle.errors) this.#reportError(error, forwardEvents);
      throw errors.modelError(bundle.errors.map(errorLine).join("\n"));
    }
    for (const breakpoint of this.#breakpoints.bind(bundle.model, options.debug)) {
      this.#send("breakpoint", { reason: "changed", breakpoint });
    }
    this.#files = new LoadedFiles(bundle.model.inputs);
    return bundle.model;
  }

  #startIfReady(): void {
    if (this.#configured && this.#stage.kind === "loaded") this.#start(this.#stage.model, this.#stage.launch);
  }

  #start(model: BundledModel, launch: Launch): void {
    const send: RunHost["send"] = (event, body) => this.#send(event, body);
    const forward = (event: RuntimeEvent) => {
      if (launch.forwardEvents) this.#forward(event);
    };
    const parts = { client: this.#client, breakpoints: this.#breakpoints, handles: this.#handles, files: this.#files };
    const host = { ...parts, send, forward };
    const progress = new Progress(send, `training-${++this.#runs}`, this.#client.showsProgress);
    const breakpoints = this.#breakpoints.specs;
    const watched = launch.options.debug ? { exceptionFilters: this.#filters.forLaunch(launch.options) } : {};
    const runtime = this.#factory.start(model, { ...launch.options, breakpoints, ...watched });
    const run = new TrainingRun(runtime, model, launch, progress, host);
    this.#stage = { kind: "started", run };
    this.#data.follow(run);
  }

  /** @throws RequestError when nothing has been started, or the thread is not the one there is */
  #run(args?: { threadId: number }): TrainingRun {
    if (this.#stage.kind === "loaded") throw errors.notStarted();
    if (this.#stage.kind === "closed") throw errors.ended();
    if (this.#stage.kind !== "started") throw errors.notLaunched();
    if (args !== undefined && args.threadId !== trainingThread.id) throw errors.unknownThread(args.threadId);
    return this.#stage.run;
  }

  get #model(): BundledModel | null {
    const stage = this.#stage;
    return stage.kind === "started" ? stage.run.model : stage.kind === "loaded" ? stage.model : null;
  }

  #isClosed(): boolean {
    return this.#stage.kind === "closed";
  }

  #reportError(error: ErrorReport, forward: boolean): void {
    this.#send("output", this.#client.output(error));
    if (forward) this.#forward({ type: "failed", error });
  }

  #send<K extends keyof Events>(event: K, body: Events[K]): void {
    this.sendEvent(new Event(event, body));
  }

  #forward(event: RuntimeEvent): void {
    this.sendEvent(new Event(forwardedEvent, encodeEvent(event)));
  }

  #streamError(message: string): void {
    if (message.startsWith("Error handling data")) process.stderr.write(`${message}\n`);
    else this.shutdown();
  }
}

function refuse(response: Dap.Response, error: unknown): void {
  const { message, code, show } = error instanceof RequestError ? error : unexpected(error);
  response.success = false;
  response.message = message;
  const details: Dap.Message = { id: code, format: message, showUser: show };
  response.body = { error: details };
}

/** Errors of the runtime are for the user as they are. */
function unexpected(error: unknown): RequestError {
  return new RequestError(1000, error instanceof Error ? error.message : String(error));
}
