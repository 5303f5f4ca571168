// A runtime that does what a test tells it: records requests, answers from a table, sends the events it is given.
import { join } from "node:path";
import type { Disposable, Runtime, RuntimeFactory } from "../../src/adapter/runtime/runtime.ts";
import type { IterationRecord, RuntimeEvent, StopReason } from "../../src/protocol/events.ts";
import type { BundledModel, BundleResult, ErrorReport, ModelInfo, Site, SiteKind } from "../../src/protocol/model.ts";
import type { SourceRange } from "../../src/protocol/position.ts";
import type {
  BreakpointSpec,
  LaunchOptions,
  RequestMessage,
  RequestName,
  RequestParams,
  RequestResult,
  ValueInfo,
} from "../../src/protocol/requests.ts";

export const modelFile = join(import.meta.dirname, "char.model.ts");
export const layerFile = join(import.meta.dirname, "layer.ts");

export function range(file: string, line: number, column = 5, endLine = line): SourceRange {
  return { file, line, column, endLine, endColumn: 40 };
}

function site(id: number, kind: SiteKind, file: string, line: number, column = 5): Site {
  return { id, kind, range: range(file, line, column), within: "CharRNN.forward" };
}

/** Fields on 4 and 6, statements on 10, 11 (two of them) and 14, `defineTraining` from 18 on; 10 of the other file. */
export const model: BundledModel = {
  file: modelFile,
  code: "",
  map: "{}",
  inputs: [modelFile, layerFile],
  sites: [
    site(0, "field", modelFile, 4),
    site(1, "field", modelFile, 6),
    site(2, "statement", modelFile, 10),
    site(3, "statement", modelFile, 11, 20),
    site(4, "statement", modelFile, 11, 5),
    site(5, "statement", modelFile, 14),
    site(6, "model", modelFile, 18),
    site(7, "data", modelFile, 19),
    site(8, "optimizer", modelFile, 20, 30),
    site(9, "loss", modelFile, 20, 3),
    site(10, "statement", layerFile, 10),
  ],
};

export const modelInfo: ModelInfo = {
  name: "CharRNN",
  file: modelFile,
  layers: [],
  parameters: [],
  parameterCount: 27_000,
  epochs: 3,
  iterationsPerEpoch: 100,
  seed: 42,
  optimizer: "adam",
};

export const started: RuntimeEvent = { type: "started", model: modelInfo };

export function stopped(
  reason: StopReason,
  line = 10,
  breakpoints: readonly number[] = [],
  text = "rnn",
): RuntimeEvent {
  return {
    type: "stopped",
    reason,
    text,
    breakpoints,
    position: {
      epoch: 1,
      iteration: 1,
      event: 4,
      kind: "operation",
      phase: "forward",
      layer: "rnn",
      layerType: "RNN",
      operation: "rnn step",
      timestep: 0,
      parameter: "",
      source: range(modelFile, line),
    },
  };
}

/** A plain line breakpoint. */
export function lineBreakpoint(id: number, sites: readonly number[]): BreakpointSpec {
  const phases = ["forward", "loss", "backward", "update"] as const;
  return { id, kind: "line", sites, phases, condition: null, hitCondition: null, logMessage: null };
}

/** All sites of line breakpoints, sorted. */
export function sitesOf(breakpoints: readonly BreakpointSpec[]): number[] {
  const sites = breakpoints.flatMap((breakpoint) => (breakpoint.kind === "line" ? breakpoint.sites : []));
  return [...new Set(sites)].sort((a, b) => a - b);
}

/** Iterations `from` to `to`, both included, 2 ms each: 500 it/s. */
export function iterations(from: number, to: number): RuntimeEvent {
  const records = Array.from({ length: to - from + 1 }, (_, i): IterationRecord => {
    const iteration = from + i;
    const epoch = Math.ceil(iteration / modelInfo.iterationsPerEpoch);
    return { iteration, epoch, loss: 2.1345, gradNorm: 0.83, learningRate: 0.002, milliseconds: 2 };
  });
  return { type: "iterations", records };
}

export const finished: RuntimeEvent = {
  type: "finished",
  reason: "completed",
  iterations: 300,
  seconds: 12.34,
  loss: 0.4567,
};

export function errorReport(message: string, line: number | null = 10): ErrorReport {
  return {
    message,
    source: line === null ? null : range(modelFile, line, 15),
    stack: [{ name: "CharRNN.forward", source: range(modelFile, 10, 15) }],
    detail: `Error: ${message}`,
  };
}

export function value(name: string, text: string, reference = 0, named = 0, indexed = 0): ValueInfo {
  return {
    name,
    value: text,
    type: "Tensor",
    reference,
    namedChildren: named,
    indexedChildren: indexed,
    evaluateName: reference > 0 ? `this.${name}` : "",
  };
}

type Answers = { [K in RequestName]?: (params: RequestParams<K>) => RequestResult<K> | Promise<RequestResult<K>> };
type Logged = { [K in RequestName]: { readonly request: K; readonly params: RequestParams<K> } }[RequestName];

export class FakeRuntime implements Runtime {
  readonly model: BundledModel;
  readonly options: LaunchOptions;
  readonly requests: Logged[] = [];
  terminated = false;
  readonly #answers: Answers;
  readonly #listeners = new Set<(event: RuntimeEvent) => void>();

  constructor(model: BundledModel, options: LaunchOptions, answers: Answers) {
    this.model = model;
    this.options = options;
    this.#answers = answers;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  async request<K extends RequestName>(name: K, params: RequestParams<K>): Promise<RequestResult<K>> {
    if (this.terminated) throw new Error("the run has been ended");
    const message: Pick<RequestMessage, "request" | "params"> = { request: name, params };
    this.requests.push(message as Logged);
    const answer: Answers[K] = this.#answers[name];
    if (answer === undefined) throw new Error(`the test gives no answer to "${name}"`);
    return answer(params);
  }

  onEvent(listener: (event: RuntimeEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  async terminate(): Promise<void> {
    this.terminated = true;
  }

  emit(...events: RuntimeEvent[]): void {
    for (const event of events) for (const listener of [...this.#listeners]) listener(event);
  }
}

/** Answers of a pause in `rnn`: two frames, two scopes, a tensor of 3 named and 200 indexed children. */
export const pauseAnswers: Answers = {
  resume: () => ({}),
  pause: () => ({}),
  setBreakpoints: () => ({}),
  setExceptionFilters: ({ filters }) => ({ problems: filters.map(() => null) }),
  setDataBreakpoints: ({ breakpoints }) => ({
    problems: breakpoints.map(({ dataId }) => (dataId.endsWith("nowhere") ? `there is no ${dataId}` : null)),
  }),
  dataBreakpointInfo: ({ reference, name }) =>
    name === "loss"
      ? { dataId: null, description: "loss cannot be watched: only tensors can be" }
      : { dataId: reference === null ? `variable:CharRNN.forward/${name}` : "activation:rnn", description: name },
  exceptionInfo: () => ({
    filter: "notFinite",
    title: "Not finite: log(p[3,7] = 0) = −∞",
    description: "−∞ began in log forward, char.model.ts:10.\nlog(p[3,7] = 0) = −∞",
    evaluateName: "p",
  }),
  frames: () => [
    { id: 0, name: "rnn[t=12] forward", source: range(modelFile, 10) },
    { id: 1, name: "iteration 37", source: null },
  ],
  scopes: ({ frame }) => [
    { name: `Gradients ${frame}`, reference: 7, expensive: false },
    { name: "Parameters", reference: 8, expensive: true },
  ],
  children: ({ reference, start, count }) =>
    reference === 7
      ? [value("h", "Tensor [200, 4]", 9, 3, 200), value("loss", "2.1")]
      : Array.from({ length: Math.min(count, 203 - start) }, (_, i) => value(String(start + i), "0.5")),
  evaluate: ({ expression, context }) => {
    if (expression === "nothing") throw new Error("nothing is not defined here; the layers are under this");
    return value(expression, `${expression} in ${context}`, expression === "h" ? 9 : 0, 3, 200);
  },
};

export class FakeFactory implements RuntimeFactory {
  readonly runtimes: FakeRuntime[] = [];
  readonly bundled: string[] = [];
  answers: Answers = pauseAnswers;
  /** What the next `bundle` gives. */
  result: BundleResult | Promise<BundleResult> = { ok: true, model };
  /** Called with each new runtime. */
  onStart: (runtime: FakeRuntime) => void = () => {};

  async bundle(file: string): Promise<BundleResult> {
    this.bundled.push(file);
    return this.result;
  }

  start(started: BundledModel, options: LaunchOptions): Runtime {
    const runtime = new FakeRuntime(started, options, this.answers);
    this.runtimes.push(runtime);
    this.onStart(runtime);
    return runtime;
  }

  /** The newest run. */
  get runtime(): FakeRuntime {
    const runtime = this.runtimes.at(-1);
    if (runtime === undefined) throw new Error("no run has been started");
    return runtime;
  }
}

/** A bundle that is there when the test says so. */
export function laterBundle(): {
  readonly promise: Promise<BundleResult>;
  readonly resolve: (result: BundleResult) => void;
} {
  let resolve: (result: BundleResult) => void = () => {};
  const promise = new Promise<BundleResult>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
