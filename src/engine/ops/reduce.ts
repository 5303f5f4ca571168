// Reductions: sums, means, extremes, norms, and softmax, which is one in spirit.
import { engine } from "../engine.ts";
import { dimension, type Shape, showShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { perform } from "./operation.ts";

/** Σ over one dimension or over all. dx = dy, repeated. */
export function sum(x: Tensor, dim: number | undefined, keepdim: boolean): Tensor {
  return weightedSum("sum", x, dim, keepdim, () => 1);
}

/** Mean over one dimension or over all. dx = dy / n, repeated. */
export function mean(x: Tensor, dim: number | undefined, keepdim: boolean): Tensor {
  return weightedSum("mean", x, dim, keepdim, (n) => 1 / n);
}

/** The tensor seen as [outer, n, inner] around the dimension that is reduced. */
interface Split {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
  readonly shape: Shape;
}

function split(name: string, x: Tensor, dim: number | undefined, keepdim: boolean): Split {
  if (dim === undefined) return { outer: 1, n: x.length, inner: 1, shape: keepdim ? x.shape.map(() => 1) : [] };
  const d = dimension(dim, x.shape.length);
  if (d === null) throw engine().error(`${name}: there is no dimension ${dim} in shape ${showShape(x.shape)}`);
  const [before, after] = [x.shape.slice(0, d), x.shape.slice(d + 1)];
  return {
    outer: sizeOf(before),
    n: x.shape[d],
    inner: sizeOf(after),
    shape: [...before, ...(keepdim ? [1] : []), ...after],
  };
}

function weightedSum(
  name: "sum" | "mean",
  x: Tensor,
  dim: number | undefined,
  keepdim: boolean,
  weight: (n: number) => number,
): Tensor {
  const k = engine().kernels;
  const { outer, n, inner, shape } = split(name, x, dim, keepdim);
  const values = x.floats;
  const w = weight(n);
  return perform({
    name,
    inputs: [x],
    shape,
    accumulates: inner !== 1,
    forward: (y) => {
      for (let o = 0; o < outer; o++) {
        if (inner === 1) y.array[o] = w * k.sum(n, values.sub(o * n, n));
        else {
          const row = y.sub(o * inner, inner);
          k.sumRows(n, inner, values.sub(o * n * inner, n * inner), inner, row);
          k.scale(inner, w, row, row);
        }
      }
    },
    backward: (dy) => {
      const [dx, d] = [x.gradient().array, dy.array];
      for (let o = 0; o < outer; o++) {
        if (inner === 1) {
          const share = w * d[o];
          for (let j = o * n; j < (o + 1) * n; j++) dx[j] += share;
          continue;
        }
        for (let j = 0; j < n; j++) {
          for (let i = 0; i < inner; i++) dx[(o * n + j) * inner + i] += w * d[o * inner + i];
        }
      }
    },
  });
}

/** Largest or smallest of all elements; NaN when one is. Equal ones share the gradient: dx_i = dy [x_i = y] / #{x = y}. */
export function extreme(name: "max" | "min", x: Tensor): Tensor {
  const values = x.floats;
  if (x.length === 0) throw engine().error(`${name}: the tensor of shape ${showShape(x.shape)} is empty`);
  return perform({
    name,
    inputs: [x],
    shape: [],
    forward: (y) => {
      let best = values.array[0];
      for (let i = 1; i < x.length; i++) {
        const v = values.array[i];
        if ((name === "max" ? v > best : v < best) || Number.isNaN(v)) best = v;
        if (Number.isNaN(best)) break;
      }
      y.array[0] = best;
    },
    backward: (dy, y) => {
      const dx = x.gradient().array;
      const best = y.array[0];
      let ties = 0;
      for (let i = 0; i < x.length; i++) if (values.array[i] === best) ties++;
      for (let i = 0; i < x.length; i++) if (values.array[i] === best) dx[i] += dy.array[0] / ties;
    },
  });
}

/** y = √Σx². dx = dy x / y, and 0 where y = 0. */
export function norm(x: Tensor): Tensor {
  const k = engine().kernels;
  const values = x.floats;
  return perform({
    name: "norm",
    inputs: [x],
    shape: [],
    forward: (y) => {
      y.array[0] = Math.sqrt(k.sumSquares(x.length, values));
    },
    backward: (dy, y) => {
      if (y.array[0] !== 0) k.axpy(x.length, dy.array[0] / y.array[0], values, x.gradient());
    },
  });
}

/** p = softmax(x) over the last dimension. dx = p ⊙ (dp − Σ_j dp_j p_j). */
export function softmax(x: Tensor): Tensor {
  const k = engine().kernels;
  const values = x.floats;
  const n = x.shape.at(-1) ?? 1;
  const m = n === 0 ? 0 : x.length / n;
  return perform({
    name: "softmax",
    inputs: [x],
    shape: x.shape,
    forward: (p) => k.softmaxRows(m, n, values, p),
    backward: (dp, p) => k.softmaxRowsBackward(m, n, p, dp, x.gradient()),
  });
}
