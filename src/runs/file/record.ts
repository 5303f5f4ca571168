// The records that a kept run is made of, and what each must have to be believed. Knows nothing of how they are stored.
import type { IterationRecord, RuntimeEvent, StatisticsReport } from "../../protocol/events.ts";
import type { FlowGraph, FlowValues } from "../../protocol/inspector/flow.ts";
import type { LayerInfo, ModelInfo, ParameterInfo } from "../../protocol/model.ts";
import type { SourceRange } from "../../protocol/position.ts";
import type { TensorStatistics } from "../../protocol/tensors.ts";
import { type Check, isFlag, isNumber, isText, isWhole, listOf, oneOf, orMissing, orNull, shape } from "./check.ts";
import { isFlowValues, isGraph } from "./flowCheck.ts";

/** Who writes a run; by this another process can tell whether it still does. */
export interface Writer {
  readonly host: string;
  readonly process: number;
  /** `VS Code 1.99.0, Gradient Debugger 0.1.0` */
  readonly version: string;
}

/** What is known of a run before its first iteration. */
export interface RunHeader {
  readonly name: string;
  readonly model: ModelInfo;
  readonly debug: boolean;
  /** Milliseconds since 1970. */
  readonly started: number;
  /** SHA-256 of the model file, hexadecimal; empty when it could not be read. */
  readonly source: string;
  readonly writer: Writer;
}

/** Iterations in columns of equal length. */
export type IterationColumns = { readonly [K in keyof IterationRecord]: readonly number[] };

type Validation = Extract<RuntimeEvent, { type: "validation" }>;

/** An event that left a mark on the axis of the curves. */
export type MarkEvent = Extract<RuntimeEvent, { type: "stopped" | "notFinite" }>;

export type RunRecord =
  | { readonly kind: "header"; readonly header: RunHeader }
  | { readonly kind: "iterations"; readonly columns: IterationColumns }
  | { readonly kind: "statistics"; readonly report: StatisticsReport }
  | { readonly kind: "validation"; readonly event: Validation }
  /** The network as it ran; numbers come with the end of the run. */
  | { readonly kind: "flow"; readonly graph: FlowGraph; readonly values: FlowValues | null }
  | { readonly kind: "mark"; readonly event: MarkEvent }
  /** What was written of later iterations is no longer true. */
  | { readonly kind: "rewound"; readonly iteration: number }
  /** The bound of the setting was reached: only the end follows. */
  | { readonly kind: "full"; readonly iteration: number }
  | {
      readonly kind: "end";
      readonly reason: "completed" | "stopped" | "failed";
      /** Why it failed; empty otherwise. */
      readonly message: string;
      readonly seconds: number;
      readonly loss: number | null;
      /** The newest iteration, also when it was thinned out. */
      readonly last: IterationRecord | null;
    }
  /** In the file of labels: a new name or new tags; null: as before. */
  | { readonly kind: "label"; readonly name: string | null; readonly tags: readonly string[] | null };

export type RecordKind = RunRecord["kind"];
export type RecordOf<K extends RecordKind> = Extract<RunRecord, { kind: K }>;

const isRange: Check<SourceRange> = shape<SourceRange>({
  file: isText,
  line: isWhole,
  column: isWhole,
  endLine: isWhole,
  endColumn: isWhole,
});

const isLayer: Check<LayerInfo> = shape<LayerInfo>({
  path: isText,
  type: isText,
  source: orNull(isRange),
  recurrent: isFlag,
});

const isParameter: Check<ParameterInfo> = shape<ParameterInfo>({
  name: isText,
  shape: listOf(isWhole),
  layer: isText,
  trainable: isFlag,
});

const isModel: Check<ModelInfo> = shape<ModelInfo>({
  name: isText,
  file: isText,
  layers: listOf(isLayer),
  parameters: listOf(isParameter),
  parameterCount: isWhole,
  epochs: isWhole,
  iterationsPerEpoch: isWhole,
  seed: isWhole,
  optimizer: isText,
  data: orMissing(isText),
});

const isHeader: Check<RunHeader> = shape<RunHeader>({
  name: isText,
  model: isModel,
  debug: isFlag,
  started: isNumber,
  source: isText,
  writer: shape<Writer>({ host: isText, process: isWhole, version: isText }),
});

const isIteration: Check<IterationRecord> = shape<IterationRecord>({
  iteration: isWhole,
  epoch: isWhole,
  loss: isNumber,
  gradNorm: isNumber,
  learningRate: isNumber,
  milliseconds: isNumber,
});

const hasColumns: Check<IterationColumns> = shape<IterationColumns>({
  iteration: listOf(isWhole),
  epoch: listOf(isWhole),
  loss: listOf(isNumber),
  gradNorm: listOf(isNumber),
  learningRate: listOf(isNumber),
  milliseconds: listOf(isNumber),
});

const isColumns: Check<IterationColumns> = (value): value is IterationColumns =>
  hasColumns(value) && Object.values(value).every(({ length }) => length === value.iteration.length);

const isStatistics: Check<TensorStatistics> = shape<TensorStatistics>({
  count: isNumber,
  norm: isNumber,
  mean: isNumber,
  std: isNumber,
  min: isNumber,
  max: isNumber,
  zeros: isNumber,
  nonFinite: isNumber,
});

const isReport: Check<StatisticsReport> = shape<StatisticsReport>({
  iteration: isWhole,
  epoch: isWhole,
  complete: isFlag,
  loss: orNull(isNumber),
  gradNorm: orNull(isNumber),
  parameters: listOf(
    shape({
      name: isText,
      values: isStatistics,
      weightNormBefore: isNumber,
      weightNormAfter: orNull(isNumber),
      gradient: orNull(isStatistics),
      updateNorm: orNull(isNumber),
      updateRatio: orNull(isNumber),
    }),
  ),
  layers: listOf(shape({ layer: isText, parameterGradNorm: orNull(isNumber), outputGradNorm: orNull(isNumber) })),
  timesteps: listOf(shape({ layer: isText, gradNorms: listOf(orNull(isNumber)) })),
  // The user's tensors are not kept.
  variables: (value): value is [] => Array.isArray(value) && value.length === 0,
});

const isValidation: Check<Validation> = shape<Validation>({
  type: oneOf("validation"),
  epoch: isWhole,
  iteration: isWhole,
  loss: isNumber,
  accuracy: orNull(isNumber),
});

type Stopped = Extract<MarkEvent, { type: "stopped" }>;
type NotFinite = Extract<MarkEvent, { type: "notFinite" }>;

const isStopped: Check<Stopped> = shape<Stopped>({
  type: oneOf("stopped"),
  reason: oneOf(
    ...(["entry", "breakpoint", "function breakpoint", "data breakpoint", "step"] as const),
    ...(["goto", "restart", "pause", "exception"] as const),
  ),
  position: shape<Stopped["position"]>({
    epoch: isWhole,
    iteration: isWhole,
    event: isWhole,
    kind: oneOf("entry", "statement", "operation", "layer", "parameter", "phase"),
    phase: oneOf("forward", "loss", "backward", "update"),
    layer: isText,
    layerType: isText,
    operation: isText,
    timestep: orNull(isWhole),
    parameter: isText,
    source: orNull(isRange),
  }),
  text: isText,
  breakpoints: listOf(isWhole),
});

const isNotFinite: Check<NotFinite> = shape<NotFinite>({
  type: oneOf("notFinite"),
  iteration: isWhole,
  what: oneOf("loss", "gradient norm"),
});

const isMarkEvent: Check<MarkEvent> = (value): value is MarkEvent => isStopped(value) || isNotFinite(value);

/** What each kind of record must have. */
export const recordChecks: { readonly [K in RecordKind]: Check<RecordOf<K>> } = {
  header: shape<RecordOf<"header">>({ kind: oneOf("header"), header: isHeader }),
  iterations: shape<RecordOf<"iterations">>({ kind: oneOf("iterations"), columns: isColumns }),
  statistics: shape<RecordOf<"statistics">>({ kind: oneOf("statistics"), report: isReport }),
  validation: shape<RecordOf<"validation">>({ kind: oneOf("validation"), event: isValidation }),
  flow: shape<RecordOf<"flow">>({ kind: oneOf("flow"), graph: isGraph, values: orNull(isFlowValues) }),
  mark: shape<RecordOf<"mark">>({ kind: oneOf("mark"), event: isMarkEvent }),
  rewound: shape<RecordOf<"rewound">>({ kind: oneOf("rewound"), iteration: isWhole }),
  full: shape<RecordOf<"full">>({ kind: oneOf("full"), iteration: isWhole }),
  end: shape<RecordOf<"end">>({
    kind: oneOf("end"),
    reason: oneOf("completed", "stopped", "failed"),
    message: isText,
    seconds: isNumber,
    loss: orNull(isNumber),
    last: orNull(isIteration),
  }),
  label: shape<RecordOf<"label">>({ kind: oneOf("label"), name: orNull(isText), tags: orNull(listOf(isText)) }),
};
