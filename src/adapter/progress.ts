// How far training is: DAP progress for clients that show it, lines of the console for all, at a rate people can read.
import type { IterationRecord, RuntimeEvent } from "../protocol/events.ts";
import type { ModelInfo } from "../protocol/model.ts";
import type { SendEvent } from "./dap.ts";

type Validation = Extract<RuntimeEvent, { type: "validation" }>;
type Finished = Extract<RuntimeEvent, { type: "finished" }>;

/** Least time between two messages of a kind, in milliseconds. Epochs of a small data set are shorter than that. */
const interval = { line: 2000, epoch: 500, validation: 500, update: 250 };

export class Progress {
  readonly #send: SendEvent;
  readonly #id: string;
  /** True: progress events; false: lines between the epochs. */
  readonly #shows: boolean;
  readonly #now: () => number;
  readonly #begun: number;
  readonly #sent: Record<keyof typeof interval, number>;
  /** The progress that the client shows now, and how many there have been. At a pause there is none: nothing goes on. */
  #shown: string | null = null;
  #starts = 0;
  #model: ModelInfo | null = null;
  #last: IterationRecord | null = null;
  /** Iterations, and the milliseconds they took, since the speed was last said. */
  #lap = { iterations: 0, milliseconds: 0 };
  #speed = "";

  /** @param id unique in the session @param now milliseconds */
  constructor(send: SendEvent, id: string, shows: boolean, now: () => number = () => performance.now()) {
    this.#send = send;
    this.#id = id;
    this.#shows = shows;
    this.#now = now;
    this.#begun = now();
    this.#sent = { line: this.#begun, epoch: -Infinity, validation: -Infinity, update: -Infinity };
  }

  started(model: ModelInfo): void {
    this.#model = model;
    if (this.#shows) this.#start(model);
  }

  iterations(records: readonly IterationRecord[]): void {
    const perEpoch = this.#model?.iterationsPerEpoch ?? Infinity;
    const epochEnd = records.findLast(({ iteration }) => iteration % perEpoch === 0);
    for (const record of records) {
      this.#last = record;
      this.#lap.iterations += 1;
      this.#lap.milliseconds += record.milliseconds;
    }
    if (this.#last === null) return;
    if (epochEnd !== undefined && this.#due("epoch", epochEnd.iteration === this.#total)) this.#line(epochEnd);
    else if (!this.#shows && this.#due("line")) this.#line(this.#last);
    if (this.#due("update")) this.#update(this.#text(this.#last));
  }

  /** The run takes another course after this iteration. */
  rewound(iteration: number): void {
    if (this.#last === null || this.#last.iteration <= iteration) return;
    this.#last = iteration === 0 ? null : { ...this.#last, iteration };
    this.#lap = { iterations: 0, milliseconds: 0 };
  }

  validation({ epoch, loss, accuracy }: Validation): void {
    if (!this.#due("validation", epoch === this.#model?.epochs)) return;
    const percent = accuracy === null ? "" : `  accuracy ${short(100 * accuracy)} %`;
    this.#say(`epoch ${this.#ofEpochs(epoch)}  validation loss ${short(loss)}${percent}`);
  }

  /** The last line of a run that did not fail. */
  finished({ reason, iterations, seconds, loss }: Finished): void {
    const end = loss === null ? "" : `, loss ${short(loss)}`;
    this.#say(`${reason}: ${iterations} iterations in ${short(seconds)} s${end}`);
  }

  /** Has this progress been shown of this run? It may have ended while the client was about to cancel it. */
  isOwn(id: string): boolean {
    return Array.from({ length: this.#starts }, (_, i) => this.#name(i + 1)).includes(id);
  }

  /** Nothing goes on now, be it for a pause or for good; the next iterations show the progress again. */
  end(): void {
    if (this.#shown !== null) this.#send("progressEnd", { progressId: this.#shown });
    this.#shown = null;
  }

  /** What is known of a run that was ended before it could say so itself. */
  stopped(): Finished {
    const seconds = (this.#now() - this.#begun) / 1000;
    const { iteration = 0, loss = null } = this.#last ?? {};
    return { type: "finished", reason: "stopped", iterations: iteration, seconds, loss };
  }

  get #total(): number {
    return this.#model === null ? Infinity : this.#model.epochs * this.#model.iterationsPerEpoch;
  }

  #due(kind: keyof typeof interval, always = false): boolean {
    const now = this.#now();
    if (!always && now - this.#sent[kind] < interval[kind]) return false;
    this.#sent[kind] = now;
    return true;
  }

  #line(record: IterationRecord): void {
    this.#sent.line = this.#now();
    this.#say(this.#text(record));
  }

  #say(text: string): void {
    this.#send("output", { category: "console", output: `${text}\n` });
  }

  #start({ name }: ModelInfo): string {
    this.#starts += 1;
    this.#shown = this.#name(this.#starts);
    const percentage = this.#percentage;
    this.#send("progressStart", { progressId: this.#shown, title: `Training ${name}`, cancellable: true, percentage });
    return this.#shown;
  }

  #name(start: number): string {
    return start === 1 ? this.#id : `${this.#id}-${start}`;
  }

  #update(message: string): void {
    if (!this.#shows || this.#model === null) return;
    const progressId = this.#shown ?? this.#start(this.#model);
    this.#send("progressUpdate", { progressId, message, percentage: this.#percentage });
  }

  get #percentage(): number {
    return Math.min(100, (100 * (this.#last?.iteration ?? 0)) / this.#total);
  }

  /** `epoch 1/3  iteration 120/4000  loss 2.13  ‖g‖ 0.83  410 it/s` */
  #text({ epoch, iteration, loss, gradNorm }: IterationRecord): string {
    const total = Number.isFinite(this.#total) ? `/${this.#total}` : "";
    const parts = [`epoch ${this.#ofEpochs(epoch)}`, `iteration ${iteration}${total}`];
    return [...parts, `loss ${short(loss)}`, `‖g‖ ${short(gradNorm)}`, this.#takeSpeed()].filter(Boolean).join("  ");
  }

  #takeSpeed(): string {
    const { iterations, milliseconds } = this.#lap;
    if (milliseconds > 0) this.#speed = `${short((1000 * iterations) / milliseconds)} it/s`;
    this.#lap = { iterations: 0, milliseconds: 0 };
    return this.#speed;
  }

  #ofEpochs(epoch: number): string {
    return this.#model === null ? String(epoch) : `${epoch}/${this.#model.epochs}`;
  }
}

/** Three significant digits. */
function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
