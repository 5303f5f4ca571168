// Where everything of the picture lies: layers from top to bottom, by dagre. Knows no page.
import { graphlib, layout } from "@dagrejs/dagre";
import { formatShape } from "../../../format.ts";
import { placeInPieces, type Spacing } from "./pieces.ts";
import type { Box, Frame, Visible, VisibleEdge } from "./visible.ts";

export interface Rect {
  /** Of the upper left corner, in pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A box with its place and its two lines of text; an operation has one. */
export interface PlacedBox {
  readonly box: Box;
  readonly rect: Rect;
  readonly title: string;
  readonly subtitle: string;
}

export interface PlacedFrame {
  readonly frame: Frame;
  readonly rect: Rect;
  readonly title: string;
}

export interface PlacedEdge {
  readonly edge: VisibleEdge;
  readonly points: readonly Point[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly frames: readonly PlacedFrame[];
  readonly edges: readonly PlacedEdge[];
}

/** Of a letter, about, at the size that the picture is drawn in. */
const letter = 6.6;
const longest = 26;
const titleRoom = 20;
/** Beside the middle of an edge, for its number. */
const labelRoom = 88;
/** Beside a box, for the edge that goes back into it. */
const loopRoom = 44;

const spacing: Spacing = { nodesep: 22, edgesep: 14, ranksep: 34, marginx: 14, marginy: 10 };

/** From so many boxes on dagre alone takes a tenth of a second and more. */
const manyBoxes = 60;

export function layOut(visible: Visible): Layout {
  if (visible.frames.length === 0 && visible.boxes.length >= manyBoxes) {
    const inPieces = layOutInPieces(visible);
    if (inPieces !== null) return inPieces;
  }
  const graph = new graphlib.Graph({ compound: visible.frames.length > 0 });
  graph.setGraph({ rankdir: "TB", ...spacing });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of visible.frames) graph.setNode(id, {});
  const texts = new Map(visible.boxes.map((box) => [box.id, textsOf(box, visible)]));
  const loops = new Set(visible.edges.filter(({ from, to }) => from === to).map(({ from }) => from));
  const roomOf = (id: string): number => (loops.has(id) ? 2 * loopRoom : 0);
  for (const { id } of visible.boxes) {
    const { width, height } = sizeOf(texts.get(id));
    graph.setNode(id, { width: width + roomOf(id), height });
  }
  for (const { id, parent } of visible.frames) if (parent !== null) graph.setParent(id, parent);
  for (const [id, frame] of visible.frameOf) if (frame !== null) graph.setParent(id, frame);
  for (const { from, to } of visible.edges) if (from !== to) graph.setEdge(from, to, { weight: 1 });
  layout(graph);
  const rectOf = (id: string): Rect => {
    const { x = 0, y = 0, width = 0, height = 0 }: Partial<Rect> = graph.node(id) ?? {};
    const inner = width - roomOf(id);
    return { x: x - inner / 2, y: y - height / 2, width: inner, height };
  };
  const size: { readonly width?: number; readonly height?: number } = graph.graph();
  const frames = visible.frames.map((frame) => ({
    frame,
    rect: withTitle(rectOf(frame.id)),
    title: frameTitle(frame),
  }));
  const edges = visible.edges.map((edge): PlacedEdge => {
    if (edge.from === edge.to) return { edge, points: around(rectOf(edge.from)) };
    return { edge, points: graph.edge(edge.from, edge.to)?.points ?? [] };
  });
  const right = [
    ...frames.map(({ rect }) => rect.x + rect.width + 8),
    ...edges.map(({ points }) => middleOf(points).x + labelRoom),
  ];
  return {
    width: Math.ceil(Math.max(size.width ?? 0, ...right)),
    height: Math.ceil(Math.max(size.height ?? 0, ...frames.map(({ rect }) => rect.y + rect.height + 8))),
    boxes: visible.boxes.map((box) => ({ box, rect: rectOf(box.id), ...(texts.get(box.id) ?? noText) })),
    frames,
    edges,
  };
}

/** Where an edge is written on. */
export function middleOf(points: readonly Point[]): Point {
  return points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
}

/** Null when the network cannot be cut. */
function layOutInPieces({ boxes, edges, frameOf, frames }: Visible): Layout | null {
  const texts = boxes.map((box) => textsOf(box, { boxes, edges, frameOf, frames }));
  const looping = new Set(edges.filter(({ from, to }) => from === to).map(({ from }) => from));
  const sizes = texts.map(sizeOf);
  const items = sizes.map(({ width, height }, i) => ({
    width: width + (looping.has(boxes[i].id) ? 2 * loopRoom : 0),
    height,
  }));
  const placeOf = new Map(boxes.map(({ id }, i) => [id, i]));
  const straight = edges.filter(({ from, to }) => from !== to);
  const links = straight.map(({ from, to }) => ({ from: placeOf.get(from) ?? 0, to: placeOf.get(to) ?? 0 }));
  const placed = placeInPieces(items, links, spacing);
  if (placed === null) return null;
  const rects = sizes.map(({ width, height }, i): Rect => {
    const { x, y } = placed.centres[i];
    return { x: x - width / 2, y: y - height / 2, width, height };
  });
  const pointsOf = new Map(straight.map((edge, k) => [edge, placed.points[k]]));
  return {
    width: Math.ceil(placed.width),
    height: Math.ceil(placed.height),
    boxes: boxes.map((box, i) => ({ box, rect: rects[i], ...texts[i] })),
    frames: [],
    edges: edges.map((edge) => ({
      edge,
      points: pointsOf.get(edge) ?? around(rects[placeOf.get(edge.from) ?? 0]),
    })),
  };
}

interface Texts {
  readonly title: string;
  readonly subtitle: string;
}

const noText: Texts = { title: "", subtitle: "" };

/** `rnn` and `RNN · 8 steps · ❄ frozen`. Within a frame the path goes on from that of the frame. */
function textsOf(box: Box, visible: Visible): Texts {
  const frame = visible.frames.find(({ id }) => id === visible.frameOf.get(box.id))?.group.layer ?? "";
  if (box.kind === "group") {
    const { layer, title, times, frozen } = box.group;
    const marks = [title, times > 1 ? `×${times}` : "", `${box.members.length} inside`, frozenMark(frozen)];
    return { title: shorten(`▸ ${within(layer, frame)}`), subtitle: join(marks) };
  }
  const { kind, layer, title, times, call, calls, timesteps, frozen, loss } = box.node;
  const loop = times > 1 ? `×${times}` : "";
  if (kind === "operation") return { title: shorten(join([title, loop, loss ? "loss" : ""])), subtitle: "" };
  if (kind !== "layer") {
    const shape = box.node.shape.length > 0 ? formatShape(box.node.shape) : "";
    return {
      title: shorten(within(title, frame)),
      subtitle: join([kind === "parameter" ? "parameter" : "", shape, frozenMark(frozen)]),
    };
  }
  const several = calls > 1 ? `call ${call} of ${calls}` : "";
  const marks = [
    title,
    timesteps > 1 ? `↻ ${timesteps} steps` : "",
    loop === "" ? "" : `↻ ${loop}`,
    several,
    frozenMark(frozen),
  ];
  return { title: shorten(within(layer, frame)), subtitle: join(marks) };
}

function frameTitle({ group, parent }: Frame): string {
  const name = parent === null ? group.layer : (group.layer.split(".").slice(-2).join(".") ?? group.layer);
  return shorten(
    join([`▾ ${name}`, group.title, group.times > 1 ? `↻ ×${group.times}` : "", frozenMark(group.frozen)]),
    44,
  );
}

function frozenMark(frozen: "no" | "partly" | "wholly"): string {
  return frozen === "no" ? "" : frozen === "wholly" ? "❄ frozen" : "❄ partly frozen";
}

function within(layer: string, frame: string): string {
  return frame !== "" && layer.startsWith(`${frame}.`) ? layer.slice(frame.length + 1) : layer;
}

function join(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}

/** The end of a path says more than its beginning. */
function shorten(text: string, most = longest): string {
  return text.length <= most ? text : `…${text.slice(1 - most)}`;
}

function sizeOf({ title, subtitle }: Texts = noText): { width: number; height: number } {
  const letters = Math.max(title.length * letter, subtitle.length * letter * 0.86);
  return { width: Math.round(Math.max(52, letters + 26)), height: subtitle === "" ? 26 : 42 };
}

/** Out of the right side of a box and back into it, from below to above. */
function around({ x, y, width, height }: Rect): Point[] {
  const [right, middle] = [x + width, y + height / 2];
  const [out, up] = [right + loopRoom - 12, height / 2 - 9];
  return [
    { x: right, y: middle + up },
    { x: out, y: middle + up + 6 },
    { x: out, y: middle },
    { x: out, y: middle - up - 6 },
    { x: right, y: middle - up },
  ];
}

/** Room for the frame's name above its boxes. */
function withTitle({ x, y, width, height }: Rect): Rect {
  return { x, y: y - titleRoom / 2, width, height: height + titleRoom / 2 + 2 };
}
