// The equation of a pause with its numbers: which one it is, and an excerpt of every tensor that it names.
import type { EquationReport, EquationSymbol } from "../../../protocol/inspector/equation.ts";
import type { TensorPlace } from "../../../protocol/inspector/tensorPicture.ts";
import { type Node, Tensor } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import type { PauseEvent } from "../../events.ts";
import type { Pause } from "../scopes.ts";
import { type Facts, linesOf } from "./equation.ts";
import { type Letter, mark } from "./marks.ts";
import { operationEquations } from "./table.ts";
import { type Standing, type Term, termsOf } from "./terms.ts";
import { stateTensors, updateRule } from "./update.ts";

/** Rows and columns of an excerpt. */
const excerptSize = 4;

/** A letter, and the tensor that it stands for. */
interface Sign extends Letter {
  /** As the variables show it. */
  readonly name: string;
  readonly place: TensorPlace;
  readonly value: Tensor;
}

/** What the step at hand computes, or null where it computes nothing of its own: at the end of a phase or of a layer. */
export function equationReport({ event, run }: Pause): EquationReport | null {
  if (event.kind === "operation") return operationReport(event.node, run);
  return event.kind === "parameter" ? updateReport(event, run) : null;
}

/** The tensor that a symbol's place names at this pause, when it is no parameter; null when there is none. */
export function termNamed(name: string, { event, run }: Pause): Pick<Term, "value" | "gradient"> | null {
  if (event.kind === "operation") {
    const term = termsOf(event.node, run).find((each) => each.parameter === null && each.name === name);
    return term ?? null;
  }
  if (event.kind !== "parameter") return null;
  const state = stateTensors(event.parameter, run).find((each) => each.name === name);
  return state === undefined ? null : { value: state.value, gradient: null };
}

/** Forward or backward, whichever the run is at. */
export function operationReport(node: Node, run: Standing): EquationReport {
  const { forward, backward, source, constants } = operationEquations[node.operation];
  const terms = termsOf(node, run);
  const present = new Set(terms.map(({ tex }) => tex));
  const facts = {
    inputs: node.inputs,
    output: node.output,
    layer: layerOf(node, run),
    opt: (letter: string, part: string) => (present.has(letter) ? part : ""),
  };
  const lines = linesOf(run.phase === "backward" ? backward : forward, facts);
  return report(
    node.title,
    lines,
    source,
    constants(facts),
    terms.flatMap((term) => signsOf(term, run)),
  );
}

function layerOf({ scope }: Node, { model }: Standing): Facts["layer"] {
  const path = scope?.owner.path;
  return model?.namedModules().find(([own]) => own === path)?.[1] ?? null;
}

function updateReport(
  { name, parameter }: PauseEvent & { kind: "parameter" },
  run: TrainingRun,
): EquationReport | null {
  const rule = updateRule(parameter, run);
  if (rule === null) return null;
  const { kernels } = run.engine;
  const sign = (tex: string, part: TensorPlace["part"], shown: string, value: Tensor, gradient = false): Sign => ({
    ...{ tex, gradient, whole: false, name: shown, value },
    place: { name, part },
  });
  const before = run.weightsBefore.get(name);
  const changes = () => {
    if (before === undefined) return [];
    const delta = kernels.memory.floats(parameter.length, false);
    kernels.binary("sub", parameter.length, parameter.floats, before, delta);
    return [
      sign("w_{t-1}", "before", "w before", new Tensor(before, parameter.shape)),
      sign("\\Delta w_t", "update", "Δw", new Tensor(delta, parameter.shape)),
    ];
  };
  const { grad } = parameter;
  const states = stateTensors(parameter, run).map(
    ({ name: letter, tex, value }): Sign => ({
      ...{ tex, gradient: false, whole: false, name: letter, value },
      place: { name: letter, part: "after" },
    }),
  );
  const signs = [
    sign("w_t", "after", "w", parameter),
    ...changes(),
    ...(grad === null ? [] : [sign("w_{t-1}", "gradient", "∂L/∂w", grad, true)]),
    ...states,
  ];
  const lines = before === undefined ? rule.lines : [...rule.lines, "\\Delta w_t = w_t - w_{t-1}"];
  return report(`${run.optimizer.name} · ${name}`, lines, rule.source, rule.constants, signs);
}

function report(
  title: string,
  lines: readonly string[],
  source: string,
  constants: EquationReport["constants"],
  signs: readonly Sign[],
): EquationReport {
  const used: Letter[] = [];
  const numberOf = (letter: Letter): number => {
    if (!used.includes(letter)) used.push(letter);
    return used.indexOf(letter);
  };
  const marked = lines.map((line) => mark(line, signs, numberOf));
  const symbols = used.flatMap((letter) => signs.filter((sign) => sign === letter)).map(symbolOf);
  return { title, lines: marked, source, symbols, constants };
}

/** A tensor and, where there is one, its gradient. */
function signsOf({ name, tex, value, gradient, parameter }: Term, run: Standing): Sign[] {
  const whole = value.dtype === "int32";
  // a parameter's present values are those after the update once that has come to it
  const part = parameter === null || run.updated.has(parameter) ? "after" : "before";
  const of = parameter ?? name;
  const own: Sign = { name, tex, value, whole, gradient: false, place: { name: of, part } };
  if (gradient === null) return [own];
  const shown = name.includes(" ") || name.includes("_") ? `∂L/∂(${name})` : `∂L/∂${name}`;
  return [own, { ...own, name: shown, value: gradient, gradient: true, place: { name: of, part: "gradient" } }];
}

function symbolOf({ name, tex, gradient, value, place }: Sign): EquationSymbol {
  return {
    name,
    tex: gradient ? `\\dL{${tex}}` : tex,
    place,
    shape: value.shape,
    rows: excerpt(value),
    norm: normOf(value),
  };
}

/** The first rows and columns; a vector is one row. */
function excerpt(x: Tensor): number[][] {
  const columns = x.shape.at(-1) ?? 1;
  const rows = x.length === 0 ? 0 : (x.shape.at(-2) ?? 1);
  const { array } = x.dtype === "int32" ? x.ints : x.floats;
  return Array.from({ length: Math.min(rows, excerptSize) }, (_, i) =>
    Array.from(array.subarray(i * columns, i * columns + Math.min(columns, excerptSize))),
  );
}

function normOf(x: Tensor): number {
  const { array } = x.dtype === "int32" ? x.ints : x.floats;
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += array[i] * array[i];
  return Math.sqrt(sum);
}
