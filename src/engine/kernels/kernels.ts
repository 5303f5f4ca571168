// The arithmetic every operation is made of, as one interface with two implementations: readable float64 and fast float32.
// Knows nothing of shapes, gradients or modules: sizes come in as numbers, matrices are row-major with a leading
// dimension (`ld…`, in elements) so that one timestep of a [batch, time, features] tensor is a matrix too.

import type { LayerKernels } from "./layers/layerKernels.ts";
import type { LstmKernels } from "./lstm.ts";
import type { SparseKernels } from "./sparse.ts";

export type FloatArray = Float32Array | Float64Array;

/** A run of floats. `ptr` is its byte address in wasm memory; the reference kernels use `array` alone. */
export interface FloatBuffer {
  readonly kind: "floats";
  /** A view of all elements. Making one costs more than a small kernel: for one element there are `get` and `set`. */
  readonly array: FloatArray;
  readonly ptr: number;
  readonly length: number;
  get(i: number): number;
  set(i: number, value: number): void;
  /** Overwrites the first elements. */
  load(values: ArrayLike<number>): void;
  /** The same memory from element `start` on. */
  sub(start: number, length: number): FloatBuffer;
}

/** A run of 32-bit integers: token numbers, class labels. */
export interface IntBuffer {
  readonly kind: "ints";
  readonly array: Int32Array;
  readonly ptr: number;
  readonly length: number;
  get(i: number): number;
  load(values: ArrayLike<number>): void;
  sub(start: number, length: number): IntBuffer;
}

export type UnaryOp =
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
  | "abs";

/** What `pack` has made of a matrix, in the order that the kernels like; only `gemmPacked` reads it. */
export interface PackedMatrix {
  readonly n: number;
  readonly k: number;
  readonly transposed: boolean;
  readonly buffer: FloatBuffer;
  readonly ld: number;
}

/** Activations of a recurrent layer's timestep. */
export type RowActivation = "tanh" | "relu" | "sigmoid";

export type BinaryOp = "add" | "sub" | "mul" | "div";

export interface Moments {
  /** Sums run over the finite elements. */
  readonly sum: number;
  readonly sumSquares: number;
  readonly min: number;
  readonly max: number;
  readonly zeros: number;
  readonly nonFinite: number;
}

/** Where buffers come from. `persistent` memory lives as long as the kernels; the rest until `endIteration`. */
export interface Memory {
  /** Zeros. */
  floats(length: number, persistent: boolean): FloatBuffer;
  /** Numbers that mean nothing, to be overwritten before anybody reads them. */
  empty(length: number, persistent: boolean): FloatBuffer;
  ints(length: number, persistent: boolean): IntBuffer;
  /** Takes back all memory that is not persistent. */
  endIteration(): void;
  /** Bytes in use: persistent, and the highest use of one iteration so far. */
  usage(): { readonly persistent: number; readonly iteration: number };
}

export interface Kernels {
  readonly dtype: "float32" | "float64";
  readonly memory: Memory;
  readonly lstm: LstmKernels;
  readonly layers: LayerKernels;
  readonly sparse: SparseKernels;

  /** c = op(a)·op(b), plus c when `accumulate`. op(a) is m×k, op(b) is k×n; op transposes when its flag is set. */
  gemm(
    transposeA: boolean,
    transposeB: boolean,
    m: number,
    n: number,
    k: number,
    a: FloatBuffer,
    lda: number,
    b: FloatBuffer,
    ldb: number,
    c: FloatBuffer,
    ldc: number,
    accumulate: boolean,
  ): void;

  /** op(b), k×n, made ready to be the right operand of many products. It lives until the iteration ends. */
  pack(transposeB: boolean, n: number, k: number, b: FloatBuffer, ldb: number): PackedMatrix;
  /** c = a·b, plus c when `accumulate`, with an m×k matrix a. */
  gemmPacked(
    m: number,
    a: FloatBuffer,
    lda: number,
    b: PackedMatrix,
    c: FloatBuffer,
    ldc: number,
    accumulate: boolean,
  ): void;

  fill(n: number, out: FloatBuffer, value: number): void;
  copy(n: number, x: FloatBuffer, out: FloatBuffer): void;
  /** out = x ∘ y, element by element, equal lengths. `out` may be `x` or `y`. */
  binary(op: BinaryOp, n: number, x: FloatBuffer, y: FloatBuffer, out: FloatBuffer): void;
  /** y += α x */
  axpy(n: number, alpha: number, x: FloatBuffer, y: FloatBuffer): void;
  /** out = α x. `out` may be `x`. */
  scale(n: number, alpha: number, x: FloatBuffer, out: FloatBuffer): void;
  /** y += x1 ⊙ x2 */
  multiplyAdd(n: number, x1: FloatBuffer, x2: FloatBuffer, y: FloatBuffer): void;

  /** y = f(x). `y` may be `x`. */
  unary(op: UnaryOp, n: number, x: FloatBuffer, y: FloatBuffer): void;
  /**
   * dx += dy ⊙ f'(x), where y = f(x) is given too because some derivatives are cheapest through it:
   * tanh' = 1 − y², σ' = y(1 − y), relu' = [x > 0] (0 at 0), |x|' = sign(x) (0 at 0).
   */
  unaryBackward(op: UnaryOp, n: number, x: FloatBuffer, y: FloatBuffer, dy: FloatBuffer, dx: FloatBuffer): void;

  /** c[i, :] += bias, for the m rows of c (m×n). */
  addRow(m: number, n: number, bias: FloatBuffer, c: FloatBuffer, ldc: number): void;
  /** out[j] += Σ_i a[i, j] */
  sumRows(m: number, n: number, a: FloatBuffer, lda: number, out: FloatBuffer): void;

  /** out[i, :] = weight[indices[i], :], `count` rows of `width`. */
  gatherRows(count: number, width: number, indices: IntBuffer, weight: FloatBuffer, out: FloatBuffer): void;
  /** dWeight[indices[i], :] += dOut[i, :], in the order of i. */
  scatterAddRows(count: number, width: number, indices: IntBuffer, dOut: FloatBuffer, dWeight: FloatBuffer): void;

  /** p = softmax of each of the m rows of x (m×n), with the row's maximum taken off first. */
  softmaxRows(m: number, n: number, x: FloatBuffer, p: FloatBuffer): void;
  /** softmaxRows, and for each row the parts of log Σ e^x = max + logSum: log p = (x − max) − logSum. */
  softmaxRowsParts(m: number, n: number, x: FloatBuffer, p: FloatBuffer, max: FloatBuffer, logSum: FloatBuffer): void;
  /** dx += p ⊙ (dp − Σ_j dp_j p_j), row by row. */
  softmaxRowsBackward(m: number, n: number, p: FloatBuffer, dp: FloatBuffer, dx: FloatBuffer): void;
  /** Fills p with softmax(x) and returns Σ_i −log p[i, target_i], through log-sum-exp so that it never overflows. */
  crossEntropy(m: number, n: number, x: FloatBuffer, targets: IntBuffer, p: FloatBuffer): number;
  /** dx[i, j] += scale (p[i, j] − [j = target_i]) */
  crossEntropyBackward(m: number, n: number, p: FloatBuffer, targets: IntBuffer, scale: number, dx: FloatBuffer): void;
  /** Σ (x − y)² */
  squaredError(n: number, x: FloatBuffer, y: FloatBuffer): number;
  /**
   * out = w y · softplus(−x) + (1 − y) · softplus(x), element by element: −log σ(x) for a label of 1, −log(1 − σ(x)) for 0.
   * w weighs the positive label; null stands for ones.
   */
  binaryCrossEntropy(n: number, x: FloatBuffer, y: FloatBuffer, w: FloatBuffer | null, out: FloatBuffer): void;
  /** dx += dOut ⊙ ((1 − y) σ(x) − w y σ(−x)); dy += dOut ⊙ (w softplus(−x) − softplus(x)). Null: not wanted. */
  binaryCrossEntropyBackward(
    n: number,
    x: FloatBuffer,
    y: FloatBuffer,
    w: FloatBuffer | null,
    dOut: FloatBuffer,
    dx: FloatBuffer | null,
    dy: FloatBuffer | null,
  ): void;
  /** out = min(max(x, −limit), limit); NaN stays NaN. `out` may be `x`. */
  clip(n: number, limit: number, x: FloatBuffer, out: FloatBuffer): void;

  /** h = σ(z) in place on an m×n matrix with leading dimension ldz: the activation of one timestep. */
  activateRows(op: RowActivation, m: number, n: number, z: FloatBuffer, ldz: number): void;
  /** dz = dh ⊙ σ'(h), through the saved output: 1 − h² for tanh, [h > 0] for relu, h(1 − h) for sigmoid. dz may be dh. */
  activateRowsBackward(
    op: RowActivation,
    m: number,
    n: number,
    h: FloatBuffer,
    ldh: number,
    dh: FloatBuffer,
    lddh: number,
    dz: FloatBuffer,
    lddz: number,
  ): void;

  /** y += α x on m×n matrices with leading dimensions. */
  axpyRows(m: number, n: number, alpha: number, x: FloatBuffer, ldx: number, y: FloatBuffer, ldy: number): void;
  /** y += x1 ⊙ x2 on m×n matrices with leading dimensions: how the gates of one timestep act. */
  multiplyAddRows(
    m: number,
    n: number,
    x1: FloatBuffer,
    ld1: number,
    x2: FloatBuffer,
    ld2: number,
    y: FloatBuffer,
    ldy: number,
  ): void;

  /** Σ x², accumulated in float64. */
  sumSquares(n: number, x: FloatBuffer): number;
  /** Σ (x − y)², accumulated in float64: the squared norm of an update. */
  sumSquaredDifference(n: number, x: FloatBuffer, y: FloatBuffer): number;
  sum(n: number, x: FloatBuffer): number;
  moments(n: number, x: FloatBuffer): Moments;

  /** SGD as PyTorch 1.13 defines it. `velocity` is null when momentum is 0; `first` is true at its first step. */
  sgd(
    n: number,
    w: FloatBuffer,
    g: FloatBuffer,
    velocity: FloatBuffer | null,
    options: {
      readonly learningRate: number;
      readonly momentum: number;
      readonly dampening: number;
      readonly nesterov: boolean;
      readonly weightDecay: number;
      readonly first: boolean;
    },
  ): void;
  /**
   * Adam (Kingma & Ba 2015, algorithm 1) in PyTorch's form: w −= η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε). t counts from 1.
   * With `largest` v is replaced by the largest v so far (AMSGrad, Reddi et al. 2018, algorithm 2).
   */
  adam(
    n: number,
    w: FloatBuffer,
    g: FloatBuffer,
    m: FloatBuffer,
    v: FloatBuffer,
    largest: FloatBuffer | null,
    options: {
      readonly learningRate: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly weightDecay: number;
      /** Weight decay as w ← (1 − ηλ) w, apart from the gradient (Loshchilov & Hutter 2019, algorithm 2). */
      readonly decoupled: boolean;
      readonly t: number;
    },
  ): void;
  /**
   * RMSprop (Hinton 2012, lecture 6e) in PyTorch's form: v = αv + (1−α)g²; w −= η g/(√v + ε). With `mean` centered (Graves
   * 2013, eq. 38–45): √(v − ḡ²). With `velocity` the step goes through b = μb + g/(√v + ε).
   */
  rmsprop(
    n: number,
    w: FloatBuffer,
    g: FloatBuffer,
    v: FloatBuffer,
    mean: FloatBuffer | null,
    velocity: FloatBuffer | null,
    options: {
      readonly learningRate: number;
      readonly alpha: number;
      readonly epsilon: number;
      readonly momentum: number;
      readonly weightDecay: number;
    },
  ): void;
  /** Adagrad (Duchi, Hazan & Singer 2011): G += g²; w −= η g/(√G + ε). */
  adagrad(
    n: number,
    w: FloatBuffer,
    g: FloatBuffer,
    sum: FloatBuffer,
    options: { readonly learningRate: number; readonly epsilon: number; readonly weightDecay: number },
  ): void;
}
