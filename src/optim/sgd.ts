// Stochastic gradient descent with momentum, as PyTorch defines it.
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

export interface SGDOptions {
  readonly learningRate: number;
  /** μ, 0 to 1. */
  readonly momentum?: number;
  readonly dampening?: number;
  readonly nesterov?: boolean;
  /** λ of the L2 penalty λ/2 ‖w‖². */
  readonly weightDecay?: number;
}

type Settings = SettingsOf<SGDOptions>;

/**
 * g ← ∇L + λ w; v ← μ v + (1 − dampening) g (v = g at the first step); w ← w − η v, or w − η (g + μ v) with Nesterov
 * (Sutskever et al. 2013, in the form of torch.optim.SGD).
 */
class SGD extends Optimizer<Settings> {
  readonly name = "SGD";

  override momentumOf({ settings }: Group<Settings>): number {
    return settings.momentum;
  }

  override setMomentum({ settings }: Group<Settings>, value: number): void {
    settings.momentum = value;
  }

  protected check({ momentum, dampening, nesterov, weightDecay }: Settings): void {
    checkNotNegative("sgd", { momentum, weightDecay });
    if (nesterov && (momentum <= 0 || dampening !== 0)) {
      throw engine().error(
        `sgd: nesterov needs a momentum above 0 and no dampening, but momentum is ${momentum} and dampening ${dampening}`,
      );
    }
  }

  protected update(p: Parameter, state: ParameterState, settings: Settings): void {
    const { learningRate, momentum, dampening, nesterov, weightDecay } = settings;
    const first = !state.buffers.has("v");
    const velocity = momentum === 0 ? null : state.buffer("v", p.length);
    engine().kernels.sgd(p.length, p.floats, p.gradient(), velocity, {
      learningRate,
      momentum,
      dampening,
      nesterov,
      weightDecay,
      first,
    });
  }
}

/** Stochastic gradient descent. Defaults: no momentum, no weight decay. */
export function sgd(parameters: Trained<SGDOptions>, options: SGDOptions): Optimizer {
  return new SGD(parameters, { momentum: 0, dampening: 0, nesterov: false, weightDecay: 0, ...options });
}
