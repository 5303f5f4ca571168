// Exploding gradient: ‖g‖ of all parameters against a bound, and against what it was in the iterations before.
import type { TrainingRun } from "../../../training/run.ts";
import { showNumber } from "../../origin/operand.ts";
import type { Measurement, Rule } from "./rule.ts";

const remembered = 20;
const enough = 5;

export class ExplodingGradient implements Rule {
  readonly phase = "backward";
  private norms: readonly number[] = [];

  measure(run: TrainingRun): Measurement[] {
    const { kernels } = run.engine;
    const squares = [...run.parameters].map(([p, name]) => ({
      name,
      square: p.requiresGrad && p.hasGradient ? kernels.sumSquares(p.length, p.gradient()) : 0,
    }));
    const norm = Math.sqrt(squares.reduce((sum, { square }) => sum + square, 0));
    const typical = median(this.norms);
    const growth = this.norms.length >= enough && typical > 0 ? norm / typical : 1;
    this.norms = [...this.norms, norm].slice(-remembered);
    const largest = squares.reduce((a, b) => (b.square > a.square ? b : a), { name: "", square: 0 });
    const against =
      this.norms.length > enough
        ? `, ${showNumber(growth)} times the median ${showNumber(typical)} of the iterations before`
        : "";
    return [
      {
        subject: "",
        values: { norm, growth },
        formula: `‖g‖ = ${showNumber(norm)}${against}; the largest part is ‖g of ${largest.name}‖ = ${showNumber(Math.sqrt(largest.square))}`,
        site: ownerSite(run, largest.name),
        evaluateName: largest.name === "" ? "" : `parameter("${largest.name}").grad`,
      },
    ];
  }

  save(): () => void {
    const { norms } = this;
    return () => {
      this.norms = norms;
    };
  }
}

/** The line that created the layer of a parameter. */
export function ownerSite(run: TrainingRun, parameter: string): number {
  const path = parameter.slice(0, Math.max(0, parameter.lastIndexOf(".")));
  return run.model.namedModules().find(([name]) => name === path)?.[1].creationSite ?? -1;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : sorted[Math.floor(sorted.length / 2)];
}
