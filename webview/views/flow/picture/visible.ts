// What of a graph is drawn: folded groups stand as one box, their inner edges are gone, those that cross stay. Knows no page.
import type { FlowGraph, FlowGroup, FlowNode } from "../../../../src/protocol/inspector/flow.ts";

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
const comfortableBoxes = 28;
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

/** Is each group open? By the reader's choice, else as there is room. */
export function openGroups(graph: FlowGraph, chosen: Readonly<Record<string, boolean>>): boolean[] {
  const open = openByRoom(graph);
  return graph.groups.map(({ key }, i) => chosen[key] ?? open[i]);
}

/** Folds the innermost groups until the rest can be looked over, a whole level at a time: what is alike looks alike. */
function openByRoom(graph: FlowGraph): boolean[] {
  const depths = graph.groups.map((_, i) => depthOf(graph, i));
  let open = graph.groups.map(() => true);
  for (let depth = Math.max(-1, ...depths); depth >= 0; depth--) {
    if (countBoxes(graph, open) <= comfortableBoxes) break;
    const folded = open.map((isOpen, i) => isOpen && depths[i] !== depth);
    if (countBoxes(graph, folded) < leastBoxes) break;
    open = folded;
  }
  return open;
}

function depthOf(graph: FlowGraph, group: number): number {
  let depth = 0;
  for (let g = graph.groups[group].group; g !== -1; g = graph.groups[g].group) depth++;
  return depth;
}

function countBoxes(graph: FlowGraph, open: readonly boolean[]): number {
  const folded = graph.nodes.map(({ group }) => homeOf(graph, group, open).folded);
  return folded.filter((group) => group === -1).length + new Set(folded.filter((group) => group !== -1)).size;
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
