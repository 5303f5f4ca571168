// Conditions and log messages, compiled once to closures that look at a moment. Evaluates nothing that changes anything.
import {
  type BinaryOperator,
  type Expression,
  parseExpression,
  type UnaryOperator,
} from "../../protocol/breakpoints/expression.ts";
import { parseLogMessage } from "../../protocol/breakpoints/logMessage.ts";
import { changesWithin, cheapNames, namesIn, readsGradients, symbolNames } from "../../protocol/breakpoints/names.ts";
import { Tensor } from "../../training/engine.ts";
import { callMethod, readMember } from "./members.ts";
import { builtIns, type Moment, NotYet } from "./moment.ts";
import { show } from "./show.ts";

/** The value of an expression at a moment. @throws NotYet, or an Error with a message for the user */
export type Evaluate = (moment: Moment) => unknown;

type Primitive = number | string | boolean | null | undefined;

export interface Condition {
  readonly holds: (moment: Moment) => boolean;
  /** True when it speaks of single timesteps of a recurrent layer. */
  readonly namesTimestep: boolean;
  /** May it come out differently at the next operation of the same statement? */
  readonly changesInStatement: boolean;
  /** The same for the operations of a layer's call, which may have many statements. */
  readonly changesInCall: boolean;
  /** The same for both in the backward pass. */
  readonly readsGradients: boolean;
}

const symbols: ReadonlySet<string> = new Set(symbolNames);
const cheap: ReadonlySet<string> = new Set([...cheapNames, "Math", "isFinite", "isNaN"]);

/**
 * Of conditions that are joined by `&&` those that read only numbers of the run are looked at first, so that a condition
 * on `iteration` or `t` spares the work on tensors beside it.
 * @throws ExpressionError when it cannot be read
 */
export function compileCondition(text: string): Condition {
  const expression = parseExpression(text);
  const parts = conjuncts(expression).map((part) => ({ costs: costs(part), evaluate: compileExpression(part) }));
  const free = parts.filter(({ costs }) => !costs).map(({ evaluate }) => evaluate);
  const costly = parts.filter(({ costs }) => costs).map(({ evaluate }) => evaluate);
  const names = namesIn(expression);
  return {
    namesTimestep: names.has("t"),
    changesInStatement: changesWithin(expression),
    changesInCall: changesWithin(expression) || [...names].some((name) => !cheap.has(name) && name !== "loss"),
    readsGradients: readsGradients(expression),
    holds: (moment) => {
      for (const evaluate of free) if (!truthy(evaluate(moment))) return false;
      if (costly.length === 0) return true;
      return moment.run.engine.noGrad(() => costly.every((evaluate) => truthy(evaluate(moment))));
    },
  };
}

/** The text at a moment. @throws NotYet where a value is missing, unless it will not come any more (`last`) */
export type LogMessage = (moment: Moment, last: boolean) => string;

/** @throws ExpressionError when it cannot be read */
export function compileLogMessage(text: string): LogMessage {
  const parts = parseLogMessage(text).map((part) => (typeof part === "string" ? part : compileExpression(part)));
  return (moment, last) => {
    const { engine } = moment.run;
    const shown = (part: string | Evaluate) => {
      if (typeof part === "string") return part;
      try {
        return show(part(moment), engine.kernels);
      } catch (error) {
        if (error instanceof NotYet && last) return "(no value yet)";
        throw error;
      }
    };
    return engine.noGrad(() => parts.map(shown).join(""));
  };
}

export function compileExpression(expression: Expression): Evaluate {
  switch (expression.kind) {
    case "literal": {
      const { value } = expression;
      return () => value;
    }
    case "name":
      return compileName(expression.name);
    case "array": {
      const items = expression.items.map(compileExpression);
      return (moment) => items.map((item) => item(moment));
    }
    case "member":
      return compileMember(expression);
    case "call":
      return compileCall(expression);
    case "unary": {
      const apply = unary[expression.operator];
      const operand = compileExpression(expression.operand);
      return (moment) => apply(primitive(operand(moment)));
    }
    case "binary": {
      const { operator } = expression;
      const [left, right] = [compileExpression(expression.left), compileExpression(expression.right)];
      if (isEquality(operator)) {
        const apply = equality[operator];
        return (moment) => apply(comparable(left(moment)), comparable(right(moment)));
      }
      const apply = binary[operator];
      return (moment) => apply(primitive(left(moment)), primitive(right(moment)));
    }
    case "logical": {
      const [left, right] = [compileExpression(expression.left), compileExpression(expression.right)];
      const stopsAt = expression.operator === "||";
      return (moment) => {
        const value = left(moment);
        return truthy(value) === stopsAt ? value : right(moment);
      };
    }
    case "conditional": {
      const [test, yes, no] = [expression.test, expression.yes, expression.no].map(compileExpression);
      return (moment) => (truthy(test(moment)) ? yes(moment) : no(moment));
    }
  }
}

/** The user's own variable first, as it is in the user's program; then the run's; then the operation's operands. */
function compileName(name: string): Evaluate {
  const builtIn = builtIns.get(name);
  if (name === "this" && builtIn !== undefined) return builtIn;
  // made once: an error that is made anew at each operation costs more than the look itself
  const notYet = new NotYet(`“${name}” has no value at this line`, symbols.has(name));
  return (moment) => {
    const variables = moment.frame?.variables;
    if (variables?.has(name)) return variables.get(name);
    if (builtIn !== undefined) return builtIn(moment);
    const value = moment.symbol(name);
    if (value === undefined) throw notYet;
    return value;
  };
}

function compileMember({ object, property }: Extract<Expression, { kind: "member" }>): Evaluate {
  if (isMath(object) && property.kind === "literal") {
    const constant: unknown = Reflect.get(Math, String(property.value));
    return () => constant;
  }
  const [of, key] = [compileExpression(object), compileExpression(property)];
  const name = source(object);
  return (moment) => readMember(of(moment), key(moment), name);
}

function compileCall({ callee, parameters }: Extract<Expression, { kind: "call" }>): Evaluate {
  const given = parameters.map(compileExpression);
  if (callee.kind === "name") {
    const [first] = given;
    if (first === undefined) throw new Error(`${callee.name} needs something in its parentheses`);
    if (callee.name === "parameter") return (moment) => moment.parameter(String(first(moment)));
    const test = callee.name === "isNaN" ? Number.isNaN : Number.isFinite;
    return (moment) => test(Number(primitive(first(moment))));
  }
  if (callee.kind !== "member") throw new Error("only methods and functions of Math can be called in a condition");
  const { object, property } = callee;
  if (isMath(object) && property.kind === "literal") {
    const compute: unknown = Reflect.get(Math, String(property.value));
    if (typeof compute !== "function" || property.value === "random")
      throw new Error(`Math.${property.value} cannot be called in a condition`);
    return (moment) =>
      Reflect.apply(
        compute,
        Math,
        given.map((parameter) => primitive(parameter(moment))),
      );
  }
  const [of, key] = [compileExpression(object), compileExpression(property)];
  const name = source(object);
  return (moment) => {
    const self = of(moment);
    return callMethod(
      self,
      String(key(moment)),
      given.map((parameter) => parameter(moment)),
      name,
      moment.run.engine.kernels,
    );
  };
}

const unary: Readonly<Record<UnaryOperator, (a: Primitive) => Primitive>> = {
  "!": (a) => !a,
  "-": (a) => -Number(a),
  "+": (a) => Number(a),
};

type Equality = "===" | "!==" | "==" | "!=";

const binary: Readonly<Record<Exclude<BinaryOperator, Equality>, (a: Primitive, b: Primitive) => Primitive>> = {
  "**": (a, b) => Number(a) ** Number(b),
  "*": (a, b) => Number(a) * Number(b),
  "/": (a, b) => Number(a) / Number(b),
  "%": (a, b) => Number(a) % Number(b),
  "+": (a, b) => (typeof a === "string" || typeof b === "string" ? `${a}${b}` : Number(a) + Number(b)),
  "-": (a, b) => Number(a) - Number(b),
  "<": (a, b) => (bothText(a, b) ? String(a) < String(b) : Number(a) < Number(b)),
  "<=": (a, b) => (bothText(a, b) ? String(a) <= String(b) : Number(a) <= Number(b)),
  ">": (a, b) => (bothText(a, b) ? String(a) > String(b) : Number(a) > Number(b)),
  ">=": (a, b) => (bothText(a, b) ? String(a) >= String(b) : Number(a) >= Number(b)),
};

const equality: Readonly<Record<Equality, (a: unknown, b: unknown) => boolean>> = {
  "===": (a, b) => a === b,
  "!==": (a, b) => a !== b,
  "==": looselyEqual,
  "!=": (a, b) => !looselyEqual(a, b),
};

function isEquality(operator: BinaryOperator): operator is Equality {
  return Object.hasOwn(equality, operator);
}

function bothText(a: Primitive, b: Primitive): boolean {
  return typeof a === "string" && typeof b === "string";
}

/** JavaScript's `==`; an object equals itself only. */
function looselyEqual(a: unknown, b: unknown): boolean {
  if (a === null || a === undefined) return b === null || b === undefined;
  if (b === null || b === undefined) return false;
  if (typeof a === "object" || typeof b === "object" || typeof a === typeof b) return a === b;
  return Number(a) === Number(b);
}

/** A tensor of one element is its number, so that `loss === 0` says what it seems to. */
function comparable(value: unknown): unknown {
  return value instanceof Tensor && value.length === 1 ? value.item() : value;
}

/** What an operator computes with: a tensor of one element is its number. */
function primitive(value: unknown): Primitive {
  switch (typeof value) {
    case "number":
    case "string":
    case "boolean":
    case "undefined":
      return value;
    default:
      if (value === null) return null;
      if (value instanceof Tensor) return numberOf(value);
      throw new Error(`an operator needs a number, a string or true and false, but this is ${describeKind(value)}`);
  }
}

function truthy(value: unknown): boolean {
  return value instanceof Tensor ? numberOf(value) !== 0 : Boolean(value);
}

function numberOf(tensor: Tensor): number {
  if (tensor.length === 1) return tensor.item();
  throw new Error(
    `a tensor of shape [${tensor.shape.join(", ")}] is not one number; take its norm(), mean(), max() or an element`,
  );
}

function describeKind(value: unknown): string {
  return typeof value === "object" && value !== null ? value.constructor.name : typeof value;
}

/** a && b && c as [a, b, c]. */
function conjuncts(expression: Expression): Expression[] {
  return expression.kind === "logical" && expression.operator === "&&"
    ? [...conjuncts(expression.left), ...conjuncts(expression.right)]
    : [expression];
}

function costs(expression: Expression): boolean {
  return [...namesIn(expression)].some((name) => !cheap.has(name));
}

function isMath(expression: Expression): boolean {
  return expression.kind === "name" && expression.name === "Math";
}

/** The expression for messages: `this.rnn`; what is not a path of names is `…`. */
function source(expression: Expression): string {
  if (expression.kind === "name") return expression.name;
  if (expression.kind !== "member") return "…";
  const { object, property } = expression;
  return property.kind === "literal" && typeof property.value === "string"
    ? `${source(object)}.${property.value}`
    : `${source(object)}[…]`;
}
