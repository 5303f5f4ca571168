// Agreement with PyTorch: forward, loss, every gradient, and the weights after ten steps, in float32 and float64.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { nn } from "../../src/api.ts";
import { Engine, setEngine } from "../../src/engine/engine.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { ReferenceKernels } from "../../src/engine/kernels/reference/reference.ts";
import { Tensor } from "../../src/engine/tensor.ts";
import { clipGradNorm } from "../../src/optim/clip.ts";
import { builtKernels } from "../engine/builtKernels.ts";
import { batchOf, buildModel, type Fixture, lossOf, optimizerOf, readFixtures, type Values } from "./fixtures.ts";

/** Relative error of a whole tensor: max |ours − theirs| / max |theirs|. */
function relativeError(ours: ArrayLike<number>, theirs: readonly number[]): number {
  assert.equal(ours.length, theirs.length);
  let worst = 0;
  let scale = 0;
  for (let i = 0; i < theirs.length; i++) {
    const difference = Math.abs(ours[i] - theirs[i]);
    // NaN must not pass as the smaller one
    worst = difference > worst || Number.isNaN(difference) ? difference : worst;
    scale = Math.max(scale, Math.abs(theirs[i]));
  }
  return worst / Math.max(scale, 1e-30);
}

function assertClose(what: string, ours: ArrayLike<number>, theirs: Values, tolerance: number): void {
  const error = relativeError(ours, theirs.data);
  assert.ok(error <= tolerance, `${what}: relative error ${error.toExponential(1)}, allowed ${tolerance}`);
}

function freshModel(fixture: Fixture, kernels: Kernels): { engine: Engine; model: nn.Module } {
  const engine = new Engine(kernels);
  setEngine(engine);
  const model = buildModel(fixture.model);
  model.loadStateDict(new Map(Object.entries(fixture.weights)));
  return { engine, model };
}

function outputOf(model: nn.Module, input: Tensor): Tensor {
  const output = model.forward(input);
  assert.ok(output instanceof Tensor);
  return output;
}

function compare(type: "float32" | "float64", kernels: () => Kernels, tolerance: number): void {
  for (const fixture of readFixtures()) {
    const theirs = fixture[type];
    describe(`${fixture.name} in ${type}`, () => {
      test("output, loss and every gradient agree with PyTorch", () => {
        const { engine, model } = freshModel(fixture, kernels());
        engine.endIteration();
        const { input, target } = batchOf(fixture);
        if (theirs.inputGradient !== null) input.requiresGrad = true;
        const output = outputOf(model, input);
        const loss = lossOf(fixture, output, target);
        engine.backward(loss);
        assertClose("output", output.toFlatArray(), theirs.output, tolerance);
        assertClose("loss", [loss.item()], { shape: [], data: [theirs.loss] }, tolerance);
        assert.deepEqual([...model.stateDict().keys()].sort(), Object.keys(theirs.gradients).sort());
        for (const [name, p] of model.namedParameters())
          assertClose(`gradient of ${name}`, p.gradient().array, theirs.gradients[name], tolerance);
        if (theirs.inputGradient !== null)
          assertClose("gradient of the input", input.gradient().array, theirs.inputGradient, tolerance);
      });

      for (const [name, record] of Object.entries(theirs.training)) {
        test(`ten steps of ${name} lead to PyTorch's weights`, () => {
          const { engine, model } = freshModel(fixture, kernels());
          const optimizer = optimizerOf(record, model);
          record.losses.forEach((expected, step) => {
            engine.endIteration();
            model.zeroGrad();
            const { input, target } = batchOf(fixture);
            const loss = lossOf(fixture, outputOf(model, input), target);
            engine.backward(loss);
            assertClose(`loss of step ${step}`, [loss.item()], { shape: [], data: [expected] }, tolerance);
            if (record.options.clipGradNorm !== undefined) {
              const norm = clipGradNorm(model.parameters(), record.options.clipGradNorm);
              assertClose(
                `gradient norm of step ${step}`,
                [norm],
                { shape: [], data: [record.gradNorms?.[step] ?? Number.NaN] },
                tolerance,
              );
            }
            optimizer.step();
          });
          for (const [parameter, p] of model.namedParameters())
            assertClose(parameter, p.floats.array, record.weights[parameter], tolerance);
        });
      }
    });
  }
}

test("there are fixtures of an MLP and of an RNN", () => {
  const names = readFixtures().map(({ name }) => name);
  assert.ok(names.some((n) => n.startsWith("mlp")) && names.some((n) => n.startsWith("rnn")), names.join());
});
compare("float64", () => new ReferenceKernels(), 1e-9);
for (const { name, kernels } of builtKernels()) describe(name, () => compare("float32", kernels, 1e-4));
