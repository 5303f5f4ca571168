// Products with a left operand that is mostly zeros: their interface, readable in float64, and bound to wasm.
import type { FloatBuffer, IntBuffer, Memory } from "./kernels.ts";

/** The elements of an m×k matrix that are not 0, row by row (compressed sparse rows). */
export interface SparseMatrix {
  readonly m: number;
  readonly k: number;
  /** Where each row's elements start, and after the last one where they end. */
  readonly starts: IntBuffer;
  readonly columns: IntBuffer;
  readonly values: FloatBuffer;
}

export interface SparseKernels {
  /** The elements of a (m×k) that are not 0, or null when they are too many for it to pay. Lives until the iteration ends. */
  compress(m: number, k: number, a: FloatBuffer): SparseMatrix | null;
  /** Is none of n elements NaN or infinite? Where one is, what the zeros are multiplied by counts: 0 · NaN is NaN. */
  allFinite(n: number, x: FloatBuffer): boolean;
  /** z = a·wᵀ with w n×k; z is overwritten. */
  linear(a: SparseMatrix, n: number, w: FloatBuffer, z: FloatBuffer): void;
  /** dW += δᵀ·a with δ m×n and dW n×k. */
  linearBackward(a: SparseMatrix, n: number, delta: FloatBuffer, dW: FloatBuffer): void;
}

/** A sparse product costs about twice as much for each element that is not 0 as a dense one for each element. */
const worthwhile = 1 / 4;

export function referenceSparse(memory: Memory): SparseKernels {
  return {
    compress(m, k, a) {
      const count = Array.from(a.array.subarray(0, m * k)).filter((x) => x !== 0).length;
      if (count > m * k * worthwhile) return null;
      const matrix = allocate(memory, m, k, count);
      let at = 0;
      for (let i = 0; i < m; i++) {
        matrix.starts.array[i] = at;
        for (let j = 0; j < k; j++) {
          const value = a.array[i * k + j];
          if (value === 0) continue;
          matrix.columns.array[at] = j;
          matrix.values.array[at++] = value;
        }
      }
      matrix.starts.array[m] = at;
      return matrix;
    },
    allFinite: (n, x) => x.array.subarray(0, n).every(Number.isFinite),
    linear(a, n, w, z) {
      z.array.fill(0, 0, a.m * n);
      each(a, (i, j, value) => {
        for (let o = 0; o < n; o++) z.array[i * n + o] += value * w.array[o * a.k + j];
      });
    },
    linearBackward(a, n, delta, dW) {
      each(a, (i, j, value) => {
        for (let o = 0; o < n; o++) dW.array[o * a.k + j] += value * delta.array[i * n + o];
      });
    },
  };
}

/** The functions of assembly/sparse.ts; pointers are byte addresses. */
export type SparseExports = {
  countNonZero(n: number, a: number, limit: number): number;
  allFinite(n: number, x: number): number;
  compress(m: number, k: number, a: number, starts: number, columns: number, values: number): void;
  sparseTimes(m: number, n: number, starts: number, columns: number, values: number, b: number, c: number): void;
  sparseTransposedTimes(
    m: number,
    n: number,
    starts: number,
    columns: number,
    values: number,
    d: number,
    out: number,
  ): void;
  transpose(m: number, n: number, a: number, out: number, accumulate: boolean): void;
};

/** Its inner loops run along n, so w and dW are turned once a product. */
export function wasmSparse(wasm: SparseExports, memory: Memory): SparseKernels {
  return {
    compress(m, k, a) {
      const limit = Math.floor(m * k * worthwhile);
      const count = wasm.countNonZero(m * k, a.ptr, limit);
      if (count > limit) return null;
      const matrix = allocate(memory, m, k, count);
      wasm.compress(m, k, a.ptr, matrix.starts.ptr, matrix.columns.ptr, matrix.values.ptr);
      return matrix;
    },
    allFinite: (n, x) => wasm.allFinite(n, x.ptr) !== 0,
    linear({ m, k, starts, columns, values }, n, w, z) {
      const turned = memory.empty(n * k, false);
      wasm.transpose(n, k, w.ptr, turned.ptr, false);
      wasm.sparseTimes(m, n, starts.ptr, columns.ptr, values.ptr, turned.ptr, z.ptr);
    },
    linearBackward({ m, k, starts, columns, values }, n, delta, dW) {
      const turned = memory.floats(n * k, false);
      wasm.sparseTransposedTimes(m, n, starts.ptr, columns.ptr, values.ptr, delta.ptr, turned.ptr);
      wasm.transpose(k, n, turned.ptr, dW.ptr, true);
    },
  };
}

function allocate(memory: Memory, m: number, k: number, count: number): SparseMatrix {
  const [starts, columns] = [memory.ints(m + 1, false), memory.ints(count, false)];
  return { m, k, starts, columns, values: memory.empty(count, false) };
}

function each(
  { m, starts, columns, values }: SparseMatrix,
  visit: (i: number, j: number, value: number) => void,
): void {
  for (let i = 0; i < m; i++) {
    for (let p = starts.array[i]; p < starts.array[i + 1]; p++) visit(i, columns.array[p], values.array[p]);
  }
}
