// Whole pages: recorded runs that fill every panel, with what the reader has chosen and the answers to what the page asks.
import type { RuntimeEvent } from "../../src/protocol/events.ts";
import type {
  FlowEdge,
  FlowGraph,
  FlowGroup,
  FlowNode,
  FlowNodeKind,
  FlowValues,
} from "../../src/protocol/inspector/flow.ts";
import { type InspectorState, reduce } from "../../src/protocol/inspector/inspector.ts";
import type { TensorQuestion } from "../../src/protocol/inspector/tensorPicture.ts";
import type { ModelInfo } from "../../src/protocol/model.ts";
import type { OpenOptions } from "./browser.ts";
import { paused, stoppedAt } from "./curves/runs.ts";
import { curves, list, now, parted } from "./keptRuns.ts";
import { digitTables, nothingToShow, text } from "./playing/runs.ts";
import { twoClasses } from "./playing/surfaces.ts";
import { charRnn, file, mlp, scenes, wobble } from "./runs.ts";
import { chainOf, characters, sequenceOf } from "./time/runs.ts";
import { answerTo } from "./weightRuns.ts";

export interface WholePage extends OpenOptions {
  readonly state: () => InspectorState;
}

/** The clock of the page: kept runs say how long ago they were. */
const clock = Date.UTC(2030, 0, 15, 12);

const answers: NonNullable<OpenOptions["answers"]> = {
  sequence: () => sequenceOf(characters(32)),
  chain: () => chainOf("rnn", ["l0"], 32),
  tensor: (params: TensorQuestion) => {
    const shape = charRnn.parameters.find(({ name }) => name === params.name)?.shape ?? [16, 128];
    return answerTo(params, { shape });
  },
  runs: () => list.map((run) => ({ ...run, started: run.started - now + clock })),
  runCurves: ({ ids }: { readonly ids: readonly string[] }) => ids.map(curves),
  compareRuns: () => parted,
};

/** What an earlier page kept with `setState`. */
const kept = {
  version: 1,
  ui: { tensor: "rnn.weight_hh_l0", overlay: ["run-4", "run-9"], flow: { show: "both", unrolled: "rnn" } },
};

export const everyView = {
  /** A character model, paused in backward: equation, time, a tensor, text; two kept runs over its curves. */
  text: { answers, clock, kept, state: () => together(scenes.pausedBackward(), charRnn, text) },
  /** A classifier at full speed. */
  confusion: { answers, clock, state: () => together(scenes.running(), mlp, digitTables) },
  /** A model of the plane, at a breakpoint of its forward pass. */
  surface: {
    answers,
    clock,
    state: () =>
      reduce(together(scenes.running(), mlp, twoClasses), stoppedAt(401, "breakpoint", "Paused on breakpoint")),
  },
  /** A model that cannot be played with; marks on its curves. */
  unavailable: {
    answers,
    clock,
    state: () => ({ ...paused(), playing: nothingToShow("the model's input has 3 features, not two").playing }),
  },
} satisfies Readonly<Record<string, WholePage>>;

/** Those, and the plain states. */
export const allPages: Readonly<Record<string, WholePage>> = {
  ...Object.fromEntries(Object.entries(scenes).map(([name, state]) => [name, { state }])),
  ...everyView,
};

function together(state: InspectorState, model: ModelInfo, { playing }: InspectorState): InspectorState {
  return { ...flowEvents(model, 1804).reduce(reduce, state), playing };
}

/** One layer after the other in a group; where there are enough of them, the sum of a residual connection. */
function flowEvents(model: ModelInfo, iteration: number): RuntimeEvent[] {
  const layers = model.layers.filter(({ path }) => path !== "");
  const calls = layers.map(({ path, type, recurrent }, i) =>
    nodeOf(path, "layer", type, {
      layer: path,
      group: path.includes(".") ? 0 : -1,
      timesteps: recurrent ? 32 : 0,
      frozen: type === "Embedding" ? "wholly" : "no",
      source: { file, line: 10 + i },
    }),
  );
  const residual = calls.length > 4 ? [nodeOf("sum", "operation", "add", { group: 0 })] : [];
  const loss = nodeOf("loss", "operation", "crossEntropy", { loss: true, shape: [] });
  const nodes = [nodeOf("input", "input", "input"), ...calls, ...residual, loss, nodeOf("target", "target", "target")];
  const at = (key: string): number => nodes.findIndex((node) => node.key === key);
  const edge = (from: number, to: number, more: Partial<FlowEdge> = {}): FlowEdge => {
    return { from, to, shape: nodes[from].shape, whole: false, loop: false, ...more };
  };
  const edges = [
    ...nodes.slice(1, -1).map((_, i) => edge(i, i + 1)),
    edge(at("target"), at("loss"), { whole: true }),
    ...residual.map(() => edge(1, at("sum"))),
    ...calls.flatMap(({ key, timesteps }) => (timesteps > 0 ? [edge(at(key), at(key), { loop: true })] : [])),
  ];
  const net: FlowGroup = {
    ...{ key: "net", group: -1, layer: "net", title: "Sequential" },
    ...{ times: 1, frozen: "no", source: { file, line: 9 } },
  };
  const graph: FlowGraph = { id: 1, nodes, groups: calls.some(({ group }) => group === 0) ? [net] : [], edges };
  return [
    { type: "flow", graph },
    { type: "flowValues", values: valuesOf(graph, iteration) },
  ];
}

function nodeOf(key: string, kind: FlowNodeKind, title: string, more: Partial<FlowNode> = {}): FlowNode {
  return {
    ...{ key, kind, title, group: -1, layer: "", times: 1, call: 1, calls: 1, timesteps: 0 },
    ...{ frozen: "no", loss: false, shape: [16, 32], source: { file, line: 12 } },
    ...more,
  };
}

/** Values shrink on their way forward, gradients on their way back. */
function valuesOf({ id, nodes, edges }: FlowGraph, iteration: number): FlowValues {
  const shrunk = (steps: number, from: number): number => from * 0.55 ** steps * (1 + 0.2 * wobble(steps));
  const learns = (i: number): boolean => nodes[i].kind === "layer" || nodes[i].kind === "operation";
  const steps = Array.from({ length: 32 }, (_, t) => ({
    t,
    value: 0.6 + 0.1 * wobble(t),
    gradient: shrunk((31 - t) / 4, 0.01),
  }));
  return {
    graph: id,
    iteration,
    values: edges.map(({ whole }, i) => (whole ? null : shrunk(i, 0.9))),
    gradients: edges.map(({ from }) => (learns(from) ? shrunk(nodes.length - from, 0.02) : null)),
    forward: nodes.map(() => "done"),
    backward: nodes.map((_, i) => (learns(i) ? "done" : "never")),
    current: nodes.flatMap(({ key }, i) => (key === "rnn" ? [i] : [])),
    currentGroup: -1,
    chains: nodes.flatMap(({ timesteps }, node) => (timesteps > 0 ? [{ node, steps }] : [])),
  };
}
