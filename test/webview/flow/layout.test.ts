// What of a network is drawn and where: folding by room, nothing on top of anything else, fast for hundreds of layers.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { FlowGraph } from "../../../src/protocol/inspector/flow.ts";
import { type Layout, layOut, type Rect } from "../../../webview/views/flow/picture/layout.ts";
import { visibleGraph } from "../../../webview/views/flow/picture/visible.ts";
import {
  deep,
  largeTransformer,
  mlp,
  residualCnn,
  shared,
  stacked,
  transformer,
} from "../../runtime/inspect/flow/models.ts";
import { flowOf, Played } from "../../runtime/inspect/flow/played.ts";

const sources = { mlp, residualCnn, shared, stacked, transformer, largeTransformer, deep };
type Name = keyof typeof sources;
const graphs = new Map<Name, FlowGraph>();

before(async () => {
  for (const [name, source] of Object.entries(sources) as [Name, string][]) {
    graphs.set(name, flowOf((await Played.train(source, { iterations: 1 })).state).graph);
  }
});

function graphOf(name: Name): FlowGraph {
  const graph = graphs.get(name);
  assert.ok(graph !== undefined);
  return graph;
}

function titles({ boxes }: Layout): string[] {
  return boxes.map(({ title }) => title);
}

/** Do two rectangles have a point in common? */
function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

describe("folding", () => {
  test("leaves a small network as it is", () => {
    const { boxes, frames, edges } = visibleGraph(graphOf("residualCnn"), {});
    assert.equal(boxes.length, graphOf("residualCnn").nodes.length);
    assert.deepEqual(
      frames.map(({ group }) => group.layer),
      ["blocks", "blocks.0", "blocks.1"],
    );
    assert.equal(edges.length, graphOf("residualCnn").edges.length);
  });

  test("begins with the innermost groups, and folds all of a level", () => {
    const { boxes, frames } = visibleGraph(graphOf("transformer"), {});
    const folded = boxes.flatMap((box) => (box.kind === "group" ? [box.group.layer] : []));
    assert.deepEqual(folded, ["layers.0.self_attn", "layers.1.self_attn"]);
    assert.deepEqual(
      frames.map(({ group }) => group.layer),
      ["layers.0", "layers.1"],
    );
  });

  test("makes twelve encoder layers twelve boxes in a row", () => {
    const graph = graphOf("largeTransformer");
    assert.ok(graph.nodes.length > 140, `${graph.nodes.length} nodes`);
    const { boxes, edges } = visibleGraph(graph, {});
    const layers = boxes.filter(({ kind }) => kind === "group");
    assert.equal(layers.length, 12);
    assert.ok(boxes.length < 25, `${boxes.length} boxes`);
    for (let i = 0; i + 1 < layers.length; i++) {
      const between = edges.filter(({ from, to }) => from === layers[i].id && to === layers[i + 1].id);
      // the sum goes into the normalisation and around it: two edges of the graph, one of the picture
      assert.deepEqual(
        between.map(({ members }) => members.length),
        [2],
      );
    }
    assert.ok(
      edges.every(({ from, to }) => from !== to),
      "what goes on within is not seen",
    );
  });

  test("a reader's choice opens one and leaves all others as they were", () => {
    const graph = graphOf("largeTransformer");
    const key = graph.groups.find(({ layer }) => layer === "layers.5")?.key ?? "";
    const before = visibleGraph(graph, {});
    const { boxes, frames } = visibleGraph(graph, { [key]: true });
    assert.deepEqual(
      frames.map(({ group }) => group.layer),
      ["layers.5"],
    );
    const others = (all: typeof boxes) =>
      all.filter((box) => box.kind === "group" && box.group.layer !== "layers.5").map(({ id }) => id);
    assert.deepEqual(
      others(boxes).filter((id) => others(before.boxes).includes(id)),
      others(before.boxes),
    );
    assert.equal(others(before.boxes).length, 11);
    const small = graphOf("transformer");
    const first = small.groups.find(({ layer }) => layer === "layers.0")?.key ?? "";
    const opened = visibleGraph(small, { [first]: false }).boxes.flatMap((box) =>
      box.kind === "group" ? [box.group.layer] : [],
    );
    assert.deepEqual(opened, ["layers.0", "layers.1.self_attn"], "room that is made by folding opens nothing else");
  });

  test("does not fold all that there is into one box", () => {
    const { boxes } = visibleGraph(graphOf("deep"), {});
    assert.equal(boxes.length, 103);
  });
});

describe("the layout", () => {
  for (const name of Object.keys(sources) as Name[]) {
    test(`of ${name} has no box on another, every edge between its boxes, and reads from top to bottom`, () => {
      const layout = layOut(visibleGraph(graphOf(name), {}));
      const { boxes, edges, width, height } = layout;
      for (const [i, { rect, title }] of boxes.entries()) {
        for (const other of boxes.slice(i + 1)) assert.ok(!overlap(rect, other.rect), `${title} and ${other.title}`);
        assert.ok(rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= width && rect.y + rect.height <= height, title);
      }
      const rectOf = new Map(boxes.map(({ box, rect }) => [box.id, rect]));
      for (const { edge, points } of edges) {
        assert.ok(points.length >= 2);
        const [from, to] = [rectOf.get(edge.from), rectOf.get(edge.to)];
        assert.ok(from !== undefined && to !== undefined);
        touches(points[0], from);
        touches(points[points.length - 1], to);
        if (!edge.loop) assert.ok(from.y < to.y, "values flow down");
      }
    });
  }

  test("keeps the boxes of a frame within it, and others out", () => {
    const visible = visibleGraph(graphOf("residualCnn"), {});
    const { boxes, frames } = layOut(visible);
    for (const { frame, rect, title } of frames) {
      for (const placed of boxes) {
        let home = visible.frameOf.get(placed.box.id) ?? null;
        while (home !== null && home !== frame.id) home = visible.frames.find(({ id }) => id === home)?.parent ?? null;
        assert.equal(overlap(placed.rect, rect), home === frame.id, `${placed.title} and ${title}`);
      }
    }
  });

  test("names layers within a frame by the rest of their path", () => {
    const layout = layOut(visibleGraph(graphOf("transformer"), {}));
    assert.ok(titles(layout).includes("norm1"));
    assert.ok(titles(layout).includes("▸ self_attn"));
    assert.ok(titles(layout).includes("cross entropy · loss"));
    assert.deepEqual(
      layout.frames.map(({ title }) => title),
      ["▾ layers.0 · TransformerEncoderLayer", "▾ layers.1 · TransformerEncoderLayer"],
    );
  });

  test("is there at once, also of twelve encoder layers and of a hundred layers in a row", () => {
    for (const name of Object.keys(sources) as Name[]) {
      const graph = graphOf(name);
      // the processor's time, not the clock's: other programs do not count
      const times = Array.from({ length: 5 }, () => {
        const began = process.cpuUsage();
        layOut(visibleGraph(graph, {}));
        const { user, system } = process.cpuUsage(began);
        return (user + system) / 1000;
      });
      const best = Math.min(...times);
      console.log(`${name}, ${graph.nodes.length} nodes: ${best.toFixed(0)} ms`);
      assert.ok(best < 300, `${name}: ${best} ms`);
    }
  });
});

/** The end of an edge lies on the border of its box, or beside it by the width of a strand. */
function touches({ x, y }: { readonly x: number; readonly y: number }, rect: Rect): void {
  const room = 50; // boxes with an edge around their side are laid out wider than they are
  const inside =
    x >= rect.x - room && x <= rect.x + rect.width + room && y >= rect.y - 1 && y <= rect.y + rect.height + 1;
  assert.ok(inside, `(${x}, ${y}) is not at ${JSON.stringify(rect)}`);
}
