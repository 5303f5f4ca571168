// Loss and accuracy on held-out samples: evaluation mode, nothing recorded, nobody watching.
import type { DataSet } from "../data/source.ts";
import type { Tensor } from "../engine/tensor.ts";
import { tensorsOf } from "../nn/module.ts";
import { loadBatch } from "./batches.ts";
import type { TrainingObserver } from "./observer.ts";
import type { TrainingRun } from "./run.ts";

/** Mean loss over samples, and the share of right classes when the targets are classes. */
export function validate(
  run: TrainingRun,
  set: DataSet,
  observer?: TrainingObserver,
): { readonly loss: number; readonly accuracy: number | null } {
  const { engine, model, definition, data } = run;
  model.eval();
  let loss = 0;
  let right = 0;
  let targets = 0;
  engine.noGrad(() => {
    for (let start = 0; start < set.length; start += data.batchSize) {
      observer?.validating?.();
      engine.endIteration();
      const count = Math.min(data.batchSize, set.length - start);
      const batch = loadBatch(
        set,
        Int32Array.from({ length: count }, (_, i) => start + i),
      );
      if (definition.step !== undefined) {
        loss += definition.step(model, batch).item() * count;
        continue;
      }
      const [output] = tensorsOf(model.forward(batch.input));
      if (output === undefined) throw engine.error("forward() returned no tensor");
      loss += definition.loss(output, batch.target).item() * count;
      if (batch.target.dtype === "int32") {
        right += countRight(output, batch.target);
        targets += batch.target.length;
      }
    }
  });
  model.train();
  return { loss: loss / set.length, accuracy: targets > 0 ? right / targets : null };
}

/** How many rows of the output have their largest element at the target's class. */
function countRight(output: Tensor, target: Tensor): number {
  const classes = output.shape.at(-1) ?? 1;
  const [x, labels] = [output.floats.array, target.ints.array];
  let right = 0;
  for (let i = 0; i < target.length; i++) {
    let best = 0;
    for (let j = 1; j < classes; j++) if (x[i * classes + j] > x[i * classes + best]) best = j;
    if (best === labels[i]) right++;
  }
  return right;
}
