// The network as it ran: which layers and operations there are, what flows from where to where, and what stands together.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { FlowGraph, FlowNode } from "../../../../src/protocol/inspector/flow.ts";
import { changing, charRnn, deep, lora, mlp, residualCnn, shared, stacked, transformer } from "./models.ts";
import { edgesOf, flowOf, nameOf, Played } from "./played.ts";

async function graphOf(source: string): Promise<FlowGraph> {
  return flowOf((await Played.train(source)).state).graph;
}

function nodesNamed({ nodes }: FlowGraph, name: string): FlowNode[] {
  return nodes.filter((node) => nameOf(node) === name);
}

function nodeNamed(graph: FlowGraph, name: string): FlowNode {
  const found = nodesNamed(graph, name);
  assert.equal(found.length, 1, `nodes called ${name}`);
  return found[0];
}

/** Paths of the groups around a node, from the inside out. */
function around({ groups }: FlowGraph, { group }: FlowNode): string[] {
  const paths: string[] = [];
  for (let g = group; g !== -1; g = groups[g].group) paths.push(groups[g].layer);
  return paths;
}

/** What stands in the line of a node. */
function lineOf({ source }: FlowNode): string {
  assert.ok(source !== null);
  return readFileSync(source.file, "utf8").split("\n")[source.line - 1].trim();
}

describe("layers", () => {
  test("of a sequence follow each other, in a group, and end in the loss", async () => {
    const graph = await graphOf(mlp);
    assert.deepEqual(edgesOf(graph), [
      "input → net.0",
      "net.0 → net.1",
      "net.1 → net.2",
      "net.2 → cross entropy",
      "target → cross entropy",
    ]);
    assert.deepEqual(
      graph.nodes.map(({ kind }) => kind),
      ["input", "layer", "layer", "layer", "operation", "target"],
    );
    assert.deepEqual(
      graph.nodes.map(({ shape }) => shape.join()),
      ["4,6", "4,8", "4,8", "4,3", "", "4"],
    );
    assert.deepEqual(
      graph.nodes.map((node) => around(graph, node).join()),
      ["", "net", "net", "net", "", ""],
    );
    const { title, loss } = nodeNamed(graph, "cross entropy");
    assert.deepEqual({ title, loss }, { title: "cross entropy", loss: true });
    assert.equal(graph.nodes.filter((node) => node.loss).length, 1);
    // the line of the user that it was called from
    assert.equal(lineOf(nodeNamed(graph, "net.2")), "return this.net.forward(x);");
    const [group] = graph.groups;
    assert.equal(group.title, "Sequential");
  });

  test("know the line that called them", async () => {
    const graph = await graphOf(charRnn);
    assert.equal(lineOf(nodeNamed(graph, "embed")), "const x = this.embed.forward(tokens);");
    assert.equal(lineOf(nodeNamed(graph, "rnn")), "const [h] = this.rnn.forward(x);");
    assert.equal(lineOf(nodeNamed(graph, "head")), "return this.head.forward(h);");
  });

  test("that run through time stand once, with their number of timesteps and an edge to themselves", async () => {
    const graph = await graphOf(charRnn);
    assert.deepEqual(edgesOf(graph), [
      "input → embed",
      "embed → rnn",
      "↻ rnn → rnn",
      "rnn → head",
      "head → cross entropy",
      "target → cross entropy",
    ]);
    const { timesteps, times, shape } = nodeNamed(graph, "rnn");
    assert.deepEqual({ timesteps, times, shape }, { timesteps: 8, times: 1, shape: [4, 8, 16] });
    assert.deepEqual(
      graph.edges.map(({ whole }) => whole),
      [true, false, false, false, false, true],
      "tokens and classes are whole numbers",
    );
  });

  test("of a recurrent layer with two layers and two directions are one box", async () => {
    const graph = await graphOf(stacked);
    const { timesteps, shape, title } = nodeNamed(graph, "lstm");
    assert.deepEqual({ timesteps, shape, title }, { timesteps: 5, shape: [4, 5, 12], title: "LSTM" });
    assert.ok(edgesOf(graph).includes("↻ lstm → lstm"));
  });

  test("that are called twice stand twice, and in a loop once for all rounds", async () => {
    const graph = await graphOf(shared);
    const twice = nodesNamed(graph, "mix").map(({ call, calls, times }) => ({ call, calls, times }));
    assert.deepEqual(twice, [
      { call: 1, calls: 2, times: 1 },
      { call: 2, calls: 2, times: 1 },
    ]);
    const { times, call, calls } = nodeNamed(graph, "cell");
    assert.deepEqual({ times, call, calls }, { times: 6, call: 1, calls: 1 });
    assert.deepEqual(
      edgesOf(graph).filter((edge) => /cat|cell|mix/.test(edge)),
      [
        "select → mix",
        "mix → tanh",
        "tanh → mix",
        "select → cat",
        "mix → cat",
        "cat → cell",
        "cell → tanh",
        "↻ tanh → cat",
      ],
    );
  });

  test("that are frozen are marked, wholly or in part", async () => {
    const graph = await graphOf(lora);
    assert.equal(nodeNamed(graph, "base").frozen, "wholly");
    assert.equal(nodeNamed(graph, "head").frozen, "partly");
    assert.equal(nodeNamed(graph, "relu").frozen, "no");
    assert.deepEqual(
      graph.nodes.filter(({ loss }) => loss).map(nameOf),
      ["add"],
      "a step of the user's own returns a sum",
    );
  });
});

describe("branches", () => {
  test("of a residual connection part and join again", async () => {
    const graph = await graphOf(residualCnn);
    const edges = edgesOf(graph);
    assert.deepEqual(
      edges.filter((edge) => edge.startsWith("stem")),
      ["stem → blocks.0.first", "stem → add"],
    );
    assert.deepEqual(
      edges.filter((edge) => edge.endsWith("→ add")),
      ["stem → add", "blocks.0.second → add", "add → add", "blocks.1.second → add"],
    );
    const [first, second] = nodesNamed(graph, "add");
    assert.deepEqual(around(graph, first), ["blocks.0", "blocks"]);
    assert.deepEqual(around(graph, second), ["blocks.1", "blocks"]);
    assert.equal(lineOf(second), "return x.add(this.second.forward(y));");
    assert.equal(second.layer, "blocks.1", "an operation belongs to the layer around it");
  });

  test("of a transformer's encoder layer: two sums, and attention inside a group of its own", async () => {
    const graph = await graphOf(transformer);
    const edges = edgesOf(graph);
    const inside = (name: string) => nodesNamed(graph, name).map((node) => around(graph, node)[0] ?? "");
    assert.deepEqual(inside("attention scores"), ["layers.0.self_attn", "layers.1.self_attn"]);
    // embedding + positions, then two in each layer
    assert.deepEqual(inside("add"), ["", "layers.0", "layers.0", "layers.1", "layers.1"]);
    assert.deepEqual(
      graph.groups.map(({ layer, title }) => `${layer} ${title}`),
      [
        "layers.0 TransformerEncoderLayer",
        "layers.0.self_attn MultiheadAttention",
        "layers.1 TransformerEncoderLayer",
        "layers.1.self_attn MultiheadAttention",
      ],
    );
    assert.equal(edges.filter((edge) => edge === "add → layers.0.norm1" || edge === "add → layers.1.norm1").length, 2);
  });

  test("begin at a parameter of the model itself; those of layers are a part of them", async () => {
    const graph = await graphOf(transformer);
    const parameters = graph.nodes.filter(({ kind }) => kind === "parameter");
    assert.deepEqual(
      parameters.map(({ title, shape, layer }) => ({ title, shape, layer })),
      [{ title: "places", shape: [6, 16], layer: "" }],
    );
    assert.ok(edgesOf(graph).includes("places → expand"));
  });
});

describe("a graph", () => {
  test("is told once and stays the same while the model runs in the same way", async () => {
    const played = await Played.train(residualCnn, { iterations: 6 });
    assert.equal(played.events.filter(({ type }) => type === "flow").length, 1);
    assert.equal(played.events.filter(({ type }) => type === "flowValues").length, 6);
  });

  test("is told anew when the model runs in another way", async () => {
    const played = await Played.train(changing, { iterations: 4 });
    const graphs = played.events.flatMap((event) => (event.type === "flow" ? [event.graph] : []));
    const layers = graphs.map((graph) => nodesNamed(graph, "body").length);
    assert.deepEqual(layers, [2, 1, 2, 1], "odd iterations call the layer twice");
    assert.equal(new Set(graphs.map(({ id }) => id)).size, 4);
    const told = played.events.flatMap((event) => (event.type === "flowValues" ? [event.values] : []));
    assert.deepEqual(
      told.map(({ graph }) => graph),
      graphs.map(({ id }) => id),
    );
  });

  test("of a hundred layers has a node for each", async () => {
    const graph = await graphOf(deep);
    assert.equal(graph.nodes.filter(({ kind }) => kind === "layer").length, 100);
    assert.equal(graph.edges.length, 102);
  });
});
