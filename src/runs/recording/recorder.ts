// Keeps one run while it goes on: turns its events into records, thins them, and hands them to the disk twice a second.
import { assertNever } from "../../protocol/assertNever.ts";
import type { IterationRecord, RuntimeEvent, StatisticsReport } from "../../protocol/events.ts";
import { type Flow, flowOf, flowUpTo, withValues } from "../../protocol/inspector/flow.ts";
import { marked, markLimit } from "../../protocol/inspector/marks.ts";
import type { IterationColumns, MarkEvent, RunHeader, RunRecord } from "../file/record.ts";
import { RecordWriter } from "../file/writer.ts";
import { keepsIteration, StatisticsSchedule } from "./thinning.ts";

/** How long a record waits for the disk at most, in milliseconds: that much of a run a crash takes away. */
export const flushEvery = 500;
/** Whoever has not touched its file for some of these, in milliseconds, writes no more. */
export const beatEvery = 30_000;

/** So many graphs of the network are kept while the run goes on; the newest is kept with its end. */
const graphLimit = 4;

export interface RecorderOptions {
  /** Absolute path; the file must not exist, its folder must. */
  readonly file: string;
  readonly header: RunHeader;
  /** Bound of the file: what follows is left out, but for the end. */
  readonly bytes: number;
  /** Called once, at the first error; nothing is kept from then on. */
  onError(error: Error): void;
}

export class Recorder {
  readonly #writer: RecordWriter;
  readonly #options: RecorderOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #schedule = new StatisticsSchedule();
  #rows: IterationRecord[] = [];
  #last: IterationRecord | null = null;
  /** A report that was left out; the newest of a run is always kept. */
  #skipped: StatisticsReport | null = null;
  #marks = 0;
  #flow: Flow | null = null;
  #graphs = 0;
  #full = false;
  #ended = false;
  #beat = performance.now();

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#writer = new RecordWriter(options.file, options.onError);
    this.#writer.append({ kind: "header", header: options.header });
    void this.#writer.flush();
    this.#timer = setInterval(() => this.#tick(), flushEvery);
    this.#timer.unref?.();
  }

  get bytes(): number {
    return this.#writer.bytes;
  }

  accept(event: RuntimeEvent): void {
    if (this.#ended) return;
    switch (event.type) {
      case "iterations":
        this.#rows.push(...event.records.filter(({ iteration }) => keepsIteration(iteration)));
        this.#last = event.records.at(-1) ?? this.#last;
        return;
      case "statistics":
        this.#statistics(event.report);
        return;
      case "validation":
        this.#append({ kind: "validation", event });
        return;
      case "stopped":
      case "notFinite":
        this.#mark(event);
        return;
      case "rewound":
        this.#rewound(event.iteration);
        return;
      case "failed":
        this.#end("failed", event.error.message, 0, this.#last?.loss ?? null);
        return;
      case "finished":
        this.#end(event.reason, "", event.seconds, event.loss);
        return;
      case "flow":
        this.#flow = flowOf(this.#flow, event.graph);
        this.#writeGraph();
        return;
      case "flowValues":
        this.#flow = withValues(this.#flow, event.values);
        return;
      // What the page can ask for again or what only a run that goes on can show.
      case "started":
      case "equation":
      case "continued":
      case "playing":
      case "breakpointFailed":
      case "output":
        return;
      default:
        assertNever(event);
    }
  }

  /** Resolves when everything is on the disk. A run that did not say how it ended is kept without an end. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (!this.#ended) this.#writeRest();
    this.#ended = true;
    await this.#writer.close();
  }

  #statistics(report: StatisticsReport): void {
    if (!report.complete) return;
    // The user's own tensors are not kept: they are as large as the program is long.
    const kept = { ...report, variables: [] };
    if (this.#schedule.wants(report.iteration)) {
      this.#skipped = null;
      this.#append({ kind: "statistics", report: kept });
    } else this.#skipped = kept;
  }

  #mark(event: MarkEvent): void {
    if (marked([], event).length === 0 || this.#marks >= markLimit) return;
    this.#marks += 1;
    this.#append({ kind: "mark", event });
  }

  #rewound(iteration: number): void {
    this.#writeRows();
    this.#schedule.rewound(iteration);
    if (this.#skipped !== null && this.#skipped.iteration > iteration) this.#skipped = null;
    this.#flow = flowUpTo(this.#flow, iteration);
    if (this.#last !== null && this.#last.iteration > iteration) this.#last = null;
    // Also of a file that takes no more: what is in it must not be believed.
    this.#writer.append({ kind: "rewound", iteration });
  }

  #end(reason: "completed" | "stopped" | "failed", message: string, seconds: number, loss: number | null): void {
    this.#writeRest();
    this.#writer.append({ kind: "end", reason, message, seconds, loss, last: this.#last });
    this.#ended = true;
    void this.#writer.flush();
  }

  #tick(): void {
    if (this.#ended || this.#writer.broken) {
      clearInterval(this.#timer);
      return;
    }
    this.#writeRows();
    void this.#writer.flush();
    if (performance.now() - this.#beat < beatEvery) return;
    this.#beat = performance.now();
    this.#writer.touch();
  }

  #writeRest(): void {
    this.#writeRows();
    if (this.#skipped !== null) this.#append({ kind: "statistics", report: this.#skipped });
    this.#skipped = null;
    if (this.#flow?.values != null) this.#append({ kind: "flow", ...this.#flow });
  }

  /** A network that runs in ever new ways would fill the file with graphs. */
  #writeGraph(): void {
    if (this.#flow === null || this.#graphs >= graphLimit) return;
    this.#graphs += 1;
    this.#append({ kind: "flow", graph: this.#flow.graph, values: null });
  }

  #writeRows(): void {
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length > 0) this.#append({ kind: "iterations", columns: columnsOf(rows) });
  }

  #append(record: RunRecord): void {
    if (this.#full) return;
    if (this.#writer.bytes > this.#options.bytes) {
      this.#full = true;
      this.#writer.append({ kind: "full", iteration: this.#last?.iteration ?? 0 });
      return;
    }
    this.#writer.append(record);
  }
}

function columnsOf(rows: readonly IterationRecord[]): IterationColumns {
  return {
    iteration: rows.map(({ iteration }) => iteration),
    epoch: rows.map(({ epoch }) => epoch),
    loss: rows.map(({ loss }) => loss),
    gradNorm: rows.map(({ gradNorm }) => gradNorm),
    learningRate: rows.map(({ learningRate }) => learningRate),
    milliseconds: rows.map(({ milliseconds }) => Number(milliseconds.toFixed(3))),
  };
}
