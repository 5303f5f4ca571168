// What a learning-rate schedule is, and the kind whose rate is a function of the initial rate and the step alone.
import { engine } from "../../engine/engine.ts";
import type { Optimizer } from "../optimizer.ts";

/** When a schedule takes a step: after every update, or after every epoch (and its validation). */
export type Interval = "iteration" | "epoch";

export interface Schedule {
  /** For people: `cosine`. */
  readonly name: string;
  readonly interval: Interval;
  /** Sets the learning rates of what comes next. `loss` is the epoch's: on validation, else on training. */
  step(loss: number): void;
}

export interface IntervalOption {
  /** What one step of the schedule is. */
  readonly interval?: Interval;
}

/** A rate after t steps from the rate that the group began with. */
export type Rate = (initial: number, t: number) => number;

/**
 * A schedule whose learning rate is `rate(initial, t)`, t counting its steps; each group goes its own way from its own
 * initial rate. Sets the rates of t = 0 when it is made.
 */
export class RateSchedule implements Schedule {
  private steps = 0;
  private readonly initial: readonly number[];

  constructor(
    private readonly optimizer: Optimizer,
    readonly name: string,
    readonly interval: Interval,
    private readonly rate: Rate,
  ) {
    this.initial = optimizer.groups.map(({ settings }) => settings.learningRate);
    this.apply();
  }

  /** Steps taken; setting it goes to that step at once. */
  get t(): number {
    return this.steps;
  }

  set t(value: number) {
    this.steps = value;
    this.apply();
  }

  step(): void {
    this.t = this.steps + 1;
  }

  private apply(): void {
    this.optimizer.groups.forEach(({ settings }, i) => {
      settings.learningRate = this.rate(this.initial[i], this.steps);
    });
  }
}

/** @throws ModelError naming schedule, option and value when it is not a whole number of at least 1 */
export function checkSteps(schedule: string, option: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw engine().error(`${schedule}: ${option} must be a whole number of at least 1, but it is ${value}`);
}
