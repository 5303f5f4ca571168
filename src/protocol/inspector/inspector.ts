// The inspector's state and the one reducer that makes it from runtime events; the host keeps it, the page shows it.
import { assertNever } from "../assertNever.ts";
import type { IterationRecord, RuntimeEvent, StatisticsReport } from "../events.ts";
import type { ErrorReport, ModelInfo } from "../model.ts";
import type { Position } from "../position.ts";
import type { EquationReport } from "./equation.ts";
import { type Flow, flowOf, flowUpTo, withValues } from "./flow.ts";
import { type Mark, marked, rewoundMarks } from "./marks.ts";
import { type HistoryPoint, recorded, recordedUpTo } from "./parameterHistory.ts";
import { type PlayingState, played, playedUpTo } from "./playing.ts";
import type { Question } from "./questions.ts";
import type { KeptLabel } from "./runs.ts";

export type RunStatus =
  | { readonly kind: "idle" }
  | { readonly kind: "loading"; readonly file: string }
  | { readonly kind: "running" }
  | { readonly kind: "paused"; readonly position: Position; readonly text: string }
  | {
      readonly kind: "finished";
      readonly reason: "completed" | "stopped";
      readonly seconds: number;
      readonly loss: number | null;
    }
  | { readonly kind: "failed"; readonly error: ErrorReport };

export interface ValidationRecord {
  readonly epoch: number;
  readonly iteration: number;
  readonly loss: number;
  readonly accuracy: number | null;
}

export interface InspectorState {
  readonly status: RunStatus;
  /** Can this run pause? False in "Train Model", true in a debug session. */
  readonly debug: boolean;
  readonly model: ModelInfo | null;
  /** At most `historyLimit` records, evenly spaced over the run; the first and the last one are always there. */
  readonly iterations: readonly IterationRecord[];
  /** The newest record. */
  readonly last: IterationRecord | null;
  /** Thinned in the same way. */
  readonly validations: readonly ValidationRecord[];
  readonly statistics: StatisticsReport | null;
  /** The newest report of an earlier iteration that was complete: what to compare a half-done iteration with. */
  readonly previous: StatisticsReport | null;
  /** Every parameter's gradient norm and update ratio over the run. */
  readonly history: readonly HistoryPoint[];
  /** Of the step that the run is paused at. */
  readonly equation: EquationReport | null;
  /** The network as it ran; null until it has. */
  readonly flow: Flow | null;
  /** What the model does with its data, over the run; null where a run does not show it. */
  readonly playing: PlayingState | null;
  /** At most `markLimit`, in the order in which they were made. */
  readonly marks: readonly Mark[];
  /** Which kept run this is; left out of the run that is going on or was last. */
  readonly kept?: KeptLabel;
}

export const historyLimit = 4000;

export const initialState: InspectorState = {
  status: { kind: "idle" },
  debug: false,
  model: null,
  iterations: [],
  last: null,
  validations: [],
  statistics: null,
  previous: null,
  history: [],
  equation: null,
  flow: null,
  playing: null,
  marks: [],
};

/** Beginning of a run: everything of the run before is dropped. */
export function loadingState(file: string, debug: boolean): InspectorState {
  return { ...initialState, status: { kind: "loading", file }, debug };
}

export function reduce(state: InspectorState, event: RuntimeEvent): InspectorState {
  switch (event.type) {
    case "started":
      // A restart may come without a loading state in between: curves of two runs must not join.
      return { ...initialState, debug: state.debug, status: { kind: "running" }, model: event.model };
    case "iterations":
      return {
        ...state,
        iterations: thin([...state.iterations, ...event.records], historyLimit),
        last: event.records.at(-1) ?? state.last,
      };
    case "statistics":
      return {
        ...state,
        statistics: event.report,
        previous: previousOf(state, event.report),
        history: recorded(state.history, event.report),
      };
    case "equation":
      return { ...state, equation: event.report };
    case "flow":
      return { ...state, flow: flowOf(state.flow, event.graph) };
    case "flowValues":
      return { ...state, flow: withValues(state.flow, event.values) };
    case "validation": {
      const { epoch, iteration, loss, accuracy } = event;
      return {
        ...state,
        validations: thin([...state.validations, { epoch, iteration, loss, accuracy }], historyLimit),
      };
    }
    case "stopped":
      return {
        ...state,
        status: { kind: "paused", position: event.position, text: event.text },
        marks: marked(state.marks, event),
      };
    case "playing":
      return { ...state, playing: played(state.playing, event.report) };
    case "continued":
      return { ...state, status: { kind: "running" } };
    case "rewound":
      return rewound(state, event.iteration);
    case "output":
    case "breakpointFailed":
      return state;
    case "notFinite":
      return { ...state, marks: marked(state.marks, event) };
    case "failed":
      return { ...state, status: { kind: "failed", error: event.error } };
    case "finished":
      return state.status.kind === "failed"
        ? state
        : { ...state, status: { kind: "finished", reason: event.reason, seconds: event.seconds, loss: event.loss } };
    default:
      return assertNever(event);
  }
}

/**
 * Keeps records that lie a power of two of iterations apart, the smallest for which at most `limit` remain, and the
 * newest one. Counting iterations instead of array places keeps the spacing even however often a history is thinned.
 */
export function thin<T extends { readonly iteration: number }>(records: readonly T[], limit: number): readonly T[] {
  if (records.length <= limit || limit < 2) return records;
  const first = records[0].iteration;
  const newest = records.length - 1;
  let kept = records;
  for (let stride = 2; kept.length > limit; stride *= 2) {
    kept = records.filter((record, i) => i === newest || (record.iteration - first) % stride === 0);
  }
  return kept;
}

/**
 * What a page that kept the state of an earlier run shows when the host tells it its own. A host that has begun anew
 * (the window was reloaded) knows of no run; the curves of the last one then stay, but nothing of it is running.
 */
export function afterReload(kept: InspectorState, host: InspectorState): InspectorState {
  if (host.status.kind !== "idle" || host.model !== null || kept.model === null) return host;
  const ended = kept.status.kind === "finished" || kept.status.kind === "failed";
  return ended ? kept : { ...kept, status: { kind: "idle" } };
}

function previousOf(state: InspectorState, next: StatisticsReport): StatisticsReport | null {
  const before = state.statistics;
  if (before?.complete && before.iteration < next.iteration) return before;
  // the run may have gone back
  return state.previous !== null && state.previous.iteration < next.iteration ? state.previous : null;
}

/** Forgets what was reported of iterations after this one. */
function rewound(state: InspectorState, iteration: number): InspectorState {
  const known = (record: { readonly iteration: number }) => record.iteration <= iteration;
  const iterations = state.iterations.filter(known);
  const { last, previous, status } = state;
  return {
    ...state,
    marks: rewoundMarks(state.marks, iteration, status.kind === "paused" ? status.position : null),
    iterations,
    last: last !== null && known(last) ? last : (iterations.at(-1) ?? null),
    validations: state.validations.filter(known),
    history: recordedUpTo(state.history, iteration),
    playing: playedUpTo(state.playing, iteration),
    flow: flowUpTo(state.flow, iteration),
    previous: previous !== null && known(previous) ? previous : null,
  };
}

/** Buttons of the page. */
export type InspectorCommand = "train" | "debug" | "stop" | "continue" | "pause" | "stepInto" | "stepOver" | "stepOut";

/** host → page; travels as `encodeToWebview` of inspectorWire.ts makes it. */
export type ToWebview =
  /** The whole state; sent once whenever the page becomes visible. */
  | { readonly type: "hydrate"; readonly state: InspectorState }
  /** Increments since then, in order. */
  | { readonly type: "events"; readonly events: readonly RuntimeEvent[] }
  /** Bring this parameter (state-dict name) into view. */
  | { readonly type: "show"; readonly parameter: string }
  /** The kept runs are not what they were; `overlay`: lay these over the curves, and show them. */
  | { readonly type: "keptRuns"; readonly overlay: readonly string[] | null }
  /** To the question of this number. */
  | { readonly type: "answer"; readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly type: "answer"; readonly id: number; readonly ok: false; readonly message: string };

/** page → host */
export type FromWebview =
  | { readonly type: "ready" }
  | { readonly type: "command"; readonly command: InspectorCommand }
  /** Show this line in the editor. */
  | { readonly type: "reveal"; readonly file: string; readonly line: number }
  /** A question of questions.ts; the answer has the same number. */
  | { readonly type: "ask"; readonly id: number; readonly question: Question };
