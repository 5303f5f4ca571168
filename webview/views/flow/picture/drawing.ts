// The picture itself: an SVG that is looked at, with a button over every box that is pressed. Laid out once for a graph.
import type { Flow } from "../../../../src/protocol/inspector/flow.ts";
import { make, setAttribute } from "../../../dom.ts";
import type { FlowQuantity } from "../choices.ts";
import { extremesOf, type Scales, sizesOf } from "../scale.ts";
import { draw, setClasses, setVariable } from "../svg.ts";
import { describeBox, describePicture, progressOf } from "../words.ts";
import { boxButton, boxShape, frameButton, frameShape, frameTitle, type Gestures } from "./boxes.ts";
import { EdgeView } from "./edges.ts";
import { type Layout, layOut, type PlacedBox, type Rect } from "./layout.ts";
import type { Box, Visible } from "./visible.ts";

interface BoxView {
  readonly placed: PlacedBox;
  readonly shape: SVGGElement;
  readonly button: HTMLButtonElement;
}

/** The drawing of one graph with its groups open or folded in one way. */
export class Drawing {
  readonly element = make("div", "flow-stage");
  readonly layout: Layout;
  readonly #svg: SVGSVGElement;
  readonly #boxes: readonly BoxView[];
  readonly #edges: readonly EdgeView[];
  readonly #frames: readonly { readonly shape: SVGGElement; readonly index: number }[];

  constructor(visible: Visible, gestures: Gestures) {
    this.layout = layOut(visible);
    const { width, height, boxes, frames, edges } = this.layout;
    const attributes = { role: "img", "data-picture": "network", viewBox: `0 0 ${width} ${height}`, width, height };
    this.#svg = draw("svg", "flow-picture", attributes);
    this.#frames = frames.map((placed) => ({ shape: frameShape(placed), index: placed.frame.index }));
    this.#edges = edges.map((placed) => new EdgeView(placed, gestures.look));
    this.#boxes = boxes.map((placed) => ({ placed, shape: boxShape(placed), button: boxButton(placed, gestures) }));
    this.#svg.append(
      ...this.#frames.map(({ shape }) => shape),
      ...this.#edges.map(({ element }) => element),
      ...frames.map(frameTitle),
      ...this.#boxes.map(({ shape }) => shape),
    );
    const headers = frames.map((placed) => frameButton(placed, gestures));
    this.element.append(this.#svg, ...headers, ...this.#boxes.map(({ button }) => button));
    this.#boxes[0]?.button.setAttribute("tabindex", "0");
    this.element.addEventListener("keydown", (event) => this.#move(event));
    this.element.addEventListener("focusin", ({ target }) => {
      // one stop of the Tab key for the whole picture
      for (const button of this.#buttons) setAttribute(button, "tabindex", button === target ? "0" : "-1");
    });
    setVariable(this.element, "--flow-width", `${width}px`);
    setVariable(this.element, "--flow-height", `${height}px`);
  }

  update(flow: Flow, scales: Scales, show: FlowQuantity, layer: string | null): void {
    setAttribute(this.#svg, "aria-label", describePicture(flow));
    const sizes = this.#edges.map(({ edge }) => sizesOf(flow, edge.members)[show === "values" ? "value" : "gradient"]);
    const { least, most } = extremesOf(sizes);
    this.#edges.forEach((edge, i) => {
      const extreme = i === least ? "min" : i === most ? "max" : "";
      edge.update(flow, scales, show, extreme);
      // Above all boxes. An empty one for every edge would be hundreds of elements in a large network.
      if (extreme === "") edge.label.remove();
      else if (edge.label.parentNode === null) this.#svg.append(edge.label);
    });
    const { values } = flow;
    for (const { placed, shape, button } of this.#boxes) {
      const { members } = placed.box;
      const current = this.#isCurrent(placed.box, flow);
      const selected = layer !== null && isLayer(placed.box, layer);
      const forward = progressOf(members.map((i) => values?.forward[i] ?? "none"));
      const backward = progressOf(members.map((i) => values?.backward[i] ?? "none"));
      const states = `${current ? " current" : ""}${selected ? " selected" : ""}`;
      setClasses(shape, `flow-box ${kindOf(placed.box)} forward-${forward} backward-${backward}${states}`);
      setAttribute(button, "aria-label", `${describeBox(placed.box, flow)}${current ? "; the run stands here" : ""}`);
      setAttribute(button, "aria-pressed", String(selected));
      setAttribute(button, "aria-current", current ? "step" : "");
    }
    for (const { shape, index } of this.#frames) {
      setClasses(shape, `flow-frame${values?.currentGroup === index ? " current" : ""}`);
    }
  }

  /** Where the run stands, or null. */
  current(flow: Flow): Rect | null {
    return this.#boxes.find(({ placed }) => this.#isCurrent(placed.box, flow))?.placed.rect ?? null;
  }

  /** Where this group is, open or folded; null when one around it is folded. */
  group(index: number): Rect | null {
    const id = `g${index}`;
    const box = this.layout.boxes.find(({ box }) => box.id === id);
    return box?.rect ?? this.layout.frames.find(({ frame }) => frame.id === id)?.rect ?? null;
  }

  /** Puts the focus where it was before another drawing took this one's place. */
  focus(id: string): void {
    const button = this.#buttons.find(({ dataset }) => dataset.box === id) ?? this.#boxes[0]?.button;
    button?.focus({ preventScroll: true });
  }

  #isCurrent(box: Box, { graph, values }: Flow): boolean {
    if (values === null) return false;
    if (box.members.some((i) => values.current.includes(i))) return true;
    return box.kind === "group" && values.currentGroup !== -1 && graph.groups[values.currentGroup] === box.group;
  }

  get #buttons(): HTMLButtonElement[] {
    return [...this.element.querySelectorAll("button")];
  }

  /** To the nearest box in the direction of the arrow. */
  #move(event: KeyboardEvent): void {
    const direction = directions[event.key];
    if (direction === undefined || !(event.target instanceof HTMLButtonElement)) return;
    const centre = (element: Element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    };
    const from = centre(event.target);
    let best: { readonly button: HTMLButtonElement; readonly far: number } | null = null;
    for (const button of this.#buttons) {
      const { x, y } = centre(button);
      const along = (x - from.x) * direction.x + (y - from.y) * direction.y;
      const aside = Math.abs((x - from.x) * direction.y) + Math.abs((y - from.y) * direction.x);
      if (button === event.target || along < 4) continue;
      const far = along + 2 * aside;
      if (best === null || far < best.far) best = { button, far };
    }
    event.preventDefault();
    best?.button.focus();
  }
}

const directions: Readonly<Record<string, { readonly x: number; readonly y: number }>> = {
  ArrowDown: { x: 0, y: 1 },
  ArrowUp: { x: 0, y: -1 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
};

function isLayer(box: Box, layer: string): boolean {
  if (box.kind === "group") return box.group.layer === layer || layer.startsWith(`${box.group.layer}.`);
  return box.node.kind === "layer" && box.node.layer === layer;
}

function kindOf(box: Box): string {
  if (box.kind === "group") return "folded";
  return `${box.node.kind}${box.node.frozen === "wholly" ? " frozen" : ""}${box.node.loss ? " loss" : ""}`;
}
