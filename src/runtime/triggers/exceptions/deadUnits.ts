// Dead units: ReLUs that give 0 for sample after sample (SageMaker Debugger: active for less than 1 % of them).
import type { Node } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import { showNumber } from "../../origin/operand.ts";
import type { Measurement, Rule } from "./rule.ts";

/** A unit that was 0 for so many samples is dead: active for less than 1 % of them. */
const samplesToDie = 100;

export class DeadUnits implements Rule {
  readonly phase = "forward";
  /** By activation: for how many samples in a row each unit has been 0. */
  private silent: ReadonlyMap<string, Float64Array> = new Map();

  measure(run: TrainingRun): Measurement[] {
    const silent = new Map<string, Float64Array>();
    const measurements: Measurement[] = [];
    for (const node of run.engine.tape) {
      if (node.operation !== "relu" || node.output.shape.length < 2) continue;
      const key = keyOf(node, silent);
      const counts = countSilent(node, this.silent.get(key));
      silent.set(key, counts.silent);
      const dead = counts.silent.filter((n) => n >= samplesToDie).length;
      const units = counts.silent.length;
      const name = nameOf(run, node);
      measurements.push({
        subject: name,
        values: { dead: dead / units, zeros: counts.zeros },
        formula: `${dead} of the ${units} units of ${name} were 0 for each of the last ${samplesToDie} samples: ${showNumber(dead / units)}; zeros in this batch: ${showNumber(counts.zeros)}`,
        site: node.here.site,
        evaluateName: "",
      });
    }
    this.silent = silent;
    return measurements;
  }

  save(): () => void {
    const { silent } = this;
    return () => {
      this.silent = silent;
    };
  }
}

/** The same activation of every iteration: its layer, its line, and which of several there. */
function keyOf({ scope, here }: Node, taken: ReadonlyMap<string, unknown>): string {
  const base = `${scope?.owner.path ?? ""} ${here.site}`;
  let n = 0;
  while (taken.has(`${base} ${n}`)) n++;
  return `${base} ${n}`;
}

/** `relu of encoder.0`, or of the layer that it follows. */
function nameOf(run: TrainingRun, node: Node): string {
  const path = node.scope?.owner.path ?? "";
  const before = [...run.calls].find(([, { outputs }]) => outputs[0] === node.inputs[0])?.[0] ?? "";
  const where = before !== "" ? `after ${before}` : path !== "" ? `in ${path}` : "";
  return `relu ${where}`.trim();
}

/** Units are features (the last dimension); of images, `[N, C, H, W]`, they are channels. */
function countSilent({ output }: Node, before: Float64Array | undefined): { silent: Float64Array; zeros: number } {
  const { shape, length } = output;
  const { array } = output.floats;
  const images = shape.length === 4;
  const units = images ? shape[1] : (shape.at(-1) ?? 1);
  const inner = images ? shape[2] * shape[3] : 1;
  const samples = units === 0 ? 0 : length / (units * inner);
  const silent = new Float64Array(units);
  if (before?.length === units) silent.set(before);
  let zeros = 0;
  for (let s = 0; s < samples; s++) {
    for (let u = 0; u < units; u++) {
      let active = false;
      for (let i = (s * units + u) * inner, end = i + inner; i < end; i++) {
        if (array[i] === 0) zeros++;
        else active = true;
      }
      silent[u] = active ? 0 : silent[u] + 1;
    }
  }
  return { silent, zeros: length === 0 ? 0 : zeros / length };
}
