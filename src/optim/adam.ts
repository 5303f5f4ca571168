// Adam (Kingma & Ba 2015), AMSGrad (Reddi et al. 2018) and AdamW (Loshchilov & Hutter 2019), with PyTorch's defaults.
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

export interface AdamOptions {
  readonly learningRate?: number;
  /** [β₁, β₂] */
  readonly betas?: readonly [number, number];
  /** ε in the denominator. */
  readonly eps?: number;
  /** λ: in Adam of an L2 penalty added to the gradient, in AdamW of a decay of the weight itself. */
  readonly weightDecay?: number;
  /** Divides by the root of the largest v so far instead of the present one. */
  readonly amsgrad?: boolean;
}

type Settings = SettingsOf<AdamOptions>;

/**
 * m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; w ← w − η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
 * (Kingma & Ba 2015, algorithm 1). Weight decay: g ← g + λ w in Adam; w ← (1 − η λ) w before the step in AdamW.
 */
class Adam extends Optimizer<Settings> {
  readonly name: string;
  private readonly decoupled: boolean;

  constructor(trained: Trained<AdamOptions>, settings: Settings, decoupled: boolean) {
    super(trained, settings);
    this.decoupled = decoupled;
    this.name = decoupled ? "AdamW" : "Adam";
  }

  override momentumOf({ settings }: Group<Settings>): number {
    return settings.betas[0];
  }

  override setMomentum({ settings }: Group<Settings>, value: number): void {
    settings.betas = [value, settings.betas[1]];
  }

  protected check({ betas: [beta1, beta2], eps, weightDecay }: Settings): void {
    checkNotNegative("adam", { eps, weightDecay });
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
      throw engine().error(`adam: betas must lie in [0, 1), but they are ${beta1} and ${beta2}`);
    }
  }

  protected update(p: Parameter, state: ParameterState, settings: Settings): void {
    const { learningRate, betas, eps, weightDecay, amsgrad } = settings;
    const n = p.length;
    const [m, v] = [state.buffer("m", n), state.buffer("v", n)];
    const largest = amsgrad ? state.buffer("v_max", n) : null;
    engine().kernels.adam(n, p.floats, p.gradient(), m, v, largest, {
      learningRate,
      beta1: betas[0],
      beta2: betas[1],
      epsilon: eps,
      weightDecay,
      decoupled: this.decoupled,
      t: state.steps,
    });
  }
}

/** Adam. Defaults: learning rate 1e-3, betas 0.9 and 0.999, eps 1e-8, no weight decay, no AMSGrad. */
export function adam(parameters: Trained<AdamOptions>, options: AdamOptions = {}): Optimizer {
  const defaults = { learningRate: 1e-3, betas: [0.9, 0.999] as const, eps: 1e-8, weightDecay: 0, amsgrad: false };
  return new Adam(parameters, { ...defaults, ...options }, false);
}

/** AdamW: Adam with decoupled weight decay. Defaults: those of Adam, and a weight decay of 0.01. */
export function adamW(parameters: Trained<AdamOptions>, options: AdamOptions = {}): Optimizer {
  const defaults = { learningRate: 1e-3, betas: [0.9, 0.999] as const, eps: 1e-8, weightDecay: 0.01, amsgrad: false };
  return new Adam(parameters, { ...defaults, ...options }, true);
}
