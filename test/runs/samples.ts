// Small runs for the tests of this folder: a model of two layers, its numbers by formula, and folders that go away again.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { IterationRecord, ParameterReport, RuntimeEvent, StatisticsReport } from "../../src/protocol/events.ts";
import type { ModelInfo } from "../../src/protocol/model.ts";
import type { TensorStatistics } from "../../src/protocol/tensors.ts";
import { encodeRecord, magic } from "../../src/runs/file/format.ts";
import type { RunHeader, RunRecord } from "../../src/runs/file/record.ts";

export const model: ModelInfo = {
  name: "TinyMLP",
  file: "/work/tiny.model.ts",
  layers: [
    { path: "", type: "TinyMLP", source: null, recurrent: false },
    { path: "hidden", type: "Linear", source: null, recurrent: false },
    { path: "output", type: "Linear", source: null, recurrent: false },
  ],
  parameters: [
    { name: "hidden.weight", shape: [3, 2], layer: "hidden", trainable: true },
    { name: "hidden.bias", shape: [3], layer: "hidden", trainable: true },
    { name: "output.weight", shape: [1, 3], layer: "output", trainable: true },
  ],
  parameterCount: 12,
  epochs: 2,
  iterationsPerEpoch: 10,
  seed: 7,
  optimizer: "sgd",
  data: "arrays, 20 rows",
};

export const header: RunHeader = {
  name: "TinyMLP 1",
  model,
  debug: false,
  started: Date.UTC(2024, 0, 2, 3, 4, 5),
  source: "00ff",
  writer: { host: "nowhere", process: 1, version: "test" },
};

export function record(iteration: number, loss = 1 / iteration): IterationRecord {
  return { iteration, epoch: 1, loss, gradNorm: loss / 2, learningRate: 0.1, milliseconds: 2 };
}

export function iterations(...numbers: readonly number[]): RuntimeEvent {
  return { type: "iterations", records: numbers.map((iteration) => record(iteration)) };
}

export function statistics(norm: number, nonFinite = 0): TensorStatistics {
  return { count: 6, norm, mean: 0.5, std: 0.25, min: -1, max: 2, zeros: 0, nonFinite };
}

export function parameterReport(name: string, size: number): ParameterReport {
  return {
    name,
    values: statistics(size),
    weightNormBefore: size,
    weightNormAfter: size,
    gradient: statistics(size / 2),
    updateNorm: size / 1000,
    updateRatio: 1 / 1000,
  };
}

/** `size` gives every parameter its norm. */
export function report(iteration: number, size: (name: string) => number = () => 4): StatisticsReport {
  return {
    iteration,
    epoch: 1,
    complete: true,
    loss: 1 / iteration,
    gradNorm: 0.5,
    parameters: model.parameters.map(({ name }) => parameterReport(name, size(name))),
    layers: [{ layer: "hidden", parameterGradNorm: 1, outputGradNorm: null }],
    timesteps: [{ layer: "rnn", gradNorms: [1, null, Number.NaN] }],
    variables: [],
  };
}

export function columns(...records: readonly IterationRecord[]): RunRecord {
  const of = (name: keyof IterationRecord) => records.map((each) => each[name]);
  return {
    kind: "iterations",
    columns: {
      iteration: of("iteration"),
      epoch: of("epoch"),
      loss: of("loss"),
      gradNorm: of("gradNorm"),
      learningRate: of("learningRate"),
      milliseconds: of("milliseconds"),
    },
  };
}

export function fileOf(records: readonly RunRecord[]): Buffer {
  return Buffer.concat([magic, ...records.map(encodeRecord)]);
}

export const headed: RunRecord = { kind: "header", header };

export function end(last: number): RunRecord {
  return { kind: "end", reason: "completed", message: "", seconds: 1.5, loss: 1 / last, last: record(last) };
}

/** An empty folder that is gone when the test is over. */
export function temporary(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "gradient-debugger-runs-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
