// Where everything of the picture lies: layers from top to bottom, by dagre. Knows no page.
import { graphlib, layout } from "@dagrejs/dagre";
import { formatShape } from "../../format.ts";
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

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly frames: readonly { readonly frame: Frame; readonly rect: Rect; readonly title: string }[];
  readonly edges: readonly { readonly edge: VisibleEdge; readonly points: readonly Point[] }[];
}

/** Of a letter, about, at the size that the picture is drawn in. */
const letter = 6.6;
const longest = 26;
const titleRoom = 20;

export function layOut(visible: Visible): Layout {
  const graph = new graphlib.Graph({ compound: visible.frames.length > 0 });
  graph.setGraph({ rankdir: "TB", nodesep: 22, edgesep: 14, ranksep: 34, marginx: 14, marginy: 10 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of visible.frames) graph.setNode(id, {});
  const texts = new Map(visible.boxes.map((box) => [box.id, textsOf(box, visible)]));
  for (const box of visible.boxes) graph.setNode(box.id, sizeOf(texts.get(box.id)));
  for (const { id, parent } of visible.frames) if (parent !== null) graph.setParent(id, parent);
  for (const [id, frame] of visible.frameOf) if (frame !== null) graph.setParent(id, frame);
  for (const { from, to } of visible.edges) graph.setEdge(from, to, { weight: 1 });
  layout(graph);
  const rectOf = (id: string): Rect => {
    const { x = 0, y = 0, width = 0, height = 0 }: Partial<Rect> = graph.node(id) ?? {};
    return { x: x - width / 2, y: y - height / 2, width, height };
  };
  const size: { readonly width?: number; readonly height?: number } = graph.graph();
  const frames = visible.frames.map((frame) => ({
    frame,
    rect: withTitle(rectOf(frame.id)),
    title: frameTitle(frame),
  }));
  return {
    width: Math.ceil(Math.max(size.width ?? 0, ...frames.map(({ rect }) => rect.x + rect.width + 8))),
    height: Math.ceil(Math.max(size.height ?? 0, ...frames.map(({ rect }) => rect.y + rect.height + 8))),
    boxes: visible.boxes.map((box) => ({ box, rect: rectOf(box.id), ...(texts.get(box.id) ?? noText) })),
    frames,
    edges: visible.edges.map((edge) => {
      const points: readonly Point[] = graph.edge(edge.from, edge.to)?.points ?? [];
      return { edge, points };
    }),
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
      title: shorten(title),
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

/** Room for the frame's name above its boxes. */
function withTitle({ x, y, width, height }: Rect): Rect {
  return { x, y: y - titleRoom / 2, width, height: height + titleRoom / 2 + 2 };
}
