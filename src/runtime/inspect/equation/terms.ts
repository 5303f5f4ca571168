// The tensors that an operation's equation speaks of, each with its letter. Computes nothing of the run.
import { type Node, operationSymbols, Parameter, type Tensor } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import { operationEquations } from "./table.ts";
import { timestepTerms } from "./timestep.ts";

export interface Term {
  /** As the variables show it: `h_{t−1}`, `logits`. */
  readonly name: string;
  /** Its letter in the equation. */
  readonly tex: string;
  readonly value: Tensor;
  /** ∂L/∂ of it, as far as backward has come; null in forward. */
  readonly gradient: Tensor | null;
  /** State-dict name where it is a parameter of the model. */
  readonly parameter: string | null;
}

/** What there is to know of the run. */
export type Standing = Pick<TrainingRun, "phase" | "engine" | "parameters" | "updated"> & {
  readonly model: TrainingRun["model"] | null;
};

/** Operands and result of an operation; with their gradients in backward. */
export function termsOf(node: Node, run: Standing): readonly Term[] {
  const term: MakeTerm = (name, value, letter = texOf(name)) => ({
    name,
    tex: letter,
    value,
    gradient: run.phase === "backward" ? value.grad : null,
    parameter: parameterOf(value, run),
  });
  if (node.timestep >= 0) return timestepTerms(node, run.engine.tape, run.phase === "backward", term);
  const { inputs, output } = operationSymbols[node.operation];
  const { letters } = operationEquations[node.operation];
  const operands = node.inputs.map((value, i) => {
    const name = inputs[i] ?? `${inputs.at(-1)} ${i + 1}`;
    return term(name, value, letters[name] ?? texOf(name));
  });
  return [...operands, term(output, node.output, letters[output] ?? texOf(output))];
}

export type MakeTerm = (name: string, value: Tensor, tex?: string) => Term;

function parameterOf(value: Tensor, { parameters }: Standing): string | null {
  return value instanceof Parameter ? (parameters.get(value) ?? null) : null;
}

/** `W_hh` → `W_{hh}`, `h_t` → `h_t`, `h_{t−1}` → `h_{t-1}`, `x 2` → `x_{2}`, `log p` → `\text{log p}`. */
export function texOf(name: string): string {
  const [, letter, number] = /^(\p{L}) (\d+)$/u.exec(name) ?? [];
  if (letter !== undefined) return `${letter}_{${number}}`;
  const at = name.indexOf("_");
  const base = at < 0 ? name : name.slice(0, at);
  const written = /^\p{L}$/u.test(base) ? base : `\\text{${base}}`;
  if (at < 0) return written;
  const index = name.slice(at + 1).replace(/^\{(.*)\}$/, "$1");
  return index.length === 1 ? `${written}_${index}` : `${written}_{${index.replaceAll("−", "-")}}`;
}
