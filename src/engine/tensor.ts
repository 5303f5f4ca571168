// Tensors: numbers in the engine's memory with a shape and a gradient; the methods are PyTorch's in camelCase.
import { engine } from "./engine.ts";
import type { FloatBuffer, IntBuffer } from "./kernels/kernels.ts";
import * as choose from "./ops/choose.ts";
import * as elementwise from "./ops/elementwise.ts";
import * as gather from "./ops/gather.ts";
import { matmul } from "./ops/matmul.ts";
import * as reduce from "./ops/reduce.ts";
import * as views from "./ops/views.ts";
import { forEachRun, isDense, type Shape, showShape, sizeOf, stridesOf } from "./shape.ts";

/** Nested arrays of numbers, as deep as the tensor has dimensions. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** What a binary operation takes beside a tensor. */
export type Operand = Tensor | number;

/** Where the elements of a view lie in the buffer that it shares. */
interface Layout {
  readonly offset: number;
  readonly strides: readonly number[];
}

/**
 * Numbers with a shape, row-major; a view shares another tensor's memory. Values that a training computes live until their
 * iteration ends; parameters, data and optimizer state are persistent.
 */
export class Tensor {
  readonly length: number;
  private readonly generation: number;
  private gradientBuffer: FloatBuffer | null = null;
  /** Is the gradient zero, whatever its buffer still holds? */
  private cleared = false;
  /** Gradient memory from before this tensor was frozen. */
  private sparedBuffer: FloatBuffer | null = null;
  /** Row-major copy of a view that is not stored as one block, made when an operation first needs it. */
  private packed: FloatBuffer | IntBuffer | null = null;
  private readonly layout: Layout | null;

  constructor(
    private readonly buffer: FloatBuffer | IntBuffer,
    readonly shape: Shape,
    options: { readonly requiresGrad?: boolean; readonly persistent?: boolean; readonly layout?: Layout } = {},
  ) {
    this.length = sizeOf(shape);
    this.generation = options.persistent ? -1 : engine().generation;
    this.trainable = options.requiresGrad ?? false;
    this.layout = options.layout ?? null;
  }

  private trainable: boolean;

  /** Does backward compute ∂L/∂(this)? */
  get requiresGrad(): boolean {
    return this.trainable;
  }

  set requiresGrad(value: boolean) {
    this.trainable = value;
    if (value || this.gradientBuffer === null) return;
    // persistent memory cannot be given back, so it waits for the day when the parameter is trained again
    if (this.persistent) this.sparedBuffer = this.gradientBuffer;
    this.gradientBuffer = null;
  }

  get persistent(): boolean {
    return this.generation === -1;
  }

  /** False once its iteration has ended and its memory has been given to others. */
  get alive(): boolean {
    return this.generation === -1 || this.generation === engine().generation;
  }

  get dtype(): "float32" | "float64" | "int32" {
    return isInts(this.buffer) ? "int32" : engine().kernels.dtype;
  }

  /** The values as floats. @throws ModelError when they are whole numbers (tokens, classes) or of an ended iteration. */
  get floats(): FloatBuffer {
    this.assertAlive();
    const buffer = this.dense();
    if (isInts(buffer)) {
      throw engine().error(
        `this operation computes with real numbers, but the tensor of shape ${showShape(this.shape)} holds whole numbers (tokens or classes); look them up in an nn.Embedding first`,
      );
    }
    return buffer;
  }

  /** The values as whole numbers. @throws ModelError when they are real numbers or of an ended iteration. */
  get ints(): IntBuffer {
    this.assertAlive();
    const buffer = this.dense();
    if (!isInts(buffer)) {
      throw engine().error(
        `this operation needs whole numbers (tokens or classes), but the tensor of shape ${showShape(this.shape)} holds real numbers`,
      );
    }
    return buffer;
  }

  /** The memory that the values lie in, for who copies it as it is; a view's is that of the tensor it looks at. */
  get storage(): FloatBuffer | IntBuffer {
    return this.buffer;
  }

  get hasGradient(): boolean {
    return this.gradientBuffer !== null;
  }

  /** The buffer that backward adds ∂L/∂(this) to; zero at its first use. */
  gradient(): FloatBuffer {
    const { buffer, accumulate } = this.gradientTarget();
    if (!accumulate) engine().kernels.fill(this.length, buffer, 0);
    return buffer;
  }

  /** The same buffer for an operation that writes all of it: it need not add while `accumulate` is false. */
  gradientTarget(): { readonly buffer: FloatBuffer; readonly accumulate: boolean } {
    const accumulate = this.gradientBuffer !== null && !this.cleared;
    this.cleared = false;
    this.gradientBuffer ??= this.sparedBuffer ?? engine().kernels.memory.empty(this.length, this.persistent);
    this.sparedBuffer = null;
    return { buffer: this.gradientBuffer, accumulate };
  }

  /** ∂L/∂(this) as far as backward has come; to read only. Null while backward has not reached it. */
  gradientSoFar(): FloatBuffer | null {
    const buffer = this.gradientBuffer;
    if (buffer === null) return null;
    const { kernels, owed } = engine();
    // it stays cleared: whether somebody has looked must not decide how backward goes on
    if (this.cleared) kernels.fill(this.length, buffer, 0);
    return owed.get(this)?.sum(buffer) ?? buffer;
  }

  /** ∂L/∂(this) with this tensor's shape, or null while backward has not reached it. */
  get grad(): Tensor | null {
    const gradient = this.gradientSoFar();
    if (gradient === null) return null;
    return new Tensor(gradient, this.shape, { persistent: gradient === this.gradientBuffer && this.persistent });
  }

  /** Sets the gradient to zero; it keeps its memory, which is overwritten when somebody needs it. */
  zeroGrad(): void {
    this.cleared = true;
  }

  /** For a snapshot: where the gradient's numbers lie, null when it has none or is zero, and what brings the rest back. */
  saveGradient(): { readonly numbers: FloatBuffer | null; readonly restore: () => void } {
    const { gradientBuffer, cleared, trainable } = this;
    return {
      numbers: cleared ? null : gradientBuffer,
      restore: () => {
        // there is one memory for it at most; what had none then keeps it for its next use
        if (gradientBuffer === null) this.sparedBuffer = this.gradientBuffer ?? this.sparedBuffer;
        else this.sparedBuffer = null;
        this.gradientBuffer = gradientBuffer;
        this.cleared = cleared;
        this.trainable = trainable;
      },
    };
  }

  /** The same values, out of the graph: no gradient flows through. */
  detach(): Tensor {
    return this.view(this.shape, (strides) => ({ strides, offset: 0 }), false);
  }

  /** The value of a tensor with one element. */
  item(): number {
    if (this.length !== 1) throw engine().error(`item() needs one element, but the shape is ${showShape(this.shape)}`);
    this.assertAlive();
    return this.dense().get(0);
  }

  /**
   * Another shape over the same memory: `place` says where its elements lie, given the strides of this tensor's. Operations
   * use it; it records nothing.
   */
  view(shape: Shape, place: (strides: readonly number[]) => Layout, requiresGrad: boolean): Tensor {
    this.assertAlive();
    const { persistent } = this;
    const { strides, offset } = place(this.layout?.strides ?? stridesOf(this.shape));
    const start = offset + (this.layout?.offset ?? 0);
    if (isDense(shape, strides)) {
      return new Tensor(this.buffer.sub(start, sizeOf(shape)), shape, { requiresGrad, persistent });
    }
    return new Tensor(this.buffer, shape, { requiresGrad, persistent, layout: { strides, offset: start } });
  }

  /** This tensor's values as one row-major block, sharing memory with the copy that operations use. Records nothing. */
  packedCopy(requiresGrad: boolean): Tensor {
    return new Tensor(this.dense(), this.shape, { requiresGrad, persistent: this.persistent });
  }

  /** Offset and strides in the shared memory, for operations that can read a strided matrix as it is. */
  get memory(): { readonly buffer: FloatBuffer; readonly strides: readonly number[] } {
    this.assertAlive();
    if (this.layout === null || isInts(this.buffer)) return { buffer: this.floats, strides: stridesOf(this.shape) };
    const { offset, strides } = this.layout;
    return { buffer: this.buffer.sub(offset, this.buffer.length - offset), strides };
  }

  /** Is this a view whose elements are not stored as one row-major block? */
  get strided(): boolean {
    return this.layout !== null;
  }

  /** The values as nested arrays. */
  toArray(): NestedNumbers {
    this.assertAlive();
    const { array } = this.dense();
    const build = (dim: number, start: number): NestedNumbers => {
      if (dim === this.shape.length) return array[start];
      const step = sizeOf(this.shape.slice(dim + 1));
      return Array.from({ length: this.shape[dim] }, (_, i) => build(dim + 1, start + i * step));
    };
    return build(0, 0);
  }

  /** A copy of the values in row-major order. */
  toFlatArray(): number[] {
    this.assertAlive();
    return Array.from(this.dense().array.subarray(0, this.length));
  }

  /** Gradient of this scalar with respect to everything it depends on. */
  backward(): void {
    engine().backward(this);
  }

  add(other: Operand): Tensor {
    return elementwise.binary("add", this, other);
  }
  sub(other: Operand): Tensor {
    return elementwise.binary("sub", this, other);
  }
  mul(other: Operand): Tensor {
    return elementwise.binary("mul", this, other);
  }
  div(other: Operand): Tensor {
    return elementwise.binary("div", this, other);
  }
  neg(): Tensor {
    return elementwise.unary("negate", this);
  }
  exp(): Tensor {
    return elementwise.unary("exp", this);
  }
  log(): Tensor {
    return elementwise.unary("log", this);
  }
  sqrt(): Tensor {
    return elementwise.unary("sqrt", this);
  }
  square(): Tensor {
    return elementwise.unary("square", this);
  }
  reciprocal(): Tensor {
    return elementwise.unary("reciprocal", this);
  }
  abs(): Tensor {
    return elementwise.unary("abs", this);
  }
  relu(): Tensor {
    return elementwise.unary("relu", this);
  }
  sigmoid(): Tensor {
    return elementwise.unary("sigmoid", this);
  }
  tanh(): Tensor {
    return elementwise.unary("tanh", this);
  }
  gelu(options: { readonly approximate?: "none" | "tanh" } = {}): Tensor {
    return elementwise.unary(options.approximate === "tanh" ? "geluTanh" : "gelu", this);
  }
  /** Softmax over the last dimension. */
  softmax(): Tensor {
    return reduce.softmax(this);
  }

  /** xᵖ for a constant p. */
  pow(p: number): Tensor {
    return choose.pow(this, p);
  }
  /** Values below `low` or above `high` become that bound. */
  clamp(low: number, high = Number.POSITIVE_INFINITY): Tensor {
    return choose.clamp(this, low, high);
  }
  /** The larger of two, element by element; equal ones share the gradient. */
  maximum(other: Operand): Tensor {
    return choose.extremum("maximum", this, other);
  }
  /** The smaller of two, element by element; equal ones share the gradient. */
  minimum(other: Operand): Tensor {
    return choose.extremum("minimum", this, other);
  }
  /** 1 where the comparison holds, 0 elsewhere; without a gradient. */
  gt(other: Operand): Tensor {
    return choose.compare("gt", this, other);
  }
  ge(other: Operand): Tensor {
    return choose.compare("ge", this, other);
  }
  lt(other: Operand): Tensor {
    return choose.compare("lt", this, other);
  }
  le(other: Operand): Tensor {
    return choose.compare("le", this, other);
  }
  eq(other: Operand): Tensor {
    return choose.compare("eq", this, other);
  }
  ne(other: Operand): Tensor {
    return choose.compare("ne", this, other);
  }
  /** This tensor with `value` wherever the mask is not 0. */
  maskedFill(mask: Tensor, value: number): Tensor {
    return choose.where(mask, value, this);
  }
  /** Rows along one dimension, by their numbers. */
  indexSelect(dim: number, index: Tensor): Tensor {
    return gather.indexSelect(this, dim, index);
  }
  /** Single elements along one dimension, by their places. */
  gather(dim: number, index: Tensor): Tensor {
    return gather.gather(this, dim, index);
  }
  /** This tensor with the source's elements added at the places given along one dimension. */
  scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor {
    return gather.scatterAdd(this, dim, index, source);
  }

  /** Matrix product over the last two dimensions, leading ones broadcast: `[…, m, k] · […, k, n] → […, m, n]`. */
  matmul(other: Tensor): Tensor {
    return matmul(this, other);
  }

  /** Sum over one dimension, or over all of them. */
  sum(dim?: number, options: { readonly keepdim?: boolean } = {}): Tensor {
    return reduce.sum(this, dim, options.keepdim ?? false);
  }
  /** Mean over one dimension, or over all of them. */
  mean(dim?: number, options: { readonly keepdim?: boolean } = {}): Tensor {
    return reduce.mean(this, dim, options.keepdim ?? false);
  }
  /** Largest element (equal ones share the gradient), or the largest along one dimension (the first gets it). */
  max(dim?: number): Tensor {
    return dim === undefined ? reduce.extreme("max", this) : gather.extremeAlong("max", this, dim);
  }
  /** Smallest element (equal ones share the gradient), or the smallest along one dimension (the first gets it). */
  min(dim?: number): Tensor {
    return dim === undefined ? reduce.extreme("min", this) : gather.extremeAlong("min", this, dim);
  }
  /** Place of the largest element along one dimension, as whole numbers. */
  argmax(dim: number): Tensor {
    return gather.argmax(this, dim);
  }
  /** Euclidean norm √Σx²; its gradient at zero is 0. */
  norm(): Tensor {
    return reduce.norm(this);
  }
  /** Standard deviation over all elements with n − 1 in the denominator, as PyTorch's default. */
  std(): Tensor {
    const d = this.sub(this.mean());
    return d
      .square()
      .sum()
      .div(this.length - 1)
      .sqrt();
  }

  /** The same values in another shape; one size may be −1. */
  reshape(...shape: number[]): Tensor {
    return views.reshape(this, shape);
  }
  /** Dimensions in another order. */
  permute(...dims: number[]): Tensor {
    return views.permute(this, dims);
  }
  /** This tensor repeated to a larger shape by broadcasting, without copying. */
  expand(...shape: number[]): Tensor {
    return views.expand(this, shape);
  }
  /** A new dimension of size 1. */
  unsqueeze(dim: number): Tensor {
    return views.unsqueeze(this, dim);
  }
  /** Without one dimension of size 1, or without all of them. */
  squeeze(dim?: number): Tensor {
    return views.squeeze(this, dim);
  }
  /** Dimensions `start` to `end` (inclusive) as one. */
  flatten(start = 0, end = -1): Tensor {
    return views.flatten(this, start, end);
  }
  /** Elements `start` (inclusive) to `end` (exclusive) along one dimension, every `step`-th. */
  slice(dim: number, start?: number, end?: number, step?: number): Tensor {
    return views.slice(this, dim, start, end, step);
  }
  /** Pieces along one dimension: of equal size, or of the sizes given. */
  split(sizes: number | readonly number[], dim = 0): Tensor[] {
    return views.split(this, sizes, dim);
  }
  /** Exchanges two dimensions. */
  transpose(dim0: number, dim1: number): Tensor {
    return views.transpose(this, dim0, dim1);
  }
  /** The slice at one index of one dimension, which disappears; a negative index counts from the end. */
  select(dim: number, index: number): Tensor {
    return views.select(this, dim, index);
  }
  /** Elements `start` to `end` (exclusive) along one dimension. */
  narrow(dim: number, start: number, length: number): Tensor {
    return views.narrow(this, dim, start, length);
  }

  /** The values as one row-major block: this tensor's own memory, or a copy of what a strided view picks out. */
  private dense(): FloatBuffer | IntBuffer {
    const { layout, buffer } = this;
    if (layout === null) return buffer;
    if (this.packed !== null) return this.packed;
    const { kernels } = engine();
    const { memory } = kernels;
    if (isInts(buffer)) {
      const copy = memory.ints(this.length, this.persistent);
      forEachRun(this.shape, layout.strides, (from, i, n) => {
        copy.array.set(buffer.array.subarray(layout.offset + from, layout.offset + from + n), i);
      });
      this.packed = copy;
    } else {
      const copy = memory.empty(this.length, this.persistent);
      forEachRun(this.shape, layout.strides, (from, i, n) => {
        if (n < shortRun) for (let j = 0; j < n; j++) copy.array[i + j] = buffer.array[layout.offset + from + j];
        else kernels.copy(n, buffer.sub(layout.offset + from, n), copy.sub(i, n));
      });
      this.packed = copy;
    }
    return this.packed;
  }

  private assertAlive(): void {
    if (!this.alive) {
      throw engine().error(
        `the tensor of shape ${showShape(this.shape)} belongs to an iteration that has ended, so its memory is gone; keep the numbers with toArray() or item() instead of the tensor`,
      );
    }
  }
}

/** Runs shorter than this are copied one by one: a call of a kernel costs more. */
const shortRun = 16;

function isInts(buffer: FloatBuffer | IntBuffer): buffer is IntBuffer {
  return buffer.kind === "ints";
}

/** A tensor that training changes: persistent, with a gradient. Made from a tensor, whose values it copies. */
export class Parameter extends Tensor {
  constructor(values: Tensor) {
    const { kernels } = engine();
    const buffer = kernels.memory.floats(values.length, true);
    kernels.copy(values.length, values.floats, buffer);
    super(buffer, values.shape, { requiresGrad: true, persistent: true });
  }
}
