// The whole network beside the part of it that is in sight: for every edge a bar of its value and one of its gradient.
import type { Flow } from "../../../../src/protocol/inspector/flow.ts";
import { make, setAttribute, setHidden } from "../../../dom.ts";
import { type Look, lookOf, type Scales, sizesOf } from "../scale.ts";
import { draw, setClasses } from "../svg.ts";
import { type Layout, middleOf } from "./layout.ts";

/** In its own units; the style sheet says how large that is. */
const half = 30;

/** Of a bar, in pixels, when there is room for it. */
const thick = 3;

export class Overview {
  readonly element: HTMLElement;
  readonly #svg: SVGSVGElement;
  readonly #sight = draw("rect", "flow-sight", { x: 0, width: 2 * half });
  readonly #here = draw("rect", "flow-overview-here", { x: 0, width: 2 * half });
  readonly #bars: readonly { readonly value: SVGRectElement; readonly gradient: SVGRectElement; readonly y: number }[];
  readonly #layout: Layout;

  /** @param onGo a place was pressed, 0 for the top of the picture and 1 for its bottom */
  constructor(layout: Layout, onGo: (share: number) => void) {
    this.#layout = layout;
    this.#bars = layout.edges.map(({ points }) => ({
      value: draw("rect", ""),
      gradient: draw("rect", ""),
      y: middleOf(points).y,
    }));
    this.#svg = draw("svg", "flow-overview-picture", { preserveAspectRatio: "none" });
    this.#svg.setAttribute("viewBox", `0 0 ${2 * half} ${layout.height}`);
    this.#svg.append(this.#here, ...this.#bars.flatMap(({ value, gradient }) => [value, gradient]), this.#sight);
    const title = "The whole network: values to the left, gradients to the right. Press to go there.";
    // for the pointer only: the keyboard goes from box to box, and the numbers are in the table
    this.element = make("div", "flow-overview", { "aria-hidden": "true", title });
    this.element.append(this.#svg);
    const go = (event: PointerEvent): void => {
      const { top, height } = this.element.getBoundingClientRect();
      onGo((event.clientY - top) / height);
    };
    this.element.addEventListener("pointerdown", (event) => {
      this.element.setPointerCapture(event.pointerId);
      go(event);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (this.element.hasPointerCapture(event.pointerId)) go(event);
    });
  }

  /** @param here where the run stands, in the picture's pixels */
  update(flow: Flow, scales: Scales, here: { readonly y: number; readonly height: number } | null): void {
    const height = String(this.#unit * thick);
    this.#bars.forEach(({ value, gradient, y }, i) => {
      const sizes = sizesOf(flow, this.#layout.edges[i].edge.members);
      this.#show(value, "values", lookOf(sizes.value, scales.values), y, height, -1);
      this.#show(gradient, "gradients", lookOf(sizes.gradient, scales.gradients), y, height, 1);
    });
    setAttribute(this.#here, "y", String(here?.y ?? 0));
    setAttribute(this.#here, "height", String(here === null ? 0 : Math.max(here.height, 6 * this.#unit)));
  }

  /** Of a picture that is in sight as a whole there is nothing to tell. */
  show(shown: boolean): void {
    setHidden(this.element, !shown);
  }

  /** What of the picture is in sight, as shares of it. */
  scrolled(top: number, share: number): void {
    setAttribute(this.#sight, "y", String(top * this.#layout.height));
    setAttribute(this.#sight, "height", String(share * this.#layout.height));
  }

  /** The picture's pixels in one of the screen's. */
  get #unit(): number {
    return this.#layout.height / (this.element.clientHeight || this.#layout.height);
  }

  #show(bar: SVGRectElement, name: string, look: Look, y: number, height: string, side: 1 | -1): void {
    setClasses(bar, `flow-overview-bar ${name} ${look.kind}`);
    const share = look.kind === "size" ? 0.06 + 0.94 * look.share : look.kind === "broken" ? 1 : 0;
    const width = share * (half - 2);
    setAttribute(bar, "x", String(side === 1 ? half + 1 : half - 1 - width));
    setAttribute(bar, "y", String(y - Number(height) / 2));
    setAttribute(bar, "width", String(width));
    setAttribute(bar, "height", height);
  }
}
