// Keeps the state of the one run the window shows and tells listeners of it in batches. Knows nothing of VS Code.

import type { RuntimeEvent } from "../protocol/events.ts";
import { type InspectorState, initialState, loadingState, reduce } from "../protocol/inspector/inspector.ts";
import type { QuestionToRun } from "../protocol/inspector/questions.ts";

/** A run that is going on, whoever started it. */
export interface Run {
  /** Absolute path of the model file. */
  readonly file: string;
  /** True in a debug session. */
  readonly debug: boolean;
  /** Asks its runtime. @throws Error that says why there is no answer */
  ask(question: QuestionToRun): Promise<unknown>;
  /** Ends the run; resolves when nothing of it is left. */
  stop(): Promise<void>;
}

/** What the source of a run writes its events to. After another run has begun it is deaf. */
export interface RunFeed {
  accept(event: RuntimeEvent): void;
  /** The source is gone: a run that did not say how it ended counts as stopped. */
  close(): void;
}

export type StoreChange =
  /** Another run has begun: everything before it is void. */
  { readonly type: "reset" } | { readonly type: "events"; readonly events: readonly RuntimeEvent[] };

export type StoreListener = (change: StoreChange) => void;

/** How long events gather before listeners hear of them, in milliseconds. */
export const batchMilliseconds = 50;

export class RunStore {
  #state: InspectorState = initialState;
  #run: Run | null = null;
  #feed: RunFeed | null = null;
  #file: string | null = null;
  #firstIteration: number | null = null;
  #pending: RuntimeEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<StoreListener>();

  /** Always current; listeners may lag behind it by `batchMilliseconds`. */
  get state(): InspectorState {
    return this.#state;
  }

  /** The run that is going on, or null. */
  get active(): Run | null {
    return this.#run;
  }

  /** Model file of the last run, or null before the first. */
  get lastFile(): string | null {
    return this.#file;
  }

  /** Milliseconds from the command to the first finished iteration of the last run; null until there is one. */
  get commandToFirstIteration(): number | null {
    return this.#firstIteration;
  }

  /** Drops the run before and makes `run` the one that is shown. `askedAt` is `performance.now()` of the command. */
  begin(run: Run, askedAt: number): RunFeed {
    const feed: RunFeed = {
      accept: (event) => {
        if (this.#feed === feed) this.#accept(event, askedAt);
      },
      close: () => {
        if (this.#feed === feed) this.#close(askedAt);
      },
    };
    // The end of the run before is worth hearing of.
    this.flush();
    this.#run = run;
    this.#feed = feed;
    this.#file = run.file;
    this.#firstIteration = null;
    this.#state = loadingState(run.file, run.debug);
    this.#tell({ type: "reset" });
    return feed;
  }

  onChange(listener: StoreListener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** Tells listeners at once what has gathered, so that `state` and what they have heard agree. */
  flush(): void {
    const events = this.#pending;
    this.#drop();
    if (events.length > 0) this.#tell({ type: "events", events });
  }

  dispose(): void {
    this.#drop();
    this.#feed = null;
    this.#run = null;
    this.#listeners.clear();
  }

  #accept(event: RuntimeEvent, askedAt: number): void {
    this.#state = reduce(this.#state, event);
    if (event.type === "iterations" && event.records.length > 0) {
      this.#firstIteration ??= performance.now() - askedAt;
    }
    if (isOver(this.#state)) this.#run = null;
    this.#pending.push(event);
    this.#timer ??= setTimeout(() => this.flush(), batchMilliseconds);
  }

  #close(askedAt: number): void {
    if (!isOver(this.#state)) {
      const { last } = this.#state;
      const seconds = (performance.now() - askedAt) / 1000;
      const loss = last?.loss ?? null;
      this.#accept({ type: "finished", reason: "stopped", iterations: last?.iteration ?? 0, seconds, loss }, askedAt);
    }
    this.#feed = null;
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pending = [];
  }

  #tell(change: StoreChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function isOver(state: InspectorState): boolean {
  return state.status.kind === "finished" || state.status.kind === "failed";
}
