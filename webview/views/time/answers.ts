// What the run has answered about time: the words along the axis and the Jacobians, as long as they belong to what is shown.
import type { ChainReport } from "../../../src/protocol/inspector/chain.ts";
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import type { SequenceInput, SequenceReport } from "../../../src/protocol/inspector/time.ts";
import type { ModelInfo } from "../../../src/protocol/model.ts";
import type { Actions } from "../view.ts";

/** Answers hold for one sample in one iteration of one run. */
interface Asked {
  readonly model: ModelInfo | null;
  readonly iteration: number;
  readonly sample: number;
}

export const nothing: SequenceInput = { kind: "none" };

export class TimeAnswers {
  readonly #ask: Actions["ask"];
  readonly #changed: () => void;
  #asked: Asked | null = null;
  #sequence: SequenceReport | null = null;
  #chains: ReadonlyMap<string, ChainReport> = new Map();
  /** Samples in the batch, as far as is known. */
  batch: number | null = null;
  /** Why there are no words along the axis; empty when there are, or nobody has asked. */
  complaint = "";

  constructor(ask: Actions["ask"], changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  get input(): SequenceInput {
    return this.#sequence?.input ?? nothing;
  }

  /** By path of the layer. */
  get chains(): ReadonlyMap<string, ChainReport> {
    return this.#chains;
  }

  /** Drops what belongs to another iteration or sample; at a pause asks for what stands along the axis. */
  follow({ model, status, statistics }: InspectorState, sample: number): void {
    const iteration = statistics?.iteration ?? -1;
    const same = this.#asked?.model === model && this.#asked.iteration === iteration && this.#asked.sample === sample;
    if (!same) {
      if (this.#asked?.model !== model) this.batch = null;
      this.#asked = null;
      this.#sequence = null;
      this.#chains = new Map();
      this.complaint = "";
    }
    if (this.#asked !== null || status.kind !== "paused" || status.position.iteration !== iteration || iteration < 1)
      return;
    const asked = { model, iteration, sample };
    this.#asked = asked;
    this.#ask("sequence", { sample }).then(
      (report) => this.#take(asked, report),
      (error: Error) => this.#refused(asked, error.message),
    );
  }

  /** How far back a layer remembers; what it resolves to keeps the answer. @throws Error with the reason when there is no answer */
  async chain(layer: string): Promise<() => void> {
    const asked = this.#asked;
    if (asked === null) throw new Error("pause the run first");
    const report = await this.#ask("chain", { layer, sample: asked.sample });
    return () => {
      // the run has gone on, or another sample is looked at
      if (this.#asked !== asked) return;
      this.#chains = new Map([...this.#chains, [layer, report]]);
      this.batch = report.batch;
      this.#changed();
    };
  }

  #take(asked: Asked, report: SequenceReport): void {
    if (this.#asked !== asked || report.iteration !== asked.iteration) return;
    this.#sequence = report;
    this.batch = report.batch;
    this.#changed();
  }

  #refused(asked: Asked, message: string): void {
    if (this.#asked !== asked) return;
    this.complaint = message;
    this.#changed();
  }
}

/** What goes in, if the layer's timesteps are those of the model's input. */
export function alignedWith(input: SequenceInput, length: number): SequenceInput {
  return input.kind !== "none" && input.steps.length === length ? input : nothing;
}
