// The page's end of the line to the extension: typed messages both ways, and what is kept while the page is away.
import type { FromWebview, InspectorState, ToWebview } from "../src/protocol/inspector/inspector.ts";
import { thin } from "../src/protocol/inspector/inspector.ts";
import { decode, decodeToWebview, encode, isInspectorState } from "../src/protocol/inspector/inspectorWire.ts";
import type { QuestionName, QuestionParams, QuestionResult } from "../src/protocol/inspector/questions.ts";
import type { Zoom } from "./charts/range.ts";
import { OpenQuestions } from "./questions.ts";
import { initialHidden } from "./views/curves/choices.ts";
import { type FlowChoices, initialFlow, restoreFlow } from "./views/flow/choices.ts";
import { initialPlaying, type PlayingChoices, restorePlaying } from "./views/playing/choices.ts";
import { initialRuns, type RunsChoices, restoreRuns } from "./views/runs/choices.ts";
import { initialTime, restoreTime, type TimeChoices } from "./views/time/choices.ts";
import { initialWeights, restoreWeights, type WeightChoices } from "./views/weights/choices.ts";

/** What the reader has chosen. */
export interface UiState {
  readonly lossLog: boolean;
  readonly gradientLog: boolean;
  readonly rateLog: boolean;
  readonly timeLog: boolean;
  /** Plots and lines of the curves that are switched off, by their names. */
  readonly curvesHidden: readonly string[];
  /** The part of the curves that is shown; null for all of them. */
  readonly zoom: Zoom | null;
  /** Path of the layer that the tables are narrowed to; null for all. */
  readonly layer: string | null;
  /** The tensor that is looked into: a parameter's state-dict name, or the name of a symbol of the equation. */
  readonly tensor: string | null;
  readonly scroll: number;
  readonly flow: FlowChoices;
  readonly time: TimeChoices;
  readonly playing: PlayingChoices;
  readonly weights: WeightChoices;
  /** Ids of the panels that are folded. */
  readonly folded: readonly string[];
  /** Ids of the kept runs that are drawn over the curves; the first two are compared. */
  readonly overlay: readonly string[];
  readonly runs: RunsChoices;
}

export const initialUi: UiState = {
  lossLog: false,
  gradientLog: true,
  rateLog: false,
  timeLog: false,
  curvesHidden: initialHidden,
  zoom: null,
  layer: null,
  tensor: null,
  scroll: 0,
  flow: initialFlow,
  time: initialTime,
  playing: initialPlaying,
  weights: initialWeights,
  folded: [],
  overlay: [],
  runs: initialRuns,
};

/** What the host says of itself, unasked. */
export type News = Exclude<ToWebview, { type: "answer" }>;

export interface Kept {
  readonly ui: UiState;
  readonly state: InspectorState | null;
}

export interface Host {
  send(message: FromWebview): void;
  /** @throws Error with the reason in words when there is no answer */
  ask<K extends QuestionName>(name: K, params: QuestionParams<K>): Promise<QuestionResult<K>>;
  /** What was kept by this page's predecessor, or the beginning. */
  restore(): Kept;
  keep(ui: UiState, state: InspectorState): void;
}

/** Raised when the kept form changes: what an older version kept is then forgotten. */
const keptVersion = 1;
/** Enough for every pixel of a chart, little enough to be stored every few seconds. */
const keptRecords = 800;

export function connectHost(onMessage: (message: News) => void): Host {
  const api = acquireVsCodeApi();
  const send = (message: FromWebview): void => api.postMessage(message);
  const questions = new OpenQuestions(send);
  window.addEventListener("message", (event: MessageEvent<unknown>) => {
    const message = decodeToWebview(event.data);
    if (message?.type === "answer") questions.answered(message);
    else if (message !== null) onMessage(message);
  });
  return {
    send,
    ask: questions.ask,
    restore: () => restoreFrom(api.getState()),
    keep: (ui, state) => api.setState({ version: keptVersion, ui, state: encode(shorten(state)) }),
  };
}

function restoreFrom(value: unknown): Kept {
  const nothing: Kept = { ui: initialUi, state: null };
  if (typeof value !== "object" || value === null) return nothing;
  if (!("version" in value) || value.version !== keptVersion) return nothing;
  return {
    ui: "ui" in value ? restoreUi(value.ui) : initialUi,
    state: "state" in value && typeof value.state === "string" ? restoreState(value.state) : null,
  };
}

function restoreUi(value: unknown): UiState {
  if (typeof value !== "object" || value === null) return initialUi;
  const kept: Partial<Record<keyof UiState, unknown>> = value;
  return {
    lossLog: kept.lossLog === true,
    gradientLog: kept.gradientLog !== false,
    rateLog: kept.rateLog === true,
    timeLog: kept.timeLog === true,
    curvesHidden: Array.isArray(kept.curvesHidden)
      ? kept.curvesHidden.filter((name) => typeof name === "string")
      : initialHidden,
    zoom: restoreZoom(kept.zoom),
    layer: typeof kept.layer === "string" ? kept.layer : null,
    tensor: typeof kept.tensor === "string" ? kept.tensor : null,
    scroll: typeof kept.scroll === "number" ? kept.scroll : 0,
    flow: restoreFlow(kept.flow),
    time: restoreTime(kept.time),
    playing: restorePlaying(kept.playing),
    weights: restoreWeights(kept.weights),
    folded: Array.isArray(kept.folded) ? kept.folded.filter((id) => typeof id === "string") : [],
    overlay: Array.isArray(kept.overlay) ? kept.overlay.filter((id) => typeof id === "string") : [],
    runs: restoreRuns(kept.runs),
  };
}

function restoreZoom(value: unknown): Zoom | null {
  if (typeof value !== "object" || value === null) return null;
  const { min, max, follow }: Partial<Record<keyof Zoom, unknown>> = value;
  const known = typeof min === "number" && typeof max === "number" && max > min;
  return known ? { min, max, follow: follow === true } : null;
}

function restoreState(text: string): InspectorState | null {
  try {
    const state = decode(text);
    return isInspectorState(state) ? state : null;
  } catch {
    return null; // not ours: begin afresh
  }
}

/** The state without what the page does not show or cannot show finer. */
function shorten(state: InspectorState): InspectorState {
  return {
    ...state,
    iterations: thin(state.iterations, keptRecords),
    validations: thin(state.validations, keptRecords),
    statistics: state.statistics && { ...state.statistics, variables: [] },
    previous: state.previous && { ...state.previous, variables: [] },
  };
}
