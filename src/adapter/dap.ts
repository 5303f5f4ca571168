// What the adapter hears and says in the Debug Adapter Protocol: its requests, its events, its errors.
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import type { RunQuestion } from "../protocol/inspector/questions.ts";
import type { RequestParams, RequestResult } from "../protocol/requests.ts";
import type { Json } from "../protocol/wire.ts";

export interface LaunchArguments extends Dap.LaunchRequestArguments {
  /** Path of the model file, absolute or relative to `cwd`. */
  readonly program: string;
  /** The adapter's own working directory when left out. */
  readonly cwd?: string;
  readonly stopOnEntry?: boolean;
  /** Instead of the model file's own. */
  readonly seed?: number;
  /** Instead of the model file's own. */
  readonly epochs?: number;
  /** 2: a second thread for large matrix products. */
  readonly threads?: number;
  /** The same bits on every machine, a little slower. */
  readonly deterministic?: boolean;
  /** Bound of the memory for going back, in MB; 0: no going back. */
  readonly historyMegabytes?: number;
  /** Nothing stops the run before this iteration. */
  readonly debugFromIteration?: number;
  /** Significant digits of the numbers that are shown, 1 to 17. */
  readonly precision?: number;
  /** Have the run show its model at play, as events that `__forwardEvents` sends. */
  readonly __playing?: boolean;
  /** Send every runtime event as a DAP event as well; set by clients that read `protocol/wire.ts`. */
  readonly __forwardEvents?: boolean;
}

interface Request<Arguments, Response extends Dap.Response> {
  readonly arguments: Arguments;
  readonly body: Response["body"];
}

/** Every request that is understood. */
export interface Requests {
  initialize: Request<Dap.InitializeRequestArguments, Dap.InitializeResponse>;
  launch: Request<LaunchArguments, Dap.LaunchResponse>;
  setBreakpoints: Request<Dap.SetBreakpointsArguments, Dap.SetBreakpointsResponse>;
  setExceptionBreakpoints: Request<Dap.SetExceptionBreakpointsArguments, Dap.SetExceptionBreakpointsResponse>;
  setFunctionBreakpoints: Request<Dap.SetFunctionBreakpointsArguments, Dap.SetFunctionBreakpointsResponse>;
  dataBreakpointInfo: Request<Dap.DataBreakpointInfoArguments, Dap.DataBreakpointInfoResponse>;
  setDataBreakpoints: Request<Dap.SetDataBreakpointsArguments, Dap.SetDataBreakpointsResponse>;
  breakpointLocations: Request<Dap.BreakpointLocationsArguments, Dap.BreakpointLocationsResponse>;
  configurationDone: Request<Dap.ConfigurationDoneArguments, Dap.ConfigurationDoneResponse>;
  threads: Request<unknown, Dap.ThreadsResponse>;
  stackTrace: Request<Dap.StackTraceArguments, Dap.StackTraceResponse>;
  scopes: Request<Dap.ScopesArguments, Dap.ScopesResponse>;
  variables: Request<Dap.VariablesArguments, Dap.VariablesResponse>;
  evaluate: Request<Dap.EvaluateArguments, Dap.EvaluateResponse>;
  setVariable: Request<Dap.SetVariableArguments, Dap.SetVariableResponse>;
  setExpression: Request<Dap.SetExpressionArguments, Dap.SetExpressionResponse>;
  completions: Request<Dap.CompletionsArguments, Dap.CompletionsResponse>;
  readMemory: Request<Dap.ReadMemoryArguments, Dap.ReadMemoryResponse>;
  exceptionInfo: Request<Dap.ExceptionInfoArguments, Dap.ExceptionInfoResponse>;
  loadedSources: Request<Dap.LoadedSourcesArguments, Dap.LoadedSourcesResponse>;
  continue: Request<Dap.ContinueArguments, Dap.ContinueResponse>;
  next: Request<Dap.NextArguments, Dap.NextResponse>;
  stepIn: Request<Dap.StepInArguments, Dap.StepInResponse>;
  stepOut: Request<Dap.StepOutArguments, Dap.StepOutResponse>;
  stepBack: Request<Dap.StepBackArguments, Dap.StepBackResponse>;
  reverseContinue: Request<Dap.ReverseContinueArguments, Dap.ReverseContinueResponse>;
  gotoTargets: Request<Dap.GotoTargetsArguments, Dap.GotoTargetsResponse>;
  goto: Request<Dap.GotoArguments, Dap.GotoResponse>;
  restartFrame: Request<Dap.RestartFrameArguments, Dap.RestartFrameResponse>;
  pause: Request<Dap.PauseArguments, Dap.PauseResponse>;
  cancel: Request<Dap.CancelArguments, Dap.CancelResponse>;
  restart: Request<Dap.RestartArguments, Dap.RestartResponse>;
  terminate: Request<Dap.TerminateArguments, Dap.TerminateResponse>;
  disconnect: Request<Dap.DisconnectArguments, Dap.DisconnectResponse>;
  attach: Request<Dap.AttachRequestArguments, Dap.AttachResponse>;
  /** At a pause: how far back a recurrent layer remembers, a ChainReport as `encode` of protocol/wire.ts makes it. */
  "gradientDebugger/chain": { readonly arguments: RequestParams<"chain">; readonly body: Json };
  /** A question of protocol/inspector/questions.ts; the answer is as `encode` of protocol/wire.ts makes it. */
  "gradientDebugger/ask": {
    readonly arguments: { readonly question: RunQuestion; readonly params: RequestParams<RunQuestion> };
    readonly body: Json;
  };
  /** Changes settings of the training, also while it runs. */
  "gradientDebugger/set": { readonly arguments: RequestParams<"set">; readonly body: RequestResult<"set"> };
}

export type Arguments<K extends keyof Requests> = Requests[K]["arguments"];
export type Body<K extends keyof Requests> = Requests[K]["body"];

/** One handler for each request; what it throws becomes an error response. */
export type RequestTable = {
  readonly [K in keyof Requests]: (args: Arguments<K>) => Body<K> | Promise<Body<K>>;
};

/** Every event that is sent, but for the forwarded ones of the runtime. */
export interface Events {
  initialized: Dap.InitializedEvent["body"];
  stopped: Dap.StoppedEvent["body"];
  continued: Dap.ContinuedEvent["body"];
  breakpoint: Dap.BreakpointEvent["body"];
  output: Dap.OutputEvent["body"];
  progressStart: Dap.ProgressStartEvent["body"];
  progressUpdate: Dap.ProgressUpdateEvent["body"];
  progressEnd: Dap.ProgressEndEvent["body"];
  exited: Dap.ExitedEvent["body"];
  terminated: Dap.TerminatedEvent["body"];
}

export type SendEvent = <K extends keyof Events>(event: K, body: Events[K]) => void;

export const capabilities: Dap.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsEvaluateForHovers: true,
  supportsClipboardContext: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsValueFormattingOptions: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ["."],
  supportsReadMemoryRequest: true,
  supportsDelayedStackTraceLoading: true,
  supportsExceptionInfoRequest: true,
  supportsExceptionFilterOptions: true,
  supportsDataBreakpoints: true,
  supportsBreakpointLocationsRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsFunctionBreakpoints: true,
  supportsLoadedSourcesRequest: true,
  supportsRestartRequest: true,
  supportsTerminateRequest: true,
  supportsStepBack: true,
  supportsGotoTargetsRequest: true,
  supportsRestartFrame: true,
  supportsCancelRequest: true,
};

/** There is one thread; several will come when a run has several processes. */
export const trainingThread: Dap.Thread = { id: 1, name: "training" };

/** An error response. `show` asks the client to put it before the user even if nobody waits for the response. */
export class RequestError extends Error {
  readonly code: number;
  readonly show: boolean;

  constructor(code: number, message: string, show = false) {
    super(message);
    this.code = code;
    this.show = show;
  }
}

/** The errors by name; a code belongs to one of them for good. */
export const errors = {
  unknownRequest: (command: string) => new RequestError(1001, `the request "${command}" is not supported`),
  badArguments: (message: string) => new RequestError(1002, message),
  notInitialized: (command: string) => new RequestError(1003, `"${command}" came before "initialize"`),
  twice: (command: string) => new RequestError(1004, `"${command}" was sent already in this session`),
  badLaunch: (message: string) => new RequestError(1005, message, true),
  modelError: (message: string) => new RequestError(1006, message, true),
  notLaunched: () => new RequestError(1007, `there is no training yet: "launch" has not loaded a model`),
  notStarted: () => new RequestError(1008, `training has not started: "configurationDone" has not come yet`),
  running: () => new RequestError(1009, "training is running; this can be asked at a pause only"),
  ended: () => new RequestError(1010, "training is over"),
  disconnected: () => new RequestError(1011, "the session was ended while the model was being loaded"),
  unknownThread: (id: number) =>
    new RequestError(1012, `there is no thread ${id}; the only one is ${trainingThread.id} (${trainingThread.name})`),
  unknownHandle: (what: string, id: number) => new RequestError(1013, `there is no ${what} ${id}`),
  staleHandle: (what: string, id: number) =>
    new RequestError(1014, `${what} ${id} belongs to an earlier pause; training has gone on since`),
  noDebug: () => new RequestError(1015, "this run was started without debugging: it does not pause"),
  noProgress: (id: unknown) => new RequestError(1031, `there is no progress ${JSON.stringify(id)} to cancel`),
  noAttach: () =>
    new RequestError(
      1030,
      `there is no running training to attach to: use "launch" with the model file as "program"`,
      true,
    ),
  noException: () => new RequestError(1016, "training has not stopped at an exception"),
} as const;
