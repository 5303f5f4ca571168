// "Train Model": bundles the model file and trains it at full speed, without a debug session.
import * as vscode from "vscode";
import type { Runtime } from "../adapter/runtime/runtime.ts";
import type { RuntimeEvent } from "../protocol/events.ts";
import type { QuestionToRun } from "../protocol/inspector/questions.ts";
import type { ErrorReport } from "../protocol/model.ts";
import type { LaunchOptions } from "../protocol/requests.ts";
import { modelName } from "./editor/modelText.ts";
import type { NotFinite } from "./notFinite.ts";
import type { Problems } from "./problems.ts";
import type { RunFeed, RunStore } from "./runStore.ts";
import { finishedText, progressPercent, progressText } from "./runText.ts";
import type { Runtimes } from "./runtimes.ts";

export interface TrainerParts {
  readonly store: RunStore;
  readonly runtimes: Runtimes;
  readonly problems: Problems;
  readonly output: vscode.OutputChannel;
  /** Called when the run has been started, so that what is shown for it delays no iteration. */
  onStarted(): void;
  /** Called when the loss or the gradient of a run is no number any more. */
  onNotFinite(found: NotFinite): void;
}

const options: LaunchOptions = {
  stopOnEntry: false,
  debug: false,
  seed: null,
  epochs: null,
  breakpoints: [],
  playing: true,
};

export class Trainer {
  readonly #parts: TrainerParts;

  constructor(parts: TrainerParts) {
    this.#parts = parts;
  }

  /** Trains `file` to its end; resolves when nothing runs any more. `askedAt` is `performance.now()` of the command. */
  async train(file: string, askedAt: number): Promise<void> {
    const { store, problems } = this.#parts;
    if (!(await saveDirty(file))) return;
    await stopActive(store, file);
    problems.clear();
    const run = new DirectRun(file, this.#parts);
    const feed = store.begin(run, askedAt);
    const over = run.go(feed);
    this.#parts.onStarted();
    await showProgress(store, run, over);
    const text = finishedText(store.state);
    if (text !== null && !run.stopped) void vscode.window.showInformationMessage(text);
  }
}

/** Saves the file when it has unsaved changes; false when it could not be saved. */
export async function saveDirty(file: string): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find((open) => open.uri.scheme === "file" && open.fileName === file);
  if (document === undefined || !document.isDirty || (await document.save())) return true;
  void vscode.window.showErrorMessage(`${file} could not be saved, so it was not run.`);
  return false;
}

/** One run at a time: ends the one that is going on, and says so. */
export async function stopActive(store: RunStore, next: string): Promise<void> {
  const { active } = store;
  if (active === null) return;
  await active.stop();
  const [before, after] = [modelName(active.file), modelName(next)];
  const what =
    before === after ? `Stopped the run of ${before} to start it anew.` : `Stopped ${before} to run ${after}.`;
  void vscode.window.showInformationMessage(what);
}

/** One training in a runtime of its own, from bundling to the last event. */
class DirectRun {
  readonly debug = false;
  readonly file: string;
  readonly #parts: TrainerParts;
  #runtime: Runtime | null = null;
  #feed: RunFeed | null = null;
  #end: (() => void) | null = null;
  stopped = false;

  constructor(file: string, parts: TrainerParts) {
    this.file = file;
    this.#parts = parts;
  }

  async ask({ name, params }: QuestionToRun): Promise<unknown> {
    if (this.#runtime === null) throw new Error("the model is still being loaded");
    return this.#runtime.request(name, params);
  }

  /** Resolves when the run is over, however it ended. */
  async go(feed: RunFeed): Promise<void> {
    this.#feed = feed;
    try {
      const runtimes = await this.#parts.runtimes.get();
      const bundle = await runtimes.bundle(this.file);
      if (this.stopped) return;
      if (bundle.ok) await this.#follow(runtimes.start(bundle.model, options), feed);
      else this.#fail(bundle.errors);
    } catch (error) {
      if (!this.stopped) this.#fail([internalError(error)]);
    } finally {
      await this.#runtime?.terminate();
      feed.close();
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.#runtime?.terminate();
    this.#feed?.close();
    this.#end?.();
  }

  /** Hands on what the runtime says until it says that it is over. */
  #follow(runtime: Runtime, feed: RunFeed): Promise<void> {
    this.#runtime = runtime;
    return new Promise((resolve) => {
      this.#end = resolve;
      runtime.onEvent((event) => {
        feed.accept(event);
        this.#notice(event);
        if (event.type === "finished" || event.type === "failed") resolve();
      });
    });
  }

  #notice(event: RuntimeEvent): void {
    // Outputs may come with or without their line end.
    if (event.type === "output") this.#parts.output.appendLine(event.text.replace(/\n$/, ""));
    if (event.type === "failed") void this.#parts.problems.report(this.file, [event.error]);
    if (event.type === "notFinite") {
      const { iteration, what } = event;
      this.#parts.onNotFinite({ file: this.file, iteration, what, seed: this.#parts.store.state.model?.seed ?? 0 });
    }
  }

  #fail(errors: readonly ErrorReport[]): void {
    this.#feed?.accept({ type: "failed", error: errors[0] });
    void this.#parts.problems.report(this.file, errors);
  }
}

/** Shows a notification with epoch, iteration, loss and Cancel until the run is over. */
async function showProgress(store: RunStore, run: DirectRun, over: Promise<void>): Promise<void> {
  const title = `Training ${modelName(run.file)}`;
  const where = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
  await vscode.window.withProgress(where, async (progress, token) => {
    let shown = 0;
    progress.report({ message: "loading the model file" });
    const cancel = token.onCancellationRequested(() => void run.stop());
    const listener = store.onChange(() => {
      const percent = progressPercent(store.state);
      progress.report({ message: progressText(store.state) ?? "loading data", increment: percent - shown });
      shown = percent;
    });
    try {
      await over;
    } finally {
      listener.dispose();
      cancel.dispose();
    }
  });
}

function internalError(error: unknown): ErrorReport {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? error.message : String(error);
  return { message: `Training could not be started: ${message}`, source: null, stack: [], detail };
}
