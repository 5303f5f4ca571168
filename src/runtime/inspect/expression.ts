// Expressions of hover, watch and console: JavaScript over the names of this pause, with a time limit, nothing recorded.
import { runInNewContext } from "node:vm";
import * as api from "../../api.ts";
import { Tensor } from "../../training/engine.ts";
import { type Pause, symbols, variables } from "./scopes.ts";
import { atName, indexName, readingExpression } from "./syntax.ts";
import { atTimestep, elementAt, sourceOf } from "./tensors/elements.ts";
import { differenceOf } from "./tensors/previous.ts";

/** An expression that takes longer than this is given up, in milliseconds. */
const timeLimit = 2000;

/** Rewritten expressions; a watch list asks for the same few at every step. */
const rewritten = new Map<string, string>();
const rewrittenLimit = 200;

/**
 * Evaluates one expression, which changes nothing: not the random numbers that training will draw either. It sees the user's variables, `this`, the operation's `input`, `output`, `h_t`, `delta_t`, and
 * loss, model, optimizer, learningRate, target, gradNorm, epoch, iteration, phase, t, layer, parameter(name), previous(x),
 * difference(x), F, nn. `x[0, 3]` and `x.at(0, 3)` take elements and slices of a tensor.
 * @throws Error with a message for the user
 */
export function evaluate(expression: string, pause: Pause): unknown {
  const text = expression.trim();
  if (text === "") throw new Error("there is nothing to evaluate");
  const code = rewrite(text);
  const self = pause.frame?.self ?? pause.run.model;
  const { engine } = pause.run;
  // slices of timesteps are computed for some names
  const names = engine.noGrad(() => namesOf(pause));
  const random = engine.random.getState();
  try {
    return engine.noGrad(() =>
      // `this` cannot be given to a script, so the expression stands in a function that is called with it
      runInNewContext(
        `(function () { return (${code}\n); }).call($self)`,
        { ...names, [indexName]: index, [atName]: at, $self: self },
        { timeout: timeLimit },
      ),
    );
  } catch (error) {
    throw new Error(explain(messageOf(error), names));
  } finally {
    engine.random.setState(random);
  }
}

/** The names that an expression can use at this pause, `this` aside, and what they stand for. */
export function expressionNames(pause: Pause): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(namesOf(pause)));
}

function rewrite(text: string): string {
  const known = rewritten.get(text);
  if (known !== undefined) return known;
  const code = readingExpression(text);
  if (rewritten.size >= rewrittenLimit) rewritten.clear();
  rewritten.set(text, code);
  return code;
}

/** `x[i, j]`: elements of a tensor, a property of anything else. */
function index(x: unknown, ...indices: unknown[]): unknown {
  if (x instanceof Tensor) {
    // the rest of a tensor's brackets are its properties, `x["shape"]`
    if (typeof indices[0] === "string" && indices[0] in x) return Reflect.get(x, indices[0]);
    return elementAt(sourceOf(x), indices);
  }
  const key = indices.at(-1);
  if (x === null || x === undefined) throw new Error(`there is nothing to take [${String(key)}] of: it is ${x}`);
  return Reflect.get(Object(x), typeof key === "symbol" ? key : String(key));
}

/** `x.at(i, j)`, also of an array. */
function at(x: unknown, ...indices: unknown[]): unknown {
  if (x instanceof Tensor) return elementAt(sourceOf(x), indices);
  const method: unknown = Reflect.get(Object(x), "at");
  if (typeof method !== "function") throw new Error("there is no at() here");
  return method.apply(x, indices);
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}

function explain(message: string, names: Readonly<Record<string, unknown>>): string {
  if (/Script execution timed out/.test(message)) {
    return `the expression took longer than ${timeLimit / 1000} s and was given up`;
  }
  const unknown = /^(\S+) is not defined$/.exec(message);
  if (unknown === null) return message;
  const known = Object.keys(names).join(", ");
  return `there is no ${unknown[1]} at this pause; there are ${known}, and this for the layers`;
}

function namesOf(pause: Pause): Record<string, unknown> {
  const { run, event } = pause;
  const listed = [...symbols(pause), ...variables(pause)].filter(
    ({ name }) => /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) && name !== "this",
  );
  const node = event.kind === "operation" ? event.node : null;
  const scope = event.kind === "layer" ? event.scope : (node?.scope ?? null);
  const delta = node !== null && node.timestep >= 0 ? node.inputs[0].grad : null;
  const parameters = run.model.stateDict();
  return {
    F: api.F,
    nn: api.nn,
    model: run.model,
    optimizer: run.optimizer,
    learningRate: run.optimizer.learningRate,
    loss: run.loss,
    input: run.batch?.input,
    target: run.batch?.target,
    output: run.outputs[0],
    gradNorm: run.gradNorm,
    epoch: run.epoch,
    iteration: run.iteration,
    phase: run.phase,
    layer: scope?.owner.path ?? "",
    t: node !== null && node.timestep >= 0 ? node.timestep : null,
    ...(delta === null || node === null ? {} : { delta_t: atTimestep(delta, node.timestep) }),
    previous: (x: unknown) => before(x, pause),
    difference: (x: unknown) => differenceOf(asTensor(x, "difference"), before(x, pause)).delta,
    parameter: (name: string) => {
      const found = parameters.get(name);
      if (found === undefined)
        throw new Error(`there is no parameter "${name}"; there are ${[...parameters.keys()].join(", ")}`);
      return found;
    },
    ...Object.fromEntries(listed.map(({ name, value }) => [name, value])),
  };
}

/** The tensor in the iteration before. @throws Error saying why there is none */
function before(x: unknown, { past, run }: Pause): Tensor {
  const known = past?.(asTensor(x, "previous")) ?? { kind: "none" };
  if (known.kind === "known") return known.before;
  if (known.kind === "lost") {
    throw new Error(
      `iteration ${known.iteration} ran at full speed and was not kept; from now on the iteration before is kept, so ask again in the next one`,
    );
  }
  throw new Error(
    run.iteration <= 1
      ? "this is the first iteration, so there is none before"
      : "this is no parameter, gradient, output of a layer or variable with a counterpart in the iteration before",
  );
}

function asTensor(x: unknown, name: string): Tensor {
  if (x instanceof Tensor) return x;
  throw new Error(`${name}(x) takes a tensor`);
}
