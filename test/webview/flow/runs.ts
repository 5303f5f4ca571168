// Flows for the page: recorded from real trainings that run in this process, and made by hand where numbers must be round.
import type { Flow, FlowGraph, FlowNode, FlowValues } from "../../../src/protocol/inspector/flow.ts";
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import { flowOf, Played } from "../../runtime/inspect/flow/played.ts";
import { scenes } from "../runs.ts";

/** What the inspector shows of a model when the training pauses at an event of this name, in its second iteration as a rule. */
export async function pausedAt(source: string, name: string, iteration = 2): Promise<InspectorState> {
  let found: InspectorState | null = null;
  await Played.train(source, {
    iterations: iteration,
    script: (stop) => {
      if (stop.iteration < iteration) return "stepOut";
      if (stop.name === name) {
        found = stop.state;
        return null;
      }
      return "stepIn";
    },
  });
  if (found === null) throw new Error(`no pause of iteration ${iteration} is called ${name}`);
  // the state after that pause has gone on to be a finished run; this one is still paused
  const state: InspectorState = found;
  return paused(state, name);
}

/** The events of a pause come before the word that it is one. */
function paused(state: InspectorState, text: string): InspectorState {
  const { status } = scenes.pausedBackward();
  return { ...state, status: status.kind === "paused" ? { ...status, text } : status };
}

/** A row of layers without parameters, each with the size of what it gives on and of that one's gradient. */
export function rowOf(
  sizes: readonly { readonly value: number | null; readonly gradient: number | null }[],
  change: Partial<FlowNode> = {},
): Flow {
  const nodes = Array.from({ length: sizes.length + 1 }, (_, i): FlowNode => {
    const place = {
      group: -1,
      times: 1,
      call: 1,
      calls: 1,
      timesteps: 0,
      source: { file: "/home/ada/row.model.ts", line: 10 + i },
    };
    const shape = [16, 8];
    return {
      key: `n${i}`,
      kind: "layer",
      layer: `layer${i}`,
      title: "Linear",
      frozen: "no",
      loss: false,
      shape,
      ...place,
      ...change,
    };
  });
  const edges = sizes.map((_, i) => ({ from: i, to: i + 1, shape: [16, 8], whole: false, loop: false }));
  const graph: FlowGraph = { id: 900 + sizes.length, nodes, groups: [], edges };
  const values: FlowValues = {
    graph: graph.id,
    iteration: 7,
    values: sizes.map(({ value }) => value),
    gradients: sizes.map(({ gradient }) => gradient),
    forward: nodes.map(() => "done"),
    backward: nodes.map(() => "done"),
    current: [],
    currentGroup: -1,
    chains: [],
  };
  return { graph, values };
}

/** A run that shows this flow. */
export function showing(flow: Flow | null): InspectorState {
  return { ...scenes.running(), flow };
}

/** Gradients that shrink by two decades from layer to layer on their way back. */
export const decadesApart = rowOf([
  { value: 1, gradient: 1e-4 },
  { value: 1, gradient: 1e-2 },
  { value: 1, gradient: 1 },
]);

export { flowOf };
