// Answers what is asked about a tensor: at a pause at once, while the run goes on at the end of one of its next iterations.
import {
  type TensorAnswer,
  type TensorPart,
  type TensorPicture,
  type TensorQuestion,
  tensorParts,
} from "../../../protocol/inspector/tensorPicture.ts";
import type { Parameter, Tensor } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import { termNamed } from "../equation/report.ts";
import type { Pause } from "../scopes.ts";
import type { Past } from "../tensors/previous.ts";
import type { NumberArray } from "./numbers.ts";
import { type Beginning, type Parts, parameterParts, statesOf, termParts } from "./parts.ts";
import { draw } from "./picture.ts";

/** Copies of the weights that the run began with take no more than this, in bytes. */
const largestBeginning = 64 * 2 ** 20;
/** Least time between two pictures of a run that goes on, in milliseconds. */
const pictureEvery = 400;
/** A picture's cost times this is the least time too: the run is slowed by 1 %. */
const patience = 100;
/** The most that is waited, in milliseconds: a picture that somebody else held up is no reason to make none for long. */
const longestWait = 3000;
/** Elements that are looked at while the run goes on: some milliseconds. */
const lookedAtRunning = 2 ** 20;

export interface PictureHost {
  run(): TrainingRun | null;
  /** Null while the run goes on. */
  pause(): Pause | null;
  pastOf(tensor: Tensor): Past;
  /** Milliseconds. */
  now(): number;
}

/** A tensor that can be looked at. */
interface Subject {
  readonly parameter: boolean;
  readonly shape: readonly number[];
  readonly parts: Parts;
}

export class TensorPictures {
  private readonly beginnings = new Map<string, NumberArray>();
  /** What was asked while the run went on, and the answer once there is one. */
  private asked: { readonly question: TensorQuestion; answer: TensorAnswer | null } | null = null;
  private notBefore = 0;

  constructor(private readonly host: PictureHost) {}

  /** Keeps the weights that training begins with, the first ones where all are too many. */
  started(run: TrainingRun): void {
    let bytes = 0;
    for (const [parameter, name] of run.parameters) {
      const { array } = parameter.floats;
      bytes += parameter.length * array.BYTES_PER_ELEMENT;
      if (bytes > largestBeginning) return;
      this.beginnings.set(name, array.slice(0, parameter.length));
    }
  }

  /**
   * At a pause, or while the run goes on for parameters.
   * @throws Error when there is no such tensor, or it can be looked at only at a pause
   */
  answer(question: TensorQuestion): TensorAnswer {
    check(question);
    const run = this.host.run();
    if (run === null) throw new Error("the run has not begun yet");
    const pause = this.host.pause();
    if (pause === null) return this.whileRunning(question, run);
    this.asked = null;
    return run.engine.noGrad(() => this.look(question, this.subjectAt(question.name, pause), run));
  }

  /** Makes the picture that somebody waits for. The iteration's tensors and the weights from before it still exist. */
  iterationEnded(run: TrainingRun): void {
    const { asked, host } = this;
    const began = host.now();
    if (asked === null || asked.answer !== null || began < this.notBefore) return;
    // nobody has kept the weights from before this update: the next one will do
    if (run.updated.size > 0 && run.weightsBefore.size === 0) return;
    const subject = this.parameterNamed(asked.question.name, run);
    if (subject === null) return;
    asked.answer = this.look(asked.question, subject, run, lookedAtRunning);
    const now = host.now();
    this.notBefore = now + Math.min(longestWait, Math.max(pictureEvery, patience * (now - began)));
  }

  /** An answer waits to be fetched; whoever fetches it has to ask for the next one. */
  private whileRunning(question: TensorQuestion, run: TrainingRun): TensorAnswer {
    if (this.parameterNamed(question.name, run) === null) {
      const why = "exists only while the run is paused at its step";
      throw new Error(`${question.name} ${why}; pause the run, or choose a parameter`);
    }
    const { asked } = this;
    const same = asked !== null && JSON.stringify(asked.question) === JSON.stringify(question);
    if (same && asked.answer === null) return { kind: "pending" };
    const answer = same ? asked.answer : null;
    this.asked = { question, answer: null };
    return answer ?? { kind: "pending" };
  }

  private subjectAt(name: string, pause: Pause): Subject {
    const parameter = this.parameterNamed(name, pause.run);
    if (parameter !== null) return parameter;
    const term = termNamed(name, pause);
    if (term === null) {
      throw new Error(`this step has no tensor called ${name}; choose a parameter or a symbol of the equation`);
    }
    const { value, gradient } = term;
    return { parameter: false, shape: value.shape, parts: termParts(value, gradient, this.host.pastOf(value)) };
  }

  private parameterNamed(name: string, run: TrainingRun): Subject | null {
    const found = [...run.parameters].find(([, own]) => own === name)?.[0];
    if (found === undefined) return null;
    const parts = parameterParts(found, name, run, this.beginningOf(name, found));
    return { parameter: true, shape: found.shape, parts };
  }

  private beginningOf(name: string, { length }: Parameter): Beginning {
    const array = this.beginnings.get(name);
    if (array !== undefined && array.length === length) return { kind: "kept", array };
    const megabytes = Math.round(largestBeginning / 2 ** 20);
    return {
      kind: "lost",
      why: `the first ${megabytes} MB of the weights that the run began with are kept; it is not among them`,
    };
  }

  private look(
    question: TensorQuestion,
    { parts, shape, parameter }: Subject,
    run: TrainingRun,
    limit?: number,
  ): TensorAnswer {
    const { name, part } = question;
    const states = statesOf(parts, tensorParts);
    const numbers = parts[part];
    if (numbers === undefined || "missing" in numbers) return { kind: "missing", parts: states, shape };
    const drawn = draw(numbers, shape, question, limit);
    const picture: TensorPicture = { name, part, parameter, iteration: run.iteration, parts: states, ...drawn };
    return { kind: "picture", picture };
  }
}

/** Questions come from a page or from another client. @throws Error saying what is wrong with it */
function check({ name, part }: TensorQuestion): void {
  if (typeof name !== "string") throw new Error(`a tensor's name is a text, but ${JSON.stringify(name)} was asked for`);
  const known: readonly TensorPart[] = tensorParts;
  if (!known.includes(part)) {
    throw new Error(`the parts of a tensor are ${known.join(", ")}, but ${JSON.stringify(part)} was asked for`);
  }
}
