// Why a reduction or a softmax gave a number that is not finite.
import type { OperationName } from "../../../training/engine.ts";
import { type Operand, range, showNumber } from "../operand.ts";
import { anyValue, computes, type Explanation, type ForwardCase, keeps } from "./explanation.ts";

type Reduction = "sum" | "mean" | "max" | "min" | "norm" | "softmax" | "log softmax";

/** A sum overflows; which elements of x make one of y depends on the dimension, so the largest of all is named. */
const overflowing = (sign: string) => (c: ForwardCase) => {
  const { x, y, i } = c;
  const n = x[0].values.length;
  return n === 0
    ? `${sign} of nothing = ${showNumber(y.value(i))}`
    : `${sign} = ${showNumber(y.value(i))}: it overflowed; the largest element is ${largestOf(x[0])}`;
};

export const reductions: { readonly [K in Reduction & OperationName]: Explanation } = {
  sum: computes(overflowing("Σ x")),
  mean: computes((c) =>
    c.x[0].values.length === 0
      ? `mean of no element = 0 / 0 = ${showNumber(c.y.value(c.i))}`
      : overflowing("1/n Σ x")(c),
  ),
  max: keeps,
  min: keeps,
  norm: computes(
    (c) => `√(Σ x²) = ${showNumber(c.y.value(c.i))}: it overflowed; the largest element is ${largestOf(c.x[0])}`,
  ),
  // the row's maximum is taken off first, so that only a row of −∞ has no answer
  softmax: computes((c) => noneAllowed(c) ?? anyValue(c)),
  "log softmax": computes((c) => noneAllowed(c) ?? anyValue(c)),
};

/** A row that is −∞ throughout, as masking leaves it, has no softmax. */
export function noneAllowed({ node, x: [x], y, i }: ForwardCase): string | null {
  const n = x.shape.at(-1) ?? 1;
  const row = i - (i % n);
  for (const j of range(n, row)) if (x.value(j) !== Number.NEGATIVE_INFINITY) return null;
  return `${node.title}: all ${n} elements of the row of ${x.label(row)} are −∞, so ${y.label(i)} = 0 / 0 = NaN`;
}

function largestOf(x: Operand): string {
  return x.at(x.largest(range(x.values.length)));
}
