// The whole run as a strip, with a window on the part that the plots show; the window is drawn and its edges are, too.
import type { IterationRecord } from "../../../src/protocol/events.ts";
import { type Axis, iterationAt, pixelOf } from "../../charts/range.ts";
import { type Domain, linearDomain, logDomain } from "../../charts/scales.ts";
import { decimate, extent } from "../../charts/series.ts";
import { make, setAttribute } from "../../dom.ts";
import { formatCount } from "../../format.ts";
import type { Palette } from "../../theme.ts";

export interface OverviewWishes {
  /** What is shown now: a drawing may be a frame behind. */
  shown(): Domain;
  select(from: number, to: number): void;
  all(): void;
}

export interface Overview {
  readonly element: HTMLElement;
  update(strip: Strip): void;
}

export interface Strip {
  readonly records: readonly IterationRecord[];
  readonly log: boolean;
  /** The whole run on the strip's pixels. */
  readonly axis: Axis;
  readonly shown: Domain;
  readonly palette: Palette;
}

const height = 34;
/** A key moves an edge by this share of the run. */
const keyShare = 1 / 50;

export function createOverview(wishes: OverviewWishes): Overview {
  const canvas = make("canvas", "", { role: "img", "aria-label": "The loss of the whole run" });
  const from = make("div", "edge from", { role: "slider", tabindex: "0", "aria-label": "First iteration shown" });
  const to = make("div", "edge to", { role: "slider", tabindex: "0", "aria-label": "Last iteration shown" });
  const pane = make("div", "pane", {}, from, to);
  const element = make("div", "overview", {}, canvas, pane);
  let strip: Strip | null = null;
  let drawn: Strip | null = null;
  const moveEdge = (edge: HTMLElement, iteration: number): void => {
    if (strip === null) return;
    const { axis } = strip;
    const shown = wishes.shown();
    const place = Math.max(axis.min, Math.min(axis.max, iteration));
    if (edge === from) wishes.select(Math.min(place, shown.max - 1), shown.max);
    else wishes.select(shown.min, Math.max(place, shown.min + 1));
  };
  for (const edge of [from, to]) {
    edge.addEventListener("keydown", (event) => {
      if (strip === null) return;
      const { axis } = strip;
      const shown = wishes.shown();
      const step = Math.max(1, (axis.max - axis.min) * keyShare);
      const at = edge === from ? shown.min : shown.max;
      const places: Readonly<Record<string, number>> = {
        ArrowLeft: at - step,
        ArrowRight: at + step,
        Home: axis.min,
        End: axis.max,
      };
      if (!Object.hasOwn(places, event.key)) return;
      event.preventDefault();
      moveEdge(edge, places[event.key]);
    });
  }
  dragging(element, pane, { strip: () => strip, moveEdge, wishes });
  return {
    element,
    update(next) {
      strip = next;
      const { axis, shown } = next;
      const full = shown.min <= axis.min && shown.max >= axis.max;
      element.classList.toggle("full", full);
      element.style.setProperty("--left", `${axis.left}px`);
      element.style.setProperty("--width", `${axis.right - axis.left}px`);
      pane.style.setProperty("--from", `${pixelOf(shown.min, axis).toFixed(1)}px`);
      pane.style.setProperty("--to", `${pixelOf(shown.max, axis).toFixed(1)}px`);
      for (const edge of [from, to]) {
        const at = Math.round(edge === from ? shown.min : shown.max);
        setAttribute(edge, "aria-valuemin", String(axis.min));
        setAttribute(edge, "aria-valuemax", String(axis.max));
        setAttribute(edge, "aria-valuenow", String(at));
        setAttribute(edge, "aria-valuetext", `iteration ${formatCount(at)}`);
      }
      if (drawn === null || differs(drawn, next)) paint(canvas, next);
      drawn = next;
    },
  };
}

function differs(a: Strip, b: Strip): boolean {
  const same = a.records === b.records && a.log === b.log && a.palette === b.palette;
  return !same || a.axis.left !== b.axis.left || a.axis.right !== b.axis.right || a.axis.max !== b.axis.max;
}

interface Handles {
  strip(): Strip | null;
  moveEdge(edge: HTMLElement, iteration: number): void;
  readonly wishes: OverviewWishes;
}

/** An edge is drawn; the window is moved; a press beside it brings it there. */
function dragging(element: HTMLElement, pane: HTMLElement, { strip, moveEdge, wishes }: Handles): void {
  let held: {
    readonly pointer: number;
    readonly edge: HTMLElement | null;
    readonly offset: number;
    readonly width: number;
  } | null = null;
  const at = (event: PointerEvent): number => {
    const shown = strip();
    return shown === null ? 0 : iterationAt(event.clientX - element.getBoundingClientRect().left, shown.axis);
  };
  const follow = (event: PointerEvent): void => {
    if (held === null) return;
    if (held.edge !== null) moveEdge(held.edge, at(event));
    else moveTo(at(event) - held.offset, held.width);
  };
  const moveTo = (min: number, width: number): void => {
    const shown = strip();
    if (shown === null) return;
    const { axis } = shown;
    const from = Math.max(axis.min, Math.min(min, axis.max - width));
    wishes.select(from, from + width);
  };
  element.addEventListener("pointerdown", (event) => {
    if (strip() === null || event.button !== 0) return;
    const edge = event.target instanceof HTMLElement && event.target.classList.contains("edge") ? event.target : null;
    const { min, max } = wishes.shown();
    const width = max - min;
    const inside = event.target === pane;
    held = { pointer: event.pointerId, edge, offset: inside ? at(event) - min : width / 2, width };
    element.setPointerCapture(event.pointerId);
    if (!inside && edge === null) follow(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (held?.pointer === event.pointerId) follow(event);
  });
  for (const name of ["pointerup", "pointercancel"] as const) {
    element.addEventListener(name, () => {
      held = null;
    });
  }
  element.addEventListener("dblclick", () => wishes.all());
}

/** A line of the loss over its range, as high as the strip. */
function paint(canvas: HTMLCanvasElement, { records, log, axis, palette }: Strip): void {
  const context = canvas.getContext("2d");
  const width = Math.round(axis.right - axis.left);
  if (context === null || width <= 0) return;
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  context.scale(scale, scale);
  const points = records.map(({ iteration, loss }) => ({ x: iteration, y: log && loss <= 0 ? Number.NaN : loss }));
  const range = extent(points.map(({ y }) => y));
  if (range === null) return;
  const domain = log ? logDomain(range) : linearDomain(range);
  const high = (y: number): number => (log ? Math.log(y) : y);
  const y = (value: number): number =>
    height - 3 - ((high(value) - high(domain.min)) / (high(domain.max) - high(domain.min))) * (height - 6);
  context.beginPath();
  let down = false;
  for (const i of decimate(points, width / 2)) {
    const point = points[i];
    down = down && Number.isFinite(point.y);
    if (!Number.isFinite(point.y)) continue;
    const x = pixelOf(point.x, axis) - axis.left;
    if (down) context.lineTo(x, y(point.y));
    else context.moveTo(x, y(point.y));
    down = true;
  }
  context.strokeStyle = palette.train;
  context.lineWidth = 1;
  context.stroke();
}
