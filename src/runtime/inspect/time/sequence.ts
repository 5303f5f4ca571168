// What one sample of the batch gives to the model at every timestep: characters, token numbers or values.
import { type SequenceInput, type SequenceReport, shownFeatures } from "../../../protocol/inspector/time.ts";
import type { TrainingRun } from "../../../training/run.ts";

/**
 * @param sample number in the batch
 * @throws Error when there is no batch, or no such sample in it
 */
export function sequenceReport(run: TrainingRun, sample = 0): SequenceReport {
  if (run.batch === null) throw new Error("the run has not taken its first batch yet");
  const [batch] = run.batch.input.shape;
  if (!(Number.isInteger(sample) && sample >= 0 && sample < batch)) {
    throw new Error(
      `"sample" must be a whole number from 0 to ${batch - 1}, because the batch has ${batch}, but is ${JSON.stringify(sample)}`,
    );
  }
  return { iteration: run.iteration, sample, batch, input: inputOf(run, sample) };
}

/** Sequences are `[batch, time]` or `[batch, time, features]`. */
function inputOf({ batch, data }: TrainingRun, sample: number): SequenceInput {
  const input = batch?.input;
  if (input === undefined || input.shape.length < 2 || input.shape.length > 3) return { kind: "none" };
  const [, time, features = 1] = input.shape;
  const size = time * features;
  const all = input.storage.array.subarray(sample * size, (sample + 1) * size);
  if (input.dtype === "int32" && features === 1) {
    const { vocabulary } = data;
    if (vocabulary === null) return { kind: "tokens", steps: Array.from(all) };
    return { kind: "characters", steps: Array.from(all, (token) => vocabulary[token] ?? "\ufffd") };
  }
  const shown = Math.min(features, shownFeatures);
  const steps = Array.from({ length: time }, (_, t) => Array.from(all.subarray(t * features, t * features + shown)));
  return { kind: "values", features, steps };
}
