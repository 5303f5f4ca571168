// Runs and answers for the view of weights: many parameters, a history, and tensors whose numbers follow a formula.
import { type InspectorState, initialState } from "../../src/protocol/inspector/inspector.ts";
import type { HistoryPoint } from "../../src/protocol/inspector/parameterHistory.ts";
import type { TensorAnswer, TensorPart, TensorQuestion } from "../../src/protocol/inspector/tensorPicture.ts";
import { draw } from "../../src/runtime/inspect/picture/picture.ts";
import { charRnn, modelOf, play, scenes, statisticsOf, wobble } from "./runs.ts";

/** 750 layers of 4 parameters. */
export const huge = modelOf(
  "Huge",
  Array.from({ length: 750 }, (_, i) => ({
    path: `blocks.${i}`,
    type: "Block",
    parameters: [
      ["weight", 64, 64],
      ["bias", 64],
      ["norm.weight", 64],
      ["norm.bias", 64],
    ],
  })),
  1,
  1000,
);

export const hugeRun = (iteration: number): InspectorState =>
  play(false, [
    { type: "started", model: huge },
    { type: "statistics", report: statisticsOf(huge, iteration, "complete") },
  ]);

/** Gradient norms of parameter i fall by a factor of 10^(i + 1) over the run; the update ratio of every one is 1e-3. */
export const fallingHistory: readonly HistoryPoint[] = Array.from({ length: 41 }, (_, k) => ({
  iteration: 1 + 20 * k,
  gradNorms: charRnn.parameters.map((_, i) => 10 ** ((-(i + 1) * k) / 40)),
  updateRatios: charRnn.parameters.map(() => 1e-3),
}));

/** At the update of rnn.weight_hh_l0, with a history; the embedding is frozen. */
export function inUpdate(): InspectorState {
  const state = scenes.pausedUpdate();
  const { model } = state;
  if (model === null) return initialState;
  const parameters = model.parameters.map((info, i) => ({ ...info, trainable: i > 0 }));
  return { ...state, model: { ...model, parameters }, history: fallingHistory };
}

/** The same with numbers as long as they get. */
export function longNumbers(): InspectorState {
  const state = inUpdate();
  if (state.statistics === null) return state;
  const parameters = state.statistics.parameters.map((report) => ({
    ...report,
    weightNormBefore: 0.745e-4,
    weightNormAfter: 0.734e-4,
    gradient: report.gradient && { ...report.gradient, norm: 0.00583 },
    updateNorm: 1.11e-4,
    updateRatio: 2.37e-4,
  }));
  return { ...state, statistics: { ...state.statistics, parameters } };
}

/** Elements of a tensor, row-major: noise of a part of its own, growing from the first to the last. */
export function elements(shape: readonly number[], part: TensorPart): Float32Array {
  const count = shape.reduce((a, b) => a * b, 1);
  const seed = { before: 1, gradient: 2, update: 3, after: 4, difference: 5 }[part];
  return Float32Array.from({ length: count }, (_, i) => (wobble(i + 1000 * seed) * (i + 1)) / count);
}

export interface AnswerOptions {
  readonly shape: readonly number[];
  readonly parameter?: boolean;
  /** Parts that cannot be looked at, and why. */
  readonly missing?: Partial<Readonly<Record<TensorPart, string>>>;
  /** Changes elements. */
  readonly change?: (elements: Float32Array) => void;
}

/** What a runtime answers, by its own code. */
export function answerTo(
  question: TensorQuestion,
  { shape, parameter = true, missing = {}, change = () => {} }: AnswerOptions,
): TensorAnswer {
  const offered: readonly TensorPart[] = parameter
    ? ["before", "gradient", "update", "after", "difference"]
    : ["gradient", "after", "difference"];
  const parts = offered.map((part) => ({ part, missing: missing[part] ?? "" }));
  const { name, part } = question;
  if ((missing[part] ?? "") !== "") return { kind: "missing", parts, shape };
  const array = elements(shape, part);
  change(array);
  const drawn = draw({ array, minus: null, length: array.length }, shape, question);
  return { kind: "picture", picture: { name, part, parameter, iteration: 1805, parts, ...drawn } };
}
