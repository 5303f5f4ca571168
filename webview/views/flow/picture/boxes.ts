// What a box of the picture consists of: a shape that is looked at, and a button over it that is pressed.
import type { FlowNode } from "../../../../src/protocol/inspector/flow.ts";
import { make } from "../../../dom.ts";
import { draw } from "../svg.ts";
import type { PlacedBox, PlacedFrame, Rect } from "./layout.ts";
import type { Box, VisibleEdge } from "./visible.ts";

export interface Gestures {
  choose(box: Box): void;
  breakpoint(box: Box): void;
  look(at: Box | VisibleEdge): void;
  toggle(key: string, open: boolean): void;
}

export function boxButton({ box, rect, title }: PlacedBox, gestures: Gestures): HTMLButtonElement {
  const button = make("button", "flow-box-button", { type: "button", tabindex: "-1", "data-box": box.id });
  if (box.kind === "node") button.dataset.key = box.node.key;
  put(button, rect);
  const key = box.kind === "group" ? box.group.key : null;
  button.title = key === null ? `${title}: click selects, double-click sets a breakpoint` : `${title}: click opens`;
  button.addEventListener("click", (event) => {
    // the second click of two is not a choice of its own
    if (event.detail > 1) return;
    gestures.choose(box);
    if (key !== null) gestures.toggle(key, true);
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

export function boxShape({ box, rect, title, subtitle }: PlacedBox): SVGGElement {
  const { x, y, width, height } = rect;
  const round = box.kind === "group" || box.node.kind === "layer" ? 5 : 13;
  const middle = x + width / 2;
  const line = subtitle === "" ? y + height / 2 + 4 : y + 17;
  const marks =
    box.kind === "node" && isSource(box.node)
      ? []
      : [
          // what has run is marked on the left, what backward has come to on the right
          draw("path", "flow-ran", { d: sideOf(rect, round, 1) }),
          draw("path", "flow-returned", { d: sideOf(rect, round, -1) }),
        ];
  return draw(
    "g",
    "flow-box",
    {},
    ...(box.kind === "group"
      ? [draw("rect", "flow-outline behind", { x: x + 4, y: y + 4, width, height, rx: round })]
      : []),
    draw("rect", "flow-outline", { x, y, width, height, rx: round }),
    ...marks,
    draw("text", "flow-title", { x: middle, y: line, "text-anchor": "middle" }, title),
    draw("text", "flow-subtitle", { x: middle, y: y + 33, "text-anchor": "middle" }, subtitle),
    draw("path", "flow-here", { d: `M${x - 13} ${y + height / 2 - 6}l9 6l-9 6z` }),
  );
}

/** Data and parameters are there from the beginning: nothing of them runs. */
function isSource({ kind }: FlowNode): boolean {
  return kind !== "layer" && kind !== "operation";
}

/** The outermost pixels of a box with round corners: of its left side (1), of its right one (−1). */
function sideOf({ x, y, width, height }: Rect, round: number, side: 1 | -1): string {
  const edge = side === 1 ? x : x + width;
  const thick = 4.5;
  // where the arc of the corner is so far from the side
  const off = round - Math.sqrt(round ** 2 - (round - thick) ** 2);
  const [inner, sweep] = [edge + side * thick, side === 1 ? 0 : 1];
  const arc = `A${round} ${round} 0 0 ${sweep}`;
  return `M${inner} ${y + off}${arc} ${edge} ${y + round}V${y + height - round}${arc} ${inner} ${y + height - off}Z`;
}

export function frameButton({ frame, rect, title }: PlacedFrame, gestures: Gestures): HTMLButtonElement {
  const text = title.replace(/^▾ /, "");
  const button = make("button", "flow-frame-button", {
    type: "button",
    tabindex: "-1",
    "aria-expanded": "true",
    "aria-label": `${text}: fold`,
    "data-box": frame.id,
  });
  button.addEventListener("click", () => gestures.toggle(frame.group.key, false));
  put(button, { ...rect, height: 20 });
  return button;
}

export function frameShape({ rect: { x, y, width, height } }: PlacedFrame): SVGGElement {
  return draw("g", "flow-frame", {}, draw("rect", "flow-frame-outline", { x, y, width, height, rx: 7 }));
}

/** Apart from its frame: edges run below it. */
export function frameTitle({ rect: { x, y }, title }: PlacedFrame): SVGTextElement {
  return draw("text", "flow-frame-title", { x: x + 8, y: y + 14 }, title);
}

function put(element: HTMLElement, { x, y, width, height }: Rect): void {
  for (const [name, value] of Object.entries({ left: x, top: y, width, height })) {
    element.style.setProperty(name, `${value}px`);
  }
}
