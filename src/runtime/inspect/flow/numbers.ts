// Root mean squares of tensors and of their gradients. Reads memory, makes none, changes nothing.
import { type Kernels, Parameter, type Tensor } from "../../../training/engine.ts";
import type { TrainingRun } from "../../../training/run.ts";

/** Σx² over n elements. */
interface Squares {
  readonly sum: number;
  readonly count: number;
}

/** Root mean squares; null where nothing is known. */
export interface Size {
  readonly value: number | null;
  readonly gradient: number | null;
}

/** Looks at every tensor once, however many edges it lies on. */
export class Sizes {
  private readonly values = new Map<Tensor, Squares | null>();
  private readonly gradients = new Map<Tensor, Squares | null>();
  private differentiated: ReadonlySet<Tensor> | null = null;

  constructor(private readonly run: TrainingRun) {}

  /** Of all tensors together. Whole numbers have no size; of gradients those count that backward has come to. */
  of(tensors: Iterable<Tensor>): Size {
    return {
      value: rms(tensors, (tensor) => remembered(this.values, tensor, () => this.valueSquares(tensor))),
      gradient: rms(tensors, (tensor) => remembered(this.gradients, tensor, () => this.gradientSquares(tensor))),
    };
  }

  private valueSquares(tensor: Tensor): Squares | null {
    if (tensor.dtype === "int32" || !tensor.alive) return null;
    const { kernels } = this.run.engine;
    if (!tensor.strided) return { sum: kernels.sumSquares(tensor.length, tensor.floats), count: tensor.length };
    return { sum: stridedSquares(tensor, kernels), count: tensor.length };
  }

  private gradientSquares(tensor: Tensor): Squares | null {
    if (!tensor.alive || !tensor.requiresGrad) return null;
    // a parameter's gradient may still be that of an earlier iteration
    if (tensor instanceof Parameter && !this.hasBeenReached(tensor)) return null;
    const gradient = tensor.gradientSoFar();
    if (gradient === null) return null;
    return { sum: this.run.engine.kernels.sumSquares(tensor.length, gradient), count: tensor.length };
  }

  private hasBeenReached(parameter: Parameter): boolean {
    this.differentiated ??= this.run.differentiatedTensors();
    return this.differentiated.has(parameter);
  }
}

/** Root mean square of x[:, t] for a tensor `[batch, time, features]` that is stored as one block. */
export function timestepRms(array: Float32Array | Float64Array, shape: readonly number[], t: number): number {
  const [batch, time, features] = shape;
  let sum = 0;
  for (let b = 0; b < batch; b++) {
    const start = (b * time + t) * features;
    for (let i = start; i < start + features; i++) sum += array[i] * array[i];
  }
  return Math.sqrt(sum / (batch * features));
}

function rms(tensors: Iterable<Tensor>, squaresOf: (tensor: Tensor) => Squares | null): number | null {
  let sum = 0;
  let count = 0;
  for (const tensor of tensors) {
    const squares = squaresOf(tensor);
    if (squares === null) continue;
    sum += squares.sum;
    count += squares.count;
  }
  return count === 0 ? null : Math.sqrt(sum / count);
}

function remembered(known: Map<Tensor, Squares | null>, tensor: Tensor, compute: () => Squares | null): Squares | null {
  let squares = known.get(tensor);
  if (squares === undefined) {
    squares = compute();
    known.set(tensor, squares);
  }
  return squares;
}

/** Σx² of a view whose elements lie apart: by its own `floats` the engine would make a copy and keep it. */
function stridedSquares(tensor: Tensor, kernels: Kernels): number {
  const { buffer, strides } = tensor.memory;
  const { shape } = tensor;
  // the last dimensions that lie as one block
  let inner = 1;
  let rank = shape.length;
  while (rank > 0 && (shape[rank - 1] === 1 || strides[rank - 1] === inner)) inner *= shape[--rank];
  const add = (dimension: number, offset: number): number => {
    if (dimension === rank) {
      if (inner >= shortRun) return kernels.sumSquares(inner, buffer.sub(offset, inner));
      let sum = 0;
      for (let i = offset; i < offset + inner; i++) sum += buffer.array[i] * buffer.array[i];
      return sum;
    }
    let sum = 0;
    for (let i = 0; i < shape[dimension]; i++) sum += add(dimension + 1, offset + i * strides[dimension]);
    return sum;
  };
  return tensor.length === 0 ? 0 : add(0, 0);
}

/** Shorter runs are added one by one: a call of a kernel costs more. */
const shortRun = 16;
