// What can be said of a breakpoint's condition, hit count, message or pattern before anything runs.
import { parseExpression } from "../../protocol/breakpoints/expression.ts";
import { ExpressionError } from "../../protocol/breakpoints/expressionError.ts";
import { parseHitCondition } from "../../protocol/breakpoints/hitCondition.ts";
import { parseLogMessage } from "../../protocol/breakpoints/logMessage.ts";
import { checkNames } from "../../protocol/breakpoints/names.ts";
import type { BreakpointSpec } from "../../protocol/requests.ts";
import { errors } from "../dap.ts";

export type Texts = Pick<BreakpointSpec, "condition" | "hitCondition" | "logMessage">;

interface Asked {
  readonly condition?: string;
  readonly hitCondition?: string;
  readonly logMessage?: string;
}

/**
 * Empty texts are none.
 * @throws RequestError for what is no text
 */
export function textsOf(asked: Asked): Texts {
  const text = (name: keyof Asked) => {
    const given = asked[name] ?? "";
    if (typeof given !== "string") throw errors.badArguments(`"${name}" of a breakpoint must be a string`);
    return given.trim() === "" ? null : given;
  };
  return { condition: text("condition"), hitCondition: text("hitCondition"), logMessage: text("logMessage") };
}

/**
 * The first mistake with its place, or null.
 * @param isVariable whether the user's program may have a variable of this name
 */
export function problemOf(texts: Texts, isVariable: (name: string) => boolean): string | null {
  return (
    problemIn("condition", texts.condition, (text) => checkNames(parseExpression(text), isVariable)) ??
    problemIn("hit count", texts.hitCondition, parseHitCondition) ??
    problemIn("log message", texts.logMessage, (text) => {
      for (const part of parseLogMessage(text)) if (typeof part !== "string") checkNames(part, isVariable);
    })
  );
}

/** `condition, column 3: …`, or null when `check` finds nothing wrong. */
export function problemIn(what: string, text: string | null, check: (text: string) => unknown): string | null {
  if (text === null) return null;
  try {
    check(text);
    return null;
  } catch (error) {
    if (error instanceof ExpressionError) return `${what}, ${error.placed(text)}`;
    throw error;
  }
}
