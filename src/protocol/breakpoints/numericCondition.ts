// Conditions on named numbers, of exception filters and data breakpoints: the language of breakpoints, without tensors.
import { type BinaryOperator, type Expression, parseExpression } from "./expression.ts";
import { ExpressionError } from "./expressionError.ts";
import { suggestion } from "./nearest.ts";

/** `ratio < 1e-3 && norm < 1e-4`, `not finite`, `norm < 1e-4 or norm > 10` */
export interface Condition {
  /** The names that it reads. */
  readonly names: ReadonlySet<string>;
  /** A name without a value makes every comparison with it false. */
  holds(values: Values): boolean;
}

export type Values = Readonly<Record<string, number | boolean>>;

type Value = number | boolean;
type Evaluate = (values: Values) => Value;

/**
 * @param known names that it may use
 * @throws Error that says what is wrong, for the user
 */
export function parseCondition(text: string, known: readonly string[]): Condition {
  const names = new Set<string>();
  const evaluate = compile(parseExpression(withSigns(text)), known, names);
  return { names, holds: (values) => truth(evaluate(values)) };
}

/** What is wrong with a condition, or null. */
export function conditionProblem(text: string, known: readonly string[]): string | null {
  try {
    parseCondition(text, known);
    return null;
  } catch (error) {
    return problemOf(error, text);
  }
}

/** The message with its column in `text`. */
export function problemOf(error: unknown, text: string): string {
  if (error instanceof ExpressionError) return error.placed(text);
  return error instanceof Error ? error.message : String(error);
}

/** `not finite or zero` reads as `!finite || zero`, every word as long as its sign with spaces, so that places stay. */
function withSigns(text: string): string {
  return text
    .replace(/\bnot\b/g, "!  ")
    .replace(/\band\b/g, "&& ")
    .replace(/\bor\b/g, "||");
}

const number = (v: Value) => (typeof v === "boolean" ? Number(v) : v);
/** NaN, the value of what is not there, is false. */
const truth = (v: Value) => (typeof v === "boolean" ? v : v !== 0 && !Number.isNaN(v));

const binary: { readonly [K in BinaryOperator]: (a: number, b: number) => Value } = {
  "**": (a, b) => a ** b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "===": (a, b) => a === b,
  // what is not there is not unequal either
  "!=": (a, b) => a < b || a > b,
  "!==": (a, b) => a < b || a > b,
};

function compile(expression: Expression, known: readonly string[], names: Set<string>): Evaluate {
  const part = (e: Expression) => compile(e, known, names);
  switch (expression.kind) {
    case "literal": {
      const { value } = expression;
      if (typeof value === "number" || typeof value === "boolean") return () => value;
      throw new ExpressionError("only numbers are compared here", expression.at);
    }
    case "name": {
      const { name, at } = expression;
      if (!known.includes(name)) throw new ExpressionError(`there is no “${name}” here${suggestion(name, known)}`, at);
      names.add(name);
      return (values) => values[name] ?? Number.NaN;
    }
    case "unary": {
      const operand = part(expression.operand);
      if (expression.operator === "!") return (values) => !truth(operand(values));
      const sign = expression.operator === "-" ? -1 : 1;
      return (values) => sign * number(operand(values));
    }
    case "binary": {
      const [apply, left, right] = [binary[expression.operator], part(expression.left), part(expression.right)];
      return (values) => apply(number(left(values)), number(right(values)));
    }
    case "logical": {
      const [left, right] = [part(expression.left), part(expression.right)];
      if (expression.operator === "&&") return (values) => truth(left(values)) && truth(right(values));
      return (values) => truth(left(values)) || truth(right(values));
    }
    case "conditional": {
      const [test, yes, no] = [part(expression.test), part(expression.yes), part(expression.no)];
      return (values) => (truth(test(values)) ? yes(values) : no(values));
    }
    case "array":
    case "member":
    case "call":
      throw new ExpressionError(`only numbers and the names ${known.join(", ")} can stand here`, expression.at);
  }
}
