// Taking and writing elements of tensors: PyTorch's indices to read, and assignment with its checks of shape and range.
import { Tensor } from "../../../training/engine.ts";
import { formatNumber, formatShape } from "../format.ts";

/**
 * `x[i, j]`: a number when every dimension has an index, else the slice of the rest, which shares the tensor's memory.
 * @throws Error naming the shape when an index is no whole number or out of range, or there are too many
 */
export function elementAt(x: Tensor, indices: readonly unknown[]): Tensor | number {
  const { shape } = x;
  if (indices.length > shape.length) {
    throw new Error(`${indices.length} indices are too many for a tensor of shape ${formatShape(shape)}`);
  }
  let slice = x;
  for (const [dim, index] of indices.entries()) slice = slice.select(0, wholeIndex(index, dim, shape));
  return slice.shape.length === 0 ? slice.item() : slice;
}

/** The i-th slice along the first dimension, as a number when it is one. */
export function rowOf(x: Tensor, i: number): Tensor | number {
  return elementAt(x, [i]);
}

/**
 * Writes a number into all elements, or a tensor or nested arrays of the same shape into this one's place.
 * @param name for error messages
 * @throws Error naming both shapes, or the value that does not fit; then nothing has been written
 */
export function assignTensor(x: Tensor, value: unknown, name: string): void {
  const numbers = typeof value === "number" ? new Array<number>(x.length).fill(value) : numbersOf(value, x, name);
  for (const number of numbers) checkNumber(number, x.dtype, name);
  write(x, numbers);
}

/** The tensor whose memory a copy of one timestep was taken from; any other tensor is its own. */
export function sourceOf(tensor: Tensor): Tensor {
  return tensor instanceof TimestepSlice ? tensor.source : tensor;
}

/** One timestep `[batch, features]` of a `[batch, time, features]` tensor, with its gradient, as a copy. */
export function atTimestep(x: Tensor, t: number): Tensor {
  return new TimestepSlice(x, t);
}

/** A copy of one timestep that knows its gradient too, so that `h_t.grad` reads as it does for any tensor. */
class TimestepSlice extends Tensor {
  constructor(
    private readonly whole: Tensor,
    private readonly t: number,
  ) {
    const slice = whole.select(1, t);
    super(slice.floats, slice.shape);
  }

  get source(): Tensor {
    return this.whole.select(1, this.t);
  }

  override get grad(): Tensor | null {
    const { grad } = this.whole;
    return grad === null ? null : grad.select(1, this.t);
  }
}

/** @throws Error when the type holds no such number */
function checkNumber(x: number, dtype: Tensor["dtype"], name: string): void {
  if (dtype === "int32") {
    if (Number.isInteger(x) && x >= -(2 ** 31) && x < 2 ** 31) return;
    throw new Error(`${name} holds whole numbers (int32), so ${x} does not fit`);
  }
  // NaN and infinities are values too: somebody may want to see where they go
  if (dtype === "float64" || !Number.isFinite(x) || Number.isFinite(Math.fround(x))) return;
  throw new Error(`${name} holds float32, whose largest number is 3.403e+38, so ${formatNumber(x)} does not fit`);
}

function numbersOf(value: unknown, x: Tensor, name: string): readonly number[] {
  const wanted = `${name} has shape ${formatShape(x.shape)}`;
  if (!(value instanceof Tensor) && !Array.isArray(value)) {
    throw new Error(`${wanted}, so it takes a number, a tensor or nested arrays of that shape, not ${kindOf(value)}`);
  }
  const shape = value instanceof Tensor ? value.shape : shapeOf(value);
  const single = value instanceof Tensor && value.length === 1;
  if (!single && (shape === null || shape.join() !== x.shape.join())) {
    const found = shape === null ? "are nested arrays of unequal lengths" : `has shape ${formatShape(shape)}`;
    throw new Error(`${wanted}, but the value ${found}`);
  }
  if (single) return new Array<number>(x.length).fill(value.item());
  const numbers: unknown[] = value instanceof Tensor ? value.toFlatArray() : value.flat(Number.POSITIVE_INFINITY);
  return numbers.map((number) => {
    if (typeof number === "number") return number;
    throw new Error(`${wanted} and holds numbers, but the value holds ${kindOf(number)}`);
  });
}

/** Shape of nested arrays, or null when they are ragged. */
function shapeOf(value: unknown): number[] | null {
  if (!Array.isArray(value)) return [];
  const shapes = value.map(shapeOf);
  const [first = []] = shapes;
  if (first === null || shapes.some((shape) => shape?.join() !== first.join())) return null;
  return [value.length, ...first];
}

/** In row-major order, also where a view picks its elements out of a larger tensor. */
function write(x: Tensor, numbers: readonly number[]): void {
  if (x.dtype === "int32") {
    if (x.strided) throw new Error("this view of whole numbers is a copy; change the tensor that it was taken from");
    x.ints.array.set(numbers);
    return;
  }
  const { buffer, strides } = x.memory;
  const { array } = buffer;
  const place = (dim: number, from: number, to: number, size: number): void => {
    if (dim === x.shape.length) {
      array[to] = numbers[from];
      return;
    }
    const step = size / x.shape[dim];
    for (let i = 0; i < x.shape[dim]; i++) place(dim + 1, from + i * step, to + i * strides[dim], step);
  };
  if (x.length > 0) place(0, 0, 0, x.length);
  // operations that come read the row-major copy of a view, when it has been made already
  if (x.strided) x.floats.array.set(numbers);
}

function wholeIndex(index: unknown, dim: number, shape: readonly number[]): number {
  const size = shape[dim];
  if (typeof index === "number" && Number.isInteger(index) && index >= -size && index < size) return index;
  const where = `dimension ${dim} of shape ${formatShape(shape)}`;
  if (typeof index === "number" && Number.isInteger(index)) {
    throw new Error(`index ${index} is out of range for ${where}: it goes from ${-size} to ${size - 1}`);
  }
  throw new Error(`an index of ${where} must be a whole number, but is ${kindOf(index)}`);
}

function kindOf(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" ? `an object (${value.constructor.name})` : `a ${typeof value}`;
}
