// How far back a recurrent layer remembers: ∂L/∂h_t and the exact Jacobian ∂h_T/∂h_t, from the activations of the pause.
import type { ChainPart, ChainReport, ChainTimestep } from "../../../protocol/inspector/chain.ts";
import type { FloatBuffer } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import { gateNames, stepFactors } from "./cells.ts";
import { Product, type Scratch } from "./product.ts";
import { type Sequence, sequencesOf } from "./sequence.ts";

/** Below this share nothing is remembered; see `ChainPart.reach`. */
const remembered = 0.01;

/**
 * @param sample number in the batch
 * @throws Error when the layer has not run in this iteration, or the batch has no such sample
 */
export function chain(run: TrainingRun, layer: string, sample = 0): ChainReport {
  const sequences = sequencesOf(run, layer);
  const batch = sequences[0].h.shape[0];
  if (!(Number.isInteger(sample) && sample >= 0 && sample < batch)) {
    throw new Error(
      `"sample" must be a whole number from 0 to ${batch - 1}, because the batch has ${batch}, but is ${sample}`,
    );
  }
  return { layer, sample, batch, parts: sequences.map((sequence) => partOf(run, sequence, sample)) };
}

function partOf(run: TrainingRun, s: Sequence, sample: number): ChainPart {
  const { kernels } = run.engine;
  const H = s.h.shape[2];
  const names = gateNames[s.kind];
  const single = names.length === 1;
  const scratch = scratchOf(run, H);
  const scaled = scratch.take();
  const product = (...gates: number[]) => new Product(kernels, H, new Set(gates), scaled, scratch);
  const whole = product(...names.keys());
  const alone = single ? [] : [...names.keys()].map((gate) => product(gate));
  const kept = single ? null : new Float64Array(H).fill(1);
  const timesteps: ChainTimestep[] = [];
  for (let k = s.order.length - 1; k >= 0; k--) {
    const t = s.order[k];
    timesteps.push({
      t,
      gradNorm: gradNorm(run, s, sample, t),
      jacobianNorm: whole.norm,
      cellNorm: s.c === null ? null : whole.cellNorm,
      keptNorm: kept === null ? null : kept.reduce((most, x) => Math.max(most, x), 0),
      gateNorms: alone.map(({ norm }) => norm),
    });
    // at padding the state stands still
    if (k === 0 || s.padded(sample, t)) continue;
    const factors = stepFactors(s, sample, t, s.order[k - 1]);
    for (const each of [whole, ...alone]) each.back(factors, s.weights);
    for (let j = 0; kept !== null && j < H; j++) kept[j] *= factors.kept?.[j] ?? 0;
  }
  const reach = timesteps.findLastIndex(
    ({ jacobianNorm, cellNorm }) => Math.max(jacobianNorm, cellNorm ?? 0) >= remembered,
  );
  timesteps.sort((a, b) => a.t - b.t);
  return { name: s.name, gates: single ? [] : names, reach, timesteps };
}

/** ‖∂L/∂h_t‖ of one sample. */
function gradNorm(run: TrainingRun, { h }: Sequence, sample: number, t: number): number | null {
  if (run.reached.get(h)?.has(t) !== true) return null;
  const [, time, H] = h.shape;
  const start = (sample * time + t) * H;
  let squares = 0;
  for (const g of h.gradient().array.subarray(start, start + H)) squares += g * g;
  return Math.sqrt(squares);
}

interface Pool {
  readonly generation: number;
  readonly H: number;
  readonly buffers: FloatBuffer[];
}

/** Memory of this iteration; asking again in the same one takes no more of it. */
const pools = new WeakMap<TrainingRun, Pool>();

function scratchOf(run: TrainingRun, H: number): Scratch {
  const { engine } = run;
  const before = pools.get(run);
  const usable = before !== undefined && before.generation === engine.generation && before.H === H;
  const pool = usable ? before : { generation: engine.generation, H, buffers: [] };
  pools.set(run, pool);
  let taken = 0;
  return {
    take: () => {
      pool.buffers[taken] ??= engine.kernels.memory.floats(H * H, false);
      return pool.buffers[taken++];
    },
  };
}
