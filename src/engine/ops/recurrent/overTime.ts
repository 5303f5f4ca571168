// What a recurrent layer does for all its timesteps at once: packs the recurrent weights, and sums their gradient over time.
import { engine } from "../../engine.ts";
import type { FloatBuffer } from "../../kernels/kernels.ts";
import type { Tensor } from "../../tensor.ts";
import { type Steps, stateBefore } from "./steps.ts";

/** c += a·op(W) with the `[batch, …]` matrices a and c of one timestep. */
export type StepProduct = (a: FloatBuffer, lda: number, c: FloatBuffer, ldc: number) => void;

/** Packing costs about as much as one product of few rows. */
const worthPacking = 3;

/**
 * The product with the recurrent weights that every timestep needs; they are packed at its first use.
 * @param transpose multiply by Wᵀ (forward: h W_hhᵀ) instead of W (backward: δ W_hh)
 * @param n columns of op(W)
 * @param depth rows of op(W)
 */
export function stepProduct(
  { B, T }: Steps,
  transpose: boolean,
  n: number,
  depth: number,
  W: FloatBuffer,
  ldW: number,
): StepProduct {
  const k = engine().kernels;
  if (T < worthPacking) return (a, lda, c, ldc) => k.gemm(false, transpose, B, n, depth, a, lda, W, ldW, c, ldc, true);
  let packed: ReturnType<typeof k.pack> | null = null;
  return (a, lda, c, ldc) => {
    packed ??= k.pack(transpose, n, depth, W, ldW);
    k.gemmPacked(B, a, lda, packed, c, ldc, true);
  };
}

/** Rows of W whose δ lies in one `[batch, time, …]` buffer. */
export interface DeltaBlock {
  readonly firstRow: number;
  readonly rows: number;
  readonly delta: () => FloatBuffer;
  /** Width of the buffer. */
  readonly ld: number;
}

/**
 * ∇W_hh = Σ_t δ_tᵀ h_{t−1} and ∇b_hh = Σ_t Σ_batch δ_t. ∇W_hh is one product for all timesteps once backward has come
 * through the last of them, for a product over batch·time rows reads and writes ∇W_hh once, not once a timestep. Whoever
 * looks at it before that sees the sum over the timesteps so far (`Engine.owed`).
 */
export class SumOverTime {
  /** How many timesteps backward has come through. */
  private count = 0;

  constructor(
    private readonly steps: Steps,
    private readonly W: Tensor,
    private readonly bias: Tensor | null,
    private readonly h: Tensor,
    private readonly h0: Tensor | null,
    private readonly blocks: readonly DeltaBlock[],
  ) {}

  /** Backward has computed δ_t. */
  reached(t: number): void {
    const { steps, W } = this;
    const e = engine();
    this.count++;
    if (this.bias?.requiresGrad) this.addBias(t, this.bias.gradient());
    if (!W.requiresGrad) return;
    if (this.count < steps.T) {
      if (this.count === 1) e.owe(W, (into) => this.addWeightSoFar(into));
      return;
    }
    e.owed.delete(W);
    this.addWeight();
  }

  private addWeight(): void {
    const { B, T } = this.steps;
    const H = this.h.shape[2];
    const before = this.statesBefore();
    if (before === null) {
      // made from zeros alone: it is zero then, not missing
      this.W.gradient();
      return;
    }
    const { buffer, accumulate } = this.W.gradientTarget();
    for (const { firstRow, rows, delta, ld } of this.blocks) {
      const out = buffer.sub(firstRow * H, rows * H);
      engine().kernels.gemm(true, false, rows, H, B * T, delta(), ld, before, H, out, H, accumulate);
    }
  }

  private addWeightSoFar(into: FloatBuffer): void {
    const { steps, h, h0 } = this;
    const H = h.shape[2];
    for (const t of this.timesteps()) {
      const before = stateBefore(steps, t, H, h, h0);
      if (before === null) continue;
      for (const { firstRow, rows, delta, ld } of this.blocks) {
        const [d, out] = [steps.at(delta(), t, ld), into.sub(firstRow * H, rows * H)];
        const { values } = before;
        engine().kernels.gemm(true, false, rows, H, steps.B, d, steps.T * ld, values, before.ld, out, H, true);
      }
    }
  }

  /** Summed at once, while δ_t is in the cache. */
  private addBias(t: number, into: FloatBuffer): void {
    const { steps } = this;
    for (const { firstRow, rows, delta, ld } of this.blocks) {
      const d = steps.at(delta(), t, ld);
      engine().kernels.sumRows(steps.B, rows, d, steps.T * ld, into.sub(firstRow, rows));
    }
  }

  /** Those that backward has come through. */
  private timesteps(): readonly number[] {
    return this.steps.order.slice(this.steps.T - this.count);
  }

  /** h_{t−1} for every t, `[batch, time, hidden]`: the states moved by one timestep. Null when they are all zero. */
  private statesBefore(): FloatBuffer | null {
    const { steps, h, h0 } = this;
    const { B, T } = steps;
    const k = engine().kernels;
    const H = h.shape[2];
    if (T === 1) return h0?.floats ?? null;
    const out = h0 === null ? k.memory.floats(B * T * H, false) : k.memory.empty(B * T * H, false);
    const first = steps.order[0];
    const [from, to] = first === 0 ? [0, H] : [H, 0];
    const run = (T - 1) * H;
    for (let b = 0; b < B; b++) {
      const row = b * T * H;
      k.copy(run, h.floats.sub(row + from, run), out.sub(row + to, run));
      if (h0 !== null) k.copy(H, h0.floats.sub(b * H, H), out.sub(row + first * H, H));
    }
    return out;
  }
}
