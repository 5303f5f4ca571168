// Matrix products: the batched product of two tensors, and the affine map of a layer.
import { engine } from "../engine.ts";
import type { FloatBuffer } from "../kernels/kernels.ts";
import { broadcastShape, broadcastStrides, forEachOffset, type Shape, showShape, sizeOf, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { perform } from "./operation.ts";

/**
 * C = A·B over the last two dimensions, leading dimensions broadcast. A 1-D operand counts as a row (left) or a column
 * (right) that disappears from the result, as in PyTorch.
 * dA = dC·Bᵀ, dB = Aᵀ·dC
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length === 1) {
    const c = matmul(a.reshape(1, a.length), b);
    return c.reshape(...c.shape.slice(0, -2), ...c.shape.slice(-1));
  }
  if (b.shape.length === 1) {
    const c = matmul(a, b.reshape(b.length, 1));
    return c.reshape(...c.shape.slice(0, -1));
  }
  const k = engine().kernels;
  const [m, inner] = a.shape.slice(-2);
  const [innerB, n] = b.shape.slice(-2);
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (a.shape.length === 0 || b.shape.length === 0 || inner !== innerB || batch === null) {
    throw engine().error(
      `matmul: shapes ${showShape(a.shape)} and ${showShape(b.shape)} do not fit; the last size of the first must equal the second-last size of the second`,
    );
  }
  const [A, B] = [matrices(a, batch), matrices(b, batch)];
  const count = sizeOf(batch);
  /** Row-major matrices of a gradient, in the order of the batch. */
  const gradients = (x: Tensor, rows: number, columns: number) => {
    const offsets = batchOffsets(x.shape.slice(0, -2), batch, stridesOf(x.shape));
    const whole = x.gradient();
    return (i: number) => whole.sub(offsets[i], rows * columns);
  };
  return perform({
    name: "matmul",
    inputs: [a, b],
    shape: [...batch, m, n],
    forward: (C) => {
      for (let i = 0; i < count; i++) {
        k.gemm(
          A.transposed,
          B.transposed,
          m,
          n,
          inner,
          A.at(i),
          A.ld,
          B.at(i),
          B.ld,
          C.sub(i * m * n, m * n),
          n,
          false,
        );
      }
    },
    backward: (dC) => {
      const dA = a.requiresGrad ? gradients(a, m, inner) : null;
      const dB = b.requiresGrad ? gradients(b, inner, n) : null;
      for (let i = 0; i < count; i++) {
        const dCi = dC.sub(i * m * n, m * n);
        if (dA !== null) k.gemm(false, !B.transposed, m, inner, n, dCi, n, B.at(i), B.ld, dA(i), inner, true);
        if (dB !== null) k.gemm(!A.transposed, false, inner, n, m, A.at(i), A.ld, dCi, n, dB(i), n, true);
      }
    },
  });
}

/** The matrices of a batch as the matrix product reads them: in place, transposed or with a leading dimension. */
interface Matrices {
  readonly transposed: boolean;
  readonly ld: number;
  at(i: number): FloatBuffer;
}

function matrices(x: Tensor, batch: Shape): Matrices {
  const { buffer, strides } = readable(x);
  const [row, column] = strides.slice(-2);
  const [rows, columns] = x.shape.slice(-2);
  const transposed = column !== 1 && columns !== 1;
  const ld = Math.max(1, transposed ? column : rows === 1 ? columns : row);
  const offsets = batchOffsets(x.shape.slice(0, -2), batch, strides);
  return { transposed, ld, at: (i) => buffer.sub(offsets[i], buffer.length - offsets[i]) };
}

/** The tensor's memory when one of its last two strides is 1, else a row-major copy. */
function readable(x: Tensor): { readonly buffer: FloatBuffer; readonly strides: readonly number[] } {
  const { buffer, strides } = x.memory;
  const [row, column] = strides.slice(-2);
  const [rows, columns] = x.shape.slice(-2);
  const inPlace = column === 1 ? row >= columns || rows === 1 : row === 1 && column >= rows;
  return inPlace ? { buffer, strides } : { buffer: x.floats, strides: stridesOf(x.shape) };
}

/** Where each entry of the broadcast `batch` begins in a tensor with leading shape `lead`. */
function batchOffsets(lead: Shape, batch: Shape, strides: readonly number[]): number[] {
  const out: number[] = [];
  forEachOffset(batch, broadcastStrides(lead, batch, strides), (offset) => {
    out.push(offset);
  });
  return out;
}

/** Products narrower than this are over before it is known how sparse they are. */
const worthSparse = 16;

/**
 * The affine map of a layer, z = W a + b for every row a of the input: Z = A·Wᵀ + b.
 * Backward, δ = ∂L/∂Z: ∇W = δᵀ·A, ∇b = Σ_rows δ, ∂L/∂A = δ·W (Rumelhart, Hinton & Williams 1986, eq. 4–6).
 * Data that are mostly zeros (one-hot rows, pictures of digits) are multiplied by their other elements alone, unless what
 * they are multiplied by is not finite: 0 · NaN is NaN.
 * @param a `[…, in]`
 * @param W `[out, in]`
 * @param bias `[out]` or null
 * @returns `[…, out]`
 */
export function linear(a: Tensor, W: Tensor, bias: Tensor | null): Tensor {
  const k = engine().kernels;
  const [out, features] = W.shape;
  if (a.shape.at(-1) !== features) {
    throw engine().error(
      `linear: the input's last size is ${a.shape.at(-1) ?? "missing (it is a scalar)"} (shape ${showShape(a.shape)}), but the weight of shape ${showShape(W.shape)} takes ${features}`,
    );
  }
  const lead = a.shape.slice(0, -1);
  const m = sizeOf(lead);
  const [A, w] = [a.floats, W.floats];
  // data alone: what a layer has computed is not mostly zeros, and its gradient needs the dense product anyway
  const sparse = !a.requiresGrad && Math.min(out, features) >= worthSparse ? k.sparse.compress(m, features, A) : null;
  return perform({
    name: "linear",
    inputs: bias === null ? [a, W] : [a, W, bias],
    shape: [...lead, out],
    forward: (Z) => {
      if (sparse !== null && k.sparse.allFinite(W.length, w)) k.sparse.linear(sparse, out, w, Z);
      else k.gemm(false, true, m, out, features, A, features, w, features, Z, out, false);
      if (bias !== null) k.addRow(m, out, bias.floats, Z, out);
    },
    backward: (delta) => {
      if (W.requiresGrad && sparse !== null && k.sparse.allFinite(m * out, delta))
        k.sparse.linearBackward(sparse, out, delta, W.gradient());
      else if (W.requiresGrad) {
        const { buffer: dW, accumulate } = W.gradientTarget();
        k.gemm(true, false, out, features, m, delta, out, A, features, dW, features, accumulate);
      }
      if (bias?.requiresGrad) k.sumRows(m, out, delta, out, bias.gradient());
      if (!a.requiresGrad) return;
      const { buffer: dA, accumulate } = a.gradientTarget();
      k.gemm(false, false, m, features, out, delta, out, w, features, dA, features, accumulate);
    },
  });
}
