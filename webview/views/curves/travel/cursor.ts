// The handle on the axis that stands where the run is and takes it elsewhere in time when it is drawn there.
import { type Axis, pixelOf, wholeIterationAt } from "../../../charts/range.ts";
import { make, setAttribute, setHidden, setText } from "../../../dom.ts";
import { formatCount } from "../../../format.ts";

export interface CursorWishes {
  axis(): Axis | null;
  aim(iteration: number): void;
  /** Goes where it was last drawn to; nowhere when that is where the run stands. */
  go(): void;
  stay(): void;
}

export interface CursorPlace {
  readonly iteration: number;
  /** Where it would go; null: nowhere else. */
  readonly aim: number | null;
  /** The last one that it can be drawn to. */
  readonly last: number;
  /** Of the whole run. */
  readonly total: number;
  /** What the curves say where it is, for those who do not see them. */
  readonly values: string;
  readonly paused: boolean;
  readonly going: boolean;
}

export interface Cursor {
  readonly element: HTMLElement;
  update(place: CursorPlace | null): void;
}

const page = 10;

export function createCursor(wishes: CursorWishes): Cursor {
  const number = make("span", "cursor-number");
  const handle = make(
    "div",
    "cursor",
    { role: "slider", tabindex: "0", "aria-label": "Iteration that the run is at" },
    number,
    make("i", "cursor-tip"),
  );
  const element = make("div", "cursor-track", {}, handle);
  let place: CursorPlace | null = null;
  const aimBy = (by: number): void => {
    if (place === null) return;
    wishes.aim(Math.max(1, Math.min(place.last, (place.aim ?? place.iteration) + by)));
  };
  handle.addEventListener("keydown", (event) => {
    const deeds: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => aimBy(-1),
      ArrowDown: () => aimBy(-1),
      ArrowRight: () => aimBy(1),
      ArrowUp: () => aimBy(1),
      PageDown: () => aimBy(-page),
      PageUp: () => aimBy(page),
      Home: () => aimBy(Number.NEGATIVE_INFINITY),
      End: () => aimBy(Number.POSITIVE_INFINITY),
      Enter: wishes.go,
      Escape: wishes.stay,
    };
    if (!Object.hasOwn(deeds, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    deeds[event.key]();
  });
  dragging(element, handle, wishes);
  return {
    element,
    update(next) {
      place = next;
      setHidden(handle, next === null);
      const axis = wishes.axis();
      if (next === null || axis === null) return;
      const { iteration, aim, last, total, values, paused, going } = next;
      const shown = aim ?? iteration;
      const at = Math.max(axis.left, Math.min(axis.right, pixelOf(shown, axis)));
      handle.style.setProperty("--at", `${at.toFixed(1)}px`);
      handle.classList.toggle("paused", paused);
      handle.classList.toggle("aiming", aim !== null);
      handle.classList.toggle("outside", shown < axis.min || shown > axis.max);
      setText(number, formatCount(shown));
      setAttribute(handle, "aria-valuemin", "1");
      setAttribute(handle, "aria-valuemax", String(last));
      setAttribute(handle, "aria-valuenow", String(shown));
      const words = `iteration ${formatCount(shown)} of ${formatCount(total)}${values === "" ? "" : `: ${values}`}`;
      setAttribute(
        handle,
        "aria-valuetext",
        aim === null || going || !paused ? words : `${words}; Enter goes there, Escape stays`,
      );
      setAttribute(
        handle,
        "title",
        paused
          ? "The run stands here. Draw this along the axis, or use the arrow keys and Enter, to go back or on in time"
          : "The newest iteration. A paused debug session can be taken elsewhere from here",
      );
    },
  };
}

/** Drawn aside and back to where the run stands it has not been drawn. */
function dragging(track: HTMLElement, handle: HTMLElement, { axis, aim, go, stay }: CursorWishes): void {
  let pointer: number | null = null;
  const stop = (): void => {
    pointer = null;
    handle.classList.remove("held");
  };
  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pointer = event.pointerId;
    handle.setPointerCapture(pointer);
    handle.classList.add("held");
    event.stopPropagation();
  });
  handle.addEventListener("pointermove", (event) => {
    const shown = axis();
    if (event.pointerId !== pointer || shown === null) return;
    aim(wholeIterationAt(event.clientX - track.getBoundingClientRect().left, shown));
  });
  handle.addEventListener("pointerup", (event) => {
    if (event.pointerId !== pointer) return;
    stop();
    go();
  });
  handle.addEventListener("pointercancel", () => {
    stop();
    stay();
  });
}
