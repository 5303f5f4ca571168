// Bundles model files in a worker thread that stays, because starting esbuild costs far more than using it.
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { BundlerData, BundlerRequest, BundlerResponse } from "../../protocol/control.ts";
import type { BundleResult } from "../../protocol/model.ts";

interface Waiting {
  resolve(result: BundleResult): void;
  reject(error: Error): void;
}

export class WorkerBundler {
  readonly #dist: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #lastId = 0;
  #disposed = false;

  /** @param dist absolute path of the folder with `bundler.cjs` and `esbuild.wasm` */
  constructor(dist: string) {
    this.#dist = dist;
  }

  /** Starts the worker, unless it is there already. */
  warmUp(): void {
    this.#start();
  }

  /** @throws Error when the worker is gone before it has answered; the next call starts another one. */
  bundle(file: string): Promise<BundleResult> {
    if (this.#disposed) return Promise.reject(new Error(`cannot load ${file}: the bundler has been shut down`));
    return new Promise((resolve, reject) => {
      const worker = this.#start();
      const request: BundlerRequest = { id: ++this.#lastId, file };
      this.#waiting.set(request.id, { resolve, reject });
      // The process must outlive the work that was asked for, and only that.
      worker.ref();
      worker.postMessage(request);
    });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const worker = this.#worker;
    this.#worker = null;
    this.#fail("the bundler has been shut down");
    await worker?.terminate();
  }

  #start(): Worker {
    if (this.#worker !== null) return this.#worker;
    const workerData: BundlerData = { esbuildWasm: join(this.#dist, "esbuild.wasm") };
    const worker = new Worker(join(this.#dist, "bundler.cjs"), {
      workerData,
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    let crash = "";
    worker.on("message", (response: BundlerResponse) => this.#settle(worker, response));
    worker.on("error", (error: Error) => {
      crash = `: ${error.message}`;
    });
    worker.on("exit", (code) => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#fail(`the bundler ended with exit code ${code}${crash}`);
    });
    // What a bundler prints is for nobody, and a stream that is read would keep this process alive.
    worker.stdout.destroy();
    worker.stderr.destroy();
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #settle(worker: Worker, response: BundlerResponse): void {
    this.#waiting.get(response.id)?.resolve(response.result);
    this.#waiting.delete(response.id);
    if (this.#waiting.size === 0) worker.unref();
  }

  #fail(message: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Error(message));
  }
}
