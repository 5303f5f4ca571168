// The picture itself: an SVG that is looked at, with a button over every box that is pressed. Laid out once for a graph.
import type { Flow } from "../../../src/protocol/flow.ts";
import { make, setAttribute } from "../../dom.ts";
import type { FlowQuantity } from "./choices.ts";
import { EdgeView } from "./edges.ts";
import { type Layout, layOut, type PlacedBox, type Rect } from "./layout.ts";
import type { Scales } from "./scale.ts";
import { draw, setClasses, setVariable } from "./svg.ts";
import type { Box, Visible } from "./visible.ts";
import { describeBox, describePicture, progressOf } from "./words.ts";

export interface Gestures {
  choose(box: Box): void;
  breakpoint(box: Box): void;
  look(box: Box): void;
  toggle(key: string, open: boolean): void;
}

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
    this.#frames = frames.map(({ frame, rect, title }) => ({ shape: frameShape(rect, title), index: frame.index }));
    this.#edges = edges.map(({ edge, points }) => new EdgeView(edge, points));
    this.#boxes = boxes.map((placed) => ({ placed, shape: boxShape(placed), button: boxButton(placed, gestures) }));
    this.#svg.append(
      ...this.#frames.map(({ shape }) => shape),
      ...this.#edges.map(({ element }) => element),
      ...this.#boxes.map(({ shape }) => shape),
    );
    const headers = frames.map(({ frame, rect, title }) => {
      const text = title.replace(/^▾ /, "");
      const attributes = { type: "button", tabindex: "-1", "aria-expanded": "true", "aria-label": `${text}: fold` };
      const button = make("button", "flow-frame-button", attributes);
      button.addEventListener("click", () => gestures.toggle(frame.group.key, false));
      put(button, { ...rect, height: 20 });
      return button;
    });
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
    for (const edge of this.#edges) edge.update(flow, scales, show);
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

  /** Puts the focus where it was before another drawing took this one's place. */
  focus(id: string): void {
    const view = this.#boxes.find(({ placed }) => placed.box.id === id) ?? this.#boxes[0];
    view?.button.focus({ preventScroll: true });
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

function put(element: HTMLElement, { x, y, width, height }: Rect): void {
  for (const [name, value] of Object.entries({ left: x, top: y, width, height })) {
    element.style.setProperty(name, `${value}px`);
  }
}

function boxButton({ box, rect, title }: PlacedBox, gestures: Gestures): HTMLButtonElement {
  const button = make("button", "flow-box-button", { type: "button", tabindex: "-1", "data-box": box.id });
  if (box.kind === "node") button.dataset.key = box.node.key;
  put(button, rect);
  const key = box.kind === "group" ? box.group.key : null;
  button.title = key === null ? `${title}: click selects, double-click sets a breakpoint` : `${title}: click opens`;
  button.addEventListener("click", (event) => {
    // the second click of two is not a choice of its own
    if (event.detail > 1) return;
    if (key === null) gestures.choose(box);
    else gestures.toggle(key, true);
  });
  button.addEventListener("dblclick", () => {
    if (key === null) gestures.breakpoint(box);
  });
  button.addEventListener("keydown", (event) => {
    if (event.key === "b" && !event.ctrlKey && !event.metaKey && !event.altKey) gestures.breakpoint(box);
  });
  button.addEventListener("focus", () => gestures.look(box));
  button.addEventListener("pointerenter", () => gestures.look(box));
  return button;
}

function boxShape({ box, rect, title, subtitle }: PlacedBox): SVGGElement {
  const { x, y, width, height } = rect;
  const round = box.kind === "node" && box.node.kind !== "layer" ? height / 2 : 5;
  const middle = x + width / 2;
  const line = subtitle === "" ? y + height / 2 + 4 : y + 17;
  const inside = round > 6 ? 10 : 5;
  return draw(
    "g",
    "flow-box",
    {},
    draw("rect", "flow-outline", { x, y, width, height, rx: round }),
    // what has run is marked on the left, what backward has come to on the right
    draw("rect", "flow-ran", { x, y: y + inside, width: 4, height: height - 2 * inside }),
    draw("rect", "flow-returned", { x: x + width - 4, y: y + inside, width: 4, height: height - 2 * inside }),
    draw("text", "flow-title", { x: middle, y: line, "text-anchor": "middle" }, title),
    draw("text", "flow-subtitle", { x: middle, y: y + 33, "text-anchor": "middle" }, subtitle),
    draw("path", "flow-here", { d: `M${x - 13} ${y + height / 2 - 6}l9 6l-9 6z` }),
  );
}

function frameShape({ x, y, width, height }: Rect, title: string): SVGGElement {
  return draw(
    "g",
    "flow-frame",
    {},
    draw("rect", "flow-frame-outline", { x, y, width, height, rx: 7 }),
    draw("text", "flow-frame-title", { x: x + 8, y: y + 14 }, title),
  );
}
