// Timesteps of a recurrent layer and rounds of a loop, each with its size, as far as the iteration has come.
import { type FlowChain, type FlowNode, type FlowStep, longestChain } from "../../../protocol/inspector/flow.ts";
import { hiddenStateOperations, type Tensor } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import { type Size, type Sizes, timestepRms } from "./numbers.ts";
import type { Station } from "./tensors.ts";

/** Steps of a recurrent layer, or rounds of a loop. */
export function chainOf(
  { timesteps, times }: FlowNode,
  node: number,
  station: Station | undefined,
  run: TrainingRun,
  sizes: Sizes,
): FlowChain[] {
  if (station === undefined || (timesteps < 2 && times < 2)) return [];
  if (timesteps < 2) {
    const outputs = [...station.rounds.values()];
    const step = (t: number): FlowStep => ({ t, ...sizes.of(t < outputs.length ? [outputs[t]] : []) });
    return [{ node, steps: spaced(times).map(step) }];
  }
  // several calls with timesteps of their own: the last one's
  const hidden = station.nodes.findLast(({ operation }) => hiddenStateOperations.has(operation))?.output;
  if (hidden === undefined) return [];
  const steps = new Steps(station, run);
  return [{ node, steps: spaced(hidden.shape[1]).map((t) => steps.at(hidden, t)) }];
}

/** Hidden states h of one layer, `[batch, time, features]`: of each h_t is told what has been computed. */
export class Steps {
  private readonly computed = new Map<Tensor, Set<number>>();

  constructor(
    { nodes }: Station,
    private readonly run: TrainingRun,
  ) {
    for (const { output, timestep } of nodes) {
      const timesteps = this.computed.get(output);
      if (timesteps === undefined) this.computed.set(output, new Set([timestep]));
      else timesteps.add(timestep);
    }
  }

  at(hidden: Tensor, t: number): FlowStep {
    const gradient = this.run.reached.get(hidden)?.has(t) === true ? hidden.gradientSoFar() : null;
    return {
      t,
      value: this.computed.get(hidden)?.has(t) === true ? timestepRms(hidden.floats.array, hidden.shape, t) : null,
      gradient: gradient && timestepRms(gradient.array, hidden.shape, t),
    };
  }

  /** Of all that is there of these states; they have the same number of features. */
  size(states: Iterable<Tensor>): Size {
    const steps = [...states].flatMap((hidden) =>
      Array.from({ length: hidden.shape[1] }, (_, t) => this.at(hidden, t)),
    );
    return {
      value: together(steps.map(({ value }) => value)),
      gradient: together(steps.map(({ gradient }) => gradient)),
    };
  }
}

/** Root mean square of parts of the same size, from theirs; null when none is there. */
function together(parts: readonly (number | null)[]): number | null {
  const known = parts.filter((part) => part !== null);
  const sum = known.reduce((sum, part) => sum + part * part, 0);
  return known.length === 0 ? null : Math.sqrt(sum / known.length);
}

/** The numbers 0 to count − 1, or as many of them as can be read; the last one always. */
function spaced(count: number): number[] {
  const every = Math.ceil(count / longestChain);
  const last = count - 1;
  return Array.from({ length: Math.floor(last / every) + 1 }, (_, i) => last - i * every).reverse();
}
