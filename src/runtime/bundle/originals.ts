// Finds the piece of the user's source that a piece of the bundled script was made from. Changes nothing.
import { fileURLToPath } from "node:url";
import { decodedMappings, type EncodedSourceMap, type SourceMapSegment, TraceMap } from "@jridgewell/trace-mapping";
import { type Token, tokenizer, tokTypes } from "acorn";
import type { SourceRange } from "../../protocol/position.ts";

/** A file of the workspace. */
interface Original {
  readonly file: string;
  readonly text: string;
  readonly lines: readonly number[];
}

/** An offset in a file; `original` is null when that file is not one of the workspace. */
interface Place {
  readonly original: Original | null;
  readonly offset: number;
  readonly name: string | null;
}

interface Mapped {
  /** Offset in the bundled script at which the segment begins. */
  readonly generated: number;
  readonly place: Place;
}

/**
 * A source map says where things begin, not where they end: the end of a range is found by reading on in the user's
 * text, token by token, next to the tokens of the bundled script.
 */
export class Originals {
  readonly #code: string;
  readonly #lines: readonly number[];
  readonly #segments: readonly (readonly SourceMapSegment[])[];
  readonly #names: readonly string[];
  readonly #originals: readonly (Original | null)[];

  /**
   * @param map from `code` to files named by their URL
   * @param texts the files of the workspace, by absolute path; what comes from any other file has no range
   */
  constructor(code: string, map: EncodedSourceMap, texts: ReadonlyMap<string, string>) {
    this.#code = code;
    this.#lines = lineStarts(code);
    this.#segments = decodedMappings(new TraceMap(map));
    this.#names = map.names;
    this.#originals = map.sources.map((source) => {
      if (source === null || !source.startsWith("file:")) return null;
      const file = fileURLToPath(source);
      const text = texts.get(file);
      return text === undefined ? null : { file, text, lines: lineStarts(text) };
    });
  }

  /** Does the code at this offset come from a file that is not one of the workspace's? */
  isForeign(offset: number): boolean {
    return this.#exact(offset)?.place.original === null;
  }

  /**
   * The name a variable has in the user's file; bundling renames variables whose names meet.
   * @returns null when the user has given it no name, as in `export default class {}`
   */
  nameOf(identifier: { readonly name: string; readonly start: number }): string | null {
    const place = this.#exact(identifier.start)?.place;
    if (!place?.original) return identifier.name;
    if (place.name !== null) return place.name;
    return nameAt(place.original.text, place.offset);
  }

  /** Range in the user's file of `code[start..generatedEnd)`, or null when it was not written by the user. */
  range(start: number, generatedEnd: number): SourceRange | null {
    const end = start + this.#code.slice(start, generatedEnd).trimEnd().length;
    const first = this.#exact(start)?.place ?? this.#before(start, end);
    if (!first?.original) return null;
    const { original } = first;
    const last = this.#last(start, end);
    const reached =
      last?.place.original === original && last.place.offset > first.offset ? last : { generated: start, place: first };
    const tail = this.#code.slice(reached.generated, end);
    const endOffset = endOf(original.text, first.offset, reached.place.offset, tail);
    const from = position(original.lines, first.offset);
    const to = position(original.lines, endOffset);
    return { file: original.file, ...from, endLine: to.line, endColumn: to.column };
  }

  /** The segment that begins at this offset, indentation not counted. */
  #exact(offset: number): Mapped | null {
    const segment = this.#last(lineStart(this.#lines, offset), offset + 1);
    return segment !== null && this.#code.slice(segment.generated, offset).trim() === "" ? segment : null;
  }

  /** Where no segment begins at `start` (the `if` of an `else if`): from the first one inside, backwards. */
  #before(start: number, end: number): Place | null {
    const line = position(this.#lines, start).line - 1;
    const segment = (this.#segments[line] ?? []).find(([column]) => this.#lines[line] + column > start);
    const mapped = segment && this.#mapped(line, segment);
    if (!mapped?.place.original || mapped.generated >= end) return null;
    // An imported function is called as `(0, module.f)()`, and that is mapped from the name on.
    const lead = this.#code.slice(start, mapped.generated).replace(/^\(0,/, "").trim();
    if (lead === "") return mapped.place;
    const { original, offset } = mapped.place;
    const pattern = lead.split(/\s+|(?=\W)/).map(literally);
    const found = new RegExp(`${pattern.join("\\s*")}\\s*$`).exec(original.text.slice(0, offset));
    return found && { original, offset: found.index, name: null };
  }

  /** The last segment that begins in `code[start..end)`. */
  #last(start: number, end: number): Mapped | null {
    const firstLine = position(this.#lines, start).line - 1;
    for (let line = position(this.#lines, end).line - 1; line >= firstLine; line--) {
      const segments = this.#segments[line] ?? [];
      const index = lastIndexBelow(segments.length, (i) => this.#lines[line] + segments[i][0], end);
      const mapped = index < 0 ? null : this.#mapped(line, segments[index]);
      if (mapped) return mapped.generated >= start ? mapped : null;
    }
    return null;
  }

  #mapped(line: number, segment: SourceMapSegment): Mapped | null {
    if (segment.length === 1) return null;
    const [column, source, originalLine, originalColumn, name] = segment;
    const original = this.#originals[source];
    const offset = original ? original.lines[originalLine] + originalColumn : 0;
    return {
      generated: this.#lines[line] + column,
      place: { original, offset, name: name === undefined ? null : this.#names[name] },
    };
  }
}

const declaring: ReadonlySet<string> = new Set(["function", "class"]);
const beforeName: ReadonlySet<string> = new Set([...declaring, "export", "default", "async", "*"]);

/** The name that is declared at this place; for `export default function f` the map gives the place of `default`. */
function nameAt(text: string, offset: number): string | null {
  let mayFollow = true;
  for (const token of tokens(text, offset)) {
    const word = tokenText(text, token);
    if (!beforeName.has(word)) return mayFollow && token.type === tokTypes.name ? word : null;
    mayFollow = declaring.has(word) || (mayFollow && word === "*");
  }
  return null;
}

/**
 * Where in `text` the code that begins at `from` ends, when `last` is the beginning of its last known token and `tail`
 * the bundled code from that token on.
 */
function endOf(text: string, from: number, last: number, tail: string): number {
  const reader = new Reader(text, from);
  while (reader.next !== null && reader.next.start <= last) reader.take();
  // TypeScript can hold what no JavaScript token begins with; then the last known word has to do.
  if (reader.end <= last) return last + (/^[\w$]+|^./u.exec(text.slice(last))?.[0].length ?? 0);
  const rest = [...tokens(tail, 0)].slice(1).map((token) => tokenText(tail, token));
  const semicolon = rest.at(-1) === ";" ? rest.pop() : null;
  for (const expected of rest) if (reader.text === expected) reader.take();
  const known = reader.end;
  while (reader.depth > 0 && reader.next !== null) reader.take();
  if (reader.depth > 0) return known;
  if (reader.text === semicolon) reader.take();
  return reader.end;
}

/** Reads tokens and counts the brackets that are open. */
class Reader {
  readonly #text: string;
  readonly #tokens: Generator<Token, undefined>;
  readonly #templates: number[] = [];
  next: Token | null = null;
  depth = 0;
  end: number;

  constructor(text: string, from: number) {
    this.#text = text;
    this.#tokens = tokens(text, from);
    this.end = from;
    this.#advance();
  }

  /** Text of the next token. */
  get text(): string {
    return this.next === null ? "" : tokenText(this.#text, this.next);
  }

  take(): void {
    const token = this.next;
    if (token === null) return;
    const { type } = token;
    if (type === tokTypes.backQuote) this.#backQuote();
    else if (opening.has(type)) this.depth++;
    else if (closing.has(type)) this.depth--;
    this.end = token.end;
    this.#advance();
  }

  /** A template is a bracket too; the same sign opens and closes it. */
  #backQuote(): void {
    if (this.#templates.at(-1) === this.depth) {
      this.#templates.pop();
      this.depth--;
    } else {
      this.depth++;
      this.#templates.push(this.depth);
    }
  }

  #advance(): void {
    this.next = this.#tokens.next().value ?? null;
  }
}

const opening: ReadonlySet<unknown> = new Set([
  tokTypes.parenL,
  tokTypes.bracketL,
  tokTypes.braceL,
  tokTypes.dollarBraceL,
]);
const closing: ReadonlySet<unknown> = new Set([tokTypes.parenR, tokTypes.bracketR, tokTypes.braceR]);

/** Tokens from `from` on, until the end or until something is no JavaScript token. */
function* tokens(text: string, from: number): Generator<Token, undefined> {
  const rest = text.slice(from);
  try {
    for (const token of tokenizer(rest, { ecmaVersion: "latest" })) {
      token.start += from;
      token.end += from;
      yield token;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}

function tokenText(text: string, token: Token): string {
  return text.slice(token.start, token.end);
}

/** Offsets at which lines begin, by the line ends JavaScript knows. */
export function lineStarts(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|[\n\r\u2028\u2029]/g), (end) => end.index + end[0].length)];
}

function lineStart(lines: readonly number[], offset: number): number {
  return lines[position(lines, offset).line - 1];
}

/** Line and column of an offset, both from 1. */
function position(lines: readonly number[], offset: number): { line: number; column: number } {
  const line = lastIndexBelow(lines.length, (i) => lines[i], offset + 1);
  return { line: line + 1, column: offset - lines[line] + 1 };
}

/** The last i with `value(i) < limit`, or −1; the values ascend. */
function lastIndexBelow(length: number, value: (i: number) => number, limit: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value(middle) < limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** As a regular expression that matches just this text. */
function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
