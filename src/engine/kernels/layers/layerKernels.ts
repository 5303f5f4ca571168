// Kernels of whole layers: activations with parameters, normalisation of rows, log-softmax, the softmax of attention.
// Like kernels.ts it knows nothing of shapes and gradients; matrices are row-major without gaps.

import type { Random } from "../../random.ts";
import type { FloatBuffer } from "../kernels.ts";
import type { ImageKernels } from "./imageKernels.ts";

/** Element-wise functions that take two numbers p and q; activations.ts has their equations. */
export type ActivationOp = "leakyRelu" | "elu" | "silu" | "softplus";

/** Rows that are normalised: x̂ = (x − μ) r, where r = 1/√(σ² + ε), or μ = 0 and r = 1/√(mean x² + ε) if not centred. */
export interface RowNorm {
  /** Is the mean taken off (layer norm), or not (RMS norm)? */
  readonly centred: boolean;
  readonly m: number;
  readonly n: number;
  readonly x: FloatBuffer;
  /** n factors, null when the layer has none. */
  readonly weight: FloatBuffer | null;
  /** m means followed by m factors 1/√…; `normRows` writes them. */
  readonly statistics: FloatBuffer;
}

export interface LayerKernels {
  readonly images: ImageKernels;

  /** y = f(x; p, q). `y` may be `x`. */
  activation(op: ActivationOp, p: number, q: number, n: number, x: FloatBuffer, y: FloatBuffer): void;
  /** dx += dy ⊙ f'(x; p, q), y = f(x) given. */
  activationBackward(
    op: ActivationOp,
    p: number,
    q: number,
    n: number,
    x: FloatBuffer,
    y: FloatBuffer,
    dy: FloatBuffer,
    dx: FloatBuffer,
  ): void;

  /** mask_i = 0 with probability p, else 1/(1 − p): 0 where the generator's next 32 bits are below p · 2³². */
  dropoutMask(n: number, p: number, random: Random, mask: FloatBuffer): void;

  /** y = x̂ ⊙ weight + bias, x̂ = (x − μ) r for each of the m rows; fills `statistics`. */
  normRows(norm: RowNorm, epsilon: number, bias: FloatBuffer | null, y: FloatBuffer): void;
  /** With u = dy ⊙ weight: dx += r (u − mean u − x̂ mean(u ⊙ x̂)), without `mean u` when not centred. */
  normRowsBackward(norm: RowNorm, dy: FloatBuffer, dx: FloatBuffer): void;
  /** dWeight += Σ_rows dy ⊙ x̂ */
  normWeightBackward(norm: RowNorm, dy: FloatBuffer, dWeight: FloatBuffer): void;

  /** y = x − max − log Σ_j e^(x_j − max), row by row. */
  logSoftmaxRows(m: number, n: number, x: FloatBuffer, y: FloatBuffer): void;
  /** dx += dy − e^y Σ_j dy_j, row by row. */
  logSoftmaxRowsBackward(m: number, n: number, y: FloatBuffer, dy: FloatBuffer, dx: FloatBuffer): void;

  /**
   * p = softmax(α x + mask) over each of the m rows of n. Row i of the mask begins at i · `maskStep`, so 0 is one row for
   * all. With `causal`, row i sees its first i + 1 elements and the others get 0. A row that sees nothing is NaN.
   */
  maskedSoftmaxRows(
    m: number,
    n: number,
    alpha: number,
    x: FloatBuffer,
    mask: FloatBuffer | null,
    maskStep: number,
    causal: boolean,
    p: FloatBuffer,
  ): void;
  /** dx += α p ⊙ (dp − Σ_j dp_j p_j), row by row; where p is 0, nothing. */
  maskedSoftmaxRowsBackward(
    m: number,
    n: number,
    alpha: number,
    p: FloatBuffer,
    dp: FloatBuffer,
    dx: FloatBuffer,
  ): void;
}
