// Operations that choose between values: comparisons, where, clamp, maximum, powers. Gradients go to what was chosen.
import { filled } from "../create.ts";
import { engine } from "../engine.ts";
import { broadcastShape, type Shape, sameShape, showShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { perform } from "./operation.ts";
import { expand } from "./views.ts";

export type Comparison = "gt" | "ge" | "lt" | "le" | "eq" | "ne";

const holds: { readonly [K in Comparison]: (x: number, y: number) => boolean } = {
  gt: (x, y) => x > y,
  ge: (x, y) => x >= y,
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
};

/** 1 where x ∘ y holds and 0 elsewhere, by broadcasting. Has no gradient. */
export function compare(op: Comparison, x: Tensor, operand: Tensor | number): Tensor {
  const e = engine();
  const [a, b] = together(op, [x, toTensor(operand)]);
  const [p, q] = [valuesOf(a), valuesOf(b)];
  const out = e.kernels.memory.floats(a.length, !e.iterating);
  for (let i = 0; i < a.length; i++) out.array[i] = holds[op](p[i], q[i]) ? 1 : 0;
  return new Tensor(out, a.shape, { persistent: !e.iterating });
}

/** y = x where the condition is not 0, else the other. dx = dy [c ≠ 0], dother = dy [c = 0]. */
export function where(condition: Tensor, x: Tensor | number, other: Tensor | number): Tensor {
  const [c, a, b] = together("where", [condition, toTensor(x), toTensor(other)]);
  const chosen = valuesOf(c);
  const [p, q] = [a.floats, b.floats];
  return perform({
    name: "where",
    inputs: [c, a, b],
    shape: c.shape,
    forward: (y) => {
      for (let i = 0; i < c.length; i++) y.array[i] = chosen[i] !== 0 ? p.array[i] : q.array[i];
    },
    backward: (dy) => {
      for (const [t, takes] of [
        [a, true],
        [b, false],
      ] as const) {
        if (!t.requiresGrad) continue;
        const dx = t.gradient().array;
        for (let i = 0; i < c.length; i++) if ((chosen[i] !== 0) === takes) dx[i] += dy.array[i];
      }
    },
  });
}

/** The larger (smaller) of two; where they are equal each gets half of the gradient, as in PyTorch. NaN wins. */
export function extremum(name: "maximum" | "minimum", x: Tensor, operand: Tensor | number): Tensor {
  const [a, b] = together(name, [x, toTensor(operand)]);
  const [p, q] = [a.floats.array, b.floats.array];
  const pick = name === "maximum" ? Math.max : Math.min;
  return perform({
    name,
    inputs: [a, b],
    shape: a.shape,
    forward: (y) => {
      for (let i = 0; i < a.length; i++) y.array[i] = pick(p[i], q[i]);
    },
    backward: (dy, y) => {
      for (const [t, own, rival] of [
        [a, p, q],
        [b, q, p],
      ] as const) {
        if (!t.requiresGrad) continue;
        const dx = t.gradient().array;
        for (let i = 0; i < a.length; i++)
          if (own[i] === y.array[i]) dx[i] += own[i] === rival[i] ? dy.array[i] / 2 : dy.array[i];
      }
    },
  });
}

/** y = x within [low, high], else the bound. dx = dy where low ≤ x ≤ high, bounds included, as in PyTorch. */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  const values = x.floats.array;
  return perform({
    name: "clamp",
    inputs: [x],
    shape: x.shape,
    forward: (y) => {
      for (let i = 0; i < x.length; i++) y.array[i] = Math.min(Math.max(values[i], low), high);
    },
    backward: (dy) => {
      const dx = x.gradient().array;
      for (let i = 0; i < x.length; i++) if (values[i] >= low && values[i] <= high) dx[i] += dy.array[i];
    },
  });
}

/** y = xᵖ for a constant p. dx = p xᵖ⁻¹ dy, and 0 for p = 0. */
export function pow(x: Tensor, p: number): Tensor {
  const values = x.floats.array;
  return perform({
    name: "pow",
    inputs: [x],
    shape: x.shape,
    forward: (y) => {
      for (let i = 0; i < x.length; i++) y.array[i] = values[i] ** p;
    },
    backward: (dy) => {
      if (p === 0) return;
      const dx = x.gradient().array;
      for (let i = 0; i < x.length; i++) dx[i] += p * values[i] ** (p - 1) * dy.array[i];
    },
  });
}

/** All tensors in the shape that they broadcast to. @throws ModelError with every shape */
function together(name: string, tensors: readonly Tensor[]): Tensor[] {
  const shape = tensors.reduce<Shape | null>(
    (s, t) => s && (sameShape(s, t.shape) ? s : broadcastShape(s, t.shape)),
    [],
  );
  if (shape === null) {
    throw engine().error(`${name}: shapes ${tensors.map((t) => showShape(t.shape)).join(" and ")} do not broadcast`);
  }
  return tensors.map((t) => expand(t, shape));
}

function toTensor(operand: Tensor | number): Tensor {
  return operand instanceof Tensor ? operand : filled([], () => operand);
}

/** Values as numbers, of whole numbers too. */
function valuesOf(t: Tensor): ArrayLike<number> {
  return t.dtype === "int32" ? t.ints.array : t.floats.array;
}
