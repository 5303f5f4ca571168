// The iteration before, for comparison: copies that are kept while somebody steps, and the difference to the present.
import { type FloatBuffer, Tensor } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";
import type { UserStack } from "../../userStack.ts";
import { type Live, liveTensors, type Place, parameterKey, placeOf } from "./live.ts";

type Numbers = FloatBuffer["array"];

/** Copies of one iteration, by the keys of `liveTensors`, and the weights from before its update where they were known. */
interface Kept {
  readonly iteration: number;
  readonly copies: ReadonlyMap<string, Numbers>;
}

/** What is known of a tensor's past. */
export type Past =
  /** `to`: `to iteration 3`, or which update of a parameter lies between. */
  | { readonly kind: "known"; readonly before: Tensor; readonly to: string }
  /** It existed, but nobody kept it. */
  | { readonly kind: "lost"; readonly iteration: number }
  /** It did not exist, or is no tensor of the run. */
  | { readonly kind: "none" };

/** Of one iteration not more than this is kept, in bytes; parameters and outputs of layers come first. */
const largestCopy = 128 * 2 ** 20;

/** One to compare with, and the one before it, which left the weights that it began with. */
const keptIterations = 2;

export class PreviousIteration {
  private kept: readonly Kept[] = [];
  /** What has been looked at in this pause, in the engine's memory; rows of one tensor share it. */
  private readonly looked = new Map<Numbers, FloatBuffer>();
  /** Keep copies of every iteration from now on, also at full speed. */
  wanted = false;

  constructor(private readonly user: UserStack) {}

  /** Called while the iteration's tensors still exist. Without `stepping` it costs nothing, unless copies are wanted. */
  iterationEnded(run: TrainingRun, stepping: boolean): void {
    if (!stepping && !this.wanted) {
      this.kept = [];
      return;
    }
    const copies = new Map<string, Numbers>();
    let bytes = 0;
    for (const { keys, buffer, length } of liveTensors(run, this.user)) {
      bytes += length * buffer.array.BYTES_PER_ELEMENT;
      if (bytes > largestCopy) break;
      const copy = buffer.array.slice(0, length);
      for (const key of keys) copies.set(key, copy);
    }
    for (const [name, buffer] of run.weightsBefore) copies.set(beforeUpdate(name), buffer.array.slice());
    const older = this.kept.filter(({ iteration }) => iteration < run.iteration);
    this.kept = [...older.slice(1 - keptIterations), { iteration: run.iteration, copies }];
  }

  /** The run goes on, and takes back the memory of this iteration. */
  clear(): void {
    this.looked.clear();
  }

  /** Somebody changed the run: iterations from this one on belong to another course of it. */
  forget(run: TrainingRun): void {
    this.kept = this.kept.filter(({ iteration }) => iteration < run.iteration);
  }

  /**
   * The same tensor in the iteration before: parameters at the same side of the update, so that the difference is the last
   * update; gradients when they were complete; outputs of layers and variables by name. Also of a part of a tensor.
   * @param live `liveTensors` of this pause
   */
  of(tensor: Tensor, run: TrainingRun, live: readonly Live[]): Past {
    const place = placeOf(tensor, live);
    const keys = place?.live.keys ?? [];
    if (place === null || keys.length === 0) return { kind: "none" };
    const parameter = [...run.parameters.values()].find((name) => keys.includes(parameterKey(name)));
    const known = (buffer: FloatBuffer, of: number): Past => {
      const to = parameter === undefined ? `to iteration ${of}` : `by the update of iteration ${of}`;
      return { kind: "known", before: partOf(tensor, place, buffer), to };
    };
    const own = parameter !== undefined && run.updated.has(parameter) ? run.weightsBefore.get(parameter) : undefined;
    if (own !== undefined) return known(own, run.iteration);
    const iteration = run.iteration - 1;
    if (iteration < 1) return { kind: "none" };
    const kept = this.kept.find((candidate) => candidate.iteration === iteration);
    if (kept === undefined) return { kind: "lost", iteration };
    const copy = parameter === undefined ? keptUnder(keys, kept) : this.weightsBefore(parameter, iteration);
    if (copy === null) return { kind: "lost", iteration };
    // a last batch is smaller than the others, so that its elements have no counterparts
    if (copy === undefined || copy.length !== place.live.length) return { kind: "none" };
    return known(this.lookAt(copy, run), iteration);
  }

  /** Weights from before an iteration's update are those that the one before it left. */
  private weightsBefore(name: string, iteration: number): Numbers | null {
    const at = (i: number, key: string) => this.kept.find((kept) => kept.iteration === i)?.copies.get(key);
    return at(iteration, beforeUpdate(name)) ?? at(iteration - 1, parameterKey(name)) ?? null;
  }

  private lookAt(copy: Numbers, run: TrainingRun): FloatBuffer {
    let buffer = this.looked.get(copy);
    if (buffer === undefined) {
      buffer = run.engine.kernels.memory.floats(copy.length, false);
      buffer.array.set(copy);
      this.looked.set(copy, buffer);
    }
    return buffer;
  }
}

function beforeUpdate(name: string): string {
  return `before the update of ${name}`;
}

function keptUnder(keys: readonly string[], { copies }: Kept): Numbers | undefined {
  return keys.map((key) => copies.get(key)).find((found) => found !== undefined);
}

/** The elements of a buffer that stand where those of the tensor do. */
function partOf(tensor: Tensor, { offset, live }: Place, buffer: FloatBuffer): Tensor {
  const rest = buffer.sub(offset, live.length - offset);
  if (!tensor.strided) return new Tensor(rest, tensor.shape);
  return new Tensor(rest, tensor.shape, { layout: { offset: 0, strides: tensor.memory.strides } });
}

/** now − before, and ‖now − before‖ / ‖before‖ (null when that divides by 0). */
export function differenceOf(now: Tensor, before: Tensor): { delta: Tensor; norm: number; ratio: number | null } {
  const delta = now.sub(before);
  const [norm, size] = [delta.norm().item(), before.norm().item()];
  return { delta, norm, ratio: size === 0 ? null : norm / size };
}
