// The equation of a pause with its numbers: which one it is, and an excerpt of every tensor that it names.
import type { EquationReport, EquationSymbol } from "../../../protocol/equation.ts";
import { Tensor } from "../../../training/engine.ts";
import type { Named } from "../named.ts";
import { gradientSymbols, type Pause, symbols } from "../scopes.ts";
import { operationEquations } from "./operations.ts";
import { updateRules } from "./optimizers.ts";

/** Rows and columns of an excerpt. */
const excerptSize = 4;

/** What the step at hand computes, or null where it computes nothing of its own: at the end of a phase or of a layer. */
export function equationReport(pause: Pause): EquationReport | null {
  const { event, run } = pause;
  if (event.kind === "operation") {
    const { node } = event;
    const { forward, backward, source } = operationEquations[node.operation];
    const isBackward = run.phase === "backward";
    const named = isBackward ? [...gradientSymbols(pause), ...symbols(pause)] : symbols(pause);
    return { title: node.title, lines: isBackward ? backward : forward, source, symbols: named.flatMap(symbolOf) };
  }
  if (event.kind === "parameter") {
    const rule = updateRules[run.optimizer.name];
    if (rule === undefined) return null;
    return { title: run.optimizer.name, ...rule, symbols: updateSymbols(pause).flatMap(symbolOf) };
  }
  return null;
}

/** w before and after, its gradient, its change, and the optimizer's own state of it. */
function updateSymbols({ run, event }: Pause): readonly Named[] {
  if (event.kind !== "parameter") return [];
  const { parameter: w, name } = event;
  const { optimizer, engine } = run;
  const before = run.weightsBefore.get(name);
  const changes = () => {
    if (before === undefined) return [];
    const delta = engine.kernels.memory.floats(w.length, false);
    engine.kernels.binary("sub", w.length, w.floats, before, delta);
    return [
      { name: "w before", value: new Tensor(before, w.shape) },
      { name: "Δw", value: new Tensor(delta, w.shape) },
    ];
  };
  const state = optimizer
    .state(optimizer.parameters.indexOf(w))
    .map(([letter, buffer]) => ({ name: letter, value: new Tensor(buffer, w.shape, { persistent: true }) }));
  return [{ name: "w", value: w }, ...changes(), ...(w.grad === null ? [] : [{ name: "g", value: w.grad }]), ...state];
}

function symbolOf({ name, value }: Named): EquationSymbol[] {
  if (!(value instanceof Tensor)) return [];
  return [{ name, tex: texOf(name), shape: value.shape, rows: excerpt(value), norm: normOf(value) }];
}

/** The first rows and columns; a vector is one row. */
function excerpt(x: Tensor): number[][] {
  const columns = x.shape.at(-1) ?? 1;
  const rows = x.shape.at(-2) ?? 1;
  const { array } = x.dtype === "int32" ? x.ints : x.floats;
  return Array.from({ length: Math.min(rows, excerptSize) }, (_, i) =>
    Array.from(array.subarray(i * columns, i * columns + Math.min(columns, excerptSize))),
  );
}

function normOf(x: Tensor): number {
  if (x.dtype === "int32") return Math.sqrt(x.ints.array.reduce((sum, value) => sum + value * value, 0));
  let sum = 0;
  for (const value of x.floats.array.subarray(0, x.length)) sum += value * value;
  return Math.sqrt(sum);
}

/** `∂L/∂(W_hh)` → `\dL{W_{hh}}`, `h_{t−1}` → `h_{t-1}`, `log p` → `\text{log p}`. */
export function texOf(name: string): string {
  const gradient = /^∂L\/∂\(?(.*?)\)?$/u.exec(name);
  if (gradient !== null) return `\\dL{${texOf(gradient[1])}}`;
  if (name.startsWith("Δ")) return `\\Delta ${texOf(name.slice(1))}`;
  const [letter, index] = splitIndex(name.replaceAll("−", "-"));
  const base = /^\p{L}$/u.test(letter) ? letter : `\\text{${letter}}`;
  return index === null ? base : `${base}_{${index}}`;
}

function splitIndex(name: string): [string, string | null] {
  const at = name.indexOf("_");
  if (at < 0) return [name, null];
  return [name.slice(0, at), name.slice(at + 1).replace(/^\{(.*)\}$/, "$1")];
}
