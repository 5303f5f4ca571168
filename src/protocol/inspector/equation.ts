// The mathematics of the step that a pause stands at: the equation, and an excerpt of the numbers that its letters stand for.
import type { TensorPlace } from "./tensorPicture.ts";

/** A tensor that the equation names. */
export interface EquationSymbol {
  /** As the variables show it: `∂L/∂h_t`. */
  readonly name: string;
  /** The same as TeX. */
  readonly tex: string;
  /** What to ask for to see all of it. */
  readonly place: TensorPlace;
  readonly shape: readonly number[];
  /** The first rows and columns of the last two dimensions; leading dimensions at index 0. */
  readonly rows: readonly (readonly number[])[];
  /** ‖x‖ over all elements. */
  readonly norm: number;
}

/** A number in the equation that is no tensor. */
export interface EquationConstant {
  readonly tex: string;
  readonly value: number;
}

export interface EquationReport {
  /** What computes: `rnn step`, `Adam`. */
  readonly title: string;
  /**
   * One line of TeX for each equation. `\dL{x}` stands for ∂L/∂x; `\term{i}{…}` is the i-th of the symbols, `\entry{i}{…}`
   * some of its elements.
   */
  readonly lines: readonly string[];
  /** Where the equation comes from, or empty. */
  readonly source: string;
  /** In the order in which the lines name them. */
  readonly symbols: readonly EquationSymbol[];
  readonly constants: readonly EquationConstant[];
}

/** What TeX in reports uses beside the standard. */
export const equationMacros: Readonly<Record<string, string>> = {
  "\\dL": "\\frac{\\partial L}{\\partial #1}",
  "\\term": "\\htmlData{symbol=#1}{#2}",
  "\\entry": "\\htmlData{symbol=#1}{#2}",
};
