// Keeps every run of the window in its workspace while it goes on. A run never waits for it.
import * as vscode from "vscode";
import type { RuntimeEvent } from "../../protocol/events.ts";
import { Recording } from "../../runs/recording/recording.ts";
import type { RunStore, StoreChange } from "../runStore.ts";
import type { WorkspaceRuns } from "./workspaceRuns.ts";

const megabyte = 1024 * 1024;

export class RunKeeper implements vscode.Disposable {
  readonly #store: RunStore;
  readonly #runs: WorkspaceRuns;
  readonly #version: string;
  readonly #listener: { dispose(): void };
  #recording: Recording | null = null;
  /** What is not on the disk yet. */
  readonly #closing = new Set<Promise<void>>();
  /** Said once in a window: the next run has the same disk. */
  #said = false;

  /** @param version of the extension */
  constructor(store: RunStore, runs: WorkspaceRuns, version: string) {
    this.#store = store;
    this.#runs = runs;
    this.#version = `Gradient Debugger ${version}, VS Code ${vscode.version}`;
    this.#listener = store.onChange((change) => this.#follow(change));
  }

  /** Resolves when everything is on the disk; the run that is going on is kept up to here. */
  async close(): Promise<void> {
    this.#listener.dispose();
    this.#store.flush();
    this.#end();
    await Promise.all(this.#closing);
  }

  dispose(): void {
    this.#listener.dispose();
  }

  #follow(change: StoreChange): void {
    if (change.type === "reset") {
      this.#end();
      return;
    }
    for (const event of change.events) {
      if (event.type === "started") this.#begin(event);
      else this.#recording?.accept(event);
      if (event.type === "finished" || event.type === "failed") this.#end();
    }
  }

  #begin({ model }: Extract<RuntimeEvent, { type: "started" }>): void {
    this.#end();
    const library = this.#runs.libraryFor(model.file);
    const bytes = megabyte * vscode.workspace.getConfiguration("gradientDebugger").get("runs.keepMegabytes", 200);
    if (library === null || bytes <= 0) return;
    const { debug } = this.#store.state;
    const onError = (error: Error) => this.#tell(library.folder, error);
    const recording = new Recording({ library, model, debug, bytes, version: this.#version, onError });
    this.#recording = recording;
    this.#runs.begin(recording.id);
    void recording.begun.then(() => this.#runs.changed());
  }

  #end(): void {
    const recording = this.#recording;
    this.#recording = null;
    if (recording === null) return;
    const closing = recording.close().then(() => {
      this.#runs.end(recording.id);
      this.#closing.delete(closing);
    });
    this.#closing.add(closing);
  }

  #tell(folder: string, error: Error): void {
    if (this.#said) return;
    this.#said = true;
    void vscode.window.showWarningMessage(
      `Runs are not kept: ${folder} cannot be written (${error.message}). The training goes on.`,
    );
  }
}
