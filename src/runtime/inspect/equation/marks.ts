// Finds the letters of tensors in a line of TeX and marks them, so that each can be pointed at. Knows no tensors.

/** What can be found: a letter as it stands in lines, or ∂L/∂ of one. */
export interface Letter {
  /** `W_{hh}`, `\hat y`. */
  readonly tex: string;
  /** Is it ∂L/∂ of the letter, in lines `\dL{…}`? */
  readonly gradient: boolean;
  /** Whole numbers count elements of other tensors: only their letters are looked for in an index. */
  readonly whole: boolean;
}

/**
 * `\term{i}{…}` around each whole letter, `\entry{i}{…}` around one with an index, where `numberOf` gives the i.
 * Words, letters with an accent and indices are left alone.
 */
export function mark(line: string, letters: readonly Letter[], numberOf: (letter: Letter) => number): string {
  const sought = letters.map((letter) => ({ letter, tokens: tokensOf(letter.tex) }));
  const longest = sought.sort((a, b) => b.tokens.length - a.tokens.length);
  const find = (tokens: readonly string[], at: number, wanted: (letter: Letter) => boolean) =>
    longest.find(({ letter, tokens: own }) => wanted(letter) && own.every((token, i) => tokens[at + i] === token));
  const walk = (tokens: readonly string[], inIndex: boolean): string => {
    let out = "";
    for (let i = 0; i < tokens.length; ) {
      const token = tokens[i];
      if (token === "\\dL") {
        const { group, next } = groupAt(tokens, i + 1);
        out += derivative(group);
        i = next;
        continue;
      }
      const found = find(tokens, i, ({ gradient, whole }) => !gradient && (whole || !inIndex));
      if (found !== undefined) {
        const { index, next } = indexAt(tokens, i + found.tokens.length);
        const text = found.letter.tex + (index === null ? "" : `_{${walk(index, true)}}`);
        out += marked(index === null, numberOf(found.letter), text);
        i = next;
        continue;
      }
      const accented = accentedUntil(tokens, i);
      if (accented > i) {
        out += join(tokens.slice(i, accented));
        i = accented;
      } else if (token === "_" || token === "^") {
        const { group, next } = groupAt(tokens, i + 1);
        out += `${token}{${walk(group, inIndex || token === "_")}}`;
        i = next;
      } else {
        out = join([out, token]);
        i++;
      }
    }
    return out;
  };
  const derivative = (group: readonly string[]): string => {
    const text = `\\dL{${join(group)}}`;
    const found = find(group, 0, ({ gradient }) => gradient);
    if (found === undefined) return text;
    const rest = group.slice(found.tokens.length);
    if (rest.length > 0 && indexAt(rest, 0).next !== rest.length) return text;
    return marked(rest.length === 0, numberOf(found.letter), text);
  };
  return walk(tokensOf(line), false);
}

function marked(isWhole: boolean, number: number, text: string): string {
  return `\\${isWhole ? "term" : "entry"}{${number}}{${text}}`;
}

/** Words with their braces, commands, single characters; blanks mean nothing in TeX's mathematics. */
function tokensOf(line: string): readonly string[] {
  return line.match(/\\(?:text|operatorname\*?|begin|end|mathrel)\{[^{}]*\}|\\(?:[a-zA-Z]+|.)|[^\s\\]/gu) ?? [];
}

/** A command's name would run into a letter that follows it. */
function join(tokens: readonly string[]): string {
  return tokens.reduce(
    (text, token) => (/\\[a-zA-Z]+$/.test(text) && /^[a-zA-Z]/.test(token) ? `${text} ${token}` : text + token),
    "",
  );
}

/** The contents of the braces that begin at `at`, or the one token there. */
function groupAt(tokens: readonly string[], at: number): { readonly group: readonly string[]; readonly next: number } {
  if (tokens[at] !== "{") return { group: tokens.slice(at, at + 1), next: at + 1 };
  let depth = 0;
  for (let i = at; i < tokens.length; i++) {
    if (tokens[i] === "{") depth++;
    else if (tokens[i] === "}") depth--;
    if (depth === 0) return { group: tokens.slice(at + 1, i), next: i + 1 };
  }
  throw new Error(`braces do not close in ${tokens.join("")}`);
}

function indexAt(
  tokens: readonly string[],
  at: number,
): { readonly index: readonly string[] | null; readonly next: number } {
  if (tokens[at] !== "_") return { index: null, next: at };
  const { group, next } = groupAt(tokens, at + 1);
  return { index: group, next };
}

const accents = new Set(["\\hat", "\\tilde", "\\bar"]);

/** Where a letter with an accent ends that begins at `at`: x̂ is not x. `at` itself when none does. */
function accentedUntil(tokens: readonly string[], at: number): number {
  return accents.has(tokens[at]) ? indexAt(tokens, groupAt(tokens, at + 1).next).next : at;
}
