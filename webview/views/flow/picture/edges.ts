// The edges of the picture: a strand for the values, which go down, and one for the gradients, which come back up.
import type { Flow } from "../../../../src/protocol/inspector/flow.ts";
import { setText } from "../../../dom.ts";
import { formatNumber } from "../../../format.ts";
import type { FlowQuantity } from "../choices.ts";
import { type Look, lookOf, type Scales, sizesOf } from "../scale.ts";
import { draw, setClasses, setVariable } from "../svg.ts";
import { middleOf, type PlacedEdge, type Point } from "./layout.ts";
import type { VisibleEdge } from "./visible.ts";

type Strand = "values" | "gradients";

/** Pixels between the two strands of an edge. */
const apart = 8;

/** Pixels of the smallest size on the scale, and of the largest. */
const thinnest = 1.2;
const thickest = 6;

export class EdgeView {
  readonly element = draw("g", "flow-edge");
  /** Its number, above all boxes; empty for most. */
  readonly label = draw("text", "flow-label");
  readonly edge: VisibleEdge;
  readonly #points: readonly Point[];
  readonly #strands: Readonly<Record<Strand, StrandView>>;
  #show: FlowQuantity | null = null;

  constructor({ edge, points }: PlacedEdge, onLook: (edge: VisibleEdge) => void) {
    this.edge = edge;
    this.#points = points;
    this.#strands = { values: new StrandView("values"), gradients: new StrandView("gradients") };
    // strands are thin; this is what the pointer finds
    const ground = draw("path", "flow-edge-ground", { d: smooth(points), fill: "none" });
    this.element.append(ground, this.#strands.values.element, this.#strands.gradients.element);
    this.element.addEventListener("pointerenter", () => onLook(edge));
  }

  /** @param extreme what is special in its number, which is then written beside it */
  update(flow: Flow, scales: Scales, show: FlowQuantity, extreme: "" | "min" | "max"): void {
    if (show !== this.#show) this.#place(show);
    this.#show = show;
    const { members, loop } = this.edge;
    const { value, gradient } = sizesOf(flow, members);
    const whole = members.every((i) => flow.graph.edges[i].whole);
    const extra = `${loop ? " loop" : ""}${whole ? " whole" : ""}`;
    this.#strands.values.update(lookOf(value, scales.values), extra);
    this.#strands.gradients.update(lookOf(gradient, scales.gradients), extra);
    const number = show === "values" ? value : gradient;
    setText(this.label, extreme === "" ? "" : `${extreme} ${formatNumber(number)}`);
    setClasses(this.label, `flow-label ${show === "values" ? "values" : "gradients"}`);
  }

  #place(show: FlowQuantity): void {
    const side = show === "both" ? apart / 2 : 0;
    this.#strands.values.place(show === "gradients" ? [] : this.#beside(-side));
    this.#strands.gradients.place(show === "values" ? [] : this.#beside(side).reverse());
    const middle = middleOf(this.#points);
    this.label.setAttribute("x", String(middle.x + side + 6));
    this.label.setAttribute("y", String(middle.y + 4));
  }

  /** A little to the right of the edge, or to the left; of one around the side of a box, within it or outside. */
  #beside(by: number): Point[] {
    const { from, to } = this.edge;
    if (from !== to) return this.#points.map(({ x, y }) => ({ x: x + by, y }));
    const last = this.#points.length - 1;
    return this.#points.map(({ x, y }, i) => {
      const vertical = i < last / 2 ? -by : i > last / 2 ? by : 0;
      return { x: i === 0 || i === last ? x : x - by, y: y + vertical * 1.1 };
    });
  }
}

class StrandView {
  readonly element = draw("g", "");
  readonly #line = draw("path", "strand-line", { fill: "none" });
  readonly #head = draw("path", "strand-head");
  /** Made when it is first needed: hundreds of edges have none. */
  #mark: SVGGElement | null = null;
  readonly #name: Strand;
  #points: readonly Point[] = [];
  #share = 0;

  constructor(name: Strand) {
    this.#name = name;
    this.element.append(this.#line, this.#head);
  }

  place(points: readonly Point[]): void {
    this.#points = points;
    this.element.toggleAttribute("hidden", points.length < 2);
    this.#placeMark();
    this.#draw();
  }

  #placeMark(): void {
    // both strands of an edge may be marked
    const aside = this.#name === "values" ? -4 : 4;
    const { x, y } = middleOf(this.#points);
    this.#mark?.setAttribute("transform", `translate(${x + aside} ${y})`);
  }

  #makeMark(): void {
    const cross = draw("path", "", { d: "M-3 -3L3 3M-3 3L3 -3" });
    this.#mark = draw("g", "strand-mark", {}, draw("circle", "", { r: 7 }), cross);
    this.element.append(this.#mark);
    this.#placeMark();
  }

  update(look: Look, extra: string): void {
    setClasses(this.element, `strand ${this.#name} ${look.kind}${extra}`);
    if (look.kind === "broken" && this.#mark === null) this.#makeMark();
    const share = look.kind === "size" ? look.share : look.kind === "broken" ? 1 : 0;
    setVariable(this.element, "--width", (thinnest + (thickest - thinnest) * share).toFixed(2));
    setVariable(this.element, "--share", `${Math.round(35 + 65 * share)}%`);
    if (share === this.#share) return;
    this.#share = share;
    this.#draw();
  }

  /** The line ends within its head, which grows with it. */
  #draw(): void {
    const points = this.#points;
    if (points.length < 2) return;
    const [length, half] = [6 + 4 * this.#share, 3.5 + 2.5 * this.#share];
    const [before, tip] = points.slice(-2);
    const far = Math.hypot(tip.x - before.x, tip.y - before.y) || 1;
    const [dx, dy] = [(tip.x - before.x) / far, (tip.y - before.y) / far];
    const back = { x: tip.x - length * dx, y: tip.y - length * dy };
    const left = { x: back.x - half * dy, y: back.y + half * dx };
    const right = { x: back.x + half * dy, y: back.y - half * dx };
    this.#head.setAttribute("d", `M${at(tip)}L${at(left)}L${at(right)}Z`);
    this.#line.setAttribute("d", smooth([...points.slice(0, -1), back]));
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

function at({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
