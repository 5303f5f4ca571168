// RMSprop (Hinton 2012, Neural Networks for Machine Learning, lecture 6e), with PyTorch's rule and defaults.
import { engine } from "../engine/engine.ts";
import type { Parameter } from "../engine/tensor.ts";
import {
  checkNotNegative,
  type Group,
  Optimizer,
  type ParameterState,
  type SettingsOf,
  type Trained,
} from "./optimizer.ts";

export interface RMSpropOptions {
  readonly learningRate?: number;
  /** α, how much of the mean square is kept at each step. */
  readonly alpha?: number;
  /** ε in the denominator. */
  readonly eps?: number;
  /** λ of the L2 penalty, added to the gradient. */
  readonly weightDecay?: number;
  readonly momentum?: number;
  /** Divides by the standard deviation of the gradient instead of its root mean square (Graves 2013, eq. 38–45). */
  readonly centered?: boolean;
}

type Settings = SettingsOf<RMSpropOptions>;

/**
 * v ← α v + (1 − α) g²; s = g / (√v + ε), centered: ḡ ← α ḡ + (1 − α) g, s = g / (√(v − ḡ²) + ε); w ← w − η s, or with
 * momentum b ← μ b + s; w ← w − η b (torch.optim.RMSprop).
 */
class RMSprop extends Optimizer<Settings> {
  readonly name = "RMSprop";

  override momentumOf({ settings }: Group<Settings>): number {
    return settings.momentum;
  }

  override setMomentum({ settings }: Group<Settings>, value: number): void {
    settings.momentum = value;
  }

  protected check({ alpha, eps, weightDecay, momentum }: Settings): void {
    checkNotNegative("rmsprop", { alpha, eps, weightDecay, momentum });
  }

  protected update(p: Parameter, state: ParameterState, settings: Settings): void {
    const { learningRate, alpha, eps, weightDecay, momentum, centered } = settings;
    const n = p.length;
    const v = state.buffer("v", n);
    const mean = centered ? state.buffer("g_mean", n) : null;
    const velocity = momentum > 0 ? state.buffer("b", n) : null;
    engine().kernels.rmsprop(n, p.floats, p.gradient(), v, mean, velocity, {
      learningRate,
      alpha,
      epsilon: eps,
      momentum,
      weightDecay,
    });
  }
}

/** RMSprop. Defaults: learning rate 1e-2, alpha 0.99, eps 1e-8, no momentum, not centered, no weight decay. */
export function rmsprop(parameters: Trained<RMSpropOptions>, options: RMSpropOptions = {}): Optimizer {
  const defaults = { learningRate: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false };
  return new RMSprop(parameters, { ...defaults, ...options });
}
