// A small run as the runtime would report it, for the tests of this folder.
import type { IterationRecord, ParameterReport, RuntimeEvent, StatisticsReport } from "../../src/protocol/events.ts";
import { type InspectorState, initialState } from "../../src/protocol/inspector/inspector.ts";
import type { LayerInfo, ModelInfo, ParameterInfo } from "../../src/protocol/model.ts";
import type { Position, SourceRange } from "../../src/protocol/position.ts";
import type { TensorStatistics } from "../../src/protocol/tensors.ts";

export const file = "/work/char.model.ts";

export function statistics(norm: number, mean = 0.25, std = 0.5, nonFinite = 0): TensorStatistics {
  return { count: 6, norm, mean, std, min: -1, max: 2, zeros: 0, nonFinite };
}

function range(line: number, column: number, endColumn: number): SourceRange {
  return { file, line, column, endLine: line, endColumn };
}

const layer = (path: string, type: string, source: SourceRange | null, recurrent = false): LayerInfo => ({
  path,
  type,
  source,
  recurrent,
});

const parameter = (name: string, shape: readonly number[], trainable = true): ParameterInfo => ({
  name,
  shape,
  layer: name.slice(0, name.lastIndexOf(".")),
  trainable,
});

/** The layers of `modelText`. */
export const model: ModelInfo = {
  name: "CharRNN",
  file,
  layers: [
    layer("", "CharRNN", null),
    layer("embed", "Embedding", range(4, 3, 35)),
    layer("rnn", "RNN", range(5, 3, 28), true),
    layer("head", "Sequential", range(6, 3, 60)),
    layer("head.0", "Linear", range(6, 29, 43)),
  ],
  parameters: [
    parameter("embed.weight", [7, 2], false),
    parameter("rnn.weight_ih_l0", [3, 2]),
    parameter("rnn.weight_hh_l0", [3, 3]),
    parameter("head.0.weight", [7, 3]),
  ],
  parameterCount: 50,
  epochs: 2,
  iterationsPerEpoch: 10,
  seed: 42,
  optimizer: "adam",
};

export const modelText = `import { nn, F, defineTraining, type Tensor } from "gradient-debugger";

class CharRNN extends nn.Module {
  embed = new nn.Embedding(7, 2);
  rnn = new nn.RNN(2, 3);
  head = new nn.Sequential(new nn.Linear(3, 7), new nn.GELU());

  forward(tokens: Tensor): Tensor {
    // h is not meant here
    const x = this.embed.forward(tokens);
    const [h] = this.rnn.forward(x);
    return this.head.forward(h);
  }
}

export default defineTraining({ model: () => new CharRNN(), loss: F.crossEntropy });
`;

export function parameterReport(name: string, updated: boolean): ParameterReport {
  return {
    name,
    values: statistics(3),
    weightNormBefore: 2,
    weightNormAfter: updated ? 3 : null,
    gradient: statistics(0.125),
    updateNorm: updated ? 0.5 : null,
    updateRatio: updated ? 0.0625 : null,
  };
}

export function report(iteration: number, complete: boolean): StatisticsReport {
  return {
    iteration,
    epoch: 1,
    complete,
    loss: 1.5,
    gradNorm: complete ? 0.25 : null,
    parameters: ["rnn.weight_ih_l0", "rnn.weight_hh_l0", "head.0.weight"].map((name) =>
      parameterReport(name, complete),
    ),
    layers: [{ layer: "rnn", parameterGradNorm: 0.375, outputGradNorm: 0.0078125 }],
    timesteps: [],
    variables: [
      { name: "x", shape: [2, 5, 2], values: statistics(7), gradient: null, file, line: 10 },
      { name: "h", shape: [2, 5, 3], values: statistics(4), gradient: statistics(0.25, 0, 1, 2), file, line: 11 },
    ],
  };
}

export function record(iteration: number, milliseconds = 4): IterationRecord {
  return { iteration, epoch: 1, loss: 1.23456, gradNorm: 0.5, learningRate: 1e-2, milliseconds };
}

export const position: Position = {
  epoch: 1,
  iteration: 3,
  event: 9,
  kind: "operation",
  phase: "backward",
  layer: "rnn",
  layerType: "RNN",
  operation: "rnn step",
  timestep: 4,
  parameter: "",
  source: null,
};

export const started: RuntimeEvent = { type: "started", model };

/** In the middle of a run, with the statistics of iteration 3. */
export const running: InspectorState = {
  ...initialState,
  status: { kind: "running" },
  model,
  iterations: [record(1), record(2), record(3)],
  last: record(3),
  statistics: report(3, true),
};
