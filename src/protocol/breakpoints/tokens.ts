// The words of an expression: names, numbers, strings and signs, each with its place.
import { ExpressionError } from "./expressionError.ts";

export type Token =
  | { readonly kind: "number"; readonly text: string; readonly value: number; readonly at: number }
  | { readonly kind: "string"; readonly text: string; readonly value: string; readonly at: number }
  | { readonly kind: "name" | "sign"; readonly text: string; readonly at: number }
  | { readonly kind: "end"; readonly text: ""; readonly at: number };

const space = /\s*/y;
const number = /0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const name = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
/** The longest first; the last is any other character, which the parser refuses with its place. */
const sign = /===|!==|\*\*|&&|\|\||\?\?|\?\.(?!\d)|=>|[<>=!]=|./suy;
const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", "0": "\0" };

export class Tokens {
  next: Token;
  private position: number;

  constructor(
    private readonly text: string,
    start: number,
  ) {
    this.position = start;
    this.next = this.read();
  }

  advance(): void {
    this.next = this.read();
  }

  private read(): Token {
    this.match(space);
    const at = this.position;
    const character = this.text[at];
    if (character === undefined) return { kind: "end", text: "", at };
    if (character === '"' || character === "'") return this.string(character, at);
    const digits = this.match(number);
    if (digits !== null) return this.number(digits, at);
    const word = this.match(name);
    if (word !== null) return { kind: "name", text: word, at };
    return { kind: "sign", text: this.match(sign) ?? character, at };
  }

  private number(text: string, at: number): Token {
    const rest = this.match(name);
    if (rest !== null) throw new ExpressionError(`“${text}${rest}” is not a number`, at);
    return { kind: "number", text, value: Number(text), at };
  }

  private string(quote: string, at: number): Token {
    let value = "";
    for (let i = at + 1; i < this.text.length; i++) {
      const character = this.text[i];
      if (character === quote) {
        this.position = i + 1;
        return { kind: "string", text: this.text.slice(at, i + 1), value, at };
      }
      if (character === "\n") break;
      if (character !== "\\") value += character;
      else {
        const escaped = this.text[++i] ?? "";
        const code = /^(?:u([\da-fA-F]{4})|x([\da-fA-F]{2}))/.exec(this.text.slice(i, i + 5));
        value +=
          code === null ? (escapes[escaped] ?? escaped) : String.fromCharCode(Number.parseInt(code[1] ?? code[2], 16));
        if (code !== null) i += code[0].length - 1;
      }
    }
    throw new ExpressionError(`the string that begins with ${quote} is not closed`, at);
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.position = pattern.lastIndex;
    return found[0];
  }
}
