// Picking by whole numbers: rows along a dimension, single elements, and the place of the largest.
import { engine } from "../engine.ts";
import { forEachOffset, showShape, sizeOf, stridesOf } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { perform } from "./operation.ts";
import { dimensionOf } from "./views.ts";

/**
 * y[…, i, …] = x[…, index[i], …] along one dimension. dx[…, index[i], …] += dy[…, i, …].
 * @param index `[n]`, whole numbers
 * @throws ModelError naming the index that is out of range
 */
export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  const d = dimensionOf("indexSelect", x, dim);
  const k = engine().kernels;
  const places = checked("indexSelect", index, x.shape[d]);
  if (index.shape.length !== 1)
    throw engine().error(`indexSelect: the index must have one dimension, but its shape is ${showShape(index.shape)}`);
  const [outer, inner] = [sizeOf(x.shape.slice(0, d)), sizeOf(x.shape.slice(d + 1))];
  const values = x.floats;
  const each = (visit: (from: number, to: number) => void) => {
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < places.length; i++)
        visit((o * x.shape[d] + places[i]) * inner, (o * places.length + i) * inner);
    }
  };
  return perform({
    name: "index select",
    inputs: [x, index],
    shape: x.shape.map((size, i) => (i === d ? places.length : size)),
    forward: (y) => each((from, to) => k.copy(inner, values.sub(from, inner), y.sub(to, inner))),
    backward: (dy) => {
      const dx = x.gradient();
      each((from, to) => k.axpy(inner, 1, dy.sub(to, inner), dx.sub(from, inner)));
    },
  });
}

/**
 * y[i, j, …] = x[index[i, j, …], j, …] along the dimension given (PyTorch's gather). dx gets dy where it was read.
 * @param index whole numbers, of x's rank, no longer than x in the other dimensions; its shape is the result's
 */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  const d = dimensionOf("gather", x, dim);
  if (index.shape.length !== x.shape.length || index.shape.some((size, i) => i !== d && size > x.shape[i])) {
    throw engine().error(
      `gather: the index of shape ${showShape(index.shape)} does not fit into shape ${showShape(x.shape)}`,
    );
  }
  const places = checked("gather", index, x.shape[d]);
  const strides = stridesOf(x.shape);
  const others = strides.map((s, i) => (i === d ? 0 : s));
  const values = x.floats.array;
  const each = (visit: (from: number, to: number) => void) =>
    forEachOffset(index.shape, others, (offset, i) => visit(offset + places[i] * strides[d], i));
  return perform({
    name: "gather",
    inputs: [x, index],
    shape: index.shape,
    forward: (y) => {
      each((from, to) => {
        y.array[to] = values[from];
      });
    },
    backward: (dy) => {
      const dx = x.gradient().array;
      each((from, to) => {
        dx[from] += dy.array[to];
      });
    },
  });
}

/**
 * x with the elements of `source` added at the places that `index` names along one dimension (PyTorch's scatter_add, but the
 * result is a new tensor). dx = dy, dsource = dy where it was added.
 */
export function scatterAdd(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const d = dimensionOf("scatterAdd", x, dim);
  const fits =
    index.shape.length === x.shape.length &&
    index.shape.every((size, i) => size <= source.shape[i] && (i === d || size <= x.shape[i]));
  if (!fits) {
    throw engine().error(
      `scatterAdd: the index of shape ${showShape(index.shape)} does not fit the tensor ${showShape(x.shape)} and the source ${showShape(source.shape)}`,
    );
  }
  const k = engine().kernels;
  const places = checked("scatterAdd", index, x.shape[d]);
  const strides = stridesOf(x.shape);
  const others = strides.map((s, i) => (i === d ? 0 : s));
  const sourceStrides = stridesOf(source.shape);
  const from: number[] = [];
  forEachOffset(index.shape, sourceStrides, (offset) => {
    from.push(offset);
  });
  const each = (visit: (to: number, from: number) => void) =>
    forEachOffset(index.shape, others, (offset, i) => visit(offset + places[i] * strides[d], from[i]));
  const [values, added] = [x.floats, source.floats.array];
  return perform({
    name: "scatter add",
    inputs: [x, index, source],
    shape: x.shape,
    forward: (y) => {
      k.copy(x.length, values, y);
      each((to, at) => {
        y.array[to] += added[at];
      });
    },
    backward: (dy) => {
      if (x.requiresGrad) k.axpy(x.length, 1, dy, x.gradient());
      if (!source.requiresGrad) return;
      const ds = source.gradient().array;
      each((to, at) => {
        ds[at] += dy.array[to];
      });
    },
  });
}

/** Place of the largest element along one dimension (the first, when several are equal), as whole numbers. */
export function argmax(x: Tensor, dim: number): Tensor {
  const e = engine();
  const d = dimensionOf("argmax", x, dim);
  const [outer, n, inner] = [sizeOf(x.shape.slice(0, d)), x.shape[d], sizeOf(x.shape.slice(d + 1))];
  const out = e.kernels.memory.ints(outer * inner, !e.iterating);
  const values = x.floats.array;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let best = 0;
      for (let j = 1; j < n; j++) if (values[(o * n + j) * inner + i] > values[(o * n + best) * inner + i]) best = j;
      out.array[o * inner + i] = best;
    }
  }
  return new Tensor(
    out,
    x.shape.filter((_, i) => i !== d),
    { persistent: !e.iterating },
  );
}

/** Largest or smallest along one dimension; the first of equal ones gets the gradient, as PyTorch's max(dim). */
export function extremeAlong(name: "max" | "min", x: Tensor, dim: number): Tensor {
  const d = dimensionOf(name, x, dim);
  const at = argmax(name === "max" ? x.detach() : engine().noGrad(() => x.detach().neg()), d);
  const index = at.reshape(...x.shape.map((size, i) => (i === d ? 1 : size)));
  return gather(x, d, index).squeeze(d);
}

function checked(name: string, index: Tensor, size: number): Int32Array {
  const { array } = index.ints;
  for (let i = 0; i < index.length; i++) {
    if (array[i] < 0 || array[i] >= size) {
      throw engine().error(
        `${name}: index ${array[i]} at position ${i} is out of range; the dimension has ${size} elements`,
      );
    }
  }
  return array.subarray(0, index.length);
}
