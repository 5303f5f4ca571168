// How a tensor opens: statistics, gradient, the difference to the iteration before, then the elements by rows.
import { type Kernels, Tensor } from "../../../training/engine.ts";
import { describe } from "../../../training/statistics.ts";
import { formatNumber } from "../format.ts";
import type { Container, Named, ValueSource } from "../named.ts";
import { assignTensor, rowOf, sourceOf } from "./elements.ts";
import { differenceOf } from "./previous.ts";

const differenceName = "previous-step difference";

/** Children of a tensor that exists. `path` is the expression that gives it, or empty. */
export function tensorContainer(
  t: Tensor,
  path: string,
  kernels: Kernels,
  source: ValueSource,
  digits: number,
): Container {
  const at = (expression: string) => path && `${path}.${expression}`;
  const named = (): readonly Named[] => {
    const shape: Named = { name: "shape", value: [...t.shape], evaluateName: at("shape") };
    if (t.dtype === "int32") return [shape];
    const grad: Named[] = t.grad === null ? [] : [{ name: "grad", value: t.grad, evaluateName: at("grad") }];
    return [shape, ...statistics(t, at, kernels, digits), ...grad, ...difference(t, path, source)];
  };
  return { named, indexed: { count: t.shape[0] ?? 0, at: (i) => row(t, i, path, source) } };
}

/** How a tensor differs from what it was in the iteration before. */
export class Difference {
  readonly delta: Tensor;
  private readonly norm: number;
  private readonly ratio: number | null;

  constructor(
    now: Tensor,
    private readonly before: Tensor,
    private readonly path: string,
    private readonly to: string,
  ) {
    const { delta, norm, ratio } = differenceOf(now, before);
    this.delta = delta;
    this.norm = norm;
    this.ratio = ratio;
  }

  describe(digits: number): string {
    const ratio = this.ratio === null ? "" : `  ratio ${formatNumber(this.ratio, digits)}`;
    return `norm ${formatNumber(this.norm, digits)}${ratio}  ${this.to}`;
  }

  container(): Container {
    const { delta, before, path } = this;
    const named = [
      { name: "norm", value: this.norm, evaluateName: path && `difference(${path}).norm()` },
      { name: "ratio", value: this.ratio ?? new Note("none: it was zero before") },
      { name: "before", value: before, evaluateName: path && `previous(${path})` },
    ];
    const at = (i: number): Named => ({
      name: String(i),
      value: rowOf(delta, i),
      evaluateName: path && `difference(${path})[${i}]`,
    });
    return { named: () => named, indexed: { count: delta.shape[0] ?? 0, at } };
  }
}

function statistics(t: Tensor, at: (expression: string) => string, kernels: Kernels, digits: number): Named[] {
  const { norm, mean, std, min, max, zeros, nonFinite } = describe(kernels, t.length, t.floats);
  const broken: Named[] = nonFinite > 0 ? [{ name: "not finite", value: nonFinite }] : [];
  if (t.length <= 1) return broken;
  return [
    { name: "norm", value: norm, evaluateName: at("norm()") },
    { name: "mean", value: mean, evaluateName: at("mean()") },
    { name: "std", value: std },
    { name: "min", value: min, evaluateName: at("min()") },
    { name: "max", value: max, evaluateName: at("max()") },
    { name: "zeros", value: new Note(`${formatNumber(100 * zeros, digits)} %`) },
    ...broken,
  ];
}

function difference(t: Tensor, path: string, source: ValueSource): Named[] {
  const past = source.pastOf(t);
  switch (past.kind) {
    case "known":
      return [
        {
          name: differenceName,
          value: new Difference(t, past.before, path, past.to),
          evaluateName: path && `difference(${path})`,
        },
      ];
    case "lost":
      return [
        {
          name: differenceName,
          value: new Note(
            `iteration ${past.iteration} was not kept at full speed; previous(${path || "x"}) in the console keeps from now on`,
          ),
        },
      ];
    case "none":
      return [];
  }
}

/** A text that is no value of the program's, so that it stands without quotes. */
export class Note {
  constructor(readonly text: string) {}
}

function row(t: Tensor, i: number, path: string, source: ValueSource): Named {
  const value = rowOf(sourceOf(t), i);
  const named = { name: String(i), value, evaluateName: path && `${path}[${i}]`, whole: t.dtype === "int32" };
  if (value instanceof Tensor || !source.isLive(t)) return named;
  return { ...named, assign: (next) => assignTensor(sourceOf(t).select(0, i), next, `${path || "the tensor"}[${i}]`) };
}
