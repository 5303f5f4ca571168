// Views: other shapes over the same memory. Nothing is copied forward; backward adds into the places that were picked.
import { engine } from "../engine.ts";
import {
  broadcastStrides,
  dimension,
  forEachRun,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
  stridesOf,
} from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { OperationName } from "./operation.ts";

/** Runs shorter than this are added one by one: a call of a kernel costs more. */
const shortRun = 16;

/** Where the elements of a view lie, given the strides of the tensor it looks at. */
type Place = (strides: readonly number[]) => { readonly strides: readonly number[]; readonly offset: number };

function view(name: OperationName, x: Tensor, shape: Shape, place: Place): Tensor {
  const e = engine();
  const k = e.kernels;
  const output = x.view(shape, place, e.recording && x.requiresGrad);
  e.record(name, [x], output, () => {
    // the gradient is stored row-major whatever the values' own layout is
    const { strides, offset } = place(stridesOf(x.shape));
    const [dx, dy] = [x.gradient(), output.gradient()];
    forEachRun(shape, strides, (to, i, n) => {
      if (n < shortRun) for (let j = 0; j < n; j++) dx.array[offset + to + j] += dy.array[i + j];
      else k.axpy(n, 1, dy.sub(i, n), dx.sub(offset + to, n));
    });
  });
  return output;
}

/** The same values in row-major order with another shape; one size may be −1. Copies only what is not one block. */
export function reshape(x: Tensor, wanted: Shape): Tensor {
  const known = wanted.reduce((n, d) => (d === -1 ? n : n * d), 1);
  const shape = wanted.map((d) => (d === -1 ? x.length / known : d));
  if (
    wanted.filter((d) => d === -1).length > 1 ||
    shape.some((d) => !Number.isInteger(d) || d < 0) ||
    sizeOf(shape) !== x.length
  ) {
    throw engine().error(
      `reshape: ${x.length} elements of shape ${showShape(x.shape)} do not fit into ${showShape(wanted)}`,
    );
  }
  return view("reshape", x.strided ? contiguous(x) : x, shape, () => ({ strides: stridesOf(shape), offset: 0 }));
}

/** The same values as one row-major block; the tensor itself when it is one already. */
export function contiguous(x: Tensor): Tensor {
  if (!x.strided) return x;
  const e = engine();
  const k = e.kernels;
  const packed = x.packedCopy(e.recording && x.requiresGrad);
  e.record("contiguous", [x], packed, () => k.axpy(x.length, 1, packed.gradient(), x.gradient()));
  return packed;
}

/** Exchanges two dimensions: y[…, j, …, i, …] = x[…, i, …, j, …]. */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  const [a, b] = [dimensionOf("transpose", x, dim0), dimensionOf("transpose", x, dim1)];
  const swap = <T>(list: readonly T[]) => list.map((v, i) => (i === a ? list[b] : i === b ? list[a] : v));
  return view("transpose", x, swap(x.shape), (strides) => ({ strides: swap(strides), offset: 0 }));
}

/** Dimensions in another order: `permute(x, [2, 0, 1])` puts the last one first. */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  const order = dims.map((d) => dimensionOf("permute", x, d));
  if (order.length !== x.shape.length || new Set(order).size !== order.length) {
    throw engine().error(
      `permute: ${showShape(dims)} does not name each of the ${x.shape.length} dimensions of ${showShape(x.shape)} once`,
    );
  }
  const pick = (list: readonly number[]) => order.map((d) => list[d]);
  return view("permute", x, pick(x.shape), (strides) => ({ strides: pick(strides), offset: 0 }));
}

/** Elements `start`, `start + step`, … below `end` along one dimension; negative places count from the end. */
export function slice(x: Tensor, dim: number, start = 0, end = Number.POSITIVE_INFINITY, step = 1): Tensor {
  const d = dimensionOf("slice", x, dim);
  const size = x.shape[d];
  const place = (i: number) => Math.max(0, Math.min(size, i < 0 ? i + size : i));
  if (!Number.isInteger(step) || step < 1)
    throw engine().error(`slice: the step must be a whole number of at least 1, but it is ${step}`);
  const first = place(start);
  const length = Math.max(0, Math.ceil((place(end) - first) / step));
  return view("slice", x, replaced(x.shape, d, length), (strides) => ({
    strides: replaced(strides, d, strides[d] * step),
    offset: length === 0 ? 0 : first * strides[d],
  }));
}

/** Elements `start` to `start + length` along one dimension. */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  const d = dimensionOf("narrow", x, dim);
  if (start < 0 || length < 0 || start + length > x.shape[d]) {
    throw engine().error(
      `narrow: elements ${start} to ${start + length} do not lie within dimension ${dim} of shape ${showShape(x.shape)}`,
    );
  }
  return view("narrow", x, replaced(x.shape, d, length), (strides) => ({ strides, offset: start * strides[d] }));
}

/** The slice at one index of one dimension, which disappears. A negative index counts from the end. */
export function select(x: Tensor, dim: number, index: number): Tensor {
  const d = dimensionOf("select", x, dim);
  const i = dimension(index, x.shape[d]);
  if (i === null)
    throw engine().error(`select: index ${index} is outside dimension ${dim} of shape ${showShape(x.shape)}`);
  const without = (list: readonly number[]) => list.filter((_, j) => j !== d);
  return view("select", x, without(x.shape), (strides) => ({ strides: without(strides), offset: i * strides[d] }));
}

/** Repeats x along the dimensions that `shape` adds or widens (NumPy's broadcasting), without copying. */
export function expand(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const added = shape.length - x.shape.length;
  const fits = added >= 0 && x.shape.every((size, i) => size === 1 || size === shape[added + i]);
  if (!fits) throw engine().error(`expand: shape ${showShape(x.shape)} cannot be repeated to ${showShape(shape)}`);
  return view("expand", x, shape, (strides) => ({ strides: broadcastStrides(x.shape, shape, strides), offset: 0 }));
}

/** A new dimension of size 1. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  const d = dimension(dim, x.shape.length + 1);
  if (d === null) throw engine().error(`unsqueeze: a new dimension ${dim} does not fit shape ${showShape(x.shape)}`);
  return reshape(x, [...x.shape.slice(0, d), 1, ...x.shape.slice(d)]);
}

/** Without a dimension of size 1, or without all of them. A dimension of another size stays, as in PyTorch. */
export function squeeze(x: Tensor, dim?: number): Tensor {
  const d = dim === undefined ? null : dimensionOf("squeeze", x, dim);
  const shape = x.shape.filter((size, i) => size !== 1 || (d !== null && i !== d));
  return reshape(x, shape);
}

/** Dimensions `start` to `end` (inclusive) as one. */
export function flatten(x: Tensor, start: number, end: number): Tensor {
  const [a, b] = [dimensionOf("flatten", x, start), dimensionOf("flatten", x, end)];
  if (a > b)
    throw engine().error(`flatten: dimension ${start} comes after dimension ${end} in shape ${showShape(x.shape)}`);
  return reshape(x, [...x.shape.slice(0, a), sizeOf(x.shape.slice(a, b + 1)), ...x.shape.slice(b + 1)]);
}

/** Pieces along one dimension: of equal size (the last may be smaller), or of the sizes given. */
export function split(x: Tensor, sizes: number | readonly number[], dim: number): Tensor[] {
  const d = dimensionOf("split", x, dim);
  const total = x.shape[d];
  const list = typeof sizes === "number" ? equalPieces(total, sizes) : sizes;
  if (list.reduce((a, b) => a + b, 0) !== total || list.some((n) => !Number.isInteger(n) || n < 0)) {
    throw engine().error(
      `split: pieces of ${showShape(list)} do not make up dimension ${dim} of shape ${showShape(x.shape)}`,
    );
  }
  let at = 0;
  return list.map((n) => {
    at += n;
    return narrow(x, d, at - n, n);
  });
}

function equalPieces(total: number, size: number): number[] {
  if (!Number.isInteger(size) || size < 1)
    throw engine().error(`split: the size of a piece must be a whole number of at least 1, but it is ${size}`);
  return Array.from({ length: Math.ceil(total / size) }, (_, i) => Math.min(size, total - i * size));
}

export function dimensionOf(name: string, x: Tensor, dim: number): number {
  const d = dimension(dim, x.shape.length);
  if (d === null) throw engine().error(`${name}: there is no dimension ${dim} in shape ${showShape(x.shape)}`);
  return d;
}

/** The list with one element exchanged. */
function replaced(list: readonly number[], i: number, value: number): number[] {
  return list.map((v, j) => (j === i ? value : v));
}
