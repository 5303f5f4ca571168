// The gradients of several batches as one: their mean over samples, then clipping. Knows nothing of the loop.
import { engine } from "../engine/engine.ts";
import type { Parameter } from "../engine/tensor.ts";
import { clipGradNorm, clipGradValue, gradNorm } from "../optim/clip.ts";

export interface Clipping {
  clipGradNorm?: number | undefined;
  clipGradValue?: number | undefined;
}

/**
 * Backward adds up the gradients g_i of mean losses over b_i samples. The gradient of the mean over all samples is Σ b_i g_i /
 * Σ b_i, so the parameters hold Σ b_i g_i / u with u the size of the last batch, and are scaled by u / Σ b_i at the end.
 */
export class Accumulation {
  private batches = 0;
  private samples = 0;
  private unit = 0;

  constructor(
    private readonly parameters: readonly Parameter[],
    /** Batches that make one update. */
    private readonly size: number,
    /** May be changed between two updates. */
    readonly clipping: Clipping,
  ) {}

  /** Do the parameters hold gradients of batches that have made no update yet? */
  get open(): boolean {
    return this.batches > 0;
  }

  get complete(): boolean {
    return this.batches >= this.size;
  }

  /** Backward of a batch comes next. */
  add(samples: number): void {
    if (this.open && samples !== this.unit) this.scale(this.unit / samples);
    this.unit = samples;
    this.samples += samples;
    this.batches++;
  }

  /** ‖g‖ of the mean gradient so far. */
  gradNorm(): number {
    return gradNorm(this.parameters) * (this.unit / this.samples);
  }

  /** Leaves the mean gradient in the parameters, clipped, for an update. @returns its norm before clipping */
  close(): number {
    const { clipGradNorm: norm, clipGradValue: value } = this.clipping;
    if (this.batches > 1) this.scale(this.unit / this.samples);
    this.batches = 0;
    this.samples = 0;
    if (value === undefined)
      return norm === undefined ? gradNorm(this.parameters) : clipGradNorm(this.parameters, norm);
    const before = gradNorm(this.parameters);
    clipGradValue(this.parameters, value);
    if (norm !== undefined) clipGradNorm(this.parameters, norm);
    return before;
  }

  private scale(factor: number): void {
    const { kernels } = engine();
    for (const p of this.parameters) if (p.hasGradient) kernels.scale(p.length, factor, p.gradient(), p.gradient());
  }
}
