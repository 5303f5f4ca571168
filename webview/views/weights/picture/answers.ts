// Asks the run for the picture of a tensor: once at a pause, again and again at a bounded rate while the run goes on.
import type { InspectorState } from "../../../../src/protocol/inspector/inspector.ts";
import type { TensorAnswer, TensorQuestion } from "../../../../src/protocol/inspector/tensorPicture.ts";
import type { Actions } from "../../view.ts";

/** While the run goes on, in milliseconds: faster nobody reads it, and the run wants its time. */
const askEvery = 500;

/** What a question was asked of: an answer holds as long as that is the same. */
interface Moment {
  readonly key: string;
  readonly status: InspectorState["status"];
  /** At a pause a change of a value brings new statistics. */
  readonly statistics: InspectorState["statistics"];
}

export class TensorAnswers {
  readonly #ask: Actions["ask"];
  readonly #changed: () => void;
  #moment: Moment | null = null;
  #question: TensorQuestion | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #inSight = false;
  #isAsking = false;
  /** The newest answer to the question at hand, or to the one before it until there is one. */
  answer: TensorAnswer | null = null;
  /** Why there is none; empty when there is. */
  complaint = "";

  /** @param changed is called when an answer has come */
  constructor(ask: Actions["ask"], changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** The tensor that was asked for. */
  get name(): string | null {
    return this.#question?.name ?? null;
  }

  /** Is a picture of the present question still to come? */
  get isWaiting(): boolean {
    return this.#isAsking || this.answer?.kind === "pending";
  }

  /** Null: nothing is to be shown. */
  follow(question: TensorQuestion | null, { status, statistics }: InspectorState): void {
    if (question?.name !== this.#question?.name) this.answer = null;
    this.#question = question;
    if (question === null) {
      this.#moment = null;
      this.answer = null;
      this.complaint = "";
      clearTimeout(this.#timer);
      return;
    }
    const key = JSON.stringify(question);
    const { kind } = status;
    const old = this.#moment;
    const pause = kind === "paused";
    const same =
      old?.key === key &&
      old.status.kind === kind &&
      (!pause || (old.status === status && old.statistics === statistics));
    if (same) return;
    this.#moment = { key, status, statistics };
    this.#isAsking = false;
    if (!canAnswer(status)) {
      clearTimeout(this.#timer);
      if (this.answer === null || this.answer.kind === "pending") this.complaint = whyNot(status);
      return;
    }
    this.#askNow();
  }

  /** A picture that nobody sees is not asked for. */
  see(inSight: boolean): void {
    this.#inSight = inSight;
    if (inSight && this.#moment !== null && canAnswer(this.#moment.status) && !this.#isAsking) this.#askNow();
  }

  #askNow(): void {
    clearTimeout(this.#timer);
    const [moment, question] = [this.#moment, this.#question];
    if (!this.#inSight || moment === null || question === null) return;
    this.#isAsking = true;
    this.#ask("tensor", question).then(
      (answer) => this.#take(moment, answer),
      (error: Error) => this.#refused(moment, error.message),
    );
  }

  #take(moment: Moment, answer: TensorAnswer): void {
    if (this.#moment !== moment) return;
    this.#isAsking = false;
    this.complaint = "";
    // what was there stays until there is something newer
    if (answer.kind !== "pending" || this.answer?.kind !== "picture") this.answer = answer;
    if (moment.status.kind === "running") this.#timer = setTimeout(() => this.#askNow(), askEvery);
    this.#changed();
  }

  #refused(moment: Moment, message: string): void {
    if (this.#moment !== moment) return;
    this.#isAsking = false;
    this.answer = null;
    this.complaint = message;
    this.#changed();
  }
}

function canAnswer({ kind }: InspectorState["status"]): boolean {
  return kind === "paused" || kind === "running";
}

function whyNot({ kind }: InspectorState["status"]): string {
  return kind === "loading" ? "The run has not begun yet." : "No run is going on: start one to look into its weights.";
}
