// Events a runtime sends while it trains. A runtime is whatever trains: our worker today, another process tomorrow.
import type { EquationReport } from "./inspector/equation.ts";
import type { FlowGraph, FlowValues } from "./inspector/flow.ts";
import type { PlayingReport } from "./inspector/playing.ts";
import type { ErrorReport, ModelInfo } from "./model.ts";
import type { Position } from "./position.ts";
import type { TensorReport, TensorStatistics } from "./tensors.ts";

/** One finished iteration. */
export interface IterationRecord {
  readonly iteration: number;
  readonly epoch: number;
  readonly loss: number;
  /** Norm of all gradients together, before clipping. */
  readonly gradNorm: number;
  readonly learningRate: number;
  /** Wall time of the iteration, pauses left out. */
  readonly milliseconds: number;
}

/** One parameter at one iteration. What has not been computed yet at this point of the iteration is null. */
export interface ParameterReport {
  readonly name: string;
  /** Statistics of the weights as they are now: after the update when there was one. */
  readonly values: TensorStatistics;
  readonly weightNormBefore: number;
  readonly weightNormAfter: number | null;
  readonly gradient: TensorStatistics | null;
  /** ‖w_after − w_before‖ */
  readonly updateNorm: number | null;
  /** ‖w_after − w_before‖ / ‖w_before‖ */
  readonly updateRatio: number | null;
}

/** ‖∂L/∂h_t‖ of one recurrent layer, index t; null for timesteps that backward has not reached yet. */
export interface TimestepReport {
  readonly layer: string;
  readonly gradNorms: readonly (number | null)[];
}

/** Norms of the gradient of one layer's parameters together and of ∂L/∂(its output). */
export interface LayerReport {
  readonly layer: string;
  readonly parameterGradNorm: number | null;
  readonly outputGradNorm: number | null;
}

/** A named tensor of the user's code, at the line where it was assigned. */
export interface VariableReport extends TensorReport {
  readonly file: string;
  readonly line: number;
}

/** Statistics of one iteration: complete while running freely, as far as it got while paused. */
export interface StatisticsReport {
  readonly iteration: number;
  readonly epoch: number;
  readonly complete: boolean;
  /** Null before the loss is computed. */
  readonly loss: number | null;
  /** Before clipping; null before backward is over. */
  readonly gradNorm: number | null;
  readonly parameters: readonly ParameterReport[];
  readonly layers: readonly LayerReport[];
  readonly timesteps: readonly TimestepReport[];
  readonly variables: readonly VariableReport[];
}

export type StopReason =
  | "entry"
  | "breakpoint"
  | "function breakpoint"
  | "data breakpoint"
  | "step"
  | "goto"
  | "restart"
  | "pause"
  | "exception";

export type RuntimeEvent =
  | { readonly type: "started"; readonly model: ModelInfo }
  /** Every iteration appears exactly once, in order, gathered into batches of some tens of milliseconds. */
  | { readonly type: "iterations"; readonly records: readonly IterationRecord[] }
  | { readonly type: "statistics"; readonly report: StatisticsReport }
  /** What the step computes that the run is about to stop at; null when it computes nothing of its own. */
  | { readonly type: "equation"; readonly report: EquationReport | null }
  /** The network as it ran; sent when it runs for the first time and whenever it runs in another way. */
  | { readonly type: "flow"; readonly graph: FlowGraph }
  /** Numbers for the graph that was sent last, with the statistics. */
  | { readonly type: "flowValues"; readonly values: FlowValues }
  | {
      readonly type: "validation";
      readonly epoch: number;
      readonly iteration: number;
      readonly loss: number;
      readonly accuracy: number | null;
    }
  /** `breakpoints` are the ids of those that were hit. */
  | {
      readonly type: "stopped";
      readonly reason: StopReason;
      readonly position: Position;
      readonly text: string;
      readonly breakpoints: readonly number[];
    }
  /** In a run without debugging, once: from this iteration on a number is NaN or infinite. */
  | { readonly type: "notFinite"; readonly iteration: number; readonly what: "loss" | "gradient norm" }
  | { readonly type: "continued" }
  /** Where the launch options ask for it: what the model does with points, text or classes. */
  | { readonly type: "playing"; readonly report: PlayingReport }
  /** What went wrong with a breakpoint while the run went on; said once for each. */
  | { readonly type: "breakpointFailed"; readonly id: number; readonly message: string }
  /** What was reported of later iterations is no longer true: the run takes another course from this one on. */
  | { readonly type: "rewound"; readonly iteration: number }
  | {
      readonly type: "output";
      readonly category: "stdout" | "stderr" | "console";
      readonly text: string;
      readonly source: { readonly file: string; readonly line: number } | null;
    }
  | { readonly type: "failed"; readonly error: ErrorReport }
  | {
      readonly type: "finished";
      readonly reason: "completed" | "stopped";
      readonly iterations: number;
      readonly seconds: number;
      readonly loss: number | null;
    };
