// What must hold for any values: backward is the transpose of the derivative, and broadcasting sums its gradients back.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { filled } from "../../src/engine/create.ts";
import { ModelError } from "../../src/engine/errors.ts";
import { Random } from "../../src/engine/random.ts";
import { type Shape, sizeOf } from "../../src/engine/shape.ts";
import type { Tensor } from "../../src/engine/tensor.ts";
import { gradientCases } from "./gradientCases.ts";
import { freshEngine, type GradientCase, variable } from "./harness.ts";

const seed = 20;

describe("⟨u, J v⟩ = ⟨Jᵀ u, v⟩", () => {
  for (const [name, list] of Object.entries(gradientCases)) {
    test(`for the backward of ${name}, at random values along random directions`, () => {
      fc.assert(
        fc.property(fc.constantFrom(...list.keys()), fc.nat(), (i, values) => checkInnerProduct(list[i], values)),
        { seed, numRuns: 8 * list.length },
      );
    });
  }
});

/** J v is the central difference of the forward pass along v; Jᵀ u is what backward makes of u. */
function checkInnerProduct({ inputs, value = (r) => r.normal(), compute }: GradientCase, values: number): void {
  const random = new Random(values);
  const normal = (n: number) => Float64Array.from({ length: n }, () => random.normal());
  const x = inputs.map((shape) => Float64Array.from({ length: sizeOf(shape) }, () => value(random)));
  const v = inputs.map((shape) => normal(sizeOf(shape)));
  const run = (step: number) => {
    const engine = freshEngine();
    const xs = inputs.map((shape, i) => variable(shape, (j) => x[i][j] + step * v[i][j]));
    return { engine, xs, y: compute(xs, engine) };
  };

  const h = 3e-6;
  const [above, below] = [run(h).y.toFlatArray(), run(-h).y.toFlatArray()];
  const { engine, xs, y } = run(0);
  const u = normal(y.length);
  if (y.requiresGrad && y.length > 0) engine.backward(y.mul(filled(y.shape, (i) => u[i])).sum());

  const forward = u.map((ui, i) => (ui * (above[i] - below[i])) / (2 * h));
  const backward = xs.flatMap((xi, i) => Array.from(xi.gradient().array, (g, j) => g * v[i][j]));
  const [uJv, JTuv] = [sum(forward), sum(backward)];
  // both are sums of terms of either sign, and rounding is a share of the terms
  const scale = 1 + sum(forward.map(Math.abs)) + sum(backward.map(Math.abs));
  assert.ok(Math.abs(uJv - JTuv) <= 1e-7 * scale, `⟨u, J v⟩ is ${uJv}, but ⟨Jᵀ u, v⟩ is ${JTuv}`);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Each binary operation with its value and its two derivatives. */
const operations: Readonly<
  Record<
    string,
    { of: (a: Tensor, b: Tensor) => Tensor; at: (a: number, b: number) => readonly [number, number, number] }
  >
> = {
  add: { of: (a, b) => a.add(b), at: (a, b) => [a + b, 1, 1] },
  sub: { of: (a, b) => a.sub(b), at: (a, b) => [a - b, 1, -1] },
  mul: { of: (a, b) => a.mul(b), at: (a, b) => [a * b, b, a] },
  div: { of: (a, b) => a.div(b), at: (a, b) => [a / b, 1 / b, -a / (b * b)] },
  maximum: { of: (a, b) => a.maximum(b), at: (a, b) => (a > b ? [a, 1, 0] : [b, 0, 1]) },
  minimum: { of: (a, b) => a.minimum(b), at: (a, b) => (a < b ? [a, 1, 0] : [b, 0, 1]) },
};

/** An output shape, and two shapes that broadcast to it: some leading dimensions left out, some sizes 1. */
const broadcasting = fc
  .array(fc.record({ size: fc.integer({ min: 0, max: 4 }), who: fc.constantFrom("a", "b", "both") }), { maxLength: 4 })
  .chain((dims) =>
    fc.record({
      dims: fc.constant(dims),
      shorter: fc.constantFrom("a", "b"),
      leftOut: fc.integer({ min: 0, max: dims.length }),
    }),
  )
  .map(({ dims, shorter, leftOut }) => {
    const shapeOf = (own: "a" | "b") => {
      const shape = dims.map(({ size, who }, d) => (who === own || who === "both" || d < leftOut ? size : 1));
      return own === shorter ? shape.slice(leftOut) : shape;
    };
    return { out: dims.map(({ size }) => size), a: shapeOf("a"), b: shapeOf("b") };
  });

/** Place in a tensor of this shape that the output's place i is computed from: counted from the last dimension. */
function placeIn(shape: Shape, out: Shape, i: number): number {
  let [place, stride, rest] = [0, 1, i];
  for (let back = 1; back <= out.length; back++) {
    const size = out[out.length - back];
    const own = shape[shape.length - back];
    if (own !== undefined) {
      if (own !== 1) place += (rest % size) * stride;
      stride *= own;
    }
    rest = Math.floor(rest / size);
  }
  return place;
}

describe("broadcasting", () => {
  for (const [name, { of, at }] of Object.entries(operations)) {
    test(`${name} has the broadcast shape, its values, and gradients of the operands' shapes`, () => {
      fc.assert(
        fc.property(broadcasting, fc.nat(), (shapes, values) => {
          const random = new Random(values);
          const engine = freshEngine();
          const draw = (shape: Shape) => variable(shape, () => random.uniform(0.5, 2) * (random.integer(2) * 2 - 1));
          const [a, b] = [draw(shapes.a), draw(shapes.b)];
          const y = of(a, b);
          assert.deepEqual(y.shape, shapes.out);
          const u = Float64Array.from({ length: y.length }, () => random.normal());
          engine.backward(y.mul(filled(y.shape, (i) => u[i])).sum());
          const [da, db] = [new Float64Array(a.length), new Float64Array(b.length)];
          const [ours, av, bv] = [y.toFlatArray(), a.toFlatArray(), b.toFlatArray()];
          for (let i = 0; i < y.length; i++) {
            const [j, k] = [placeIn(shapes.a, shapes.out, i), placeIn(shapes.b, shapes.out, i)];
            const [value, dValueA, dValueB] = at(av[j], bv[k]);
            assert.equal(ours[i], value);
            da[j] += u[i] * dValueA;
            db[k] += u[i] * dValueB;
          }
          for (const [x, expected] of [
            [a, da],
            [b, db],
          ] as const) {
            const gradient = x.gradient().array;
            expected.forEach((g, i) => {
              assert.ok(
                Math.abs(gradient[i] - g) <= 1e-12 * (1 + Math.abs(g)),
                `gradient ${gradient[i]}, expected ${g}`,
              );
            });
          }
        }),
        { seed, numRuns: 150 },
      );
    });
  }

  test("sizes that differ and are not 1 are an error that names both shapes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 4 }),
        fc.nat(3),
        fc.constantFrom(...Object.values(operations)),
        (shape, place, { of }) => {
          const other = shape.map((size, d) => (d === place % shape.length ? size + 1 : size));
          freshEngine();
          assert.throws(
            () =>
              of(
                variable(shape, () => 1),
                variable(other, () => 1),
              ),
            (error: unknown) =>
              error instanceof ModelError && [shape, other].every((s) => error.message.includes(`[${s.join(", ")}]`)),
          );
        },
      ),
      { seed, numRuns: 50 },
    );
  });
});
