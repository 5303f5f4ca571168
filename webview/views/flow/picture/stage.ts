// Where the drawing stands: scrolled, as large as fits or as the reader wants, with an overview of all of it at its side.
import type { Flow } from "../../../../src/protocol/inspector/flow.ts";
import { make } from "../../../dom.ts";
import type { FlowChoices } from "../choices.ts";
import type { Scales } from "../scale.ts";
import { setVariable } from "../svg.ts";
import type { Gestures } from "./boxes.ts";
import { Drawing } from "./drawing.ts";
import type { Rect } from "./layout.ts";
import { Overview } from "./overview.ts";
import { openGroups, visibleGraph } from "./visible.ts";

/** Smaller than this nobody can read it: then it is scrolled. */
const smallest = 0.7;

/** In pixels, as the style sheet has them: borders and a scroll bar, the overview with its gap, the canvas's height. */
const aroundDrawing = 20;
const besideCanvas = 68;
const tallest = 560;

export interface Chosen {
  readonly choices: FlowChoices;
  /** Path of the chosen layer, null for none. */
  readonly layer: string | null;
  /** Another model has another picture, even when its graph has the same number. */
  readonly file: string;
}

export class Stage {
  readonly element: HTMLElement;
  readonly #canvas = make("div", "flow-canvas");
  readonly #gestures: Gestures;
  #drawing: Drawing | null = null;
  #overview: Overview | null = null;
  #drawn = "";
  #graph = "";
  /** Which of its groups are open. */
  #open: readonly boolean[] = [];
  #zoom = 1;
  #scrolledTo = "";

  constructor(gestures: Gestures) {
    this.#gestures = gestures;
    this.element = make("div", "flow-view", {}, this.#canvas);
    this.#canvas.addEventListener("scroll", () => this.#showSight(), { passive: true });
    new ResizeObserver(() => this.#fit()).observe(this.element);
  }

  /** Returns whether it was drawn anew. */
  update(flow: Flow, scales: Scales, { choices, layer, file }: Chosen): boolean {
    const open = openGroups(flow.graph, choices.open);
    const graph = `${file} ${flow.graph.id}`;
    const key = `${graph} ${open.join()}`;
    const isNew = this.#drawing === null || key !== this.#drawn;
    this.#zoom = choices.zoom;
    const drawing = isNew || this.#drawing === null ? this.#draw(flow, choices) : this.#drawing;
    this.#drawn = key;
    drawing.update(flow, scales, choices.show, layer);
    this.#fit();
    this.#overview?.update(flow, scales, drawing.current(flow));
    this.#follow(drawing, flow, graph);
    const toggled = graph === this.#graph ? open.findIndex((isOpen, i) => isOpen !== this.#open[i]) : -1;
    if (toggled !== -1) this.#bringIntoSight(drawing.group(toggled));
    this.#open = open;
    this.#graph = graph;
    return isNew;
  }

  forget(): void {
    this.#drawing = null;
    this.#overview = null;
    this.#drawn = "";
    this.#canvas.replaceChildren();
    this.element.replaceChildren(this.#canvas);
  }

  /** A new one only when the graph or what is folded in it has changed: the numbers come many times a second. */
  #draw(flow: Flow, choices: FlowChoices): Drawing {
    const focused = document.activeElement;
    const id = focused instanceof HTMLElement && this.#canvas.contains(focused) ? (focused.dataset.box ?? "") : null;
    const drawing = new Drawing(visibleGraph(flow.graph, choices.open), this.#gestures);
    this.#drawing = drawing;
    this.#overview = new Overview(drawing.layout, (share) => this.#goTo(share));
    // Before it is on the page: afterwards the style of everything in it would be computed once more.
    this.#fit();
    this.#canvas.replaceChildren(drawing.element);
    this.element.replaceChildren(this.#canvas, this.#overview.element);
    if (id !== null) drawing.focus(id);
    return drawing;
  }

  /**
   * By the width that the panel gives, and by nothing that depends on how large the drawing is then (scroll bars, the
   * overview): that would change it again, without an end.
   */
  #fit(): void {
    if (this.#drawing === null) return;
    const { width, height } = this.#drawing.layout;
    const room = this.element.clientWidth - aroundDrawing;
    if (room <= 0) return;
    const scaleIn = (room: number): number => Math.min(1, Math.max(smallest, room / width)) * this.#zoom;
    const isLong = height * scaleIn(room - besideCanvas) > tallest;
    const scale = scaleIn(isLong ? room - besideCanvas : room);
    setVariable(this.#canvas, "--scale", scale.toFixed(3));
    this.#overview?.show(isLong);
    this.#showSight();
  }

  #showSight(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#canvas;
    if (scrollHeight > 0) this.#overview?.scrolled(scrollTop / scrollHeight, clientHeight / scrollHeight);
  }

  #goTo(share: number): void {
    this.#canvas.scrollTop = share * this.#canvas.scrollHeight - this.#canvas.clientHeight / 2;
  }

  /** Keeps in view where the run stands, once for every place that it comes to. */
  #follow(drawing: Drawing, flow: Flow, graph: string): void {
    const here = `${graph} ${flow.values?.current.join() ?? ""}`;
    if (here === this.#scrolledTo) return;
    this.#scrolledTo = here;
    this.#bringIntoSight(drawing.current(flow));
  }

  /** Scrolls the canvas alone, and only when it must. */
  #bringIntoSight(rect: Rect | null): void {
    if (rect === null) return;
    const scale = Number(this.#canvas.style.getPropertyValue("--scale")) || 1;
    const canvas = this.#canvas;
    const [top, bottom] = [rect.y * scale, (rect.y + rect.height) * scale];
    if (top < canvas.scrollTop || bottom > canvas.scrollTop + canvas.clientHeight) {
      const above = Math.max(20, (canvas.clientHeight - (bottom - top)) / 2);
      canvas.scrollTop = top - above;
    }
    const [left, right] = [rect.x * scale, (rect.x + rect.width) * scale];
    if (left < canvas.scrollLeft || right > canvas.scrollLeft + canvas.clientWidth) {
      canvas.scrollLeft = left - Math.max(20, (canvas.clientWidth - (right - left)) / 2);
    }
  }
}
