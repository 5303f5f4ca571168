// Log messages: text with expressions in braces.
import { type Expression, parseUntil } from "./expression.ts";

/**
 * Reads `loss {loss} at t={t}`; `\{` and `\}` are plain braces.
 * @returns texts and expressions in order
 * @throws ExpressionError with the place of a brace that is not closed, or of a mistake between braces
 */
export function parseLogMessage(text: string): readonly (string | Expression)[] {
  const parts: (string | Expression)[] = [];
  let plain = "";
  for (let i = 0; i < text.length; ) {
    const escaped = text[i] === "\\" && (text[i + 1] === "{" || text[i + 1] === "}");
    if (text[i] !== "{") {
      plain += escaped ? text[i + 1] : text[i];
      i += escaped ? 2 : 1;
      continue;
    }
    if (plain !== "") parts.push(plain);
    plain = "";
    const { expression, end } = parseUntil(text, i + 1, "}");
    parts.push(expression);
    i = end;
  }
  if (plain !== "") parts.push(plain);
  return parts;
}
