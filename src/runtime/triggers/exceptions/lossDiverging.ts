// Loss diverging: the mean loss of some iterations against the smallest there was (TheDeepChecker: twice, over a window of 5).
import type { TrainingRun } from "../../../training/run.ts";
import { showNumber } from "../../origin/operand.ts";
import type { Measurement, Rule } from "./rule.ts";

const window = 5;

export class LossDiverging implements Rule {
  readonly phase = "loss";
  private losses: readonly number[] = [];
  private first: number | null = null;
  private best = Number.POSITIVE_INFINITY;

  measure(run: TrainingRun): Measurement[] {
    if (run.loss === null) return [];
    const loss = run.loss.item();
    this.losses = [...this.losses, loss].slice(-window);
    if (this.losses.length < window) return [];
    const mean = this.losses.reduce((sum, x) => sum + x, 0) / window;
    this.first ??= mean;
    this.best = Math.min(this.best, mean);
    const { first, best } = this;
    // a loss that goes below zero has no ratio; `rise` still says how far it came
    const growth = best > 0 ? mean / best : 1;
    const rise = (mean - best) / Math.abs(first);
    return [
      {
        subject: "",
        values: { loss, growth, rise },
        formula: `mean loss of ${window} iterations / its smallest = ${showNumber(mean)} / ${showNumber(best)} = ${showNumber(growth)}; it rose by ${showNumber(rise)} of the first mean, ${showNumber(first)}`,
        site: -1,
        evaluateName: "loss",
      },
    ];
  }

  save(): () => void {
    const { losses, first, best } = this;
    return () => {
      this.losses = losses;
      this.first = first;
      this.best = best;
    };
  }
}
