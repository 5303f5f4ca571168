// The one-cycle policy (Smith & Topin 2018): the learning rate up and down again within one training, momentum against it.
import { engine } from "../../engine/engine.ts";
import type { Optimizer } from "../optimizer.ts";
import { checkSteps, type Interval, type IntervalOption, type Schedule } from "./schedule.ts";

export interface OneCycleOptions extends IntervalOption {
  /** The highest learning rate; one for all groups, or one each. */
  readonly maxLearningRate: number | readonly number[];
  /** Steps of the whole cycle: with the default interval the number of updates of the training. */
  readonly totalSteps: number;
  /** Share of the steps in which the rate rises. */
  readonly pctStart?: number;
  readonly annealStrategy?: "cos" | "linear";
  /** Moves momentum (Adam: β₁) from maxMomentum to baseMomentum while the rate rises, and back. */
  readonly cycleMomentum?: boolean;
  readonly baseMomentum?: number;
  readonly maxMomentum?: number;
  /** The cycle begins with maxLearningRate / divFactor … */
  readonly divFactor?: number;
  /** … and ends with that / finalDivFactor. */
  readonly finalDivFactor?: number;
  /** Falls back to the initial rate first, as steeply as it rose, and to the lowest one after. */
  readonly threePhase?: boolean;
}

/** Rates and momenta of one group that the phases go between. */
interface Levels {
  readonly initial: number;
  readonly max: number;
  readonly min: number;
}

interface Phase {
  /** The step it ends with; need not be whole. */
  readonly end: number;
  readonly rate: readonly [keyof Levels, keyof Levels];
  /** From and to: does momentum stand high? */
  readonly high: readonly [boolean, boolean];
}

/**
 * torch's OneCycleLR: within a phase from a to b the value at share p is b + (a − b)(1 + cos πp)/2, or a + (b − a)p with the
 * linear strategy. Phases end at pctStart · totalSteps − 1 and at totalSteps − 1. Defaults: pctStart 0.3, cosine, momentum
 * between 0.85 and 0.95, divFactor 25, finalDivFactor 1e4; per iteration. It sets momentum also where there was none (SGD),
 * as torch does.
 * @throws ModelError when the optimizer has no momentum to cycle, and when it is stepped beyond totalSteps
 */
export function oneCycle(optimizer: Optimizer, options: OneCycleOptions): Schedule {
  return new OneCycle(optimizer, options);
}

class OneCycle implements Schedule {
  readonly name = "oneCycle";
  readonly interval: Interval;
  private t = 0;
  private readonly total: number;
  private readonly levels: readonly Levels[];
  private readonly phases: readonly Phase[];
  private readonly momenta: { readonly base: number; readonly max: number } | null;
  private readonly anneal: (from: number, to: number, share: number) => number;

  constructor(
    private readonly optimizer: Optimizer,
    {
      maxLearningRate,
      totalSteps,
      pctStart = 0.3,
      annealStrategy = "cos",
      cycleMomentum = true,
      baseMomentum = 0.85,
      maxMomentum = 0.95,
      divFactor = 25,
      finalDivFactor = 1e4,
      threePhase = false,
      interval = "iteration",
    }: OneCycleOptions,
  ) {
    checkSteps("one-cycle schedule", "totalSteps", totalSteps);
    if (!(pctStart >= 0 && pctStart <= 1))
      throw engine().error(`one-cycle schedule: pctStart must lie in [0, 1], but it is ${pctStart}`);
    const { groups } = optimizer;
    const highest = typeof maxLearningRate === "number" ? groups.map(() => maxLearningRate) : maxLearningRate;
    if (highest.length !== groups.length) {
      throw engine().error(
        `one-cycle schedule: there are ${groups.length} groups of parameters, but maxLearningRate has ${highest.length} values`,
      );
    }
    if (cycleMomentum && groups.some((group) => optimizer.momentumOf(group) === null)) {
      throw engine().error(
        `one-cycle schedule: ${optimizer.name} has no momentum to cycle; set cycleMomentum: false, or take another optimizer`,
      );
    }
    this.interval = interval;
    this.total = totalSteps;
    this.levels = highest.map((max) => ({ initial: max / divFactor, max, min: max / divFactor / finalDivFactor }));
    this.momenta = cycleMomentum ? { base: baseMomentum, max: maxMomentum } : null;
    this.anneal = annealStrategy === "cos" ? alongCosine : alongLine;
    const last = totalSteps - 1;
    const rise: Phase = { end: pctStart * totalSteps - 1, rate: ["initial", "max"], high: [true, false] };
    this.phases = threePhase
      ? [
          rise,
          { end: 2 * pctStart * totalSteps - 2, rate: ["max", "initial"], high: [false, true] },
          { end: last, rate: ["initial", "min"], high: [true, true] },
        ]
      : [rise, { end: last, rate: ["max", "min"], high: [false, true] }];
    this.apply();
  }

  step(): void {
    this.t++;
    if (this.t > this.total) {
      throw engine().error(
        `one-cycle schedule: it was made for ${this.total} steps, but the training goes on; set totalSteps to the number of updates`,
      );
    }
    this.apply();
  }

  private apply(): void {
    const { t, phases, momenta } = this;
    let i = 0;
    while (i < phases.length - 1 && t > phases[i].end) i++;
    const { end, rate, high } = phases[i];
    const start = i === 0 ? 0 : phases[i - 1].end;
    // a phase without length is over at once
    const share = end === start ? 1 : (t - start) / (end - start);
    this.optimizer.groups.forEach((group, g) => {
      const levels = this.levels[g];
      group.settings.learningRate = this.anneal(levels[rate[0]], levels[rate[1]], share);
      if (momenta === null) return;
      const [from, to] = high.map((isHigh) => (isHigh ? momenta.max : momenta.base));
      this.optimizer.setMomentum(group, this.anneal(from, to, share));
    });
  }
}

function alongCosine(from: number, to: number, share: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
}

function alongLine(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}
