// Why a loss gave a number that is not finite: its largest term, the logarithm of what is not above zero, or no target at all.
import type { OperationName } from "../../../training/engine.ts";
import { type Operand, range, showNumber, showTerm } from "../operand.ts";
import { anyValue, computes, type Explanation, type ForwardCase } from "./explanation.ts";

type Loss = "cross entropy" | "squared error" | "nll" | "huber" | "binary cross entropy" | "kl divergence";

export const losses: { readonly [K in Loss & OperationName]: Explanation } = {
  "cross entropy": computes(classLoss),
  nll: computes(classLoss),
  "squared error": computes(({ x: [x, y], y: loss, i }) => {
    const far = farthest(x, y);
    const [a, b] = [x.value(far), y.value(far)];
    const difference = a - b;
    return `Σ (output − target)² = ${showNumber(loss.value(i))}: (${x.at(far)}) − ${showTerm(b)} = ${showNumber(difference)}, and its square is ${showNumber(difference * difference)}`;
  }),
  huber: computes(({ x: [x, y], y: loss, i }) => `(${x.at(i)}) − (${y.at(i)}) gives ${showNumber(loss.value(i))}`),
  "binary cross entropy": computes(
    ({ x: [x, y], y: loss, i }) => `logit ${x.at(i)} and label ${y.at(i)} give ${showNumber(loss.value(i))}`,
  ),
  // ℓ = y (log y − x)
  "kl divergence": computes(
    ({ x: [x, y], y: loss, i }) =>
      `y (log y − x) = ${showTerm(y.value(i))} · (log(${y.at(i)}) − ${showTerm(x.value(i))}) = ${showNumber(loss.value(i))}`,
    // dy = log y + 1 − x
    (c) =>
      c.k === 1
        ? `${c.dx.label(c.j)} = dL · (log(${c.x[1].at(c.j)}) + 1 − ${showTerm(c.x[0].value(c.j))}) = ${showNumber(c.dx.value(c.j))}`
        : `${c.dx.label(c.j)} = −dL · y = ${showNumber(c.dx.value(c.j))} with ${c.x[1].at(c.j)}`,
  ),
};

/** Σ ℓ / Σ w: 0 / 0 when every target is ignored or weighs nothing. */
function classLoss(c: ForwardCase): string {
  const { node, x, y, i } = c;
  const target = x[1];
  const n = target.values.length;
  const first = n === 0 ? 0 : target.value(0);
  const alike = n > 0 && [...range(n)].every((j) => target.value(j) === first);
  if (Number.isNaN(y.value(i)) && alike && target.shape.length < x[0].shape.length) {
    return `${node.title}: Σ ℓ / Σ w = 0 / 0 = NaN: all ${n} targets are ${first}, which is ignored or has the weight 0, so that no target counts`;
  }
  return anyValue(c);
}

function farthest(x: Operand, y: Operand): number {
  let best = 0;
  for (const j of range(x.values.length)) {
    if (Math.abs(x.value(j) - y.value(j)) > Math.abs(x.value(best) - y.value(best))) best = j;
  }
  return best;
}
