// The names that a condition may use, and what can be said of a condition before anything runs.
import type { Expression } from "./expression.ts";
import { ExpressionError } from "./expressionError.ts";
import { nearest, suggestion } from "./nearest.ts";

/** Numbers and words that are there at every event and cost nothing to look at. */
export const cheapNames = ["epoch", "iteration", "event", "t", "phase", "layer", "operation", "learningRate"] as const;

/** The other names that every training has. */
export const runNames = [
  "loss",
  "gradNorm",
  "batch",
  "input",
  "target",
  "output",
  "parameters",
  "model",
  "optimizer",
  "this",
] as const;

/** The operands of a recurrent timestep, by the literature's letters. */
export const symbolNames = ["h_t", "z_t", "c_t", "i_t", "f_t", "g_t", "o_t", "r_t", "n_t", "delta_t"] as const;

/** What can be called by its name alone. */
export const functionNames = ["isFinite", "isNaN", "parameter"] as const;

const builtIn: ReadonlySet<string> = new Set([...cheapNames, ...runNames, ...symbolNames, ...functionNames, "Math"]);
const callable: ReadonlySet<string> = new Set(functionNames);

/**
 * Finds what is wrong with an expression without running it: a name that is nowhere, a function that cannot be called here.
 * @param isVariable whether the user's program has a variable of this name
 * @throws ExpressionError with the place of the first mistake
 */
export function checkNames(expression: Expression, isVariable: (name: string) => boolean): void {
  switch (expression.kind) {
    case "name": {
      const { name, at } = expression;
      if (!builtIn.has(name) && !isVariable(name)) throw unknownName(name, at);
      break;
    }
    case "member":
      checkMath(expression);
      break;
    case "call":
      checkCallee(expression.callee);
      break;
  }
  for (const part of partsOf(expression)) checkNames(part, isVariable);
}

/** Names whose values differ from one operation of a statement to the next. */
const changing: ReadonlySet<string> = new Set([
  "event",
  "t",
  "layer",
  "operation",
  "input",
  "target",
  "output",
  ...symbolNames,
]);

/** Can an expression have another value at the next operation of the same statement? */
export function changesWithin(expression: Expression): boolean {
  return some(expression, (part) => part.kind === "name" && changing.has(part.name));
}

/** Does an expression read a gradient, which grows with each operation of the backward pass? */
export function readsGradients(expression: Expression): boolean {
  return some(expression, (part) =>
    part.kind === "name"
      ? part.name === "gradNorm"
      : part.kind === "member" && part.property.kind === "literal" && part.property.value === "grad",
  );
}

/** `loss`, `h` and so on: every name that stands for a value, each once. */
export function namesIn(expression: Expression): ReadonlySet<string> {
  const names = new Set<string>();
  some(expression, (part) => {
    if (part.kind === "name") names.add(part.name);
    return false;
  });
  return names;
}

/** Does a part of the expression, or itself, have the property? */
function some(expression: Expression, has: (part: Expression) => boolean): boolean {
  return has(expression) || partsOf(expression).some((part) => some(part, has));
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "literal":
    case "name":
      return [];
    case "array":
      return expression.items;
    case "member":
      return [expression.object, expression.property];
    case "call":
      return [expression.callee, ...expression.parameters];
    case "unary":
      return [expression.operand];
    case "binary":
    case "logical":
      return [expression.left, expression.right];
    case "conditional":
      return [expression.test, expression.yes, expression.no];
  }
}

function checkCallee(callee: Expression): void {
  if (callee.kind === "member" || (callee.kind === "name" && callable.has(callee.name))) return;
  const called = callee.kind === "name" ? `${callee.name}()` : "this";
  throw new ExpressionError(
    `${called} cannot be called in a condition: methods of tensors can, the functions of Math, isFinite, isNaN and parameter`,
    callee.at,
  );
}

function checkMath({ object, property, at }: Extract<Expression, { kind: "member" }>): void {
  if (object.kind !== "name" || object.name !== "Math" || property.kind !== "literal") return;
  const name = String(property.value);
  if (name === "random")
    throw new ExpressionError("Math.random() gives another answer each time, so it is no condition", at);
  const names = Object.getOwnPropertyNames(Math);
  if (!names.includes(name))
    throw new ExpressionError(`there is no Math.${name}${suggestion(name, nearest(name, names))}`, at);
}

function unknownName(name: string, at: number): ExpressionError {
  const known = [...builtIn];
  const like = known.find((word) => word.toLowerCase() === name.toLowerCase().replaceAll("_", ""));
  const hint = like === undefined ? suggestion(name, nearest(name, known)) : `; did you mean ${like}?`;
  return new ExpressionError(`nothing is called “${name}”, neither in this language nor in the model file${hint}`, at);
}
