// Update ratio: ‖Δw‖ / ‖w‖ of every weight matrix; about 1e-3 is healthy (Karpathy 2022; TheDeepChecker's band is 1e-4 to 0.1).
import type { TrainingRun } from "../../../training/run.ts";
import { showNumber } from "../../origin/operand.ts";
import { ownerSite } from "./exploding.ts";
import type { Measurement, Rule } from "./rule.ts";

/** Updates that the mean is over. */
const window = 10;
/** A matrix that began at zero, as LoRA's B, has no size to compare with at first; so many updates are let pass. */
const graceFromZero = 20;

interface Memory {
  readonly logs: readonly number[];
  readonly grace: number;
}

export class UpdateRatio implements Rule {
  readonly phase = "update";
  readonly wantsWeightsBefore = true;
  private memories: ReadonlyMap<string, Memory> = new Map();

  measure(run: TrainingRun): Measurement[] {
    const { kernels } = run.engine;
    const memories = new Map(this.memories);
    const measurements: Measurement[] = [];
    for (const [p, name] of run.parameters) {
      const before = run.weightsBefore.get(name);
      // biases begin at zero, so that a ratio says nothing of them
      if (p.shape.length < 2 || before === undefined || !run.updated.has(name)) continue;
      const norm = Math.sqrt(kernels.sumSquares(p.length, before));
      const update = Math.sqrt(kernels.sumSquaredDifference(p.length, p.floats, before));
      const memory = remember(memories.get(name), norm, update);
      memories.set(name, memory);
      if (memory.logs.length < window || memory.grace > 0) continue;
      const ratio = Math.exp(memory.logs.reduce((sum, x) => sum + x, 0) / memory.logs.length);
      measurements.push({
        subject: name,
        values: { ratio, norm },
        formula: `‖Δw‖ / ‖w‖ = ${showNumber(ratio)}, geometric mean of ${window} updates; now ${showNumber(update)} / ${showNumber(norm)}`,
        site: ownerSite(run, name),
        evaluateName: `parameter("${name}")`,
      });
    }
    this.memories = memories;
    return measurements;
  }

  save(): () => void {
    const { memories } = this;
    return () => {
      this.memories = memories;
    };
  }
}

/** An update of exactly 0 has no logarithm, and says that there was no gradient, not that the step was small. */
function remember(memory: Memory = { logs: [], grace: 0 }, norm: number, update: number): Memory {
  const grace = norm === 0 ? graceFromZero : Math.max(0, memory.grace - 1);
  if (norm === 0 || update === 0) return { ...memory, grace };
  return { logs: [...memory.logs, Math.log(update / norm)].slice(-window), grace };
}
