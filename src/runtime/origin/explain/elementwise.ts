// Why an elementwise operation gave a number that is not finite: the operands of that element, and the derivative's.
import type { OperationName } from "../../../training/engine.ts";
import { type Operand, showNumber, showTerm } from "../operand.ts";
import { computes, type Explanation, type ForwardCase, gradientIs, keeps, product } from "./explanation.ts";

/** `x[2] = 1` where the operand has a name, else the value. */
const term = (o: Operand, i: number) => o.label(i);

/** y = f(x) with f written as a function: `log(p[3,7] = 0) = −∞`. */
const applied =
  (f: string) =>
  ({ x: [x], y, i }: ForwardCase) =>
    `${f}(${x.at(i)}) = ${showNumber(y.value(i))}`;

/** z = x ∘ y: `x[2] / s[2] = 1 / 0 = ∞`. */
const between =
  (sign: string) =>
  ({ x: [a, b], y, i }: ForwardCase) => {
    const numbers = `${showNumber(a.value(i))} ${sign} ${showTerm(b.value(i))}`;
    const letters = `${term(a, i)} ${sign} ${term(b, i)}`;
    return `${letters === numbers ? "" : `${letters} = `}${numbers} = ${showNumber(y.value(i))}`;
  };

type Elementwise =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "relu"
  | "sigmoid"
  | "tanh"
  | "gelu"
  | "geluTanh"
  | "exp"
  | "log"
  | "sqrt"
  | "square"
  | "negate"
  | "reciprocal"
  | "abs"
  | "pow"
  | "clamp"
  | "where"
  | "maximum"
  | "minimum"
  | "leakyRelu"
  | "elu"
  | "selu"
  | "silu"
  | "softplus"
  | "dropout";

export const elementwise: { readonly [K in Elementwise & OperationName]: Explanation } = {
  add: computes(between("+")),
  sub: computes(between("−")),
  // dx = dz y, dy = dz x
  mul: computes(between("·"), (c) => {
    const [d, other] = [c.dy.value(c.j), c.x[1 - c.k].value(c.j)];
    return gradientIs(c, `dz · ${c.x[1 - c.k].label(c.j)}`, product(d, other), d * other);
  }),
  // dx = dz / y, dy = −dz z / y
  div: computes(between("/"), (c) => {
    const { k, j, x, y, dy } = c;
    const [d, below, z] = [dy.value(j), x[1].value(j), y.value(j)];
    const under = x[1].label(j);
    if (k === 0) return gradientIs(c, `dz / ${under}`, `${showNumber(d)} / ${showTerm(below)}`, d / below);
    return gradientIs(c, `−dz · z / ${under}`, `−${product(d, z)} / ${showTerm(below)}`, (-d * z) / below);
  }),
  relu: keeps,
  sigmoid: keeps,
  tanh: keeps,
  gelu: keeps,
  geluTanh: keeps,
  // dx = dy e^x
  exp: computes(applied("exp"), (c) => {
    const [d, y] = [c.dy.value(c.j), c.y.value(c.j)];
    return gradientIs(c, `dy · exp(${c.x[0].at(c.j)})`, product(d, y), d * y);
  }),
  // dx = dy / x
  log: computes(applied("log"), (c) => {
    const [d, x] = [c.dy.value(c.j), c.x[0].value(c.j)];
    return gradientIs(c, `dy / ${c.x[0].label(c.j)}`, `${showNumber(d)} / ${showTerm(x)}`, d / x);
  }),
  // dx = dy / (2 √x)
  sqrt: computes(applied("sqrt"), (c) => {
    const [d, x] = [c.dy.value(c.j), c.x[0].value(c.j)];
    const part = d / (2 * Math.sqrt(x));
    return gradientIs(
      c,
      `dy / (2 · sqrt(${c.x[0].at(c.j)}))`,
      `${showNumber(d)} / ${showNumber(2 * Math.sqrt(x))}`,
      part,
    );
  }),
  // dx = 2 x dy
  square: computes(
    ({ x: [x], y, i }) => `(${x.at(i)})² = ${showNumber(y.value(i))}`,
    (c) => {
      const [d, x] = [c.dy.value(c.j), c.x[0].value(c.j)];
      return gradientIs(c, `2 · ${c.x[0].label(c.j)} · dy`, `2 · ${product(x, d)}`, 2 * x * d);
    },
  ),
  negate: keeps,
  // dx = −dy / x²
  reciprocal: computes(
    ({ x: [x], y, i }) => `1 / (${x.at(i)}) = ${showNumber(y.value(i))}`,
    (c) => {
      const [d, x] = [c.dy.value(c.j), c.x[0].value(c.j)];
      return gradientIs(c, `−dy / (${c.x[0].label(c.j)})²`, `${showNumber(-d)} / ${showNumber(x * x)}`, -d / (x * x));
    },
  ),
  abs: keeps,
  // dx = p xᵖ⁻¹ dy; the exponent is not an input
  pow: computes(
    ({ x: [x], y, i }) => `(${x.at(i)})ᵖ = ${showNumber(y.value(i))}`,
    (c) =>
      `${c.dx.label(c.j)} = p · (${c.x[0].at(c.j)})ᵖ⁻¹ · ${showTerm(c.dy.value(c.j))} = ${showNumber(c.dx.value(c.j))}`,
  ),
  clamp: keeps,
  where: keeps,
  maximum: keeps,
  minimum: keeps,
  leakyRelu: computes(applied("leakyRelu")),
  elu: computes(applied("elu")),
  selu: computes(applied("selu")),
  silu: keeps,
  softplus: computes(applied("softplus")),
  // an element that stays is divided by 1 − p
  dropout: computes(({ x: [x], y, i }) => `(${x.at(i)}) / (1 − p) = ${showNumber(y.value(i))}`),
};
