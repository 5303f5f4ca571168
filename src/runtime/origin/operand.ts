// Numbers of a tensor under the name the user knows it by, and how they are written: `p[3,7] = 0`. Knows no operation.

/** A tensor's values with a name; `shape` and `values` are row-major. */
export class Operand {
  constructor(
    /** `p`, `head.weight`, `∂L/∂z`; empty for a constant, which is shown by its value alone. */
    readonly name: string,
    readonly shape: readonly number[],
    readonly values: ArrayLike<number>,
    /** Where element i of the operation lies in what bears the name: broadcasting repeats elements. */
    private readonly place: (i: number) => number = (i) => i,
  ) {}

  /** Element i as the operation sees it. */
  value(i: number): number {
    return this.values[this.place(i)];
  }

  /** `p[3,7]` */
  label(i: number): string {
    return this.name === "" ? showNumber(this.value(i)) : `${this.name}${showIndex(this.shape, this.place(i))}`;
  }

  /** `p[3,7] = 0` */
  at(i: number): string {
    return this.name === "" ? this.label(i) : `${this.label(i)} = ${showNumber(this.value(i))}`;
  }

  /** The same numbers where an operation sees them through a view. */
  through(place: (i: number) => number): Operand {
    return new Operand(this.name, this.shape, this.values, (i) => this.place(place(i)));
  }

  /** The element of largest magnitude among these. */
  largest(elements: Iterable<number>): number {
    let best = -1;
    for (const i of elements) if (best < 0 || Math.abs(this.value(i)) > Math.abs(this.value(best))) best = i;
    return Math.max(best, 0);
  }
}

/** Four digits, the signs of mathematics: `104.2`, `−∞`, `1.2e−8`, `NaN`. */
export function showNumber(x: number): string {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const rounded = Number(x.toPrecision(4));
  const text = Math.abs(rounded) < 1e6 ? String(rounded) : rounded.toExponential().replace("e+", "e");
  return text.replaceAll("-", "−");
}

/** Brackets around what is negative, so that it can stand after a sign of operation. */
export function showTerm(x: number): string {
  return x < 0 ? `(${showNumber(x)})` : showNumber(x);
}

/** Row-major element i of a shape as `[3,7]`; nothing for a scalar. */
export function showIndex(shape: readonly number[], i: number): string {
  return shape.length === 0 ? "" : `[${indexOf(shape, i).join(",")}]`;
}

export function indexOf(shape: readonly number[], i: number): number[] {
  const index = new Array<number>(shape.length);
  let rest = i;
  for (let d = shape.length - 1; d >= 0; d--) {
    index[d] = rest % shape[d];
    rest = Math.floor(rest / shape[d]);
  }
  return index;
}

/** Numbers 0 to n − 1, each `step` apart, from `start` on. */
export function* range(n: number, start = 0, step = 1): Generator<number> {
  for (let i = 0; i < n; i++) yield start + i * step;
}
