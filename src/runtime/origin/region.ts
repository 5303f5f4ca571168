// Which elements of its output an operation has written, and the first of them that is not finite. A timestep writes a slice.
import { gateBlocks, type Node, type Tensor } from "../../training/engine.ts";

/** The timestep's part `[batch, time, from … to]` of a recurrent operation's tensor, or the whole tensor. */
export interface Region {
  readonly tensor: Tensor;
  /** Null: all of it. */
  readonly part: { readonly t: number; readonly from: number; readonly to: number } | null;
}

/** What the operation has computed. */
export function outputOf(node: Node): Region {
  return { tensor: node.output, part: node.timestep < 0 ? null : { t: node.timestep, ...columnsOf(node) } };
}

/** Row-major number of the first element that is not finite, or −1. Whole numbers always are. */
export function firstNonFinite({ tensor, part }: Region): number {
  if (tensor.dtype === "int32" || !tensor.alive) return -1;
  const { array } = tensor.floats;
  if (part === null || tensor.shape.length !== 3) return firstIn(array, 0, tensor.length);
  const [batch, time, width] = tensor.shape;
  for (let b = 0; b < batch; b++) {
    const row = (b * time + part.t) * width;
    const i = firstIn(array, row + part.from, row + part.to);
    if (i >= 0) return i;
  }
  return -1;
}

export function isFiniteTensor(tensor: Tensor): boolean {
  return firstNonFinite({ tensor, part: null }) < 0;
}

/** First element of ∂L/∂x that is not finite, or −1; also where there is no gradient. */
export function firstNonFiniteGradient(x: Tensor): number {
  return x.hasGradient && x.alive ? firstIn(x.gradient().array, 0, x.length) : -1;
}

/** First of n numbers that is not finite, or −1. */
export function firstNonFiniteOf(array: ArrayLike<number>, n: number): number {
  return firstIn(array, 0, n);
}

function firstIn(array: ArrayLike<number>, from: number, to: number): number {
  for (let i = from; i < to; i++) if (!Number.isFinite(array[i])) return i;
  return -1;
}

/** A gate is one block of columns; anything else has all of them. */
function columnsOf(node: Node): { readonly from: number; readonly to: number } {
  const width = node.output.shape.at(-1) ?? 1;
  const block = gateBlocks[node.operation];
  if (block === undefined) return { from: 0, to: width };
  const hidden = width / (node.operation.startsWith("lstm") ? 4 : 3);
  return { from: block * hidden, to: (block + 1) * hidden };
}
