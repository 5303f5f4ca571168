// What the inspector's state knows of the flow: which numbers belong to which graph, and what travels to the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RuntimeEvent } from "../../src/protocol/events.ts";
import {
  type FlowGraph,
  type FlowNode,
  type FlowValues,
  flowUpTo,
  isFlow,
  withValues,
} from "../../src/protocol/inspector/flow.ts";
import { initialState, reduce } from "../../src/protocol/inspector/inspector.ts";
import { decodeToWebview, encodeToWebview, isInspectorState } from "../../src/protocol/inspector/inspectorWire.ts";

function node(key: string, layer: string): FlowNode {
  const place = { group: -1, times: 1, call: 1, calls: 1, timesteps: 0, source: null };
  return { key, kind: "layer", layer, title: "Linear", frozen: "no", loss: false, shape: [4, 8], ...place };
}

function graph(id: number): FlowGraph {
  const edge = { from: 0, to: 1, shape: [4, 8], whole: false, loop: false };
  return { id, nodes: [node("a", "first"), node("b", "second")], groups: [], edges: [edge] };
}

function values(graph: number, iteration: number, value: number): FlowValues {
  const both = ["done", "done"] as const;
  const rest = { current: [], currentGroup: -1, chains: [] };
  return { graph, iteration, values: [value], gradients: [null], forward: both, backward: ["none", "none"], ...rest };
}

function after(...events: readonly RuntimeEvent[]) {
  return events.reduce(reduce, initialState).flow;
}

test("numbers are kept with the graph that they belong to, and left out without it", () => {
  const told: RuntimeEvent = { type: "flow", graph: graph(1) };
  assert.deepEqual(after(told), { graph: graph(1), values: null });
  assert.equal(after(told, { type: "flowValues", values: values(1, 5, 0.25) })?.values?.values[0], 0.25);
  assert.equal(after(told, { type: "flowValues", values: values(2, 5, 0.25) })?.values, null);
  assert.equal(after({ type: "flowValues", values: values(1, 5, 0.25) }), null);
  assert.equal(withValues(null, values(1, 5, 0.25)), null);
});

test("the same graph told again keeps its numbers; another one forgets them", () => {
  const numbers: RuntimeEvent = { type: "flowValues", values: values(1, 5, 0.25) };
  const first: RuntimeEvent = { type: "flow", graph: graph(1) };
  assert.equal(after(first, numbers, first)?.values?.iteration, 5);
  assert.deepEqual(after(first, numbers, { type: "flow", graph: graph(2) }), { graph: graph(2), values: null });
});

test("a run that went back keeps the graph and forgets numbers of iterations after that", () => {
  const flow = { graph: graph(1), values: values(1, 5, 0.25) };
  assert.equal(flowUpTo(flow, 5)?.values?.iteration, 5);
  assert.deepEqual(flowUpTo(flow, 4), { graph: graph(1), values: null });
  assert.equal(flowUpTo(null, 4), null);
  const events: readonly RuntimeEvent[] = [
    { type: "flow", graph: graph(1) },
    { type: "flowValues", values: values(1, 5, 0.25) },
    { type: "rewound", iteration: 3 },
  ];
  assert.deepEqual(after(...events), { graph: graph(1), values: null });
});

test("NaN and infinity come to the page as what they are", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e-30]) {
    const event: RuntimeEvent = { type: "flowValues", values: values(1, 5, value) };
    const message = decodeToWebview(encodeToWebview({ type: "events", events: [event] }));
    assert.ok(message?.type === "events");
    const [back] = message.events;
    assert.ok(back.type === "flowValues");
    assert.ok(Object.is(back.values.values[0], value), `${value} came as ${back.values.values[0]}`);
  }
});

test("what is no flow is not taken for one", () => {
  assert.equal(isFlow({ graph: graph(1), values: null }), true);
  assert.equal(isFlow({ graph: graph(1), values: values(1, 5, 1) }), true);
  const { edges: _, ...withoutEdges } = graph(1);
  for (const wrong of [
    null,
    1,
    {},
    { graph: null, values: null },
    { graph: graph(1) },
    { graph: withoutEdges, values: null },
  ]) {
    assert.equal(isFlow(wrong), false, JSON.stringify(wrong));
  }
  assert.equal(isInspectorState({ ...initialState, flow: { graph: withoutEdges, values: null } }), false);
  assert.equal(isInspectorState(initialState), true);
});
