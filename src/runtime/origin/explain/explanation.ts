// What an explanation of a number that is not finite is, and the words that several operations share.
import type { Node } from "../../../training/engine.ts";
import { type Operand, range, showNumber, showTerm } from "../operand.ts";

/** Element i of the output is not finite, and the inputs were. */
export interface ForwardCase {
  readonly node: Node;
  readonly x: readonly Operand[];
  readonly y: Operand;
  readonly i: number;
  /** The largest finite number of the tensor's type. */
  readonly limit: number;
}

/** Element j of the gradient of input k is not finite, and the gradient of the output was. */
export interface BackwardCase {
  readonly node: Node;
  readonly x: readonly Operand[];
  readonly y: Operand;
  readonly dy: Operand;
  readonly k: number;
  readonly dx: Operand;
  readonly j: number;
  readonly limit: number;
}

export type Explanation =
  /** Copies, picks, adds up to nothing larger, or squashes: finite numbers stay finite. */
  | { readonly kind: "keeps" }
  /** Computes what may overflow or is not defined everywhere. */
  | {
      readonly kind: "computes";
      /** `log(p[3,7] = 0) = −∞` */
      forward(c: ForwardCase): string;
      /** `∂L/∂x[2] = dy / x = 1 / 0 = ∞` */
      backward(c: BackwardCase): string;
    };

export const keeps: Explanation = { kind: "keeps" };

export function computes(
  forward: (c: ForwardCase) => string,
  backward: (c: BackwardCase) => string = anyGradient,
): Explanation {
  return { kind: "computes", forward, backward };
}

/** Where only the size of the numbers can be the reason. */
export function anyValue({ node, x, y, i }: ForwardCase): string {
  const largest = x.flatMap((o) => (o.values.length === 0 ? [] : [o.at(o.largest(range(o.values.length)))]));
  return `${node.title}: ${y.at(i)}${largest.length === 0 ? "" : `; the largest operands are ${largest.join(", ")}`}`;
}

export function anyGradient({ node, dy, dx, j }: BackwardCase): string {
  const largest =
    dy.values.length === 0
      ? ""
      : `; the largest gradient that came in is ${dy.at(dy.largest(range(dy.values.length)))}`;
  return `backward of ${node.title}: ${dx.at(j)}${largest}`;
}

/** `∂L/∂x[2] = dy / x = 1 / 0 = ∞`, or what it was added to when the part itself is finite. */
export function gradientIs({ dx, j }: BackwardCase, formula: string, numbers: string, part: number): string {
  const sum = dx.value(j);
  if (!Number.isFinite(part)) return `${dx.label(j)} = ${formula} = ${numbers} = ${showNumber(part)}`;
  return `${dx.label(j)} = ${showNumber(sum)} when ${formula} = ${numbers} = ${showNumber(part)} was added to it`;
}

/** One term a·b of a sum of products. */
export interface Term {
  readonly a: string;
  readonly b: string;
  readonly product: number;
}

/**
 * What overflows in Σ a·b: one product, or only the sum. The text ends in what the sum became.
 * @param what the sum in letters: `Σ_k a[3,k] W[0,k] + b[0]`
 * @param rest what is added to the products
 */
export function sumOfProducts(what: string, terms: Iterable<Term>, limit: number, result: number, rest = 0): string {
  let largest: Term | null = null;
  let sum = rest;
  for (const term of terms) {
    sum += term.product;
    if (largest === null || Math.abs(term.product) > Math.abs(largest.product)) largest = term;
  }
  const becomes = showNumber(result);
  if (largest === null) return `${what} = ${becomes}`;
  const { a, b, product } = largest;
  const beyond = `beyond ${showNumber(limit)}, the largest number there is`;
  if (!(Math.abs(product) <= limit))
    return `${what} = ${becomes}: (${a}) · (${b}) = ${showNumber(product)} is ${beyond}`;
  const total = Math.abs(sum) > limit ? `the sum ${showNumber(sum)} is ${beyond}` : "a partial sum overflowed";
  return `${what} = ${becomes}: ${total}; its largest term is (${a}) · (${b}) = ${showNumber(product)}`;
}

/** The same for one product. */
export function product(a: number, b: number): string {
  return `${showNumber(a)} · ${showTerm(b)}`;
}
