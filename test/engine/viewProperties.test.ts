// Chains of views against nested arrays: whatever views are put on one another, values and gradients are those of a plain model.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { filled } from "../../src/engine/create.ts";
import { Random } from "../../src/engine/random.ts";
import { type Shape, sizeOf } from "../../src/engine/shape.ts";
import type { Tensor } from "../../src/engine/tensor.ts";
import { freshEngine, variable } from "./harness.ts";

/** Nested arrays whose leaves say which element of the first tensor they are. */
type Nested = number | readonly Nested[];

/** A view of ours beside the nested arrays that it must equal; the arrays know nothing of strides. */
interface Viewed {
  readonly tensor: Tensor;
  readonly model: Nested;
}

/** One step of a chain; a, b and c pick among what the shape allows. */
interface Step {
  readonly kind: keyof typeof kinds;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Null where the shape does not allow the view. */
type Kind = (v: Viewed, step: Step) => Viewed | null;

const kinds = {
  transpose: ({ tensor, model }, { a, b }) => {
    const rank = tensor.shape.length;
    if (rank === 0) return null;
    const [i, j] = [a % rank, b % rank];
    const order = tensor.shape.map((_, d) => (d === i ? j : d === j ? i : d));
    // dimensions may be counted from the end
    return { tensor: tensor.transpose(i - rank, j), model: permuted(model, tensor.shape, order) };
  },
  permute: ({ tensor, model }, { a }) => {
    const order = Array.from(new Random(a).permutation(tensor.shape.length));
    return { tensor: tensor.permute(...order), model: permuted(model, tensor.shape, order) };
  },
  select: ({ tensor, model }, { a, b, c }) => {
    const d = dimensionWith(tensor, a, 1);
    if (d === null) return null;
    const i = b % tensor.shape[d];
    const given = c % 2 === 0 ? i : i - tensor.shape[d];
    return { tensor: tensor.select(d, given), model: at(model, d, (list) => list[i]) };
  },
  slice: ({ tensor, model }, { a, b, c }) => {
    const d = dimensionWith(tensor, a, 0);
    if (d === null) return null;
    const [start, step] = [b % (tensor.shape[d] + 1), 1 + (c % 3)];
    const end = start + (c % 5);
    const model2 = at(model, d, (list) => list.slice(start, end).filter((_, i) => i % step === 0));
    return { tensor: tensor.slice(d, start, end, step), model: model2 };
  },
  narrow: ({ tensor, model }, { a, b, c }) => {
    const d = dimensionWith(tensor, a, 0);
    if (d === null) return null;
    const start = b % (tensor.shape[d] + 1);
    const length = c % (tensor.shape[d] - start + 1);
    return {
      tensor: tensor.narrow(d, start, length),
      model: at(model, d, (list) => list.slice(start, start + length)),
    };
  },
  reshape: ({ tensor, model }, { a, b, c }) => {
    const n = tensor.length;
    const factors = [1, 2, 3, 4, 6].filter((f) => n % f === 0);
    const first = factors[a % factors.length];
    const wanted = b % 2 === 0 ? [first, n / first] : [n / first, 1, first];
    const given = n > 0 && c % 2 === 0 ? wanted.with(1, -1) : wanted;
    return { tensor: tensor.reshape(...given), model: shaped(flat(model), wanted) };
  },
  expand: ({ tensor, model }, { a, b }) => {
    const times = 1 + (b % 3);
    const d = tensor.shape.indexOf(1);
    if (a % 2 === 0 && d >= 0) {
      const shape = tensor.shape.with(d, times);
      return { tensor: tensor.expand(...shape), model: at(model, d, (list) => Array(times).fill(list[0])) };
    }
    return { tensor: tensor.expand(times, ...tensor.shape), model: Array(times).fill(model) };
  },
  unsqueeze: ({ tensor, model }, { a }) => {
    const d = a % (tensor.shape.length + 1);
    return {
      tensor: tensor.unsqueeze(d),
      model: shaped(flat(model), [...tensor.shape.slice(0, d), 1, ...tensor.shape.slice(d)]),
    };
  },
  squeeze: ({ tensor, model }, { a }) => {
    if (a % 2 === 0)
      return {
        tensor: tensor.squeeze(),
        model: shaped(
          flat(model),
          tensor.shape.filter((n) => n !== 1),
        ),
      };
    const d = tensor.shape.indexOf(1);
    return d < 0 ? null : { tensor: tensor.squeeze(d), model: at(model, d, (list) => list[0]) };
  },
  flatten: ({ tensor, model }, { a, b }) => {
    const rank = tensor.shape.length;
    if (rank === 0) return null;
    const [start, end] = [a % rank, b % rank].sort();
    const middle = sizeOf(tensor.shape.slice(start, end + 1));
    const shape = [...tensor.shape.slice(0, start), middle, ...tensor.shape.slice(end + 1)];
    return { tensor: tensor.flatten(start, end), model: shaped(flat(model), shape) };
  },
} satisfies Readonly<Record<string, Kind>>;

/** A dimension of at least this size. */
function dimensionWith({ shape }: Tensor, a: number, least: number): number | null {
  const fitting = shape.flatMap((size, d) => (size >= least ? [d] : []));
  return fitting.length === 0 ? null : fitting[a % fitting.length];
}

/** Changes every list that stands at depth d. */
function at(model: Nested, d: number, change: (list: readonly Nested[]) => Nested): Nested {
  if (typeof model === "number") return model;
  return d === 0 ? change(model) : model.map((inner) => at(inner, d - 1, change));
}

function flat(model: Nested): number[] {
  return typeof model === "number" ? [model] : model.flatMap(flat);
}

function shaped(values: readonly number[], [first, ...rest]: Shape): Nested {
  if (first === undefined) return values[0];
  const size = sizeOf(rest);
  return Array.from({ length: first }, (_, i) => shaped(values.slice(i * size, (i + 1) * size), rest));
}

/** New dimension d is the old dimension order[d]. */
function permuted(model: Nested, shape: Shape, order: readonly number[]): Nested {
  const build = (index: readonly number[]): Nested => {
    const d = index.length;
    if (d < order.length) return Array.from({ length: shape[order[d]] }, (_, i) => build([...index, i]));
    return order
      .map((_, old) => index[order.indexOf(old)])
      .reduce((inner: Nested, i) => (typeof inner === "number" ? inner : inner[i]), model);
  };
  return build([]);
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
  a: fc.nat(1000),
  b: fc.nat(1000),
  c: fc.nat(1000),
});
const shape = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 });

test("any chain of views has the values and the gradient of nested arrays", () => {
  fc.assert(
    fc.property(shape, fc.array(step, { minLength: 1, maxLength: 8 }), fc.nat(), (start, steps, seed) => {
      const engine = freshEngine();
      const random = new Random(seed);
      const n = sizeOf(start);
      const x = variable(start, () => random.normal());
      const places = Array.from({ length: n }, (_, i) => i);
      let now: Viewed = { tensor: x, model: shaped(places, start) };
      for (const s of steps) {
        const next = kinds[s.kind](now, s);
        if (next === null || next.tensor.length > 2000) continue;
        now = next;
      }
      const from = flat(now.model);
      const values = x.toFlatArray();
      const show = (model: Nested): Nested => (typeof model === "number" ? values[model] : model.map(show));
      assert.deepEqual(now.tensor.toArray(), show(now.model));

      // through an operation that reads the view, and the sum of places that were picked several times
      const u = from.map(() => random.normal());
      engine.backward(now.tensor.mul(filled(now.tensor.shape, (i) => u[i])).sum());
      const expected = new Float64Array(n);
      from.forEach((place, i) => {
        expected[place] += u[i];
      });
      const gradient = x.gradient().array;
      expected.forEach((g, i) => {
        assert.ok(
          Math.abs(gradient[i] - g) <= 1e-12 * (1 + Math.abs(g)),
          `element ${i}: ${gradient[i]}, expected ${g}`,
        );
      });
    }),
    { seed: 21, numRuns: 1000 },
  );
});
