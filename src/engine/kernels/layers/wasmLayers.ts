// The kernels of layers on WebAssembly SIMD. Softplus alone is left to the reference's loop, for its logarithm.

import type { Random } from "../../random.ts";
import type { FloatBuffer, IntBuffer, Memory } from "../kernels.ts";
import { type ImageExports, type ImageKernels, wasmImages } from "./imageKernels.ts";
import type { ActivationOp, LayerKernels, RowNorm } from "./layerKernels.ts";
import { ReferenceLayerKernels } from "./referenceLayers.ts";

type Ptr = number;
type Activation = (p: number, q: number, n: number, x: Ptr, y: Ptr) => void;
type ActivationBackward = (p: number, q: number, n: number, x: Ptr, y: Ptr, dy: Ptr, dx: Ptr) => void;

/** What assembly/layers exports. A pointer of 0 stands for "no such array". */
export type LayerExports = ImageExports & {
  leakyRelu: Activation;
  elu: Activation;
  silu: Activation;
  leakyReluBackward: ActivationBackward;
  eluBackward: ActivationBackward;
  siluBackward: ActivationBackward;
  /** Draws from the four integers at `state` and leaves them as they are then. */
  dropoutMask(n: number, limit: number, keep: number, state: Ptr, mask: Ptr): void;
  normRows(
    centred: boolean,
    m: number,
    n: number,
    epsilon: number,
    x: Ptr,
    weight: Ptr,
    bias: Ptr,
    statistics: Ptr,
    y: Ptr,
  ): void;
  normRowsBackward(
    centred: boolean,
    m: number,
    n: number,
    x: Ptr,
    weight: Ptr,
    statistics: Ptr,
    dy: Ptr,
    dx: Ptr,
  ): void;
  normWeightBackward(m: number, n: number, x: Ptr, statistics: Ptr, dy: Ptr, dWeight: Ptr): void;
  logSoftmaxRows(m: number, n: number, x: Ptr, y: Ptr): void;
  logSoftmaxRowsBackward(m: number, n: number, y: Ptr, dy: Ptr, dx: Ptr): void;
  maskedSoftmaxRows(
    m: number,
    n: number,
    alpha: number,
    x: Ptr,
    mask: Ptr,
    maskStep: number,
    causal: boolean,
    p: Ptr,
  ): void;
  maskedSoftmaxRowsBackward(m: number, n: number, alpha: number, p: Ptr, dp: Ptr, dx: Ptr): void;
};

export class WasmLayerKernels implements LayerKernels {
  readonly images: ImageKernels;
  private readonly generic = new ReferenceLayerKernels();

  /** Where the generator's four integers stand while a mask is drawn. */
  private readonly randomState: IntBuffer;

  constructor(
    private readonly wasm: LayerExports,
    memory: Memory,
  ) {
    this.images = wasmImages(wasm);
    this.randomState = memory.ints(4, true);
  }

  activation(op: ActivationOp, p: number, q: number, n: number, x: FloatBuffer, y: FloatBuffer): void {
    if (op === "softplus") this.generic.activation(op, p, q, n, x, y);
    else this.wasm[op](p, q, n, x.ptr, y.ptr);
  }

  activationBackward(
    op: ActivationOp,
    p: number,
    q: number,
    n: number,
    x: FloatBuffer,
    y: FloatBuffer,
    dy: FloatBuffer,
    dx: FloatBuffer,
  ): void {
    if (op === "softplus") this.generic.activationBackward(op, p, q, n, x, y, dy, dx);
    else this.wasm[`${op}Backward`](p, q, n, x.ptr, y.ptr, dy.ptr, dx.ptr);
  }

  dropoutMask(n: number, p: number, random: Random, mask: FloatBuffer): void {
    const { array, ptr } = this.randomState;
    array.set(random.getState());
    // whole bits are below p · 2³² when they are below the next whole number
    this.wasm.dropoutMask(n, Math.ceil(p * 2 ** 32), 1 / (1 - p), ptr, mask.ptr);
    const [a, b, c, d] = array;
    random.setState([a, b, c, d]);
  }

  normRows(norm: RowNorm, epsilon: number, bias: FloatBuffer | null, y: FloatBuffer): void {
    const { centred, m, n, x, weight, statistics } = norm;
    this.wasm.normRows(centred, m, n, epsilon, x.ptr, weight?.ptr ?? 0, bias?.ptr ?? 0, statistics.ptr, y.ptr);
  }

  normRowsBackward({ centred, m, n, x, weight, statistics }: RowNorm, dy: FloatBuffer, dx: FloatBuffer): void {
    this.wasm.normRowsBackward(centred, m, n, x.ptr, weight?.ptr ?? 0, statistics.ptr, dy.ptr, dx.ptr);
  }

  normWeightBackward({ m, n, x, statistics }: RowNorm, dy: FloatBuffer, dWeight: FloatBuffer): void {
    this.wasm.normWeightBackward(m, n, x.ptr, statistics.ptr, dy.ptr, dWeight.ptr);
  }

  logSoftmaxRows(m: number, n: number, x: FloatBuffer, y: FloatBuffer): void {
    this.wasm.logSoftmaxRows(m, n, x.ptr, y.ptr);
  }

  logSoftmaxRowsBackward(m: number, n: number, y: FloatBuffer, dy: FloatBuffer, dx: FloatBuffer): void {
    this.wasm.logSoftmaxRowsBackward(m, n, y.ptr, dy.ptr, dx.ptr);
  }

  maskedSoftmaxRows(
    m: number,
    n: number,
    alpha: number,
    x: FloatBuffer,
    mask: FloatBuffer | null,
    maskStep: number,
    causal: boolean,
    p: FloatBuffer,
  ): void {
    this.wasm.maskedSoftmaxRows(m, n, alpha, x.ptr, mask?.ptr ?? 0, maskStep, causal, p.ptr);
  }

  maskedSoftmaxRowsBackward(
    m: number,
    n: number,
    alpha: number,
    p: FloatBuffer,
    dp: FloatBuffer,
    dx: FloatBuffer,
  ): void {
    this.wasm.maskedSoftmaxRowsBackward(m, n, alpha, p.ptr, dp.ptr, dx.ptr);
  }
}
