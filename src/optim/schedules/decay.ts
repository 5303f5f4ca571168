// Schedules that are a formula of the step: step, multi-step, exponential, cosine, linear; and several one after another.
import { engine } from "../../engine/engine.ts";
import type { Optimizer } from "../optimizer.ts";
import { checkSteps, type IntervalOption, RateSchedule, type Schedule } from "./schedule.ts";

/** η_t = η₀ γ^⌊t / stepSize⌋ (torch's StepLR). Defaults: gamma 0.1, per epoch. */
export function step(
  optimizer: Optimizer,
  {
    stepSize,
    gamma = 0.1,
    interval = "epoch",
  }: { readonly stepSize: number; readonly gamma?: number } & IntervalOption,
): RateSchedule {
  checkSteps("step schedule", "stepSize", stepSize);
  return new RateSchedule(optimizer, "step", interval, (initial, t) => initial * gamma ** Math.floor(t / stepSize));
}

/** η_t = η₀ γ^#{milestones ≤ t} (torch's MultiStepLR). Defaults: gamma 0.1, per epoch. */
export function multiStep(
  optimizer: Optimizer,
  {
    milestones,
    gamma = 0.1,
    interval = "epoch",
  }: { readonly milestones: readonly number[]; readonly gamma?: number } & IntervalOption,
): RateSchedule {
  const passed = (t: number) => milestones.filter((m) => m <= t).length;
  return new RateSchedule(optimizer, "multiStep", interval, (initial, t) => initial * gamma ** passed(t));
}

/** η_t = η₀ γᵗ (torch's ExponentialLR). Per epoch by default. */
export function exponential(
  optimizer: Optimizer,
  { gamma, interval = "epoch" }: { readonly gamma: number } & IntervalOption,
): RateSchedule {
  return new RateSchedule(optimizer, "exponential", interval, (initial, t) => initial * gamma ** t);
}

/**
 * η_t = η_min + (η₀ − η_min)(1 + cos(π t / tMax)) / 2: down to `etaMin` in tMax steps and up again in the next tMax
 * (Loshchilov & Hutter 2017, eq. 5, without restarts; torch's CosineAnnealingLR). Defaults: etaMin 0, per epoch.
 */
export function cosine(
  optimizer: Optimizer,
  { tMax, etaMin = 0, interval = "epoch" }: { readonly tMax: number; readonly etaMin?: number } & IntervalOption,
): RateSchedule {
  checkSteps("cosine schedule", "tMax", tMax);
  return new RateSchedule(
    optimizer,
    "cosine",
    interval,
    (initial, t) => etaMin + ((initial - etaMin) * (1 + Math.cos((Math.PI * t) / tMax))) / 2,
  );
}

/**
 * Linear warm-up: η_t = η₀ (f + (1 − f) t / totalIters), f = startFactor, until totalIters, then η₀ (torch's LinearLR; with
 * `endFactor` it ends at another share than 1, so it can fall too). Defaults: from 1/3 to 1 in 5 steps, per iteration.
 */
export function linear(
  optimizer: Optimizer,
  {
    startFactor = 1 / 3,
    endFactor = 1,
    totalIters = 5,
    interval = "iteration",
  }: { readonly startFactor?: number; readonly endFactor?: number; readonly totalIters?: number } & IntervalOption = {},
): RateSchedule {
  checkSteps("linear schedule", "totalIters", totalIters);
  if (!(startFactor > 0 && startFactor <= 1 && endFactor >= 0 && endFactor <= 1)) {
    throw engine().error(
      `linear schedule: startFactor must lie in (0, 1] and endFactor in [0, 1], but they are ${startFactor} and ${endFactor}`,
    );
  }
  return new RateSchedule(optimizer, "linear", interval, (initial, t) => {
    const share = Math.min(t, totalIters) / totalIters;
    return initial * (startFactor + (endFactor - startFactor) * share);
  });
}

/**
 * Schedules one after another: the i-th begins, with its step 0, when `milestones[i − 1]` steps have been taken (torch's
 * SequentialLR), such as a warm-up followed by a cosine. All count in the interval of the first.
 * @throws ModelError when there is not one milestone between every two schedules
 */
export function sequential(
  optimizer: Optimizer,
  makers: readonly ((optimizer: Optimizer) => RateSchedule)[],
  { milestones }: { readonly milestones: readonly number[] },
): Schedule {
  if (makers.length === 0 || milestones.length !== makers.length - 1) {
    throw engine().error(
      `sequential schedule: ${makers.length} schedules need ${Math.max(0, makers.length - 1)} milestones between them, but there are ${milestones.length}`,
    );
  }
  const initial = optimizer.groups.map(({ settings }) => settings.learningRate);
  const schedules = makers.map((make) => {
    optimizer.groups.forEach(({ settings }, i) => {
      settings.learningRate = initial[i];
    });
    return make(optimizer);
  });
  return new Sequential(schedules, milestones);
}

class Sequential implements Schedule {
  readonly name = "sequential";
  readonly interval: Schedule["interval"];
  private t = 0;

  constructor(
    private readonly schedules: readonly RateSchedule[],
    private readonly milestones: readonly number[],
  ) {
    this.interval = schedules[0].interval;
    this.apply();
  }

  step(): void {
    this.t++;
    this.apply();
  }

  private apply(): void {
    const { t, milestones } = this;
    const i = milestones.filter((m) => m <= t).length;
    this.schedules[i].t = t - (i === 0 ? 0 : milestones[i - 1]);
  }
}
