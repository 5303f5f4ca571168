// The tensors of a parameter's update in the letters of optimizers.ts, and its rule.
import { type Parameter, Tensor } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import { RuleSettings, type UpdateRule, updateRules } from "./optimizers.ts";

/** What an optimizer keeps of a parameter; the update has overwritten what it was before. */
export interface StateTensor {
  /** As the optimizer calls it: `m`, `v_max`. */
  readonly name: string;
  readonly tex: string;
  readonly value: Tensor;
}

/** The rule with the settings of the parameter's group, or null for an optimizer that nobody wrote one for. */
export function updateRule(parameter: Parameter, { optimizer }: TrainingRun): UpdateRule | null {
  const group = optimizer.groups.find(({ parameters }) => parameters.includes(parameter));
  const rule = updateRules[optimizer.name];
  if (rule === undefined || group === undefined) return null;
  const { steps } = optimizer.states[optimizer.parameters.indexOf(parameter)];
  return rule(new RuleSettings(group.settings, steps));
}

/** Letters of states that are not their name with an index t. */
const letters: Readonly<Record<string, string>> = { v_max: "v^{\\max}_t", g_mean: "\\bar g_t" };

export function stateTensors(parameter: Parameter, { optimizer }: TrainingRun): readonly StateTensor[] {
  return optimizer.state(optimizer.parameters.indexOf(parameter)).map(([name, buffer]) => ({
    name,
    tex: letters[name] ?? `${name}_t`,
    value: new Tensor(buffer, parameter.shape, { persistent: true }),
  }));
}
