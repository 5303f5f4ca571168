// Exception filters: each stops a training that was made to show its fault, and none of them stops a healthy one.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  exceptionFilters,
  type FilterId,
  type FilterSetting,
  filterIds,
} from "../../../src/protocol/breakpoints/exceptions.ts";
import { Session, type Stop } from "../history/debugged.ts";

/** A multilayer perceptron on two classes of points, 8 samples a batch. */
function perceptron(parts: {
  readonly fields: string;
  readonly forward: string;
  readonly optimizer?: string;
  readonly epochs?: number;
}): string {
  const { fields, forward, optimizer = "optim.adam(p, { learningRate: 0.003 })", epochs = 10 } = parts;
  return `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";
class M extends nn.Module {
  ${fields}
  forward(x: Tensor): Tensor {
    ${forward}
  }
}
const input = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(3 * i), ((i * 7) % 13) / 13 - 0.5]);
const target = input.map(([a, b, c]) => [a * b + c]);
export default defineTraining({
  model: () => new M(),
  data: data.arrays({ input, target }, { batchSize: 8 }),
  loss: F.mseLoss,
  optimizer: (p) => ${optimizer},
  epochs: ${epochs},
  seed: 1,
});
`;
}

const healthy = perceptron({
  fields: "a = new nn.Linear(3, 32);\n b = new nn.Linear(32, 16);\n c = new nn.Linear(16, 1);",
  forward: "return this.c.forward(F.relu(this.b.forward(F.relu(this.a.forward(x)))));",
});

/** 14 sigmoids one after another: each multiplies the gradient by at most 1/4. */
const vanishing = perceptron({
  fields: `layers = new nn.Sequential(...Array.from({ length: 14 }, () => [new nn.Linear(8, 8), new nn.Sigmoid()]).flat());
  first = new nn.Linear(3, 8);
  last = new nn.Linear(8, 1);`,
  forward: "return this.last.forward(this.layers.forward(this.first.forward(x)) as Tensor);",
});

const diverging = perceptron({
  fields: "a = new nn.Linear(3, 64);\n b = new nn.Linear(64, 1);",
  forward: "return this.b.forward(F.relu(this.a.forward(x)));",
  optimizer: "optim.sgd(p, { learningRate: 1.5 })",
});

const dead = perceptron({
  fields: "a = new nn.Linear(3, 8);\n b = new nn.Linear(8, 1);",
  forward: "return this.b.forward(F.relu(this.a.forward(x).sub(50)));",
  epochs: 3,
});

const exploding = perceptron({
  fields:
    "a = new nn.Linear(3, 8);\n rest = new nn.Sequential(...Array.from({ length: 8 }, () => new nn.Linear(8, 8)));\n b = new nn.Linear(8, 1);",
  forward: "return this.b.forward(this.rest.forward(this.a.forward(x).mul(10).mul(10)) as Tensor).mul(1e3);",
});

const hasty = perceptron({
  fields: "a = new nn.Linear(3, 32);\n b = new nn.Linear(32, 1);",
  forward: "return this.b.forward(F.tanh(this.a.forward(x)));",
  optimizer: "optim.adam(p, { learningRate: 1 })",
});

const sluggish = perceptron({
  fields: "a = new nn.Linear(3, 32);\n b = new nn.Linear(32, 1);",
  forward: "return this.b.forward(F.tanh(this.a.forward(x)));",
  optimizer: "optim.sgd(p, { learningRate: 1e-7 })",
});

interface Caught {
  readonly stop: Stop;
  readonly title: string;
  readonly description: string;
}

/** All stops of a training with these filters. */
async function caught(source: string, filters: readonly FilterSetting[], limit = 3): Promise<Caught[]> {
  const found: Caught[] = [];
  await Session.train(source, function* (session) {
    const problems = session.controller.exceptions.set(filters);
    assert.deepEqual(
      problems,
      filters.map(() => null),
    );
    while (found.length < limit) {
      const stop = yield "continue";
      assert.equal(stop.reason, "exception");
      const { details } = session.controller.exceptions;
      found.push({ stop, title: details?.title ?? "", description: details?.description ?? "" });
    }
    session.controller.exceptions.set([]);
  });
  return found;
}

const on = (filter: FilterId, condition: string | null = null): FilterSetting => ({ filter, condition });

describe("exception filters", () => {
  const faults: readonly (readonly [FilterId, string, string, RegExp])[] = [
    ["vanishingGradient", "14 sigmoids", vanishing, /rms\(g of [\w.]+\) \/ rms\(g of last\) = .* = [\d.]+e−\d+/],
    ["explodingGradient", "an output scaled by 1e5", exploding, /‖g‖ = [\d.e]+; the largest part is ‖g of [\w.]+‖ = /],
    ["deadUnits", "a bias of −50", dead, /8 of the 8 units of relu were 0 for each of the last 100 samples: 1/],
    ["updateRatio", "steps of 1", hasty, /‖Δw‖ \/ ‖w‖ = \d[\d.]*, geometric mean of 10 updates/],
    ["updateRatio", "steps of 1e-7", sluggish, /‖Δw‖ \/ ‖w‖ = [\d.]+e−[789]/],
    [
      "lossDiverging",
      "a learning rate of 1.5",
      diverging,
      /mean loss of 5 iterations \/ its smallest = .* = [\d.e]+; it rose by/,
    ],
  ];
  for (const [filter, fault, source, formula] of faults) {
    test(`${filter} stops at ${fault}, with formula, value and threshold`, async () => {
      const [first] = await caught(source, [on(filter)], 1);
      assert.ok(first, "it did not stop");
      assert.ok(first.title.startsWith(exceptionFilters[filter].label), first.title);
      assert.match(first.description, formula);
      assert.ok(first.description.includes(`Stops when ${exceptionFilters[filter].condition}.`), first.description);
    });
  }

  test("none of them stops a healthy training", async () => {
    const all = await caught(
      healthy,
      filterIds.map((filter) => on(filter)),
    );
    assert.deepEqual(
      all.map(({ description }) => description),
      [],
    );
  });

  test("a filter that is off does not stop", async () => {
    assert.deepEqual(await caught(vanishing, [on("notFinite"), on("deadUnits")]), []);
  });

  test("a condition of the user's replaces the default", async () => {
    assert.deepEqual(await caught(hasty, [on("updateRatio", "ratio > 1e6")]), []);
    const [first] = await caught(healthy, [on("explodingGradient", "norm > 0 && iteration === 7")], 1);
    assert.equal(first?.stop.point.iteration, 7);
    assert.ok(first?.description.includes("Stops when norm > 0 && iteration === 7."));
  });

  test("a condition that goes on holding stops once, and again after it has not held", async () => {
    const stops = await caught(healthy, [on("explodingGradient", "iteration >= 3 && iteration !== 6")], 9);
    assert.deepEqual(
      stops.map(({ stop }) => stop.point.iteration),
      [3, 7],
    );
  });

  test("an invalid condition is said and leaves the others", async () => {
    await Session.train(healthy, function* (session) {
      const problems = session.controller.exceptions.set([on("updateRatio", "ratoi < 1"), on("notFinite")]);
      assert.match(problems[0] ?? "", /^column 1: there is no “ratoi” here; did you mean ratio\?/);
      assert.equal(problems[1], null);
      yield "continue";
    });
  });

  test("what an exception says names the line of the layer", async () => {
    const [first] = await caught(sluggish, [on("updateRatio")], 1);
    assert.match(first.description, /Line 3 of m\.model\.ts\./);
    assert.equal(first.title, "Update ratio: a.weight");
  });
});
