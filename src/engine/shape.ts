// Arithmetic on shapes: sizes, strides, broadcasting. Knows no values.

export type Shape = readonly number[];

/** Number of elements; 1 for a scalar's empty shape. */
export function sizeOf(shape: Shape): number {
  let n = 1;
  for (const d of shape) n *= d;
  return n;
}

/** `[16, 32]` */
export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let n = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = n;
    n *= shape[i];
  }
  return strides;
}

/** The shape of a ∘ b by NumPy's broadcasting rule, or null when they do not fit. */
export function broadcastShape(a: Shape, b: Shape): number[] | null {
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return null;
    out[i] = x === 1 ? y : x;
  }
  return out;
}

/** Strides that read `from` (row-major, or as `strides` say) as if it had the shape `to`: 0 along broadcast dimensions. */
export function broadcastStrides(from: Shape, to: Shape, strides: readonly number[] = stridesOf(from)): number[] {
  return to.map((_, i) => {
    const j = i - (to.length - from.length);
    return j < 0 || from[j] === 1 ? 0 : strides[j];
  });
}

/**
 * Calls `visit(offset, i, length)` for every run of elements that lie side by side, in row-major order: elements i to
 * i + length of the shape begin at `offset` by the given strides.
 */
export function forEachRun(
  shape: Shape,
  strides: readonly number[],
  visit: (offset: number, i: number, length: number) => void,
): void {
  let length = 1;
  let outer = shape.length;
  // dimensions from the last on that are stored as one block
  while (outer > 0 && (shape[outer - 1] === 1 || strides[outer - 1] === length)) length *= shape[--outer];
  if (length === 0) return;
  forEachOffset(shape.slice(0, outer), strides.slice(0, outer), (offset, i) => visit(offset, i * length, length));
}

/** Are elements of this shape with these strides stored as one row-major block? */
export function isDense(shape: Shape, strides: readonly number[]): boolean {
  const dense = stridesOf(shape);
  return shape.every((size, i) => size === 1 || strides[i] === dense[i]);
}

/** Calls `visit(offset)` for every element of `shape` in row-major order, `offset` by the given strides. */
export function forEachOffset(
  shape: Shape,
  strides: readonly number[],
  visit: (offset: number, i: number) => void,
): void {
  const n = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  let offset = 0;
  for (let i = 0; i < n; i++) {
    visit(offset, i);
    for (let d = shape.length - 1; d >= 0; d--) {
      offset += strides[d];
      if (++index[d] < shape[d]) break;
      offset -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
}

/** A dimension counted from the end when negative, or null when there is none such. */
export function dimension(d: number, rank: number): number | null {
  const i = d < 0 ? d + rank : d;
  return Number.isInteger(i) && i >= 0 && i < rank ? i : null;
}
