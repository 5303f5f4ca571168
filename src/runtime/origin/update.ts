// An update that made a weight infinite or NaN although its gradient was finite: which element, and the rule's numbers.

import type { Parameter } from "../../training/engine.ts";
import type { TrainingRun } from "../../training/run.ts";
import { Operand, showNumber, showTerm } from "./operand.ts";
import { firstNonFiniteOf } from "./region.ts";

/** What each rule subtracts from a weight (see src/optim), with the states it reads. */
const rules: Readonly<Record<string, string>> = {
  Adam: "η · m̂ / (√v̂ + ε)",
  AdamW: "η · m̂ / (√v̂ + ε)",
  RMSprop: "η · g / (√v + ε)",
  Adagrad: "η · g / (√G + ε)",
};

/** Row-major number of the first element of a parameter that is not finite, or −1. */
export function firstNonFiniteWeight(parameter: Parameter): number {
  return firstNonFiniteOf(parameter.floats.array, parameter.length);
}

/** `head.bias[3] = w − η · g = 0.3 − 1e38 · 12 = −∞` */
export function explainUpdate(run: TrainingRun, name: string, parameter: Parameter, i: number): string {
  const { optimizer } = run;
  const index = optimizer.parameters.indexOf(parameter);
  const state = index < 0 ? [] : optimizer.state(index).map(([symbol, buffer]) => [symbol, buffer.array[i]] as const);
  const group = optimizer.groups.find(({ parameters }) => parameters.includes(parameter));
  const rate = group?.settings.learningRate ?? optimizer.learningRate;
  const w = new Operand(name, parameter.shape, parameter.floats.array);
  const before = run.weightsBefore.get(name)?.array[i];
  const g = parameter.hasGradient ? parameter.gradient().array[i] : 0;
  const result = showNumber(w.value(i));
  const start = before === undefined ? "w" : showNumber(before);
  const rule = rules[optimizer.name];
  if (rule === undefined) {
    const [, step] = state[0] ?? ["g", g];
    const letters = state.length > 0 ? "w − η · v" : "w − η · g";
    return `${w.label(i)} = ${letters} = ${start} − ${showNumber(rate)} · ${showTerm(step)} = ${result}`;
  }
  const numbers = [["η", rate] as const, ["g", g] as const, ...state].map(
    ([symbol, x]) => `${symbol} = ${showNumber(x)}`,
  );
  return `${w.label(i)} = ${start} − ${rule} = ${result} with ${numbers.join(", ")}`;
}
