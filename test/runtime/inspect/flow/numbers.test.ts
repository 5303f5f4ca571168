// Sizes on the edges of the flow against the tensors themselves, element by element, and against a pencil.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { NestedNumbers } from "../../../../src/engine/tensor.ts";
import type { Flow } from "../../../../src/protocol/inspector/flow.ts";
import type { Node, Tensor } from "../../../../src/training/engine.ts";
import { broken, byHand, charRnn, lora, mlp, residualCnn, shared, stacked, transformer } from "./models.ts";
import { edgesOf, flowOf, Played, type Stop } from "./played.ts";

/** √(Σx²/n), in double precision. */
function rms(numbers: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] ** 2;
  return Math.sqrt(sum / numbers.length);
}

/** Element by element, in the order of the shape, whatever the strides. */
function numbersOf(tensor: Tensor): number[] {
  const flat = (nested: NestedNumbers): number[] => (typeof nested === "number" ? [nested] : nested.flatMap(flat));
  return flat(tensor.toArray());
}

function gradientOf(tensor: Tensor): ArrayLike<number> {
  const gradient = tensor.gradientSoFar();
  assert.ok(gradient !== null);
  return gradient.array.slice(0, tensor.length);
}

/** The sum is taken in single precision by the kernel, in double here. */
function near(actual: number | null, expected: number, what: string): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= 1e-5 * expected, `${what}: ${actual} is not ${expected}`);
}

interface Sizes {
  readonly value: number | null;
  readonly gradient: number | null;
}

/** By the edge's name; every one, when a name is there several times. */
function sizesOf({ graph, values }: Flow, name: string): Sizes[] {
  assert.ok(values !== null);
  const found = edgesOf(graph).flatMap((edge, i) =>
    edge === name ? [{ value: values.values[i], gradient: values.gradients[i] }] : [],
  );
  assert.ok(found.length > 0, `there is no edge ${name}: ${edgesOf(graph).join("; ")}`);
  return found;
}

/** Plays to the first stop of an iteration's update: backward is complete. */
async function atUpdate(source: string, check: (stop: Stop, flow: Flow) => void, iteration = 2): Promise<void> {
  let checked = 0;
  await Played.train(source, {
    iterations: iteration,
    script: (stop) => {
      if (stop.iteration === iteration && stop.phase === "update") {
        if (checked++ === 0) check(stop, flowOf(stop.state));
        return null;
      }
      return stop.iteration === iteration && stop.phase === "backward" ? "stepIn" : "stepOut";
    },
  });
  assert.equal(checked, 1, "the update was reached");
}

/** What a call of this layer returned; the `call`-th that there was. */
function outputOf({ run }: Stop, path: string, call = 0): Tensor {
  const scopes = new Set(run.engine.tape.flatMap(({ scope }) => (scope?.owner.path === path ? [scope] : [])));
  return [...scopes][call].outputs[0];
}

function operations({ run }: Stop, title: string): Node[] {
  return run.engine.tape.filter((node) => node.title === title);
}

describe("sizes on the edges are root mean squares", () => {
  test("of numbers that a pencil can reckon", () =>
    atUpdate(byHand, (_, flow) => {
      // y = (2, 4): √((4 + 16)/2); L = (4 + 16)/2; ∂L/∂y = 2y/2 = y; ∂L/∂w = 1·2 + 2·4
      assert.deepEqual(edgesOf(flow.graph), [
        "input → matmul",
        "matmul → squared error",
        "target → squared error",
        "w → matmul",
      ]);
      near(sizesOf(flow, "input → matmul")[0].value, Math.sqrt(2.5), "x");
      near(sizesOf(flow, "matmul → squared error")[0].value, Math.sqrt(10), "y");
      near(sizesOf(flow, "matmul → squared error")[0].gradient, Math.sqrt(10), "∂L/∂y");
      near(sizesOf(flow, "w → matmul")[0].value, 2, "w");
      near(sizesOf(flow, "w → matmul")[0].gradient, 10, "∂L/∂w");
      assert.equal(sizesOf(flow, "input → matmul")[0].gradient, null, "data has no gradient");
      assert.deepEqual(sizesOf(flow, "target → squared error")[0], { value: 0, gradient: null });
    }));

  test("of what each layer returned, and of its gradient", () =>
    atUpdate(mlp, (stop, flow) => {
      for (const [layer, next] of [
        ["net.0", "net.1"],
        ["net.1", "net.2"],
        ["net.2", "cross entropy"],
      ]) {
        const output = outputOf(stop, layer);
        const [{ value, gradient }] = sizesOf(flow, `${layer} → ${next}`);
        near(value, rms(numbersOf(output)), layer);
        near(gradient, rms(gradientOf(output)), `gradient of ${layer}`);
      }
      const batch = stop.run.batch;
      assert.ok(batch !== null);
      near(sizesOf(flow, "input → net.0")[0].value, rms(numbersOf(batch.input)), "the batch");
      assert.deepEqual(sizesOf(flow, "target → cross entropy")[0], { value: null, gradient: null });
    }));

  test("of a tensor that goes two ways: the same on both, with the gradients of both ways in it", () =>
    atUpdate(residualCnn, (stop, flow) => {
      const stem = outputOf(stop, "stem");
      const [into] = sizesOf(flow, "stem → blocks.0.first");
      const [around] = sizesOf(flow, "stem → add");
      assert.deepEqual(into, around);
      near(into.gradient, rms(gradientOf(stem)), "gradient of the stem");
      // through the sum the gradient comes back as it is; what differs is what has come through the block
      const [first] = operations(stop, "add");
      const through = Array.from(gradientOf(first.output));
      const sum = Array.from(gradientOf(stem));
      assert.ok(rms(sum.map((g, i) => g - through[i])) > 1e-4, "the block gives a part of its own");
      near(sizesOf(flow, "add → add")[0].gradient, rms(through), "gradient of the first sum");
    }));

  test("of all rounds of a loop together", () =>
    atUpdate(shared, (stop, flow) => {
      const cells = Array.from({ length: 6 }, (_, round) => outputOf(stop, "cell", round));
      const [{ value, gradient }] = sizesOf(flow, "cell → tanh");
      near(value, rms(cells.flatMap((cell) => numbersOf(cell))), "six outputs");
      near(gradient, rms(cells.flatMap((cell) => Array.from(gradientOf(cell)))), "six gradients");
      // the last round's output leaves the loop, the five before go round
      const hs = operations(stop, "tanh")
        .slice(1)
        .map(({ output }) => output);
      near(
        sizesOf(flow, "↻ tanh → cat")[0].value,
        rms(hs.slice(0, 5).flatMap((h) => numbersOf(h))),
        "h that goes round",
      );
      near(sizesOf(flow, "tanh → head")[0].value, rms(numbersOf(hs[5])), "h that leaves");
      const [first, second] = [outputOf(stop, "mix", 0), outputOf(stop, "mix", 1)];
      near(sizesOf(flow, "mix → tanh")[0].value, rms(numbersOf(first)), "first call");
      near(sizesOf(flow, "mix → cat")[0].value, rms(numbersOf(second)), "second call");
    }));

  test("of a view that is no block of memory", () =>
    atUpdate(stacked, (stop, flow) => {
      const [select] = operations(stop, "select");
      assert.equal(select.output.strided, true, "otherwise this checks nothing");
      near(sizesOf(flow, "select → head")[0].value, rms(numbersOf(select.output)), "last timestep");
      near(sizesOf(flow, "lstm → select")[0].value, rms(numbersOf(outputOf(stop, "lstm"))), "all of them");
      near(sizesOf(flow, "lstm → select")[0].gradient, rms(gradientOf(outputOf(stop, "lstm"))), "gradient");
    }));

  test("inside a transformer's attention", () =>
    atUpdate(transformer, (stop, flow) => {
      const weights = operations(stop, "attention weights");
      sizesOf(flow, "attention weights → attention output").forEach(({ value, gradient }, i) => {
        near(value, rms(numbersOf(weights[i].output)), `weights of layer ${i}`);
        near(gradient, rms(gradientOf(weights[i].output)), `their gradient in layer ${i}`);
      });
      const { places } = Object.fromEntries([...stop.run.parameters].map(([tensor, name]) => [name, tensor]));
      near(sizesOf(flow, "places → expand")[0].gradient, rms(gradientOf(places)), "gradient of the positions");
    }));

  test("and end where a layer is frozen and nothing before it learns", () =>
    atUpdate(lora, (stop, flow) => {
      const base = outputOf(stop, "base");
      assert.deepEqual(sizesOf(flow, "base → relu"), [{ value: rms32(base), gradient: null }]);
      assert.equal(sizesOf(flow, "relu → head")[0].gradient, null);
      near(sizesOf(flow, "head → cross entropy")[0].gradient, rms(gradientOf(outputOf(stop, "head"))), "head");
      const { nodes } = flow.graph;
      const never = nodes.filter((_, i) => flow.values?.backward[i] === "never").map(({ title }) => title);
      assert.deepEqual(never, ["input", "Linear", "relu", "target"]);

      function rms32(tensor: Tensor): number {
        const value = sizesOf(flow, "base → relu")[0].value;
        near(value, rms(numbersOf(tensor)), "base");
        return value ?? Number.NaN;
      }
    }));
});

describe("the timesteps of a recurrent layer", () => {
  test("have the sizes of h_t and of its gradient", () =>
    atUpdate(charRnn, (stop, flow) => {
      const h = outputOf(stop, "rnn");
      const [batch, time, features] = h.shape;
      const [all, gradients] = [numbersOf(h), gradientOf(h)];
      const at = (numbers: ArrayLike<number>, t: number): number[] =>
        Array.from({ length: batch * features }, (_, i) => {
          const [b, f] = [Math.floor(i / features), i % features];
          return numbers[(b * time + t) * features + f];
        });
      const [{ steps, node }] = flow.values?.chains ?? [];
      assert.equal(flow.graph.nodes[node].layer, "rnn");
      assert.deepEqual(
        steps.map(({ t }) => t),
        [0, 1, 2, 3, 4, 5, 6, 7],
      );
      for (const { t, value, gradient } of steps) {
        near(value, rms(at(all, t)), `h_${t}`);
        near(gradient, rms(at(gradients, t)), `∂L/∂h_${t}`);
      }
      const [loop] = sizesOf(flow, "↻ rnn → rnn");
      near(loop.value, rms(all), "h");
      near(loop.gradient, rms(gradients), "∂L/∂h");
    }));

  test("of a loop are its rounds", () =>
    atUpdate(shared, (stop, flow) => {
      const chain = flow.values?.chains.find(({ node }) => flow.graph.nodes[node].layer === "cell");
      assert.equal(chain?.steps.length, 6);
      chain?.steps.forEach(({ value, gradient }, round) => {
        const output = outputOf(stop, "cell", round);
        near(value, rms(numbersOf(output)), `round ${round}`);
        near(gradient, rms(gradientOf(output)), `gradient of round ${round}`);
      });
    }));
});

test("numbers that are not finite are told as such, and those before them as they are", async () => {
  await atUpdate(
    broken,
    (_, flow) => {
      assert.ok(Number.isFinite(sizesOf(flow, "second → div")[0].value));
      assert.ok(!Number.isFinite(sizesOf(flow, "div → head")[0].value));
      assert.ok(!Number.isFinite(sizesOf(flow, "head → cross entropy")[0].value));
      assert.ok(!Number.isFinite(sizesOf(flow, "first → tanh")[0].gradient));
    },
    3,
  );
});
