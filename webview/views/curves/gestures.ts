// Mouse, wheel, touch and keys on the plots, as wishes about the range. Knows nothing of what is drawn.
import type { Axis } from "../../charts/range.ts";
import { iterationAt } from "../../charts/range.ts";

export interface RangeWishes {
  /** Pixels of the plots' box and the iterations that they show now; null while nothing is shown. */
  axis(): Axis | null;
  /** `factor` below 1: fewer iterations. */
  zoom(factor: number, at: number): void;
  /** By so many iterations, to later ones when positive. */
  move(by: number): void;
  select(from: number, to: number): void;
  /** Shows what is being selected, in pixels; null: nothing any more. */
  preview(range: readonly [number, number] | null): void;
  /** Where the pointer rests, in pixels of the box; null: nowhere. */
  hover(place: { readonly x: number; readonly y: number } | null): void;
  all(): void;
  newest(): void;
}

/** A drag shorter than this is a click that trembled. */
const tremble = 4;
const keyStep = 0.1;
const keyZoom = 1.5;

export function listen(box: HTMLElement, wishes: RangeWishes): void {
  listenToWheel(box, wishes);
  listenToPointers(box, wishes);
  box.addEventListener("keydown", (event) => {
    if (event.target === box && !event.ctrlKey && !event.metaKey && !event.altKey && obey(event, wishes)) {
      event.preventDefault();
    }
  });
}

function obey({ key, shiftKey }: KeyboardEvent, wishes: RangeWishes): boolean {
  const axis = wishes.axis();
  if (axis === null) return false;
  const width = axis.max - axis.min;
  const middle = (axis.min + axis.max) / 2;
  const step = width * (shiftKey ? 5 * keyStep : keyStep);
  const deeds: Readonly<Record<string, () => void>> = {
    "+": () => wishes.zoom(1 / keyZoom, middle),
    "=": () => wishes.zoom(1 / keyZoom, middle),
    "-": () => wishes.zoom(keyZoom, middle),
    _: () => wishes.zoom(keyZoom, middle),
    ArrowLeft: () => wishes.move(-step),
    ArrowRight: () => wishes.move(step),
    Home: () => wishes.all(),
    "0": () => wishes.all(),
    End: () => wishes.newest(),
  };
  if (!Object.hasOwn(deeds, key)) return false;
  deeds[key]();
  return true;
}

/** Ctrl with the wheel, or two fingers that spread, zoom; two fingers sideways move; else the page scrolls as ever. */
function listenToWheel(box: HTMLElement, wishes: RangeWishes): void {
  box.addEventListener(
    "wheel",
    (event) => {
      const axis = wishes.axis();
      if (axis === null) return;
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      const [across, down] = [event.deltaX * unit, event.deltaY * unit];
      if (event.ctrlKey || event.metaKey) {
        // Fingers that spread send small steps, a wheel sends 100 at once.
        wishes.zoom(Math.exp(Math.max(-0.4, Math.min(0.4, down * 0.004))), iterationAt(placeIn(box, event).x, axis));
      } else {
        const pixels = Math.abs(across) > Math.abs(down) ? across : event.shiftKey ? down : 0;
        if (pixels === 0) return;
        wishes.move((pixels / (axis.right - axis.left)) * (axis.max - axis.min));
      }
      event.preventDefault();
    },
    { passive: false },
  );
}

type Drag =
  | { readonly kind: "select"; readonly pointer: number; readonly from: number; to: number }
  | { readonly kind: "move"; readonly pointer: number; x: number };

function listenToPointers(box: HTMLElement, wishes: RangeWishes): void {
  let drag: Drag | null = null;
  const end = (): void => {
    drag = null;
    box.classList.remove("moving");
    wishes.preview(null);
  };
  box.addEventListener("pointerdown", (event) => {
    const onPlot = event.target instanceof Element && event.target.closest(".plot") !== null;
    if (drag !== null || !onPlot || wishes.axis() === null || event.button > 1) return;
    const { x } = placeIn(box, event);
    const moves = event.shiftKey || event.button === 1 || event.pointerType === "touch";
    drag = moves
      ? { kind: "move", pointer: event.pointerId, x }
      : { kind: "select", pointer: event.pointerId, from: x, to: x };
    box.classList.toggle("moving", moves);
    box.setPointerCapture(event.pointerId);
    wishes.hover(null);
  });
  box.addEventListener("pointermove", (event) => {
    const place = placeIn(box, event);
    const axis = wishes.axis();
    if (drag === null || axis === null) {
      const onPlot = event.target instanceof Element && event.target.closest(".plot") !== null;
      wishes.hover(onPlot && event.pointerType !== "touch" ? place : null);
    } else if (drag.pointer !== event.pointerId) {
      return;
    } else if (drag.kind === "move") {
      wishes.move(((drag.x - place.x) / (axis.right - axis.left)) * (axis.max - axis.min));
      drag.x = place.x;
    } else {
      drag.to = Math.max(axis.left, Math.min(axis.right, place.x));
      if (Math.abs(drag.to - drag.from) > tremble) wishes.preview([drag.from, drag.to]);
    }
  });
  box.addEventListener("pointerup", (event) => {
    const axis = wishes.axis();
    if (drag === null || drag.pointer !== event.pointerId) return;
    if (drag.kind === "select" && axis !== null && Math.abs(drag.to - drag.from) > tremble) {
      const from = Math.max(axis.left, Math.min(axis.right, drag.from));
      wishes.select(iterationAt(from, axis), iterationAt(drag.to, axis));
    }
    end();
  });
  box.addEventListener("pointercancel", end);
  box.addEventListener("pointerleave", () => {
    if (drag === null) wishes.hover(null);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drag !== null) end();
  });
  box.addEventListener("dblclick", (event) => {
    // The box has captured the pointer: what is under it says where the click was.
    if (document.elementFromPoint(event.clientX, event.clientY)?.closest(".plot")) wishes.all();
  });
}

function placeIn(box: HTMLElement, event: MouseEvent): { readonly x: number; readonly y: number } {
  const { left, top } = box.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}
