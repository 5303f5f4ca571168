// A run in a worker thread: requests and events over a port, a flag that says a message waits. Knows no DAP.
import { join } from "node:path";
import {
  MessageChannel,
  type MessagePort,
  type ResourceLimits,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import { controlBytes, mailFlag, type WorkerData } from "../../protocol/control.ts";
import type { RuntimeEvent } from "../../protocol/events.ts";
import type { BundledModel, BundleResult, ErrorReport } from "../../protocol/model.ts";
import type {
  LaunchOptions,
  RequestName,
  RequestParams,
  RequestResult,
  ResponseMessage,
} from "../../protocol/requests.ts";
import type { Disposable, Runtime, RuntimeFactory } from "./runtime.ts";
import { WorkerBundler } from "./workerBundler.ts";

export interface WorkerRuntimesOptions {
  /** Absolute path of the folder with `worker.cjs`, `bundler.cjs`, `esbuild.wasm` and the kernels. */
  readonly dist: string;
  /** Limits of the JavaScript heap of a run; Node's own when left out. */
  readonly resourceLimits?: ResourceLimits;
}

export class WorkerRuntimes implements RuntimeFactory {
  readonly #options: WorkerRuntimesOptions;
  readonly #bundler: WorkerBundler;
  readonly #running = new Set<WorkerRuntime>();

  constructor(options: WorkerRuntimesOptions) {
    this.#options = options;
    this.#bundler = new WorkerBundler(options.dist);
  }

  /** Starts the bundler in the background, so that the first run need not wait for it. */
  warmUp(): void {
    this.#bundler.warmUp();
  }

  bundle(file: string): Promise<BundleResult> {
    return this.#bundler.bundle(file);
  }

  start(model: BundledModel, options: LaunchOptions): Runtime {
    const runtime = new WorkerRuntime(model, options, this.#options, () => this.#running.delete(runtime));
    this.#running.add(runtime);
    return runtime;
  }

  /** Ends the bundler and every run. Resolves when nothing of them is left. */
  async dispose(): Promise<void> {
    await Promise.all([this.#bundler.dispose(), ...[...this.#running].map((runtime) => runtime.terminate())]);
  }
}

/** How long a worker may live on after it has said that the run is over. */
const farewellMilliseconds = 1000;

/**
 * How long `terminate` waits for the thread. No code of the run is executed any more by then, but V8 frees a thread
 * only after its optimising compiler has, and that one may stand in line behind the megabytes of a fresh esbuild.
 */
const teardownMilliseconds = 250;

interface Waiting {
  resolve(response: ResponseMessage): void;
  reject(error: Error): void;
}

class WorkerRuntime implements Runtime {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #flag: Int32Array;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: RuntimeEvent) => void>();
  /** Events from before the first listener. */
  #early: RuntimeEvent[] | null = [];
  #lastId = 0;
  /** Set when the run is over, and why; requests are then refused with it. */
  #over: string | null = null;
  #crash: Error | null = null;
  #concluded = false;
  readonly #onGone: () => void;
  /** Resolves when the worker is gone and its last event has been handed on. */
  readonly #gone: Promise<void>;

  constructor(model: BundledModel, options: LaunchOptions, host: WorkerRuntimesOptions, onGone: () => void) {
    const { port1, port2 } = new MessageChannel();
    const control = new SharedArrayBuffer(controlBytes);
    const workerData: WorkerData<MessagePort> = { model, options, control, port: port2, dist: host.dist };
    this.#flag = new Int32Array(control);
    this.#port = port1;
    this.#port.on("message", (message) => this.#receive(message));
    this.#worker = new Worker(join(host.dist, "worker.cjs"), {
      workerData,
      transferList: [port2],
      resourceLimits: host.resourceLimits,
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    this.#worker.on("error", (error) => {
      this.#crash = error;
    });
    const printed = Promise.all([this.#print("stdout"), this.#print("stderr")]);
    const exited = new Promise<number>((resolve) => this.#worker.once("exit", resolve));
    this.#onGone = onGone;
    this.#gone = Promise.all([exited, printed]).then(([code]) => this.#conclude(code));
  }

  async request<K extends RequestName>(name: K, params: RequestParams<K>): Promise<RequestResult<K>> {
    if (this.#over !== null) throw new Error(this.#over);
    const id = ++this.#lastId;
    const response = await new Promise<ResponseMessage>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#port.postMessage({ id, request: name, params });
      Atomics.store(this.#flag, mailFlag, 1);
      Atomics.notify(this.#flag, mailFlag);
    });
    if (!response.ok) throw new Error(response.message);
    // The table of requests says so for this name, and the worker is checked against the same table.
    return response.result as RequestResult<K>;
  }

  onEvent(listener: (event: RuntimeEvent) => void): Disposable {
    this.#listeners.add(listener);
    if (this.#early !== null) queueMicrotask(() => this.#handOnEarly());
    return { dispose: () => this.#listeners.delete(listener) };
  }

  async terminate(): Promise<void> {
    this.#over ??= "the run has been ended";
    void this.#worker.terminate();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, teardownMilliseconds);
    });
    await Promise.race([this.#gone, patience]);
    clearTimeout(timer);
    this.#conclude(0);
  }

  #receive(message: ResponseMessage | RuntimeEvent): void {
    if ("type" in message) this.#handOn(message);
    else this.#answer(message);
  }

  #answer(response: ResponseMessage): void {
    this.#waiting.get(response.id)?.resolve(response);
    this.#waiting.delete(response.id);
  }

  #handOn(event: RuntimeEvent): void {
    if (event.type === "finished" || event.type === "failed") this.#sayFarewell();
    if (this.#early !== null) this.#early.push(event);
    else for (const listener of [...this.#listeners]) listener(event);
  }

  #handOnEarly(): void {
    const events = this.#early ?? [];
    this.#early = null;
    for (const event of events) this.#handOn(event);
  }

  /** The worker ends by itself now; neither it nor a timer of the user's code may keep this process alive. */
  #sayFarewell(): void {
    if (this.#over !== null) return;
    this.#over = "the run is over";
    this.#worker.unref();
    this.#port.unref();
    const timer = setTimeout(() => void this.#worker.terminate(), farewellMilliseconds).unref();
    void this.#gone.then(() => clearTimeout(timer));
  }

  /** When the worker is gone. What it posted last may still lie in the port. */
  #conclude(code: number): void {
    if (this.#concluded) return;
    this.#concluded = true;
    for (let mail = receiveMessageOnPort(this.#port); mail !== undefined; mail = receiveMessageOnPort(this.#port)) {
      this.#receive(mail.message);
    }
    this.#port.close();
    const error = crashReport(code, this.#crash);
    const reason = this.#over ?? error.message;
    if (this.#over === null) this.#handOn({ type: "failed", error });
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Error(reason));
    this.#listeners.clear();
    this.#onGone();
  }

  /** What the worker prints past its console, as events. Resolves when the stream has ended. */
  #print(category: "stdout" | "stderr"): Promise<void> {
    const stream = this.#worker[category];
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => this.#handOn({ type: "output", category, text, source: null }));
    return new Promise((resolve) => stream.once("end", resolve));
  }
}

function crashReport(code: number, crash: (Error & { code?: string }) | null): ErrorReport {
  const detail = crash?.stack ?? `exit code ${code}`;
  return { message: crashMessage(code, crash), source: null, stack: [], detail };
}

function crashMessage(code: number, crash: (Error & { code?: string }) | null): string {
  if (crash === null) {
    return `training ended with exit code ${code} before the run was finished; does the model file call process.exit()?`;
  }
  if (crash.code === "ERR_WORKER_OUT_OF_MEMORY") {
    return "training ran out of memory; a smaller batch or shorter sequences need less";
  }
  return `training crashed: ${crash.message}`;
}
