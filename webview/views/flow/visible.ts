// What of a graph is drawn: folded groups stand as one box, their inner edges are gone, those that cross stay. Knows no page.
import type { FlowGraph, FlowGroup, FlowNode } from "../../../src/protocol/flow.ts";

/** A box of the picture: a node, or a folded group. */
export type Box =
  | { readonly id: string; readonly kind: "node"; readonly node: FlowNode; readonly members: readonly number[] }
  | { readonly id: string; readonly kind: "group"; readonly group: FlowGroup; readonly members: readonly number[] };

/** A frame around the boxes of an open group. */
export interface Frame {
  readonly id: string;
  readonly group: FlowGroup;
  readonly index: number;
  /** Id of the frame around it, null for none. */
  readonly parent: string | null;
}

export interface VisibleEdge {
  readonly from: string;
  readonly to: string;
  readonly loop: boolean;
  /** Indices of the graph's edges that it stands for. */
  readonly members: readonly number[];
}

export interface Visible {
  readonly boxes: readonly Box[];
  readonly frames: readonly Frame[];
  readonly edges: readonly VisibleEdge[];
  /** Frame of each box, null for none. */
  readonly frameOf: ReadonlyMap<string, string | null>;
}

/** More boxes than this are folded where they can be, but not so far that fewer than `leastBoxes` remain. */
const comfortableBoxes = 40;
const leastBoxes = 6;

export function visibleGraph(graph: FlowGraph, chosen: Readonly<Record<string, boolean>>): Visible {
  const open = openGroups(graph, chosen);
  const homes = graph.nodes.map((node) => homeOf(graph, node.group, open));
  const boxes = new Map<string, Box>();
  const frameOf = new Map<string, string | null>();
  graph.nodes.forEach((node, i) => {
    const { folded, frame } = homes[i];
    const id = folded === -1 ? `n${i}` : `g${folded}`;
    const before = boxes.get(id);
    frameOf.set(id, frame === -1 ? null : `g${frame}`);
    const members = [...(before?.members ?? []), i];
    if (folded === -1) boxes.set(id, { id, kind: "node", node, members });
    else boxes.set(id, { id, kind: "group", group: graph.groups[folded], members });
  });
  const idOf = (i: number): string => (homes[i].folded === -1 ? `n${i}` : `g${homes[i].folded}`);
  return { boxes: [...boxes.values()], frames: framesOf(graph, homes), edges: edgesOf(graph, idOf), frameOf };
}

/** Is each group open? By the reader's choice, else as long as there is room. */
export function openGroups(graph: FlowGraph, chosen: Readonly<Record<string, boolean>>): boolean[] {
  const open = graph.groups.map(({ key }) => chosen[key] ?? true);
  const depth = (group: number): number => (group === -1 ? 0 : 1 + depth(graph.groups[group].group));
  const inside = graph.groups.map((_, i) => graph.nodes.filter(({ group }) => isInside(graph, group, i)).length);
  const count = (): number =>
    new Set(
      graph.nodes.map(
        (node, i) =>
          homeOf(graph, node.group, open).folded + (homeOf(graph, node.group, open).folded === -1 ? -2 - i : 0),
      ),
    ).size;
  const order = graph.groups.map((_, i) => i).sort((a, b) => depth(b) - depth(a) || inside[b] - inside[a]);
  let boxes = count();
  for (const i of order) {
    if (boxes <= comfortableBoxes) break;
    if (chosen[graph.groups[i].key] !== undefined || !open[i]) continue;
    open[i] = false;
    const fewer = count();
    if (fewer < leastBoxes) open[i] = true;
    else boxes = fewer;
  }
  return open;
}

function isInside(graph: FlowGraph, group: number, container: number): boolean {
  for (let g = group; g !== -1; g = graph.groups[g].group) if (g === container) return true;
  return false;
}

/** The outermost folded group around a node, and the innermost open one around that; −1 for none. */
function homeOf(graph: FlowGraph, group: number, open: readonly boolean[]): { folded: number; frame: number } {
  let folded = -1;
  for (let g = group; g !== -1; g = graph.groups[g].group) if (!open[g]) folded = g;
  return { folded, frame: folded === -1 ? group : graph.groups[folded].group };
}

function framesOf(graph: FlowGraph, homes: readonly { readonly frame: number }[]): Frame[] {
  const used = new Set<number>();
  for (const { frame } of homes) for (let g = frame; g !== -1; g = graph.groups[g].group) used.add(g);
  return [...used]
    .sort((a, b) => a - b)
    .map((index) => {
      const group = graph.groups[index];
      return { id: `g${index}`, group, index, parent: group.group === -1 ? null : `g${group.group}` };
    });
}

function edgesOf(graph: FlowGraph, idOf: (node: number) => string): VisibleEdge[] {
  const edges = new Map<string, { from: string; to: string; loop: boolean; members: number[] }>();
  graph.edges.forEach((edge, i) => {
    const [from, to] = [idOf(edge.from), idOf(edge.to)];
    // what goes on within a folded group is not seen
    if (from === to && edge.from !== edge.to) return;
    if (from === to && from.startsWith("g")) return;
    const key = `${from} ${to}`;
    const known = edges.get(key);
    if (known === undefined) edges.set(key, { from, to, loop: edge.loop, members: [i] });
    else known.members.push(i);
  });
  return [...edges.values()];
}
