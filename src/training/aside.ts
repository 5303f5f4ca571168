// Something computed with a run's model between two iterations that leaves no trace in the run. Knows nothing of what for.
import type { DataSet } from "../data/source.ts";
import type { Tensor } from "../engine/tensor.ts";
import { tensorsOf } from "../nn/module.ts";
import { toTensor } from "./batches.ts";
import type { TensorBatch } from "./define.ts";
import type { TrainingRun } from "./run.ts";
import { saveObjects } from "./snapshot/objects.ts";

export type { DataSet, Feature, PlainArray } from "../data/source.ts";

/**
 * Runs `body` with the model in evaluation mode, nothing recorded and nobody watching, and puts back what that may have
 * changed: chance, the order of samples, fields of modules, buffers such as running statistics, carried states. Parameters
 * are left alone, for nothing but an optimizer changes them. What a model keeps outside of its modules' fields is out of reach.
 */
export function aside<T>(run: TrainingRun, body: () => T): T {
  const { engine, model, order } = run;
  const { here, scope, timestep, previousTimestep, iterating } = engine;
  const except = new Set<object>(run.parameters.keys());
  const saved = saveObjects([model, order, engine.random], { gradients: false, reuse: null, except });
  engine.endIteration();
  try {
    model.eval();
    return engine.noGrad(body);
  } finally {
    saved.restore();
    engine.endIteration();
    Object.assign(engine, { here, scope, timestep, previousTimestep, iterating });
  }
}

/**
 * The model's first output for these samples, batch by batch. To be called in `aside`; batch and output are gone after `visit`.
 * @param visit returns false to leave the rest out; `first` is the place in `indices` of the batch's first sample
 * @param size samples at a time; default as many as training itself takes, so that it needs no more memory
 */
export function evaluate(
  run: TrainingRun,
  set: DataSet,
  indices: Int32Array,
  visit: (batch: TensorBatch, output: Tensor, first: number) => boolean,
  size = run.data.batchSize,
): void {
  const { engine, model } = run;
  for (let first = 0; first < indices.length; first += size) {
    engine.endIteration();
    const { input, target } = set.batch(indices.slice(first, first + size));
    const batch = { input: toTensor(input), target: toTensor(target) };
    const [output] = tensorsOf(model.forward(batch.input));
    if (output === undefined) throw engine.error("forward() returned no tensor");
    if (!visit(batch, output, first)) return;
  }
}
