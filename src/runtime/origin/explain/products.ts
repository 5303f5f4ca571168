// Why a product of matrices gave a number that is not finite: which row and column, and what of it overflowed.
import type { OperationName } from "../../../training/engine.ts";
import { indexOf, type Operand, range, showIndex } from "../operand.ts";
import {
  anyGradient,
  anyValue,
  type BackwardCase,
  computes,
  type Explanation,
  type ForwardCase,
  sumOfProducts,
  type Term,
} from "./explanation.ts";

type Product = "linear" | "matmul" | "conv1d" | "conv2d" | "attention scores" | "attention output";

export const products: { readonly [K in Product & OperationName]: Explanation } = {
  linear: computes(linearForward, linearBackward),
  matmul: computes(matmulForward, anyGradient),
  conv1d: computes(anyValue),
  conv2d: computes(anyValue),
  "attention scores": computes(anyValue),
  "attention output": computes(anyValue),
};

/** Σ over `n` places of a and b, each with a start and a step. */
export function* dot(
  n: number,
  [a, fromA, stepA]: readonly [Operand, number, number],
  [b, fromB, stepB]: readonly [Operand, number, number],
): Generator<Term> {
  for (const i of range(n)) {
    const [p, q] = [fromA + i * stepA, fromB + i * stepB];
    yield { a: a.at(p), b: b.at(q), product: a.value(p) * b.value(q) };
  }
}

/** z[n,o] = Σ_k a[n,k] W[o,k] + b[o] */
function linearForward({ x: [a, W, b], y, i, limit }: ForwardCase): string {
  const [out, features] = W.shape;
  const [row, o] = [Math.floor(i / out), i % out];
  const what = `${y.label(i)} = row ${showIndex(a.shape.slice(0, -1), row)} of ${a.name} · row [${o}] of ${W.name}${b === undefined ? "" : ` + ${b.label(o)}`}`;
  const terms = dot(features, [a, row * features, 1], [W, o * features, 1]);
  return sumOfProducts(what, terms, limit, y.value(i), b?.value(o) ?? 0);
}

/** ∇W[o,k] = Σ_n δ[n,o] a[n,k], ∇b[o] = Σ_n δ[n,o], ∂L/∂a[n,k] = Σ_o δ[n,o] W[o,k] */
function linearBackward(c: BackwardCase): string {
  const { x, dy, k, dx, j, limit } = c;
  const [a, W] = x;
  const [out, features] = W.shape;
  const rows = dy.values.length / out;
  const [row, column] = [Math.floor(j / features), j % features];
  if (k === 2) {
    const terms = range(rows, j, out);
    return `${dx.at(j)}: the sum of δ over ${rows} rows overflowed; the largest is ${dy.at(dy.largest(terms))}`;
  }
  const terms =
    k === 1 ? dot(rows, [dy, row, out], [a, column, features]) : dot(out, [dy, row * out, 1], [W, column, features]);
  const what =
    k === 1 ? `${dx.label(j)} = Σ_n δ[n,${row}] a[n,${column}]` : `${dx.label(j)} = Σ_o δ[${row},o] W[o,${column}]`;
  return sumOfProducts(what, terms, limit, dx.value(j));
}

/** C[…,m,n] = Σ_k A[…,m,k] B[…,k,n], leading dimensions by broadcasting. */
function matmulForward({ x: [A, B], y, i, limit }: ForwardCase): string {
  const [m, inner] = A.shape.slice(-2);
  const n = B.shape.at(-1) ?? 1;
  const [row, column] = [Math.floor(i / n) % m, i % n];
  const batch = indexOf(y.shape.slice(0, -2), Math.floor(i / (m * n)));
  const terms = dot(
    inner,
    [A, matrixOf(A, batch) * m * inner + row * inner, 1],
    [B, matrixOf(B, batch) * inner * n + column, n],
  );
  const where = batch.length === 0 ? "" : ` of matrix [${batch.join(",")}]`;
  return sumOfProducts(
    `${y.label(i)} = row ${row} of ${A.name} · column ${column} of ${B.name}${where}`,
    terms,
    limit,
    y.value(i),
  );
}

/** Which of its matrices an operand brings to this place of the batch. */
function matrixOf(x: Operand, batch: readonly number[]): number {
  const lead = x.shape.slice(0, -2);
  const own = batch.slice(batch.length - lead.length);
  return lead.reduce((place, size, d) => place * size + (size === 1 ? 0 : own[d]), 0);
}
