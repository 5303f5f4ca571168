// How far back each recurrent layer remembers, as values of the scope "Memory".
import type { ChainPart, ChainTimestep } from "../../../protocol/inspector/chain.ts";
import { defaultPrecision } from "../../../protocol/values.ts";
import type { TrainingRun } from "../../../training/run.ts";
import { formatNumber } from "../format.ts";
import { type Named, Section } from "../named.ts";
import { chain } from "./chain.ts";
import { recurrentLayers } from "./sequence.ts";

/** Of the first sample of the batch; `∂h_T/∂h_t` of another one is asked for by the request `chain`. */
export function memory(run: TrainingRun): readonly Named[] {
  return recurrentLayers(run).flatMap((layer) => {
    const { parts } = chain(run, layer);
    return parts.map((part) => {
      const name = parts.length === 1 ? layer : `${layer} ${part.name}`;
      return { name, value: new Section(summary(part), () => timesteps(part)) };
    });
  });
}

function summary({ reach, timesteps }: ChainPart): string {
  const steps = reach === 1 ? "timestep" : "timesteps";
  const all = reach === timesteps.length - 1 ? ", all there are" : "";
  return `∂h_T/∂h_t: at least 1 % over ${reach} ${steps}${all} (sample 0)`;
}

function timesteps(part: ChainPart): readonly Named[] {
  return part.timesteps.map((step) => ({
    name: `t=${step.t}`,
    value: new Section(line(step), () => norms(part, step)),
  }));
}

function line({ jacobianNorm, gradNorm }: ChainTimestep): string {
  const number = (x: number) => formatNumber(x, defaultPrecision);
  const gradient = gradNorm === null ? "" : `  ‖∂L/∂h_t‖ ${number(gradNorm)}`;
  return `‖∂h_T/∂h_t‖ ${number(jacobianNorm)}${gradient}`;
}

function norms({ gates }: ChainPart, step: ChainTimestep): readonly Named[] {
  const { gradNorm, jacobianNorm, cellNorm, keptNorm, gateNorms } = step;
  const isLstm = cellNorm !== null;
  const all: readonly (readonly [string, number | null])[] = [
    ["‖∂L/∂h_t‖", gradNorm],
    ["‖∂h_T/∂h_t‖", jacobianNorm],
    ["‖∂h_T/∂c_t‖", cellNorm],
    [isLstm ? "‖∂c_T/∂c_t‖ through f alone" : "‖∂h_T/∂h_t‖ through z alone, no weights", keptNorm],
    ...gates.map((gate, i): [string, number] => [`‖∂h_T/∂h_t‖ by W_h${gate} alone`, gateNorms[i]]),
  ];
  return all.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
}
