// What the inspector page asks and gets an answer to: of the run, by its runtime, or of the window. One table for both.
import type { RuntimeRequests } from "../requests.ts";
import type { RunsQuestions } from "./runs.ts";

/** Requests to the runtime that the page may make; `gradientDebugger/ask` carries them for other clients too. */
export const runQuestions = [
  "chain",
  "sequence",
  "tensor",
  "goToEvent",
] as const satisfies readonly (keyof RuntimeRequests)[];

export type RunQuestion = (typeof runQuestions)[number];

/** Asked of the window itself. */
export interface WindowQuestions extends RunsQuestions {
  /** Asks for a place and writes the picture there; `data` is SVG text, or a PNG as base64. */
  savePicture: {
    params: { readonly name: string; readonly format: "svg" | "png"; readonly data: string };
    result: { readonly saved: boolean };
  };
  /**
   * Takes the paused debug session to the beginning of an iteration, back or forward. Answered when it is on its way; fails,
   * with the reason in words, when it cannot go there. That it has arrived is told as any other stop is.
   */
  goToIteration: { params: { readonly iteration: number }; result: Readonly<Record<string, never>> };
  /** Sets a breakpoint at a line (from 1 on), or takes away the one that is there; says whether there is one now. */
  toggleBreakpoint: {
    params: { readonly file: string; readonly line: number };
    result: { readonly set: boolean };
  };
}

export const windowQuestions = [
  "savePicture",
  "goToIteration",
  "toggleBreakpoint",
  "runs",
  "runCurves",
  "compareRuns",
  "showRun",
] as const satisfies readonly (keyof WindowQuestions)[];

export type Questions = Pick<RuntimeRequests, RunQuestion> & WindowQuestions;
export type QuestionName = keyof Questions;
export type QuestionParams<K extends QuestionName> = Questions[K]["params"];
export type QuestionResult<K extends QuestionName> = Questions[K]["result"];

/** As the page sends it. What the parameters hold is checked by whoever answers. */
export type Question = {
  readonly [K in QuestionName]: { readonly name: K; readonly params: QuestionParams<K> };
}[QuestionName];

export type QuestionToRun = Extract<Question, { name: RunQuestion }>;
export type QuestionToWindow = Extract<Question, { name: keyof WindowQuestions }>;

/** One handler for each question to the window. */
export type WindowAnswers = {
  readonly [K in keyof WindowQuestions]: (
    params: WindowQuestions[K]["params"],
  ) => Promise<WindowQuestions[K]["result"]>;
};

export function isRunQuestion(name: string): name is RunQuestion {
  return runQuestions.some((known) => known === name);
}

export function isToRun(question: Question): question is QuestionToRun {
  return isRunQuestion(question.name);
}

/** Is this a question, as far as can be seen without knowing its parameters? */
export function isQuestion(value: { readonly name?: unknown; readonly params?: unknown }): value is Question {
  const { name, params } = value;
  const known = [...runQuestions, ...windowQuestions].some((each) => each === name);
  return known && typeof params === "object" && params !== null;
}
