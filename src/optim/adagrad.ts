// Adagrad (Duchi, Hazan & Singer 2011), with PyTorch's rule and defaults.
import { engine } from "../engine/engine.ts";
import type { Parameter } from "../engine/tensor.ts";
import { checkNotNegative, Optimizer, type ParameterState, type SettingsOf, type Trained } from "./optimizer.ts";

export interface AdagradOptions {
  readonly learningRate?: number;
  /** At step t the learning rate is η / (1 + (t − 1) · lrDecay). */
  readonly lrDecay?: number;
  /** λ of the L2 penalty, added to the gradient. */
  readonly weightDecay?: number;
  /** What the sum of squares begins with. */
  readonly initialAccumulatorValue?: number;
  /** ε in the denominator. */
  readonly eps?: number;
}

type Settings = SettingsOf<AdagradOptions>;

/** G ← G + g²; w ← w − η_t g / (√G + ε), η_t = η / (1 + (t − 1) lrDecay) (torch.optim.Adagrad). */
class Adagrad extends Optimizer<Settings> {
  readonly name = "Adagrad";

  protected check({ lrDecay, weightDecay, initialAccumulatorValue, eps }: Settings): void {
    checkNotNegative("adagrad", { lrDecay, weightDecay, initialAccumulatorValue, eps });
  }

  protected update(p: Parameter, state: ParameterState, settings: Settings): void {
    const { learningRate, lrDecay, weightDecay, initialAccumulatorValue, eps } = settings;
    const n = p.length;
    engine().kernels.adagrad(n, p.floats, p.gradient(), state.buffer("G", n, initialAccumulatorValue), {
      learningRate: learningRate / (1 + (state.steps - 1) * lrDecay),
      epsilon: eps,
      weightDecay,
    });
  }
}

/** Adagrad. Defaults: learning rate 1e-2, no decay of it, no weight decay, sum of squares from 0, eps 1e-10. */
export function adagrad(parameters: Trained<AdagradOptions>, options: AdagradOptions = {}): Optimizer {
  const defaults = { learningRate: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 };
  return new Adagrad(parameters, { ...defaults, ...options });
}
