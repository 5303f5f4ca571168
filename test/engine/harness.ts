// An engine in float64 for tests, and the check of a gradient against central differences.
import assert from "node:assert/strict";
import { filled } from "../../src/engine/create.ts";
import { Engine, setEngine } from "../../src/engine/engine.ts";
import { ReferenceKernels } from "../../src/engine/kernels/reference/reference.ts";
import { Random } from "../../src/engine/random.ts";
import type { Shape } from "../../src/engine/shape.ts";
import { Tensor } from "../../src/engine/tensor.ts";

/** A fresh engine in float64, made current. */
export function freshEngine(): Engine {
  const engine = new Engine(new ReferenceKernels());
  setEngine(engine);
  engine.endIteration();
  return engine;
}

export function variable(shape: Shape, value: (i: number) => number): Tensor {
  const t = filled(shape, value);
  t.requiresGrad = true;
  return t;
}

/** Whole numbers: tokens or classes. */
export function wholeNumbers(engine: Engine, shape: Shape, values: readonly number[]): Tensor {
  const buffer = engine.kernels.memory.ints(values.length, false);
  buffer.array.set(values);
  return new Tensor(buffer, shape);
}

/** A function of tensors, with the shapes and values to check it at. */
export interface GradientCase {
  readonly inputs: readonly Shape[];
  /** Values of the inputs; default: normal numbers. Choose them away from kinks. */
  readonly value?: (random: Random) => number;
  readonly compute: (inputs: readonly Tensor[], engine: Engine) => Tensor;
}

/**
 * Checks every element of every input: with L = Σ u ⊙ f(x) for random u, backward's ∂L/∂x against
 * (L(x + h) − L(x − h)) / 2h. In float64 with h = 6e-6 the difference is good to about 1e-9 of its scale.
 */
export function checkGradient({ inputs, value = (r) => r.normal(), compute }: GradientCase, tolerance = 1e-7): void {
  const random = new Random(7);
  const start = inputs.map((shape) =>
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => value(random)),
  );
  const run = (values: readonly Float64Array[]) => {
    const engine = freshEngine();
    const xs = inputs.map((shape, i) => variable(shape, (j) => values[i][j]));
    const y = compute(xs, engine);
    const weights = new Random(8);
    const u = filled(y.shape, () => weights.normal());
    return { engine, xs, L: y.mul(u).sum() };
  };
  const { engine, xs, L } = run(start);
  if (L.requiresGrad && start.some((x) => x.length > 0)) engine.backward(L);
  const gradients = xs.map((x) => Float64Array.from(x.gradient().array));
  const h = 6e-6;
  start.forEach((x, i) => {
    for (let j = 0; j < x.length; j++) {
      const at = (d: number) => run(start.map((y, k) => (k === i ? y.with(j, y[j] + d) : y))).L.item();
      const numeric = (at(h) - at(-h)) / (2 * h);
      const analytic = gradients[i][j];
      const error = Math.abs(analytic - numeric) / Math.max(1, Math.abs(analytic) + Math.abs(numeric));
      assert.ok(
        error <= tolerance,
        `input ${i}, element ${j}: backward says ${analytic}, the difference quotient ${numeric}`,
      );
    }
  });
}
