// The language of conditions and log messages: a part of JavaScript that computes and changes nothing. Text → tree.
import { ExpressionError } from "./expressionError.ts";
import { type Token, Tokens } from "./tokens.ts";

export type UnaryOperator = "!" | "-" | "+";
export type BinaryOperator = "**" | "*" | "/" | "%" | "+" | "-" | "<" | "<=" | ">" | ">=" | "==" | "!=" | "===" | "!==";

/** `at` is the offset in the text, so that an error can say where. */
export type Expression =
  | {
      readonly kind: "literal";
      readonly value: number | string | boolean | null | undefined;
      readonly at: number;
    }
  /** A name, or `this`. */
  | { readonly kind: "name"; readonly name: string; readonly at: number }
  | { readonly kind: "array"; readonly items: readonly Expression[]; readonly at: number }
  /** `object.property` has a literal as its property; `at` is where the property stands. */
  | { readonly kind: "member"; readonly object: Expression; readonly property: Expression; readonly at: number }
  | {
      readonly kind: "call";
      readonly callee: Expression;
      readonly parameters: readonly Expression[];
      readonly at: number;
    }
  | { readonly kind: "unary"; readonly operator: UnaryOperator; readonly operand: Expression; readonly at: number }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: number;
    }
  | {
      readonly kind: "logical";
      readonly operator: "&&" | "||";
      readonly left: Expression;
      readonly right: Expression;
      readonly at: number;
    }
  | {
      readonly kind: "conditional";
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
      readonly at: number;
    };

/** Levels of the binary operators, the weakest first; those of one level are read from the left. */
const levels: readonly (readonly (BinaryOperator | "&&" | "||")[])[] = [
  ["||"],
  ["&&"],
  ["==", "!=", "===", "!=="],
  ["<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/", "%"],
];

/** What JavaScript has and this language has not, with what to write instead. */
const refused: Readonly<Record<string, string>> = {
  "=": "a condition compares and changes nothing: write === to compare",
  "&": "write && for “and”",
  "|": "write || for “or”",
  "=>": "functions cannot be written here",
  "?.": "write a plain dot: where a value is not there yet, the condition does not hold",
  "??": "?? is not in this language; write a ? b : c",
  "{": "objects cannot be written here",
  "`": "write strings in quotes",
  ";": "one expression is expected, without a semicolon",
};

const literals: ReadonlyMap<string, boolean | number | null | undefined> = new Map<
  string,
  boolean | number | null | undefined
>([
  ["true", true],
  ["false", false],
  ["null", null],
  ["undefined", undefined],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
]);

/**
 * The tree of one expression: names, `this`, numbers, strings, true, false, null, arrays, members, calls, and the operators
 * `! - + ** * / % < <= > >= == != === !== && || ?:` with JavaScript's precedence.
 * @throws ExpressionError with the place of the first mistake
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text, 0);
  const expression = parser.expression();
  parser.end();
  return expression;
}

/** An expression that begins at `start` and is followed by `closing`; `end` is the offset after that. */
export function parseUntil(text: string, start: number, closing: string): { expression: Expression; end: number } {
  const parser = new Parser(text, start);
  const expression = parser.expression();
  return { expression, end: parser.expect(closing) };
}

class Parser {
  private readonly tokens: Tokens;

  constructor(text: string, start: number) {
    this.tokens = new Tokens(text, start);
  }

  expression(): Expression {
    const test = this.binary(0);
    if (!this.take("?")) return test;
    const yes = this.expression();
    this.expect(":");
    const no = this.expression();
    return { kind: "conditional", test, yes, no, at: test.at };
  }

  /** @throws ExpressionError unless the text is over */
  end(): void {
    const { next } = this.tokens;
    if (next.kind !== "end") throw unexpected(next, "the end of the expression");
  }

  /** @returns the offset after the sign */
  expect(sign: string): number {
    const { next } = this.tokens;
    if (!this.take(sign)) throw unexpected(next, `“${sign}”`);
    return next.at + sign.length;
  }

  private binary(level: number): Expression {
    if (level === levels.length) return this.power();
    let left = this.binary(level + 1);
    for (;;) {
      const { next } = this.tokens;
      const operator = levels[level].find((sign) => this.take(sign));
      if (operator === undefined) return left;
      const right = this.binary(level + 1);
      left =
        operator === "&&" || operator === "||"
          ? { kind: "logical", operator, left, right, at: next.at }
          : { kind: "binary", operator, left, right, at: next.at };
    }
  }

  /** `a ** b ** c` is `a ** (b ** c)`, and `-a ** b` is nothing, as in JavaScript. */
  private power(): Expression {
    const left = this.unary();
    const { next } = this.tokens;
    if (!this.take("**")) return left;
    if (left.kind === "unary" && !this.parenthesised.has(left)) {
      throw new ExpressionError(`write parentheses to say what “${left.operator}” belongs to beside **`, left.at);
    }
    return { kind: "binary", operator: "**", left, right: this.power(), at: next.at };
  }

  private readonly parenthesised = new WeakSet<Expression>();

  private unary(): Expression {
    const { next } = this.tokens;
    const operator = (["!", "-", "+"] as const).find((sign) => this.take(sign));
    if (operator !== undefined) return { kind: "unary", operator, operand: this.unary(), at: next.at };
    return this.postfix(this.primary());
  }

  private postfix(start: Expression): Expression {
    let object = start;
    for (;;) {
      const { next } = this.tokens;
      if (this.take(".")) {
        const name = this.tokens.next;
        if (name.kind !== "name") throw unexpected(name, "the name of a property");
        this.tokens.advance();
        const property: Expression = { kind: "literal", value: name.text, at: name.at };
        object = { kind: "member", object, property, at: name.at };
      } else if (this.take("[")) {
        const property = this.expression();
        this.expect("]");
        object = { kind: "member", object, property, at: next.at };
      } else if (this.take("(")) {
        object = { kind: "call", callee: object, parameters: this.list(")"), at: next.at };
      } else return object;
    }
  }

  private primary(): Expression {
    const { next } = this.tokens;
    const { at } = next;
    if (next.kind === "number" || next.kind === "string") {
      this.tokens.advance();
      return { kind: "literal", value: next.value, at };
    }
    if (next.kind === "name") {
      this.tokens.advance();
      if (literals.has(next.text)) return { kind: "literal", value: literals.get(next.text), at };
      return { kind: "name", name: next.text, at };
    }
    if (this.take("(")) {
      const inner = this.expression();
      this.expect(")");
      this.parenthesised.add(inner);
      return inner;
    }
    if (this.take("[")) return { kind: "array", items: this.list("]"), at };
    throw unexpected(next, "a value");
  }

  /** Expressions with commas between them, up to `closing`. */
  private list(closing: string): Expression[] {
    const items: Expression[] = [];
    if (this.take(closing)) return items;
    do items.push(this.expression());
    while (this.take(","));
    this.expect(closing);
    return items;
  }

  private take(sign: string): boolean {
    const { next } = this.tokens;
    if (next.kind !== "sign" || next.text !== sign) return false;
    this.tokens.advance();
    return true;
  }
}

function unexpected(token: Token, wanted: string): ExpressionError {
  const advice = token.kind === "sign" ? refused[token.text] : undefined;
  const found = token.kind === "end" ? "the expression ends" : `there is “${token.text}”`;
  return new ExpressionError(advice ?? `${wanted} is expected, but ${found}`, token.at);
}
