// Lays out a long network piece by piece: it is cut where it narrows to one box, and pieces that are alike are laid out once.
import { graphlib, layout } from "@dagrejs/dagre";
import type { Point } from "./layout.ts";

/** A box to be placed. Edges name boxes by their places in the list of these. */
export interface Item {
  readonly width: number;
  readonly height: number;
}

export interface Link {
  readonly from: number;
  readonly to: number;
}

export interface Placement {
  readonly width: number;
  readonly height: number;
  /** Centre of each box. */
  readonly centres: readonly Point[];
  /** Of each edge, from box to box. */
  readonly points: readonly (readonly Point[])[];
}

/** Distances between boxes, edges and layers, and around all of it, in pixels. */
export interface Spacing {
  readonly nodesep: number;
  readonly edgesep: number;
  readonly ranksep: number;
  readonly marginx: number;
  readonly marginy: number;
}

/**
 * Null when it cannot be cut, or when a piece reaches beyond the boxes that it begins and ends with.
 * Time grows with the number of different pieces: a hundred equal blocks cost as much as one.
 */
export function placeInPieces(items: readonly Item[], links: readonly Link[], spacing: Spacing): Placement | null {
  const order = orderOf(items.length, links);
  if (order === null) return null;
  const cuts = cutsOf(order, links);
  if (cuts.length < 3) return null;
  const known = new Map<string, Placement | null>();
  const linksOf = linksByPiece(order, cuts, links);
  const centres: Point[] = [];
  const points: (readonly Point[])[] = [];
  let corner: Point = { x: 0, y: 0 };
  for (let c = 0; c + 1 < cuts.length; c++) {
    const members = order.slice(cuts[c], cuts[c + 1] + 1);
    const inner = linksOf[c];
    const piece = pieceOf(members, inner, items, spacing, known);
    if (piece === null) return null;
    // Its first box is the last one of the piece before, and stays where it is.
    const [first] = piece.centres;
    if (c > 0) corner = { x: centres[members[0]].x - first.x, y: centres[members[0]].y - first.y };
    const moved = ({ x, y }: Point): Point => ({ x: x + corner.x, y: y + corner.y });
    members.forEach((i, k) => {
      centres[i] = moved(piece.centres[k]);
    });
    inner.forEach(({ index }, k) => {
      points[index] = piece.points[k].map(moved);
    });
  }
  return withMargins(items, centres, points, spacing);
}

/** Every box after those that it gets something from, and as late as it can be; null when there is a circle. */
function orderOf(count: number, links: readonly Link[]): number[] | null {
  const before: number[][] = Array.from({ length: count }, () => []);
  const isLast = Array.from({ length: count }, () => true);
  for (const { from, to } of links) {
    before[to].push(from);
    isLast[from] = false;
  }
  const order: number[] = [];
  const state: ("open" | "done")[] = [];
  for (let end = 0; end < count; end++) {
    if (!isLast[end]) continue;
    // With a stack of its own: a network may be thousands of boxes long.
    const stack = [end];
    while (stack.length > 0) {
      const i = stack[stack.length - 1];
      if (state[i] === undefined) {
        state[i] = "open";
        for (const from of before[i].toReversed()) {
          if (state[from] === "open") return null;
          if (state[from] === undefined) stack.push(from);
        }
      } else {
        stack.pop();
        if (state[i] === "open") order.push(i);
        state[i] = "done";
      }
    }
  }
  return order.length === count ? order : null;
}

/** Places in the order that no edge passes by, the first and the last among them. */
function cutsOf(order: readonly number[], links: readonly Link[]): number[] {
  const placeOf = new Map(order.map((i, place) => [i, place]));
  const reach = order.map(() => 0);
  for (const { from, to } of links) {
    const place = placeOf.get(from) ?? 0;
    reach[place] = Math.max(reach[place], placeOf.get(to) ?? 0);
  }
  const cuts = [0];
  let farthest = reach[0];
  for (let place = 1; place < order.length; place++) {
    if (farthest <= place) cuts.push(place);
    farthest = Math.max(farthest, reach[place]);
  }
  return cuts;
}

interface InnerLink extends Link {
  /** Its place in the list of all edges. */
  readonly index: number;
}

/** The edges of each piece; they name boxes by their places in it. */
function linksByPiece(order: readonly number[], cuts: readonly number[], links: readonly Link[]): InnerLink[][] {
  const placeOf = new Map(order.map((i, place) => [i, place]));
  const pieceAt: number[] = [];
  for (let c = 0; c + 1 < cuts.length; c++) for (let place = cuts[c]; place < cuts[c + 1]; place++) pieceAt[place] = c;
  const pieces: InnerLink[][] = cuts.slice(1).map(() => []);
  links.forEach(({ from, to }, index) => {
    const [a, b] = [placeOf.get(from) ?? 0, placeOf.get(to) ?? 0];
    const c = pieceAt[a];
    pieces[c].push({ from: a - cuts[c], to: b - cuts[c], index });
  });
  return pieces;
}

function pieceOf(
  members: readonly number[],
  links: readonly Link[],
  items: readonly Item[],
  spacing: Spacing,
  known: Map<string, Placement | null>,
): Placement | null {
  const sizes = members.map((i) => items[i]);
  const key = `${sizes.map(({ width, height }) => `${width} ${height}`)};${links.map(({ from, to }) => `${from} ${to}`)}`;
  const same = known.get(key);
  if (same !== undefined) return same;
  const piece = place(sizes, links, spacing);
  const edge = (k: number, side: -1 | 1): number => piece.centres[k].y + (side * sizes[k].height) / 2;
  const last = sizes.length - 1;
  // A taller box may stand beside the first one: no piece has one beside its last, so there is the room between two layers.
  const isProper = sizes.every(
    (_, k) => edge(k, -1) >= edge(0, -1) - spacing.ranksep / 2 && (k === last || edge(k, 1) <= edge(last, -1)),
  );
  known.set(key, isProper ? piece : null);
  return isProper ? piece : null;
}

function place(items: readonly Item[], links: readonly Link[], spacing: Spacing): Placement {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: "TB", ...spacing });
  graph.setDefaultEdgeLabel(() => ({}));
  items.forEach(({ width, height }, k) => {
    graph.setNode(String(k), { width, height });
  });
  for (const { from, to } of links) graph.setEdge(String(from), String(to), { weight: 1 });
  layout(graph);
  const centres = items.map((_, k): Point => {
    const { x = 0, y = 0 }: Partial<Point> = graph.node(String(k)) ?? {};
    return { x, y };
  });
  const points = links.map(({ from, to }): readonly Point[] => graph.edge(String(from), String(to))?.points ?? []);
  return { width: 0, height: 0, centres, points };
}

/** The same, with everything to the right of and below its margins. */
function withMargins(
  items: readonly Item[],
  centres: readonly Point[],
  points: readonly (readonly Point[])[],
  { marginx, marginy }: Spacing,
): Placement {
  const corners = items.flatMap(({ width, height }, i) => [
    { x: centres[i].x - width / 2, y: centres[i].y - height / 2 },
    { x: centres[i].x + width / 2, y: centres[i].y + height / 2 },
  ]);
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of [...corners, ...points.flat()]) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  const moved = ({ x, y }: Point): Point => ({ x: x - left + marginx, y: y - top + marginy });
  return {
    width: right - left + 2 * marginx,
    height: bottom - top + 2 * marginy,
    centres: centres.map(moved),
    points: points.map((list) => list.map(moved)),
  };
}
