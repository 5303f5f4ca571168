// The comparison of one of our layers with PyTorch's measurements of it, recorded or live.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Engine, setEngine } from "../../src/engine/engine.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { ReferenceKernels } from "../../src/engine/kernels/reference/reference.ts";
import type { Tensor } from "../../src/engine/tensor.ts";
import { builtKernels } from "../engine/builtKernels.ts";
import { assertClose, relativeError } from "./compare.ts";
import type { Values } from "./fixtures.ts";
import { type Built, buildLayer, callOptions, floats, type Group, inputOf, type LayerCase } from "./layerFixtures.ts";
import { optimizerNames } from "./trainingChecks.ts";

type Type = "float32" | "float64";

/** Outputs, loss, every gradient, buffers; then, where PyTorch has trained the layer, losses and weights of 20 steps. */
export function checkLayer(c: LayerCase, type: Type, kernels: Kernels, tolerance: number): void {
  checkGradients(c, type, kernels, tolerance);
  if (c.optimizer !== null) checkTraining(c, type, kernels, tolerance, c.optimizer);
}

/** Every case in float64 against the reference kernels, and in float32 against both WebAssembly modules. */
export function testLayers(groups: readonly Group[]): void {
  const testType = (type: Type, kernels: () => Kernels, tolerance: number) => {
    for (const { group, cases } of groups) {
      describe(`${group} in ${type}`, () => {
        for (const c of cases) {
          const title = c.name.startsWith(c.layer) ? c.name : `${c.layer}: ${c.name}`;
          test(`${title} agrees with PyTorch`, () => checkLayer(c, type, kernels(), tolerance));
        }
      });
    }
  };
  testType("float64", () => new ReferenceKernels(), 1e-9);
  for (const { name, kernels } of builtKernels()) describe(name, () => testType("float32", kernels, 1e-4));
}

function fresh(c: LayerCase, kernels: Kernels): Built & { readonly engine: Engine } {
  const engine = new Engine(kernels);
  setEngine(engine);
  const built = buildLayer(c);
  built.model.loadStateDict(new Map(Object.entries(c.weights)));
  built.model.train(c.training);
  return { ...built, engine };
}

function checkGradients(c: LayerCase, type: Type, kernels: Kernels, tolerance: number): void {
  const theirs = c[type];
  const { engine, model, call } = fresh(c, kernels);
  engine.endIteration();
  const inputs = c.inputs.map(inputOf);
  c.inputs.forEach(({ whole }, i) => {
    inputs[i].requiresGrad = !whole;
  });
  const outputs = call(inputs, callOptions(c));
  assert.equal(outputs.length, theirs.outputs.length);
  const parts = outputs.map((y, i) => y.mul(floats(c.factors[i])).sum());
  const loss = parts.reduce((a, b) => a.add(b));
  engine.backward(loss);

  const close = (what: string, ours: Tensor | null, expected: Values) => {
    assert.ok(ours !== null, `${what} is missing`);
    assertClose(what, { shape: ours.shape, data: ours.toFlatArray() }, expected, tolerance);
  };
  outputs.forEach((y, i) => {
    close(`output ${i}`, y, theirs.outputs[i]);
  });
  // a sum of terms of both signs: its error is that of the terms
  const scale = Math.max(1, Math.abs(theirs.loss));
  assert.ok(Math.abs(loss.item() - theirs.loss) <= tolerance * scale, `loss ${loss.item()}, PyTorch's ${theirs.loss}`);
  theirs.inputGradients.forEach((expected, i) => {
    if (expected !== null) close(`gradient of input ${i}`, inputs[i].grad, expected);
  });
  const parameters = model.namedParameters();
  assert.deepEqual(parameters.map(([name]) => name).sort(), Object.keys(theirs.gradients).sort());
  for (const [name, p] of parameters) close(`gradient of ${name}`, p.grad, theirs.gradients[name]);
  const buffers = [...model.stateDict()].filter(([name]) => !(name in theirs.gradients));
  assert.deepEqual(buffers.map(([name]) => name).sort(), Object.keys(theirs.buffers).sort());
  for (const [name, b] of buffers) close(name, b, theirs.buffers[name]);
}

function checkTraining(
  c: LayerCase,
  type: Type,
  kernels: Kernels,
  tolerance: number,
  [name, options]: NonNullable<LayerCase["optimizer"]>,
): void {
  const theirs = c[type].trained;
  assert.ok(theirs !== undefined && theirs.losses.length === 20);
  const { engine, model, call } = fresh(c, kernels);
  const optimizer = optimizerNames[name](model.parameters(), options as never);
  const losses = theirs.losses.map(() => {
    engine.endIteration();
    model.zeroGrad();
    const outputs = call(c.inputs.map(inputOf), callOptions(c));
    const parts = outputs.map((y, i) => y.sub(floats(c.factors[i])).square().mean());
    const loss = parts.reduce((a, b) => a.add(b));
    engine.backward(loss);
    optimizer.step();
    return loss.item();
  });
  // as a whole: one that has fallen to a thousandth shows the rounding of the weights a thousand times larger
  const error = relativeError(losses, theirs.losses);
  assert.ok(error <= tolerance, `losses: relative error ${error.toExponential(1)}, allowed ${tolerance}`);
  const state = model.stateDict();
  assert.deepEqual([...state.keys()].sort(), Object.keys(theirs.weights).sort());
  for (const [path, w] of state) {
    const ours = { shape: w.shape, data: w.toFlatArray() };
    assertClose(`${path} after 20 steps of ${name}`, ours, theirs.weights[path], tolerance);
  }
}
