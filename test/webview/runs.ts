// Messages as a runtime sends them, for an MLP, a char-RNN and a model of 200 parameters, made by formula: no randomness.

import type {
  IterationRecord,
  LayerReport,
  ParameterReport,
  RuntimeEvent,
  StatisticsReport,
  TimestepReport,
} from "../../src/protocol/events.ts";
import type { EquationReport, EquationSymbol } from "../../src/protocol/inspector/equation.ts";
import { type InspectorState, initialState, loadingState, reduce } from "../../src/protocol/inspector/inspector.ts";
import type { ErrorReport, LayerInfo, ModelInfo, ParameterInfo } from "../../src/protocol/model.ts";
import type { Position, SourceRange } from "../../src/protocol/position.ts";
import type { TensorStatistics } from "../../src/protocol/tensors.ts";

export const file = "/home/ada/gradients/char-rnn.model.ts";

export function range(line: number, column = 15, length = 20): SourceRange {
  return { file, line, column, endLine: line, endColumn: column + length };
}

interface Spec {
  readonly path: string;
  readonly type: string;
  readonly parameters: readonly (readonly [name: string, ...shape: readonly number[]])[];
}

export function modelOf(name: string, specs: readonly Spec[], epochs: number, iterationsPerEpoch: number): ModelInfo {
  const layers = specs.map(
    ({ path, type }, i): LayerInfo => ({ path, type, source: range(4 + i), recurrent: type === "RNN" }),
  );
  const parameters = specs.flatMap(({ path, parameters }) =>
    parameters.map(
      ([leaf, ...shape]): ParameterInfo => ({ name: `${path}.${leaf}`, shape, layer: path, trainable: true }),
    ),
  );
  const parameterCount = parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const root: LayerInfo = { path: "", type: name, source: null, recurrent: false };
  const common = { epochs, iterationsPerEpoch, seed: 42, optimizer: "Adam" };
  return { name, file, layers: [root, ...layers], parameters, parameterCount, ...common };
}

export const charRnn = modelOf(
  "CharRNN",
  [
    { path: "embed", type: "Embedding", parameters: [["weight", 65, 32]] },
    {
      path: "rnn",
      type: "RNN",
      parameters: [
        ["weight_ih_l0", 128, 32],
        ["weight_hh_l0", 128, 128],
        ["bias_ih_l0", 128],
        ["bias_hh_l0", 128],
      ],
    },
    {
      path: "head",
      type: "Linear",
      parameters: [
        ["weight", 65, 128],
        ["bias", 65],
      ],
    },
  ],
  3,
  1200,
);

export const mlp = modelOf(
  "DigitsMLP",
  [
    {
      path: "net.0",
      type: "Linear",
      parameters: [
        ["weight", 256, 784],
        ["bias", 256],
      ],
    },
    { path: "net.1", type: "ReLU", parameters: [] },
    {
      path: "net.2",
      type: "Linear",
      parameters: [
        ["weight", 128, 256],
        ["bias", 128],
      ],
    },
    { path: "net.3", type: "ReLU", parameters: [] },
    {
      path: "net.4",
      type: "Linear",
      parameters: [
        ["weight", 10, 128],
        ["bias", 10],
      ],
    },
  ],
  5,
  125,
);

/** 50 blocks of 4 parameters. */
export const large = modelOf(
  "DeepTransformer",
  Array.from({ length: 50 }, (_, i) => ({
    path: `encoder.layers.${i}.self_attn`,
    type: "MultiheadAttention",
    parameters: [
      ["in_proj_weight", 192, 64],
      ["in_proj_bias", 192],
      ["out_proj.weight", 64, 64],
      ["out_proj.bias", 64],
    ],
  })),
  1,
  5000,
);

/** A loss that falls from `from` towards `to`, with the noise of small batches. */
export function records(model: ModelInfo, count: number, from = 4.17, to = 1.9): IterationRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const progress = i / (model.epochs * model.iterationsPerEpoch);
    const noise = wobble(i) * 0.12;
    return {
      iteration: i + 1,
      epoch: Math.floor(i / model.iterationsPerEpoch) + 1,
      loss: to + (from - to) * Math.exp(-progress * 6) + noise,
      gradNorm: (0.35 + 3 * Math.exp(-progress * 30)) * (1 + 0.5 * Math.abs(wobble(i + 7))),
      learningRate: 2e-3,
      milliseconds: 4.6 + 0.4 * wobble(i),
    };
  });
}

/** How far the iteration that the report is about has come. */
export type Progress = "forward" | { readonly backwardAt: number } | { readonly updated: number } | "complete";

/** ‖∂L/∂h_t‖ shrinks by 0.82 for every step back in time. */
export function gradThroughTime(length: number, reached: number, scale = 0.09): (number | null)[] {
  return Array.from({ length }, (_, t) =>
    t < reached ? null : scale * 0.82 ** (length - 1 - t) * (1 + 0.15 * wobble(t)),
  );
}

export function statisticsOf(model: ModelInfo, iteration: number, progress: Progress): StatisticsReport {
  const backwardDone = progress !== "forward" && !(typeof progress === "object" && "backwardAt" in progress);
  const reached = backwardDone ? 0 : progress === "forward" ? 32 : progress.backwardAt;
  const updated =
    progress === "complete"
      ? model.parameters.length
      : backwardDone && typeof progress === "object"
        ? progress.updated
        : 0;
  // Backward comes from the last layer: while it is in the recurrent one, only the layers behind that are done.
  const recurrent = model.layers.findIndex((layer) => layer.recurrent);
  const isDone = (layer: string): boolean =>
    backwardDone || (progress !== "forward" && model.layers.findIndex((info) => info.path === layer) > recurrent);
  const epoch = Math.ceil(iteration / model.iterationsPerEpoch);
  return {
    iteration,
    epoch,
    complete: progress === "complete",
    loss: progress === "forward" ? null : 1.234,
    gradNorm: backwardDone ? 0.321 : null,
    parameters: model.parameters.map((info, i) => parameterReport(info, i, isDone(info.layer), i < updated)),
    layers: model.layers.map((info, i) => layerReport(info, i, model, isDone(info.path))),
    timesteps: model.layers
      .filter((layer) => layer.recurrent)
      .map((layer): TimestepReport => ({ layer: layer.path, gradNorms: gradThroughTime(32, reached) })),
    variables: [],
  };
}

function parameterReport(
  { name, shape }: ParameterInfo,
  i: number,
  hasGradient: boolean,
  updated: boolean,
): ParameterReport {
  const count = shape.reduce((a, b) => a * b, 1);
  const weight = 0.06 * Math.sqrt(count) * (1 + 0.2 * wobble(i));
  // The fifth parameter moves too much and the third too little.
  const ratio = (i % 7 === 4 ? 0.031 : i % 7 === 2 ? 3.4e-5 : 1.2e-3) * (1 + 0.3 * wobble(i));
  const gradient = 0.021 * Math.sqrt(Math.sqrt(count)) * (1 + 0.5 * wobble(i + 3));
  return {
    name,
    values: tensorStatistics(count, weight),
    weightNormBefore: weight,
    weightNormAfter: updated ? weight * (1 + ratio / 3) : null,
    gradient: hasGradient ? tensorStatistics(count, gradient) : null,
    updateNorm: updated ? weight * ratio : null,
    updateRatio: updated ? ratio : null,
  };
}

function layerReport({ path }: LayerInfo, i: number, model: ModelInfo, done: boolean): LayerReport {
  const decay = 0.45 ** (model.layers.length - 1 - i);
  const owns = model.parameters.some((parameter) => parameter.layer === path);
  return {
    layer: path,
    parameterGradNorm: done && owns ? 0.62 * decay : null,
    outputGradNorm: done ? 0.08 * decay ** 1.2 : null,
  };
}

export function tensorStatistics(count: number, norm: number, nonFinite = 0): TensorStatistics {
  const std = norm / Math.sqrt(count);
  return { count, norm, mean: 0, std, min: -3 * std, max: 3 * std, zeros: 0, nonFinite };
}

/** Between −1 and 1, looks like noise, is the same every time. */
export function wobble(i: number): number {
  const x = Math.sin(i * 12.9898 + 4.1) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
}

export function play(debug: boolean, events: readonly RuntimeEvent[]): InspectorState {
  return events.reduce(reduce, loadingState(file, debug));
}

function validationsUpTo(model: ModelInfo, count: number, accuracy: boolean): RuntimeEvent[] {
  const epochs = Math.floor(count / model.iterationsPerEpoch);
  return Array.from({ length: epochs }, (_, i) => ({
    type: "validation",
    epoch: i + 1,
    iteration: (i + 1) * model.iterationsPerEpoch,
    loss: (accuracy ? 0.42 : 2.35) * 0.86 ** i,
    accuracy: accuracy ? 0.89 + 0.018 * i : null,
  }));
}

function begun(model: ModelInfo, count: number, from?: number, to?: number): RuntimeEvent[] {
  return [
    { type: "started", model },
    { type: "iterations", records: records(model, count, from, to) },
    ...validationsUpTo(model, count, model === mlp),
    { type: "statistics", report: statisticsOf(model, count, "complete") },
  ];
}

export function position(part: Partial<Position>): Position {
  return {
    epoch: 2,
    iteration: 1805,
    event: 40,
    kind: "operation",
    phase: "forward",
    layer: "rnn",
    layerType: "RNN",
    operation: "rnn step",
    timestep: null,
    parameter: "",
    source: range(12),
    ...part,
  };
}

function pausedAt(where: Partial<Position>, progress: Progress, text: string): InspectorState {
  return play(true, [
    ...begun(charRnn, 1804),
    { type: "statistics", report: statisticsOf(charRnn, 1805, progress) },
    { type: "equation", report: where.phase === "update" ? updateEquation : backwardEquation },
    { type: "stopped", reason: "step", position: position(where), text, breakpoints: [] },
  ]);
}

const excerpt = (size: number, rows = 4) =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: 4 }, (_, j) => size * wobble(3 * i + 7 * j)));

const symbolOf = (
  name: string,
  tex: string,
  shape: readonly number[],
  size: number,
  place: EquationSymbol["place"] = { name, part: "after" },
): EquationSymbol => ({
  name,
  tex,
  place,
  shape,
  rows: excerpt(size, Math.min(4, shape.length === 1 ? 1 : shape[0])),
  norm: size * 17,
});

const W_hh = "rnn.weight_hh_l0";

const backwardEquation: EquationReport = {
  title: "rnn step",
  lines: [
    String.raw`\term{0}{\delta_t} = \term{1}{\dL{h_t}} \odot (1 - \term{2}{h_t}^2)`,
    String.raw`\term{3}{\dL{h_{t-1}}} \mathrel{+}= \term{0}{\delta_t}\, \term{4}{W_{hh}}`,
    String.raw`\term{5}{\dL{W_{hh}}} \mathrel{+}= \term{0}{\delta_t}^{\top} \term{6}{h_{t-1}}, \quad \dL{b_{hh}} \mathrel{+}= \sum_n \delta_{t,n}`,
  ],
  source: "Elman 1990; Werbos 1990",
  symbols: [
    symbolOf("δ_t", "\\delta_t", [16, 128], 1e-4),
    symbolOf("∂L/∂(h_t)", String.raw`\dL{h_t}`, [16, 128], 2e-4, { name: "h_t", part: "gradient" }),
    symbolOf("h_t", "h_t", [16, 128], 0.8),
    symbolOf("∂L/∂(h_{t−1})", String.raw`\dL{h_{t-1}}`, [16, 128], 2e-4, { name: "h_{t−1}", part: "gradient" }),
    symbolOf("W_hh", "W_{hh}", [128, 128], 0.08, { name: W_hh, part: "before" }),
    symbolOf("∂L/∂(W_hh)", String.raw`\dL{W_{hh}}`, [128, 128], 3e-3, { name: W_hh, part: "gradient" }),
    symbolOf("h_{t−1}", "h_{t-1}", [16, 128], 0.7),
  ],
  constants: [],
};

const updateEquation: EquationReport = {
  title: `Adam · ${W_hh}`,
  lines: [
    String.raw`g_t = \term{0}{\dL{w_{t-1}}}`,
    String.raw`\term{1}{m_t} = \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \quad \term{2}{v_t} = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2`,
    String.raw`\term{3}{w_t} = \term{4}{w_{t-1}} - \frac{\eta}{1 - \beta_1^t} \cdot \frac{\term{1}{m_t}}{\sqrt{\term{2}{v_t}} \big/ \sqrt{1 - \beta_2^t} + \epsilon}`,
    String.raw`\term{5}{\Delta w_t} = \term{3}{w_t} - \term{4}{w_{t-1}}`,
  ],
  source: "Kingma & Ba 2015, algorithm 1",
  symbols: [
    symbolOf("∂L/∂w", String.raw`\dL{w_{t-1}}`, [128, 128], 4e-3, { name: W_hh, part: "gradient" }),
    symbolOf("m", "m_t", [128, 128], 1e-3),
    { ...symbolOf("v", "v_t", [128, 128], 1e-6), rows: [[Number.NaN, 1e-9, Number.POSITIVE_INFINITY, 0]] },
    symbolOf("w", "w_t", [128, 128], 0.08, { name: W_hh, part: "after" }),
    symbolOf("w before", "w_{t-1}", [128, 128], 0.081, { name: W_hh, part: "before" }),
    symbolOf("Δw", String.raw`\Delta w_t`, [128, 128], 2e-3, { name: W_hh, part: "update" }),
  ],
  constants: [
    { tex: "t", value: 1805 },
    { tex: "\\eta", value: 0.002 },
    { tex: "\\beta_1", value: 0.9 },
    { tex: "\\beta_2", value: 0.999 },
    { tex: "\\epsilon", value: 1e-8 },
  ],
};

export const failure: ErrorReport = {
  message:
    "linear: the input has 32 features, but the weight of head takes 128: input [16, 32, 32], weight [65, 128].\n" +
    "Give the output of rnn to head, or make head an nn.Linear(32, 65).",
  source: range(14),
  stack: [
    { name: "CharRNN.forward", source: range(14) },
    { name: "step", source: range(31) },
  ],
  detail: "ModelError: linear: the input has 32 features\n    at linear (engine/linear.ts:31:11)",
};

export const scenes = {
  idle: (): InspectorState => initialState,
  loading: () => loadingState(file, false),
  running: () => play(false, begun(mlp, 400, 2.31, 0.18)),
  first: () => play(false, [{ type: "started", model: mlp }]),
  pausedForward: () => pausedAt({ phase: "forward", timestep: 5 }, "forward", "Paused on step"),
  pausedBackward: () =>
    pausedAt({ phase: "backward", timestep: 12, event: 210 }, { backwardAt: 12 }, "Paused on breakpoint"),
  pausedUpdate: () =>
    pausedAt(
      { phase: "update", kind: "parameter", operation: "adam", parameter: "rnn.weight_hh_l0", source: range(6) },
      { updated: 3 },
      "Paused on step",
    ),
  finished: () =>
    play(false, [
      ...begun(mlp, 625, 2.31, 0.18),
      { type: "finished", reason: "completed", iterations: 625, seconds: 4.31, loss: 0.19 },
    ]),
  failed: () => play(true, [...begun(charRnn, 300), { type: "failed", error: failure }]),
  exploded: () =>
    play(false, [
      ...begun(charRnn, 200),
      { type: "iterations", records: explodedRecords() },
      { type: "statistics", report: explodedStatistics() },
    ]),
  large: () => play(false, begun(large, 5000, 8.1, 3.2)),
} satisfies Record<string, () => InspectorState>;

function explodedRecords(): IterationRecord[] {
  return Array.from({ length: 60 }, (_, i) => ({
    iteration: 201 + i,
    epoch: 1,
    loss: i < 30 ? 4 * 1.4 ** i : Number.NaN,
    gradNorm: i < 30 ? 3 * 1.6 ** i : Number.NaN,
    learningRate: 2e-3,
    milliseconds: 4.6,
  }));
}

function explodedStatistics(): StatisticsReport {
  const report = statisticsOf(charRnn, 260, "complete");
  return {
    ...report,
    parameters: report.parameters.map((parameter) => ({
      ...parameter,
      weightNormAfter: Number.NaN,
      gradient: tensorStatistics(4096, 0, 4096),
      updateNorm: Number.NaN,
      updateRatio: Number.NaN,
    })),
    layers: report.layers.map(({ layer }) => ({ layer, parameterGradNorm: Number.NaN, outputGradNorm: Number.NaN })),
    timesteps: [{ layer: "rnn", gradNorms: Array.from({ length: 32 }, () => Number.NaN) }],
  };
}
