// The mathematics of the step that a pause stands at: the equation, and an excerpt of the numbers that its letters stand for.

/** A tensor that the equation names. */
export interface EquationSymbol {
  /** As the variables show it: `∂L/∂h_t`. */
  readonly name: string;
  /** The same as TeX. */
  readonly tex: string;
  readonly shape: readonly number[];
  /** The first rows and columns of the last two dimensions; leading dimensions at index 0. */
  readonly rows: readonly (readonly number[])[];
  /** ‖x‖ over all elements. */
  readonly norm: number;
}

export interface EquationReport {
  /** What computes: `rnn step`, `Adam`. */
  readonly title: string;
  /** One line of TeX for each equation. `\dL{x}` stands for ∂L/∂x. */
  readonly lines: readonly string[];
  /** Where the equation comes from, or empty. */
  readonly source: string;
  readonly symbols: readonly EquationSymbol[];
}

/** What TeX in reports uses beside the standard. */
export const equationMacros: Readonly<Record<string, string>> = {
  "\\dL": "\\frac{\\partial L}{\\partial #1}",
};
