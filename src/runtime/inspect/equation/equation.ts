// What the equation of an operation is, and short ways to write one. Knows no tensors.
import type { Module, Node, Tensor } from "../../../training/engine.ts";

/** What an equation may depend on beside the operation's name. */
export interface Facts extends Pick<Node, "inputs" | "output"> {
  /** The layer that the operation belongs to, where that is known. */
  readonly layer: Module | null;
  /** `part` where a tensor of this letter takes part in the step, nothing elsewhere. */
  opt(letter: string, part: string): string;
}

/** Lines of TeX, or how to find them. */
export type Lines = readonly string[] | ((facts: Facts) => readonly string[]);

/** A number of the step that is no tensor: η = 0.002. */
export interface Constant {
  readonly tex: string;
  readonly value: number;
}

/** Lines are TeX in the letters of the operands, which marks.ts finds in them; `\dL{x}` is ∂L/∂x. */
export interface Equation {
  readonly forward: Lines;
  readonly backward: Lines;
  /** Author, year and place; empty for what every textbook has. */
  readonly source: string;
  /** TeX of operands whose letter in the equation is not their name in the variables: `logits` is x. */
  readonly letters: Readonly<Record<string, string>>;
  readonly constants: (facts: Facts) => readonly Constant[];
}

interface More {
  readonly source?: string;
  readonly letters?: Readonly<Record<string, string>>;
  readonly constants?: (facts: Facts) => readonly Constant[];
}

export const tex = String.raw;

export function equation(
  forward: string | Lines,
  backward: string | Lines,
  { source = "", letters = {}, constants = () => [] }: More = {},
): Equation {
  const lines = (given: string | Lines): Lines => (typeof given === "string" ? [given] : given);
  return { forward: lines(forward), backward: lines(backward), source, letters, constants };
}

/** y = f(x), dx = dy ⊙ f'. */
export function map(f: string, derivative: string, source = "", [x, y] = ["x", "y"]): Equation {
  return equation(`${y} = ${f}`, tex`\dL{${x}} = \dL{${y}} \odot ${derivative}`, { source });
}

export function activation(f: string, derivative: string, source = ""): Equation {
  return map(f, derivative, source, ["z", "a"]);
}

/** The elements in another order or place: the gradient goes back to where they came from. */
export function view(what: string): Equation {
  return equation(tex`y = \operatorname{${what}}(x)`, tex`\dL{x} = \operatorname{${what}}^{-1}\!\left(\dL{y}\right)`);
}

export function linesOf(lines: Lines, facts: Facts): readonly string[] {
  return typeof lines === "function" ? lines(facts) : lines;
}

export function isScalar({ shape }: Tensor): boolean {
  return shape.length === 0;
}
