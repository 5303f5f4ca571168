// Joining tensors: concatenation along a dimension, and along a new one.
import { engine } from "../engine.ts";
import { showShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { perform } from "./operation.ts";
import { dimensionOf, unsqueeze } from "./views.ts";

/** Joins tensors along one dimension; all other sizes must agree. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  if (tensors.length === 0) throw engine().error("cat: there is no tensor to join");
  const k = engine().kernels;
  const [first] = tensors;
  const d = dimensionOf("cat", first, dim);
  for (const t of tensors) {
    if (t.shape.length !== first.shape.length || t.shape.some((size, i) => i !== d && size !== first.shape[i])) {
      throw engine().error(
        `cat: shapes ${showShape(first.shape)} and ${showShape(t.shape)} differ outside dimension ${dim}`,
      );
    }
  }
  const total = tensors.reduce((n, t) => n + t.shape[d], 0);
  const outer = sizeOf(first.shape.slice(0, d));
  const inner = sizeOf(first.shape.slice(d + 1));
  const parts = tensors.map((t) => ({ tensor: t, values: t.floats, n: t.shape[d] * inner }));
  return perform({
    name: "cat",
    inputs: tensors,
    shape: first.shape.map((size, i) => (i === d ? total : size)),
    forward: (y) => {
      for (let o = 0, at = 0; o < outer; o++) {
        for (const { values, n } of parts) {
          k.copy(n, values.sub(o * n, n), y.sub(at, n));
          at += n;
        }
      }
    },
    backward: (dy) => {
      for (let o = 0, at = 0; o < outer; o++) {
        for (const { tensor, n } of parts) {
          if (tensor.requiresGrad) k.axpy(n, 1, dy.sub(at, n), tensor.gradient().sub(o * n, n));
          at += n;
        }
      }
    },
  });
}

/** Joins tensors of equal shape along a new dimension. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return cat(
    tensors.map((t) => unsqueeze(t, dim)),
    dim,
  );
}
