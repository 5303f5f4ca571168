// Why a normalisation gave a number that is not finite: a spread of zero, or a variance that overflowed.
import type { OperationName } from "../../../training/engine.ts";
import { type Operand, range, showNumber } from "../operand.ts";
import { type BackwardCase, computes, type Explanation, type ForwardCase } from "./explanation.ts";

type Norm = "layer norm" | "rms norm" | "batch norm" | "attention weights";

export const norms: { readonly [K in Norm & OperationName]: Explanation } = {
  "layer norm": computes((c) => rowText(c), spread),
  "rms norm": computes((c) => rowText(c), spread),
  "batch norm": computes((c) => channelText(c), spread),
  // softmax(α S + mask): a query that may see no key has a row of −∞
  "attention weights": computes(({ x: [S], y, i }) => {
    const n = S.shape.at(-1) ?? 1;
    const row = Math.floor(i / n);
    return `${y.label(i)} = ${showNumber(y.value(i))}: the mask lets the query of row ${row} see no key, and softmax over nothing is 0 / 0`;
  }),
};

/** y = (x − μ) / √(σ² + ε) γ + β over the last dimensions: γ has as many elements as a row. */
function rowText({ node, x, y, i }: ForwardCase): string {
  const n = x[1]?.values.length ?? x[0].shape.at(-1) ?? 1;
  const elements = [...range(n, i - (i % n))];
  return normText(x[0], elements, i, node.operation === "rms norm", y.value(i));
}

function channelText({ x, y, i }: ForwardCase): string {
  const [samples, channels] = x[0].shape;
  const inner = x[0].values.length / (samples * channels);
  const channel = Math.floor(i / inner) % channels;
  const elements = [...range(samples)].flatMap((s) => [...range(inner, (s * channels + channel) * inner)]);
  return `channel ${channel}: ${normText(x[0], elements, i, false, y.value(i))}`;
}

function normText(x: Operand, elements: readonly number[], i: number, raw: boolean, result: number): string {
  const mean = raw ? 0 : elements.reduce((sum, j) => sum + x.value(j), 0) / elements.length;
  const variance = elements.reduce((sum, j) => sum + (x.value(j) - mean) ** 2, 0) / elements.length;
  const above = raw ? `(${x.at(i)})` : `(${x.at(i)} − μ)`;
  const [letters, spreadLetter] = raw ? ["mean x²", "mean x²"] : ["σ²", "σ²"];
  return `${above} / √(${letters} + ε) = ${showNumber(result)} with ${raw ? "" : `μ = ${showNumber(mean)}, `}${spreadLetter} = ${showNumber(variance)}`;
}

/** dx = r (u − mean u − x̂ mean(u x̂)), r = 1 / √(σ² + ε). */
function spread({ dx, j, dy, x }: BackwardCase): string {
  return `${dx.at(j)}: ∂L/∂y / √(σ² + ε), with the largest ${dy.at(dy.largest(range(dy.values.length)))} and the largest ${x[0].at(x[0].largest(range(x[0].values.length)))}`;
}
