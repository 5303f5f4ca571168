// One kept run, read from the bytes of its file as far as they are whole. Opens no file itself.
import type { IterationRecord, StatisticsReport } from "../protocol/events.ts";
import type { Flow } from "../protocol/inspector/flow.ts";
import { type Mark, marked, rewoundMarks } from "../protocol/inspector/marks.ts";
import type { RunCurves } from "../protocol/inspector/runs.ts";
import type { Position } from "../protocol/position.ts";
import { decodeFrame, type Frame, framesOf } from "./file/format.ts";
import type { IterationColumns, RecordKind, RecordOf, RunHeader } from "./file/record.ts";

type FrameOf<K extends RecordKind> = Frame & { readonly kind: K };

export class KeptRun {
  readonly id: string;
  /** Null when not even that is whole. */
  readonly header: RunHeader | null;
  /** How it says that it ended; null when it does not. */
  readonly end: RecordOf<"end"> | null;
  /** The iteration from which on the bound of the setting left everything out; null: nothing was. */
  readonly fullFrom: number | null;
  /** Why reading ended before the end of the file; null when it did not. */
  readonly broken: string | null;
  readonly #frames: readonly Frame[];
  /** For every frame: what is true of it goes up to this iteration, because of a rewinding after it. */
  readonly #bounds: readonly number[];
  #rows: readonly IterationRecord[] | null = null;
  #reported: readonly number[] | null = null;

  constructor(id: string, bytes: Uint8Array) {
    this.id = id;
    const frames: Frame[] = [];
    const reading = framesOf(bytes);
    let next = reading.next();
    for (; next.done !== true; next = reading.next()) frames.push(next.value);
    const [first, ...rest] = frames;
    this.header = first !== undefined && isOf("header")(first) ? (decodeFrame(first)?.header ?? null) : null;
    this.broken = next.value.broken ?? (this.header === null ? "the file does not say what it is a run of" : null);
    this.#frames = this.header === null ? [] : rest;
    this.#bounds = boundsOf(this.#frames);
    this.end = this.#last("end");
    this.fullFrom = this.#last("full")?.iteration ?? null;
  }

  /** Of every iteration that was kept and is still true, ascending. */
  get iterations(): readonly IterationRecord[] {
    this.#rows ??= this.#readRows();
    return this.#rows;
  }

  get validations(): readonly RecordOf<"validation">["event"][] {
    return [...this.#records("validation", ({ event }) => event.iteration)].map(({ event }) => event);
  }

  /** Decoded one at a time: they are most of a file. */
  *statistics(): Generator<StatisticsReport> {
    for (const { report } of this.#records("statistics", ({ report }) => report.iteration)) yield report;
  }

  /** Ascending. */
  get statisticsIterations(): readonly number[] {
    this.#reported ??= Array.from(this.statistics(), ({ iteration }) => iteration);
    return this.#reported;
  }

  /** As the page's state has them. */
  get marks(): readonly Mark[] {
    let marks: readonly Mark[] = [];
    let position: Position | null = null;
    for (const frame of this.#frames) {
      if (isOf("mark")(frame)) {
        const event = decodeFrame(frame)?.event;
        if (event !== undefined) marks = marked(marks, event);
        if (event?.type === "stopped") position = event.position;
      } else if (isOf("rewound")(frame)) {
        const iteration = decodeFrame(frame)?.iteration;
        if (iteration !== undefined) marks = rewoundMarks(marks, iteration, position);
      }
    }
    return marks;
  }

  /** The network as it ran last; null when it was not kept. */
  get flow(): Flow | null {
    const last = this.#last("flow");
    return last === null ? null : { graph: last.graph, values: last.values };
  }

  /** Iteration of the newest record, thinned out or not; 0 before the first. */
  get length(): number {
    return (this.end?.last ?? this.iterations.at(-1))?.iteration ?? 0;
  }

  #readRows(): readonly IterationRecord[] {
    const rows = this.#each("iterations").flatMap(({ record, bound }) => rowsOf(record.columns, bound));
    const last = this.end?.last ?? null;
    return last !== null && last.iteration > (rows.at(-1)?.iteration ?? 0) ? [...rows, last] : rows;
  }

  *#records<K extends RecordKind>(kind: K, iterationOf: (record: RecordOf<K>) => number): Generator<RecordOf<K>> {
    for (const { frame, bound } of this.#framesOf(kind)) {
      const record = decodeFrame(frame);
      if (record !== null && iterationOf(record) <= bound) yield record;
    }
  }

  #each<K extends RecordKind>(kind: K): { readonly record: RecordOf<K>; readonly bound: number }[] {
    return this.#framesOf(kind).flatMap(({ frame, bound }) => {
      const record = decodeFrame(frame);
      return record === null ? [] : [{ record, bound }];
    });
  }

  #last<K extends RecordKind>(kind: K): RecordOf<K> | null {
    return this.#each(kind).at(-1)?.record ?? null;
  }

  #framesOf<K extends RecordKind>(kind: K): { readonly frame: FrameOf<K>; readonly bound: number }[] {
    const isKind = isOf(kind);
    return this.#frames.flatMap((frame, i) => (isKind(frame) ? [{ frame, bound: this.#bounds[i] }] : []));
  }
}

/** @param name as the list of runs shows it */
export function curvesOf(run: KeptRun, name: string): RunCurves {
  const rows = run.iterations;
  return {
    id: run.id,
    name,
    iterations: rows.map(({ iteration }) => iteration),
    loss: rows.map(({ loss }) => loss),
    gradNorm: rows.map(({ gradNorm }) => gradNorm),
    learningRate: rows.map(({ learningRate }) => learningRate),
    validation: run.validations.map(({ iteration, loss }) => ({ iteration, loss })),
  };
}

function isOf<K extends RecordKind>(kind: K): (frame: Frame) => frame is FrameOf<K> {
  return (frame): frame is FrameOf<K> => frame.kind === kind;
}

/** A record is true up to the lowest iteration that the run has gone back to after it. */
function boundsOf(frames: readonly Frame[]): readonly number[] {
  const bounds = new Array<number>(frames.length);
  let bound = Number.POSITIVE_INFINITY;
  for (let i = frames.length - 1; i >= 0; i--) {
    bounds[i] = bound;
    const frame = frames[i];
    if (isOf("rewound")(frame)) bound = Math.min(bound, decodeFrame(frame)?.iteration ?? 0);
  }
  return bounds;
}

function rowsOf(columns: IterationColumns, bound: number): IterationRecord[] {
  const { iteration, epoch, loss, gradNorm, learningRate, milliseconds } = columns;
  return iteration.flatMap((number, i) =>
    number > bound
      ? []
      : [
          {
            iteration: number,
            epoch: epoch[i],
            loss: loss[i],
            gradNorm: gradNorm[i],
            learningRate: learningRate[i],
            milliseconds: milliseconds[i],
          },
        ],
  );
}
