// The timesteps of a recurrent layer: their order, the rows of the batch that are active in each, and where they lie.
import { engine } from "../../engine.ts";
import type { FloatBuffer } from "../../kernels/kernels.ts";
import { showShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";

/** A run of rows of the batch. */
export interface Rows {
  readonly first: number;
  readonly count: number;
}

export interface StepOptions {
  /** From the last timestep to the first. */
  readonly reverse?: boolean;
  /** `[batch, time]`, 1 where a sequence has a value and 0 where it is padding; the state stands still at padding. */
  readonly mask?: Tensor | null;
}

/**
 * The buffer of all timesteps' pre-activations as a tensor that has a gradient, in which backward keeps δ: also when nothing
 * before it wants one, as with frozen input weights.
 */
export function differentiable(z: Tensor, requiresGrad: boolean): Tensor {
  if (z.requiresGrad || !requiresGrad) return z;
  return new Tensor(z.floats, z.shape, { requiresGrad, persistent: z.persistent });
}

/** The timesteps of a `[batch, time, features]` sequence in the order in which they are computed. */
export class Steps {
  readonly order: readonly number[];
  private readonly direction: number;
  private readonly active: readonly (readonly Rows[])[] | null;

  constructor(
    readonly B: number,
    readonly T: number,
    { reverse = false, mask = null }: StepOptions = {},
  ) {
    this.direction = reverse ? -1 : 1;
    this.order = Array.from({ length: T }, (_, i) => (reverse ? T - 1 - i : i));
    if (mask !== null && (mask.shape.length !== 2 || mask.shape[0] !== B || mask.shape[1] !== T)) {
      throw engine().error(
        `recurrent layer: the mask must be [batch, time] = ${showShape([B, T])}, but its shape is ${showShape(mask.shape)}`,
      );
    }
    this.active =
      mask === null ? null : Array.from({ length: T }, (_, t) => runs(B, (b) => mask.floats.array[b * T + t] !== 0));
  }

  /** The timestep that was computed before t, or null for the first. */
  before(t: number): number | null {
    const p = t - this.direction;
    return p >= 0 && p < this.T ? p : null;
  }

  /** What is recorded from now on belongs to timestep t. */
  begin(t: number): void {
    const e = engine();
    e.timestep = t;
    e.previousTimestep = this.before(t) ?? -1;
  }

  /** The layer is over. */
  end(): void {
    const e = engine();
    e.timestep = -1;
    e.previousTimestep = -1;
  }

  /** Timestep t of a `[batch, time, width]` buffer as a matrix, from column `column` on; its leading dimension is T·width. */
  at(buffer: FloatBuffer, t: number, width: number, column = 0): FloatBuffer {
    const start = t * width + column;
    return buffer.sub(start, Math.max(0, this.B * this.T * width - start));
  }

  /** Calls `compute` for every run of active rows. */
  forActive(t: number, compute: (rows: Rows) => void): void {
    if (this.active === null) compute({ first: 0, count: this.B });
    else for (const rows of this.active[t]) compute(rows);
  }

  /** Calls `carry` for every row that is padding at t. */
  forIdle(t: number, carry: (row: number) => void): void {
    if (this.active === null) return;
    let next = 0;
    for (const { first, count } of [...this.active[t], { first: this.B, count: 0 }]) {
      for (; next < first; next++) carry(next);
      next = first + count;
    }
  }
}

function runs(length: number, active: (i: number) => boolean): Rows[] {
  const out: Rows[] = [];
  for (let i = 0; i < length; i++) {
    if (!active(i)) continue;
    const first = i;
    while (i + 1 < length && active(i + 1)) i++;
    out.push({ first, count: i + 1 - first });
  }
  return out;
}

/** Where a state (hidden or cell) comes from and its gradient goes to: a timestep of a buffer, the initial state, or zeros. */
export interface State {
  readonly values: FloatBuffer;
  readonly ld: number;
  /** Null when nobody wants it. */
  readonly gradient: (() => FloatBuffer) | null;
}

/** The state before timestep t, or null when it is zero. */
export function stateBefore(
  steps: Steps,
  t: number,
  width: number,
  states: Tensor,
  initial: Tensor | null,
): State | null {
  const p = steps.before(t);
  if (p !== null) {
    const ld = steps.T * width;
    return {
      values: steps.at(states.floats, p, width),
      ld,
      gradient: states.requiresGrad ? () => steps.at(states.gradient(), p, width) : null,
    };
  }
  if (initial === null) return null;
  return { values: initial.floats, ld: width, gradient: initial.requiresGrad ? () => initial.gradient() : null };
}

/** Padding keeps the state: row b of timestep t becomes what it was before. */
export function carryState(steps: Steps, t: number, width: number, states: FloatBuffer, before: State | null): void {
  const { kernels } = engine();
  const now = steps.at(states, t, width);
  const ld = steps.T * width;
  steps.forIdle(t, (b) => {
    if (before === null) kernels.fill(width, now.sub(b * ld, width), 0);
    else kernels.copy(width, before.values.sub(b * before.ld, width), now.sub(b * ld, width));
  });
}

/** Backward of `carryState`: the gradient of a padded row passes on unchanged. */
export function carryGradient(
  steps: Steps,
  t: number,
  width: number,
  gradient: FloatBuffer,
  before: State | null,
): void {
  const { kernels } = engine();
  const now = steps.at(gradient, t, width);
  const ld = steps.T * width;
  steps.forIdle(t, (b) => {
    if (before?.gradient) kernels.axpy(width, 1, now.sub(b * ld, width), before.gradient().sub(b * before.ld, width));
  });
}
