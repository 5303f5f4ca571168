// The functions of a kernel module with their types, as assembly/index.ts exports them; and how a module is started.
// Pointers are byte addresses, `n` counts elements. Above 2 GiB an address wraps to a negative i32, which is the same.

import type { LayerExports } from "./layers/wasmLayers.ts";
import type { LstmExports } from "./lstm.ts";
import type { SparseExports } from "./sparse.ts";

type Ptr = number;
type Map1 = (n: number, x: Ptr, y: Ptr) => void;
type Map2 = (n: number, x: Ptr, y: Ptr, out: Ptr) => void;
type MapBackward = (n: number, x: Ptr, y: Ptr, dy: Ptr, dx: Ptr) => void;
type Rows = (m: number, n: number, z: Ptr, ldz: number) => void;
type RowsBackward = (m: number, n: number, h: Ptr, ldh: number, dh: Ptr, lddh: number, dz: Ptr, lddz: number) => void;

/** Functions of one array in wasm; the logarithm alone is left to Math.log. */
export type WasmUnaryOp =
  | "relu"
  | "sigmoid"
  | "tanh"
  | "gelu"
  | "geluTanh"
  | "exp"
  | "sqrt"
  | "square"
  | "negate"
  | "reciprocal"
  | "abs";

export type KernelExports = LstmExports &
  SparseExports &
  LayerExports & { readonly [Op in WasmUnaryOp]: Map1 } & {
    readonly [Op in WasmUnaryOp | "log" as `${Op}Backward`]: MapBackward;
  } & { readonly [Op in "add" | "sub" | "mul" | "div"]: Map2 } & {
    scratchBytes(): number;
    useScratch(address: Ptr): void;
    /** Strides in bytes. */
    gemm(
      m: number,
      n: number,
      k: number,
      a: Ptr,
      aRow: number,
      aColumn: number,
      b: Ptr,
      bRow: number,
      bColumn: number,
      c: Ptr,
      cRow: number,
      accumulate: boolean,
    ): void;
    packRight(n: number, k: number, b: Ptr, bRow: number, bColumn: number, out: Ptr): void;
    gemmPacked(
      m: number,
      n: number,
      k: number,
      a: Ptr,
      aRow: number,
      aColumn: number,
      packed: Ptr,
      c: Ptr,
      cRow: number,
      accumulate: boolean,
    ): void;
    fill(n: number, out: Ptr, value: number): void;
    copy: Map1;
    zero(address: Ptr, bytes: number): void;
    axpy(n: number, alpha: number, x: Ptr, y: Ptr): void;
    scale(n: number, alpha: number, x: Ptr, out: Ptr): void;
    multiplyAdd: Map2;
    addRow(m: number, n: number, bias: Ptr, c: Ptr, ldc: number): void;
    sumRows(m: number, n: number, a: Ptr, lda: number, out: Ptr): void;
    gatherRows(count: number, width: number, indices: Ptr, weight: Ptr, out: Ptr): void;
    scatterAddRows(count: number, width: number, indices: Ptr, dOut: Ptr, dWeight: Ptr): void;
    tanhRows: Rows;
    reluRows: Rows;
    tanhRowsBackward: RowsBackward;
    reluRowsBackward: RowsBackward;
    sigmoidRows: Rows;
    sigmoidRowsBackward: RowsBackward;
    axpyRows(m: number, n: number, alpha: number, x: Ptr, ldx: number, y: Ptr, ldy: number): void;
    multiplyAddRows(m: number, n: number, x1: Ptr, ld1: number, x2: Ptr, ld2: number, y: Ptr, ldy: number): void;
    softmaxRows(m: number, n: number, x: Ptr, p: Ptr): void;
    softmaxRowsParts(m: number, n: number, x: Ptr, p: Ptr, max: Ptr, logSum: Ptr): void;
    softmaxRowsBackward(m: number, n: number, p: Ptr, dp: Ptr, dx: Ptr): void;
    crossEntropy(m: number, n: number, x: Ptr, targets: Ptr, p: Ptr): number;
    crossEntropyBackward(m: number, n: number, p: Ptr, targets: Ptr, scale: number, dx: Ptr): void;
    sum(n: number, x: Ptr): number;
    sumSquares(n: number, x: Ptr): number;
    sumSquaredDifference(n: number, x: Ptr, y: Ptr): number;
    /** Writes six doubles: sum, sumSquares, min, max, zeros, nonFinite. */
    moments(n: number, x: Ptr, out: Ptr): void;
    sgd(
      n: number,
      w: Ptr,
      g: Ptr,
      velocity: Ptr,
      learningRate: number,
      momentum: number,
      keep: number,
      nesterov: boolean,
      weightDecay: number,
      first: boolean,
    ): void;
    adam(
      n: number,
      w: Ptr,
      g: Ptr,
      m: Ptr,
      v: Ptr,
      largest: Ptr,
      stepSize: number,
      beta1: number,
      rest1: number,
      beta2: number,
      rest2: number,
      rootScale: number,
      epsilon: number,
      weightDecay: number,
      shrink: number,
    ): void;
    rmsprop(
      n: number,
      w: Ptr,
      g: Ptr,
      v: Ptr,
      mean: Ptr,
      velocity: Ptr,
      learningRate: number,
      alpha: number,
      restAlpha: number,
      epsilon: number,
      momentum: number,
      weightDecay: number,
    ): void;
    adagrad(n: number, w: Ptr, g: Ptr, sum: Ptr, learningRate: number, epsilon: number, weightDecay: number): void;
    clip(n: number, limit: number, x: Ptr, out: Ptr): void;
    binaryCrossEntropy(n: number, x: Ptr, y: Ptr, positiveWeight: Ptr, out: Ptr): void;
    binaryCrossEntropyBackward(n: number, x: Ptr, y: Ptr, positiveWeight: Ptr, dOut: Ptr, dx: Ptr, dy: Ptr): void;
  };

/** Starts a module on `memory`. */
export function instantiate(binary: Uint8Array, memory: WebAssembly.Memory): KernelExports {
  const imports = { env: { memory, log: Math.log } };
  return new WebAssembly.Instance(new WebAssembly.Module(binary), imports).exports as KernelExports;
}
