// Finds what the cursor is on in a model file: a member chain, a class field, a class, a variable. Text only.
import { bracketAround, classAround, findClasses, maskSource, openBrackets } from "../editor/sourceText.ts";

/** Offsets are into the file's text; `end` is exclusive. */
interface Extent {
  readonly start: number;
  readonly end: number;
}

export type HoverTarget =
  /** `this.rnn.weight_hh_l0`, or the field `rnn` where the class declares it: path `["rnn", "weight_hh_l0"]`. */
  | (Extent & { readonly kind: "member"; readonly className: string; readonly path: readonly string[] })
  /** The name of a class that this file declares. */
  | (Extent & { readonly kind: "class"; readonly className: string })
  /** The class name in `new nn.Linear(…)`. */
  | (Extent & { readonly kind: "construction" })
  /** Any other name: a local variable, perhaps a tensor. */
  | (Extent & { readonly kind: "variable"; readonly name: string; readonly className: string | null });

/** The target at an offset of the text, or null over blanks, comments, strings, keywords and method names. */
export function hoverTarget(text: string, offset: number): HoverTarget | null {
  const source = maskSource(text);
  const chain = chainAt(source, offset);
  if (chain === null) return null;
  const { start, end, parts } = chain;
  const around = classAround(source, start);
  if (parts[0] === "this") {
    if (around === null || parts.length === 1) return null;
    return { kind: "member", start, end, className: around.name, path: parts.slice(1) };
  }
  if (/\bnew\s+$/.test(source.slice(Math.max(0, start - 20), start)) && /^\s*[(<]/.test(source.slice(end))) {
    return { kind: "construction", start, end };
  }
  if (parts.length > 1) return null;
  const name = parts[0];
  if (findClasses(source).some((span) => span.name === name)) return { kind: "class", start, end, className: name };
  if (around !== null && openBrackets(source, around.start, start) === 1) {
    return isField(source, end) ? { kind: "member", start, end, className: around.name, path: [name] } : null;
  }
  if (keywords.has(name) || isPropertyKey(source, start, end)) return null;
  return { kind: "variable", start, end, name, className: around?.name ?? null };
}

/** The expression a debugger should evaluate for a target. */
export function targetExpression(target: HoverTarget): string | null {
  switch (target.kind) {
    case "member":
      return ["this", ...target.path].reduce((chain, part) =>
        /^\d/.test(part) ? `${chain}[${part}]` : `${chain}.${part}`,
      );
    case "variable":
      return target.name;
    case "class":
    case "construction":
      return null;
  }
}

interface Chain extends Extent {
  readonly parts: readonly string[];
}

const identifier = /[A-Za-z_$][\w$]*/y;
/** What may stand before the hovered name: `this.encoder[0]!.rnn?.`, read from its beginning. */
const prefix = /(?:[A-Za-z_$][\w$]*(?:\[\d+\])*[?!]?\.)+$/;

/** The dotted chain that ends with the name under the cursor, as a debugger hover takes it. */
function chainAt(source: string, offset: number): Chain | null {
  let start = offset;
  while (start > 0 && /[\w$]/.test(source[start - 1])) start--;
  identifier.lastIndex = start;
  const name = identifier.exec(source)?.[0];
  if (name === undefined || offset > start + name.length) return null;
  const before = prefix.exec(source.slice(Math.max(0, start - 200), start))?.[0] ?? "";
  if (before === "" && source[start - 1] === ".") return null;
  const parts = [...before.matchAll(/[A-Za-z_$][\w$]*|\d+/g)].map((match) => match[0]);
  return { start: start - before.length, end: start + name.length, parts: [...parts, name] };
}

/** Whether what follows a name at the top level of a class body makes it a field and not a method. */
function isField(source: string, end: number): boolean {
  return /^\s*[?!]?\s*(?:[=:;]|\n)/.test(source.slice(end, end + 40));
}

/** `input` in `{ input: x }`: a key, not a variable. A parameter with a type, `(x: Tensor)`, is a variable. */
function isPropertyKey(source: string, start: number, end: number): boolean {
  const between =
    /[{,]\s*$/.test(source.slice(Math.max(0, start - 200), start)) && /^\s*:/.test(source.slice(end, end + 20));
  return between && bracketAround(source, start) === "{";
}

const keywords = new Set(
  "abstract as async await break case catch class const continue default delete do else export extends false finally for from function if import in instanceof interface let new null of override private protected public readonly return static super switch this throw true try type typeof undefined var void while yield".split(
    " ",
  ),
);
