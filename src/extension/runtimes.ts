// The one maker of runs in this window, loaded when it is first needed. Knows no VS Code.
import type { WorkerRuntimes } from "../adapter/runtime/workerRuntime.ts";

export class Runtimes {
  readonly #dist: string;
  #made: Promise<WorkerRuntimes> | null = null;

  /** @param dist absolute path of the built files */
  constructor(dist: string) {
    this.#dist = dist;
  }

  get(): Promise<WorkerRuntimes> {
    this.#made ??= import("../adapter/runtime/workerRuntime.ts").then(
      (adapter) => new adapter.WorkerRuntimes({ dist: this.#dist }),
    );
    return this.#made;
  }

  /** Starts the bundler, so that the first run need not wait for it. */
  async warmUp(): Promise<void> {
    (await this.get()).warmUp();
  }

  async dispose(): Promise<void> {
    await (await this.#made)?.dispose();
  }
}
