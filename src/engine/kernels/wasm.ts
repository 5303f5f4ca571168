// The kernels in float32 on WebAssembly SIMD: what training runs on. Free of Node: the caller brings the modules' bytes.

import type {
  BinaryOp,
  FloatBuffer,
  IntBuffer,
  Kernels,
  Moments,
  PackedMatrix,
  RowActivation,
  UnaryOp,
} from "./kernels.ts";
import type { LayerKernels } from "./layers/layerKernels.ts";
import { WasmLayerKernels } from "./layers/wasmLayers.ts";
import { type LstmKernels, wasmLstm } from "./lstm.ts";
import { ReferenceKernels } from "./reference/reference.ts";
import { SecondThread, secondThreadBytes, serveProducts } from "./secondThread.ts";
import { type SparseKernels, wasmSparse } from "./sparse.ts";
import { instantiate, type KernelExports } from "./wasmExports.ts";
import { LARGEST_MEMORY, WasmMemory } from "./wasmMemory.ts";

type SgdOptions = Parameters<Kernels["sgd"]>[4];
type AdamOptions = Parameters<Kernels["adam"]>[6];
type RmspropOptions = Parameters<Kernels["rmsprop"]>[6];
type AdagradOptions = Parameters<Kernels["adagrad"]>[4];

const MOMENTS_DOUBLES = 6;

/** What the second thread needs; can be posted to a worker. */
export interface SecondThreadData {
  readonly control: SharedArrayBuffer;
  readonly memory: WebAssembly.Memory;
  readonly relaxed: boolean;
  /** Address of its own working memory. */
  readonly scratch: number;
}

/** The second thread's whole life: starts the same kernels on the same memory and computes until it is told to stop. */
export function serveSecondThread(
  binaries: { readonly simd: Uint8Array; readonly relaxed: Uint8Array },
  { control, memory, relaxed, scratch }: SecondThreadData,
): void {
  const wasm = instantiate(relaxed ? binaries.relaxed : binaries.simd, memory);
  wasm.useScratch(scratch);
  serveProducts(control, wasm);
}

export class WasmKernels implements Kernels {
  readonly dtype = "float32";
  readonly layers: LayerKernels;
  readonly lstm: LstmKernels;
  readonly sparse: SparseKernels;
  private readonly momentsOut: FloatBuffer;
  private second: SecondThread | null = null;
  private readonly generic = new ReferenceKernels();

  private constructor(
    readonly memory: WasmMemory,
    private readonly wasm: KernelExports,
    /** True when multiply-add is one instruction, which rounds once: results differ in the last digit. */
    readonly relaxed: boolean,
  ) {
    this.layers = new WasmLayerKernels(wasm, memory);
    memory.useZero(wasm.zero);
    this.lstm = wasmLstm(wasm);
    this.sparse = wasmSparse(wasm, memory);
    wasm.useScratch(memory.floats(wasm.scratchBytes() / 4, true).ptr);
    this.momentsOut = memory.floats(2 * MOMENTS_DOUBLES, true);
  }

  /**
   * Starts the relaxed module where the engine has relaxed SIMD, else the plain one.
   * `maximumBytes` limits the memory (default: 4 GiB, less one page).
   */
  static create(
    binaries: { simd: Uint8Array; relaxed: Uint8Array | null },
    { maximumBytes = LARGEST_MEMORY }: { maximumBytes?: number } = {},
  ): WasmKernels {
    const relaxed = binaries.relaxed && WebAssembly.validate(binaries.relaxed) ? binaries.relaxed : null;
    const memory = new WasmMemory(maximumBytes);
    return new WasmKernels(memory, instantiate(relaxed ?? binaries.simd, memory.memory), relaxed !== null);
  }

  /**
   * Lets a second thread compute half of every large product. The caller starts that thread and has it call
   * `serveSecondThread` with what this returns; the bits stay the same.
   */
  useSecondThread(): SecondThreadData {
    const control = new SharedArrayBuffer(secondThreadBytes);
    this.second = new SecondThread(control);
    const scratch = this.memory.floats(this.wasm.scratchBytes() / 4, true).ptr;
    return { control, memory: this.memory.memory, relaxed: this.relaxed, scratch };
  }

  /** Ends the second thread, if there is one. */
  endSecondThread(): void {
    this.second?.stop();
    this.second = null;
  }

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
  ): void {
    const [aRow, aColumn] = transposeA ? [4, 4 * lda] : [4 * lda, 4];
    const [bRow, bColumn] = transposeB ? [4, 4 * ldb] : [4 * ldb, 4];
    if (this.second?.takes(m, n, k)) {
      this.second.gemm(this.wasm, [m, n, k, a.ptr, aRow, aColumn, b.ptr, bRow, bColumn, c.ptr, 4 * ldc, accumulate]);
    } else {
      this.wasm.gemm(m, n, k, a.ptr, aRow, aColumn, b.ptr, bRow, bColumn, c.ptr, 4 * ldc, accumulate);
    }
  }

  pack(transposed: boolean, n: number, k: number, b: FloatBuffer, ldb: number): PackedMatrix {
    const buffer = this.memory.empty(k * Math.ceil(n / 8) * 8, false);
    const [row, column] = transposed ? [4, 4 * ldb] : [4 * ldb, 4];
    this.wasm.packRight(n, k, b.ptr, row, column, buffer.ptr);
    return { n, k, transposed, buffer, ld: 8 };
  }

  gemmPacked(
    m: number,
    a: FloatBuffer,
    lda: number,
    { n, k, buffer }: PackedMatrix,
    c: FloatBuffer,
    ldc: number,
    accumulate: boolean,
  ): void {
    const { second, wasm } = this;
    if (second?.takes(m, n, k)) {
      second.gemmPacked(wasm, [m, n, k, a.ptr, 4 * lda, 4, buffer.ptr, c.ptr, 4 * ldc, accumulate]);
    } else {
      wasm.gemmPacked(m, n, k, a.ptr, 4 * lda, 4, buffer.ptr, c.ptr, 4 * ldc, accumulate);
    }
  }

  fill(n: number, out: FloatBuffer, value: number): void {
    this.wasm.fill(n, out.ptr, value);
  }

  copy(n: number, x: FloatBuffer, out: FloatBuffer): void {
    this.wasm.copy(n, x.ptr, out.ptr);
  }

  binary(op: BinaryOp, n: number, x: FloatBuffer, y: FloatBuffer, out: FloatBuffer): void {
    this.wasm[op](n, x.ptr, y.ptr, out.ptr);
  }

  axpy(n: number, alpha: number, x: FloatBuffer, y: FloatBuffer): void {
    this.wasm.axpy(n, alpha, x.ptr, y.ptr);
  }

  scale(n: number, alpha: number, x: FloatBuffer, out: FloatBuffer): void {
    this.wasm.scale(n, alpha, x.ptr, out.ptr);
  }

  multiplyAdd(n: number, x1: FloatBuffer, x2: FloatBuffer, y: FloatBuffer): void {
    this.wasm.multiplyAdd(n, x1.ptr, x2.ptr, y.ptr);
  }

  unary(op: UnaryOp, n: number, x: FloatBuffer, y: FloatBuffer): void {
    if (op === "log") this.generic.unary(op, n, x, y);
    else this.wasm[op](n, x.ptr, y.ptr);
  }

  unaryBackward(op: UnaryOp, n: number, x: FloatBuffer, y: FloatBuffer, dy: FloatBuffer, dx: FloatBuffer): void {
    this.wasm[`${op}Backward`](n, x.ptr, y.ptr, dy.ptr, dx.ptr);
  }

  addRow(m: number, n: number, bias: FloatBuffer, c: FloatBuffer, ldc: number): void {
    this.wasm.addRow(m, n, bias.ptr, c.ptr, ldc);
  }

  sumRows(m: number, n: number, a: FloatBuffer, lda: number, out: FloatBuffer): void {
    this.wasm.sumRows(m, n, a.ptr, lda, out.ptr);
  }

  gatherRows(count: number, width: number, indices: IntBuffer, weight: FloatBuffer, out: FloatBuffer): void {
    this.wasm.gatherRows(count, width, indices.ptr, weight.ptr, out.ptr);
  }

  scatterAddRows(count: number, width: number, indices: IntBuffer, dOut: FloatBuffer, dWeight: FloatBuffer): void {
    this.wasm.scatterAddRows(count, width, indices.ptr, dOut.ptr, dWeight.ptr);
  }

  softmaxRows(m: number, n: number, x: FloatBuffer, p: FloatBuffer): void {
    this.wasm.softmaxRows(m, n, x.ptr, p.ptr);
  }

  softmaxRowsParts(m: number, n: number, x: FloatBuffer, p: FloatBuffer, max: FloatBuffer, logSum: FloatBuffer): void {
    this.wasm.softmaxRowsParts(m, n, x.ptr, p.ptr, max.ptr, logSum.ptr);
  }

  softmaxRowsBackward(m: number, n: number, p: FloatBuffer, dp: FloatBuffer, dx: FloatBuffer): void {
    this.wasm.softmaxRowsBackward(m, n, p.ptr, dp.ptr, dx.ptr);
  }

  crossEntropy(m: number, n: number, x: FloatBuffer, targets: IntBuffer, p: FloatBuffer): number {
    return this.wasm.crossEntropy(m, n, x.ptr, targets.ptr, p.ptr);
  }

  crossEntropyBackward(m: number, n: number, p: FloatBuffer, targets: IntBuffer, scale: number, dx: FloatBuffer): void {
    this.wasm.crossEntropyBackward(m, n, p.ptr, targets.ptr, scale, dx.ptr);
  }

  squaredError(n: number, x: FloatBuffer, y: FloatBuffer): number {
    return this.wasm.sumSquaredDifference(n, x.ptr, y.ptr);
  }

  binaryCrossEntropy(n: number, x: FloatBuffer, y: FloatBuffer, w: FloatBuffer | null, out: FloatBuffer): void {
    this.wasm.binaryCrossEntropy(n, x.ptr, y.ptr, w?.ptr ?? 0, out.ptr);
  }

  binaryCrossEntropyBackward(
    n: number,
    x: FloatBuffer,
    y: FloatBuffer,
    w: FloatBuffer | null,
    dOut: FloatBuffer,
    dx: FloatBuffer | null,
    dy: FloatBuffer | null,
  ): void {
    this.wasm.binaryCrossEntropyBackward(n, x.ptr, y.ptr, w?.ptr ?? 0, dOut.ptr, dx?.ptr ?? 0, dy?.ptr ?? 0);
  }

  clip(n: number, limit: number, x: FloatBuffer, out: FloatBuffer): void {
    this.wasm.clip(n, limit, x.ptr, out.ptr);
  }

  activateRows(op: RowActivation, m: number, n: number, z: FloatBuffer, ldz: number): void {
    this.wasm[`${op}Rows`](m, n, z.ptr, ldz);
  }

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
  ): void {
    this.wasm[`${op}RowsBackward`](m, n, h.ptr, ldh, dh.ptr, lddh, dz.ptr, lddz);
  }

  axpyRows(m: number, n: number, alpha: number, x: FloatBuffer, ldx: number, y: FloatBuffer, ldy: number): void {
    this.wasm.axpyRows(m, n, alpha, x.ptr, ldx, y.ptr, ldy);
  }

  multiplyAddRows(
    m: number,
    n: number,
    x1: FloatBuffer,
    ld1: number,
    x2: FloatBuffer,
    ld2: number,
    y: FloatBuffer,
    ldy: number,
  ): void {
    this.wasm.multiplyAddRows(m, n, x1.ptr, ld1, x2.ptr, ld2, y.ptr, ldy);
  }

  sumSquares(n: number, x: FloatBuffer): number {
    return this.wasm.sumSquares(n, x.ptr);
  }

  sumSquaredDifference(n: number, x: FloatBuffer, y: FloatBuffer): number {
    return this.wasm.sumSquaredDifference(n, x.ptr, y.ptr);
  }

  sum(n: number, x: FloatBuffer): number {
    return this.wasm.sum(n, x.ptr);
  }

  moments(n: number, x: FloatBuffer): Moments {
    const { ptr, array } = this.momentsOut;
    this.wasm.moments(n, x.ptr, ptr);
    const [sum, sumSquares, min, max, zeros, nonFinite] = new Float64Array(array.buffer, ptr, MOMENTS_DOUBLES);
    const none = nonFinite === n;
    return { sum, sumSquares, min: none ? Number.NaN : min, max: none ? Number.NaN : max, zeros, nonFinite };
  }

  sgd(n: number, w: FloatBuffer, g: FloatBuffer, velocity: FloatBuffer | null, options: SgdOptions): void {
    const { learningRate, momentum, dampening, nesterov, weightDecay, first } = options;
    const v = velocity?.ptr ?? 0;
    this.wasm.sgd(n, w.ptr, g.ptr, v, learningRate, momentum, 1 - dampening, nesterov, weightDecay, first);
  }

  adam(
    n: number,
    w: FloatBuffer,
    g: FloatBuffer,
    m: FloatBuffer,
    v: FloatBuffer,
    largest: FloatBuffer | null,
    options: AdamOptions,
  ): void {
    const { learningRate, beta1, beta2, epsilon, weightDecay, decoupled, t } = options;
    this.wasm.adam(
      n,
      w.ptr,
      g.ptr,
      m.ptr,
      v.ptr,
      largest?.ptr ?? 0,
      learningRate / (1 - beta1 ** t),
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      1 / Math.sqrt(1 - beta2 ** t),
      epsilon,
      decoupled ? 0 : weightDecay,
      decoupled ? 1 - learningRate * weightDecay : 1,
    );
  }

  rmsprop(
    n: number,
    w: FloatBuffer,
    g: FloatBuffer,
    v: FloatBuffer,
    mean: FloatBuffer | null,
    velocity: FloatBuffer | null,
    options: RmspropOptions,
  ): void {
    const { learningRate, alpha, epsilon, momentum, weightDecay } = options;
    this.wasm.rmsprop(
      n,
      w.ptr,
      g.ptr,
      v.ptr,
      mean?.ptr ?? 0,
      velocity?.ptr ?? 0,
      learningRate,
      alpha,
      1 - alpha,
      epsilon,
      momentum,
      weightDecay,
    );
  }

  adagrad(n: number, w: FloatBuffer, g: FloatBuffer, sum: FloatBuffer, options: AdagradOptions): void {
    const { learningRate, epsilon, weightDecay } = options;
    this.wasm.adagrad(n, w.ptr, g.ptr, sum.ptr, learningRate, epsilon, weightDecay);
  }
}
