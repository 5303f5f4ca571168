// Hit conditions: at which of its hits a breakpoint stops.
import { ExpressionError } from "./expressionError.ts";

const pattern = /^(>=|>|<=|<|={1,3}|%)?\s*(\d+)$/;

/**
 * Reads `5`, `== 5` (the fifth hit only), `>= 5`, `> 5`, `<= 5`, `< 5`, or `% 100` (every hundredth).
 * @returns whether a breakpoint stops at its n-th hit, n counting from 1
 * @throws ExpressionError when it is none of these
 */
export function parseHitCondition(text: string): (hits: number) => boolean {
  const [, operator = "==", digits] = pattern.exec(text.trim()) ?? [];
  if (digits === undefined) {
    throw new ExpressionError(`the hit count must be like 5, == 5, >= 5, > 5, < 5 or % 100, but it is “${text}”`, 0);
  }
  const count = Number(digits);
  switch (operator) {
    case ">=":
      return (hits) => hits >= count;
    case ">":
      return (hits) => hits > count;
    case "<=":
      return (hits) => hits <= count;
    case "<":
      return (hits) => hits < count;
    case "%":
      if (count === 0) throw new ExpressionError("% 0 stops at no hit; write % 1 or more", 0);
      return (hits) => hits % count === 0;
    default:
      return (hits) => hits === count;
  }
}
