// The edges of the picture: a strand for the values, which go down, and one for the gradients, which come back up.
import type { Flow } from "../../../src/protocol/flow.ts";
import type { FlowQuantity } from "./choices.ts";
import type { Point } from "./layout.ts";
import { type Look, largest, lookOf, type Scales } from "./scale.ts";
import { draw, setClasses, setVariable } from "./svg.ts";
import type { VisibleEdge } from "./visible.ts";

type Strand = "values" | "gradients";

/** Pixels between the two strands of an edge. */
const apart = 8;

export class EdgeView {
  readonly element = draw("g", "flow-edge");
  readonly #edge: VisibleEdge;
  readonly #points: readonly Point[];
  readonly #strands: Readonly<Record<Strand, StrandView>>;
  #show: FlowQuantity | null = null;

  constructor(edge: VisibleEdge, points: readonly Point[]) {
    this.#edge = edge;
    this.#points = points;
    this.#strands = { values: new StrandView("values"), gradients: new StrandView("gradients") };
    this.element.append(this.#strands.values.element, this.#strands.gradients.element);
  }

  update({ graph, values }: Flow, scales: Scales, show: FlowQuantity): void {
    if (show !== this.#show) this.#place(show);
    this.#show = show;
    const { members, loop } = this.#edge;
    const whole = members.every((i) => graph.edges[i].whole);
    const of = (numbers: readonly (number | null)[] | undefined) => largest(members.map((i) => numbers?.[i] ?? null));
    const extra = `${loop ? " loop" : ""}${whole ? " whole" : ""}`;
    this.#strands.values.update(lookOf(of(values?.values), scales.values), extra);
    this.#strands.gradients.update(lookOf(of(values?.gradients), scales.gradients), extra);
  }

  #place(show: FlowQuantity): void {
    const side = show === "both" ? apart / 2 : 0;
    const moved = (by: number): Point[] => this.#points.map(({ x, y }) => ({ x: x + by, y }));
    this.#strands.values.place(show === "gradients" ? [] : moved(-side));
    this.#strands.gradients.place(show === "values" ? [] : moved(side).reverse());
  }
}

class StrandView {
  readonly element = draw("g", "");
  readonly #line = draw("path", "strand-line", { fill: "none" });
  readonly #head = draw("path", "strand-head");
  readonly #mark = draw("text", "strand-mark", { "text-anchor": "middle" }, "✕");
  readonly #name: Strand;

  constructor(name: Strand) {
    this.#name = name;
    this.element.append(this.#line, this.#head, this.#mark);
  }

  place(points: readonly Point[]): void {
    this.element.toggleAttribute("hidden", points.length < 2);
    if (points.length < 2) return;
    this.#line.setAttribute("d", smooth(points));
    this.#head.setAttribute("d", arrow(points[points.length - 2], points[points.length - 1]));
    const middle = points[Math.floor(points.length / 2)];
    this.#mark.setAttribute("x", String(middle.x));
    this.#mark.setAttribute("y", String(middle.y + 4));
  }

  update(look: Look, extra: string): void {
    setClasses(this.element, `strand ${this.#name} ${look.kind}${extra}`);
    const share = look.kind === "size" ? look.share : look.kind === "broken" ? 1 : 0;
    setVariable(this.element, "--width", (1.2 + 4.8 * share).toFixed(2));
    setVariable(this.element, "--share", `${Math.round(35 + 65 * share)}%`);
  }
}

/** Through the middles of the stretches, with the corners as control points. */
function smooth(points: readonly Point[]): string {
  const [first] = points;
  const last = points[points.length - 1];
  let d = `M${at(first)}`;
  for (let i = 1; i < points.length - 1; i++) {
    const next = points[i + 1];
    const end = i === points.length - 2 ? last : { x: (points[i].x + next.x) / 2, y: (points[i].y + next.y) / 2 };
    d += `Q${at(points[i])} ${at(end)}`;
  }
  return points.length === 2 ? `${d}L${at(last)}` : d;
}

function arrow(from: Point, to: Point): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const back = { x: to.x - 7 * dx, y: to.y - 7 * dy };
  const left = { x: back.x - 4.5 * dy, y: back.y + 4.5 * dx };
  const right = { x: back.x + 4.5 * dy, y: back.y - 4.5 * dx };
  return `M${at(to)}L${at(left)}L${at(right)}Z`;
}

function at({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
