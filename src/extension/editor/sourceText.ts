// A light look at TypeScript source: comments and strings masked, braces matched. No parser, no types, no VS Code.

/**
 * The same text with the inside of comments, strings and templates blanked out; every offset and line stays where it
 * was. Regular expressions are not recognised: a quote inside one masks to the end of its line at most.
 */
export function maskSource(text: string): string {
  return text.replace(masked, (match, quoted: string | undefined) => {
    if (quoted === undefined) return blank(match);
    const closed = quoted.length > 1 && quoted.at(-1) === quoted[0];
    return quoted[0] + (closed ? blank(quoted.slice(1, -1)) + quoted[0] : blank(quoted.slice(1)));
  });
}

const masked =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|("(?:\\[^\n]|[^"\\\n])*(?:"|(?=\n|$))|'(?:\\[^\n]|[^'\\\n])*(?:'|(?=\n|$))|`(?:\\[\s\S]|[^`\\])*(?:`|$))/g;

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}

/** A class of the file: its name, the offset of `{` and the offset after the matching `}`. */
export interface ClassSpan {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Every named class in masked source, in order of appearance. */
export function findClasses(source: string): readonly ClassSpan[] {
  const classes: ClassSpan[] = [];
  for (const match of source.matchAll(/\bclass\s+([A-Za-z_$][\w$]*)/g)) {
    const start = source.indexOf("{", match.index);
    if (start >= 0) classes.push({ name: match[1], start, end: closingBrace(source, start) });
  }
  return classes;
}

/** Offset after the `}` that closes the `{` at `open`; the end of the text when nothing closes it. */
function closingBrace(source: string, open: number): number {
  let depth = 0;
  for (let i = open; i < source.length; i++) {
    if (source[i] === "{") depth++;
    else if (source[i] === "}" && --depth === 0) return i + 1;
  }
  return source.length;
}

/** The innermost class around an offset of masked source, or null. */
export function classAround(source: string, offset: number): ClassSpan | null {
  const around = findClasses(source).filter((span) => span.start < offset && offset < span.end);
  return around.reduce<ClassSpan | null>((inner, span) => (inner && inner.start > span.start ? inner : span), null);
}

/** How many brackets of any kind are open between two offsets of masked source. */
export function openBrackets(source: string, from: number, to: number): number {
  let depth = 0;
  for (let i = from; i < to; i++) {
    if ("{[(".includes(source[i])) depth++;
    else if ("}])".includes(source[i])) depth--;
  }
  return depth;
}

/** The bracket that is open around an offset of masked source, or an empty text at the top level. */
export function bracketAround(source: string, offset: number): string {
  let depth = 0;
  for (let i = offset - 1; i >= 0; i--) {
    if ("}])".includes(source[i])) depth++;
    else if ("{[(".includes(source[i]) && depth-- === 0) return source[i];
  }
  return "";
}
