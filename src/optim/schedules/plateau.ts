// Lowers the learning rate when the loss no longer falls: torch's ReduceLROnPlateau in its mode "min".
import { engine } from "../../engine/engine.ts";
import type { Optimizer } from "../optimizer.ts";
import type { Schedule } from "./schedule.ts";

export interface PlateauOptions {
  /** What the rate is multiplied with; below 1. */
  readonly factor?: number;
  /** Epochs without improvement that are let pass. */
  readonly patience?: number;
  /** The loss has improved when it is below best · (1 − threshold), or best − threshold with thresholdMode "abs". */
  readonly threshold?: number;
  readonly thresholdMode?: "rel" | "abs";
  /** Epochs after a reduction in which none is counted. */
  readonly cooldown?: number;
  readonly minLearningRate?: number;
  /** A reduction by less than this is left out. */
  readonly eps?: number;
}

/**
 * η ← max(factor · η, minLearningRate) after more than `patience` epochs in a row without a better loss. The loss is that of
 * validation where there is one, else the mean training loss of the epoch; one that is NaN is never better. Defaults: factor
 * 0.1, patience 10, threshold 1e-4 relative, no cooldown, down to 0, eps 1e-8. Per epoch.
 */
export function plateau(optimizer: Optimizer, options: PlateauOptions = {}): Schedule {
  return new Plateau(optimizer, options);
}

class Plateau implements Schedule {
  readonly name = "plateau";
  readonly interval = "epoch";
  private readonly options: Required<PlateauOptions>;
  private best = Number.POSITIVE_INFINITY;
  private badEpochs = 0;
  private cooling = 0;

  constructor(
    private readonly optimizer: Optimizer,
    options: PlateauOptions,
  ) {
    this.options = {
      factor: 0.1,
      patience: 10,
      threshold: 1e-4,
      thresholdMode: "rel",
      cooldown: 0,
      minLearningRate: 0,
      eps: 1e-8,
      ...options,
    };
    const { factor } = this.options;
    if (!(factor > 0 && factor < 1))
      throw engine().error(`plateau schedule: factor must lie between 0 and 1, but it is ${factor}`);
  }

  step(loss: number): void {
    const { threshold, thresholdMode, patience, cooldown } = this.options;
    const bar = thresholdMode === "rel" ? this.best * (1 - threshold) : this.best - threshold;
    if (loss < bar) {
      this.best = loss;
      this.badEpochs = 0;
    } else this.badEpochs++;
    if (this.cooling > 0) {
      this.cooling--;
      this.badEpochs = 0;
    }
    if (this.badEpochs <= patience) return;
    this.reduce();
    this.cooling = cooldown;
    this.badEpochs = 0;
  }

  private reduce(): void {
    const { factor, minLearningRate, eps } = this.options;
    for (const { settings } of this.optimizer.groups) {
      const next = Math.max(settings.learningRate * factor, minLearningRate);
      if (settings.learningRate - next > eps) settings.learningRate = next;
    }
  }
}
