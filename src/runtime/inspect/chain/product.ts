// The Jacobian ∂h_T/∂(h_t, c_t), carried back one timestep after the other, and its norm.
import type { FloatBuffer, Kernels } from "../../../training/engine.ts";
import type { StepFactors } from "./cells.ts";
import { spectralNorm } from "./spectralNorm.ts";

type FloatArray = FloatBuffer["array"];

/** Memory of H × H numbers that products use by turns. */
export interface Scratch {
  take(): FloatBuffer;
}

/**
 * ∂h_T/∂h_t and, for a cell that keeps a second state, ∂h_T/∂c_t. Begins as the identity (and zero) at T. As the entries
 * of a product of many Jacobians leave the range of float32, they are held together with a power of two.
 */
export class Product {
  private h: FloatBuffer;
  private c: FloatBuffer;
  private nextH: FloatBuffer;
  private nextC: FloatBuffer;
  private exponent = 0;
  private readonly directions: { readonly h: Float64Array; readonly c: Float64Array };

  /** @param gates which of the cell's gates carry anything through their recurrent weights */
  constructor(
    private readonly kernels: Kernels,
    private readonly H: number,
    private readonly gates: ReadonlySet<number>,
    private readonly scaled: FloatBuffer,
    scratch: Scratch,
  ) {
    [this.h, this.c, this.nextH, this.nextC] = [0, 1, 2, 3].map(() => scratch.take());
    for (const x of [this.h, this.c]) x.array.fill(0);
    for (let j = 0; j < H; j++) this.h.array[j * H + j] = 1;
    this.directions = { h: new Float64Array(H), c: new Float64Array(H) };
  }

  /** From (h_t, c_t) to (h_{t−1}, c_{t−1}); a vector-Jacobian product for every row at once. */
  back({ out, kept, gates }: StepFactors, weights: FloatBuffer): void {
    const { H, h, c, nextH, nextC } = this;
    // what comes to c_t: of h_t, and of c_{t+1}
    if (out !== null) addScaled(H, h.array, out, c.array);
    const source = out === null ? h : c;
    if (out !== null && kept !== null) scale(H, c.array, kept, nextC.array);
    if (out === null && kept !== null) scale(H, h.array, kept, nextH.array);
    else nextH.array.fill(0);
    gates.forEach(({ from, factor }, gate) => {
      if (!this.gates.has(gate)) return;
      scale(H, (from === "h" ? h : source).array, factor, this.scaled.array);
      const block = weights.sub(gate * H * H, H * H);
      this.kernels.gemm(false, false, H, H, H, this.scaled, H, block, H, nextH, H, true);
    });
    [this.h, this.nextH] = [nextH, h];
    if (out !== null) [this.c, this.nextC] = [nextC, c];
    this.normalise();
  }

  /** ‖∂h_T/∂h_t‖ */
  get norm(): number {
    return spectralNorm(this.h.array, this.H, this.directions.h) * 2 ** this.exponent;
  }

  /** ‖∂h_T/∂c_t‖ */
  get cellNorm(): number {
    return spectralNorm(this.c.array, this.H, this.directions.c) * 2 ** this.exponent;
  }

  private normalise(): void {
    const largest = Math.max(largestOf(this.h.array), largestOf(this.c.array));
    if (largest === 0 || !Number.isFinite(largest)) return;
    const power = Math.round(Math.log2(largest));
    if (Math.abs(power) < 20) return;
    // a power of two changes no digit
    const factor = 2 ** -power;
    for (const { array } of [this.h, this.c]) for (let i = 0; i < array.length; i++) array[i] *= factor;
    this.exponent += power;
  }
}

/** to = from · diag(d) */
function scale(H: number, from: FloatArray, d: Float64Array, to: FloatArray): void {
  for (let i = 0; i < H * H; i += H) for (let j = 0; j < H; j++) to[i + j] = from[i + j] * d[j];
}

/** to += from · diag(d) */
function addScaled(H: number, from: FloatArray, d: Float64Array, to: FloatArray): void {
  for (let i = 0; i < H * H; i += H) for (let j = 0; j < H; j++) to[i + j] += from[i + j] * d[j];
}

function largestOf(array: FloatArray): number {
  let largest = 0;
  for (const x of array) largest = Math.max(largest, Math.abs(x));
  return largest;
}
