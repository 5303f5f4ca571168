// The list of the panels that are there, in the top of the page: a click, or arrow keys and Enter, go to one.
import { KeyedList, make, setAttribute, setHidden } from "../dom.ts";
import type { Slot } from "./slots.ts";

interface Entry {
  readonly element: HTMLLIElement;
  readonly button: HTMLButtonElement;
}

export interface Jump {
  readonly element: HTMLElement;
  /** Shows those that are there now. */
  update(slots: readonly Slot[]): void;
}

export function createJump(): Jump {
  const list = make("ul", "jump-list");
  const element = make("nav", "jump", { "aria-label": "Panels" }, list);
  let present: readonly Slot[] = [];
  const buttons = (): HTMLButtonElement[] => [...list.querySelectorAll("button")];
  const go = (slot: Slot): void => {
    if (slot.folded) slot.fold(false);
    slot.element.scrollIntoView({ block: "start" });
    slot.button.focus({ preventScroll: true });
  };
  const entries = new KeyedList<Slot, Entry>(list, (id) => {
    const slot = present.find(({ panel }) => panel.id === id);
    const button = make("button", "jump-to", { type: "button", tabindex: "-1" }, slot?.panel.title ?? id);
    if (slot !== undefined) button.addEventListener("click", () => go(slot));
    // One stop of the Tab key for the whole list; the arrow keys move in it.
    button.addEventListener("focus", () => setStop(buttons(), button));
    return { element: make("li", "", {}, button), button };
  });
  element.addEventListener("keydown", (event) => {
    const all = buttons();
    const next =
      all[
        placeAfter(
          event.key,
          all.findIndex((button) => button.matches(":focus")),
          all.length,
        )
      ];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  });
  const here = (): void => {
    const below = element.getBoundingClientRect().bottom + 40;
    const { scrollHeight } = document.documentElement;
    const atEnd = window.scrollY > 0 && window.scrollY + window.innerHeight > scrollHeight - 2;
    const first = present.findLast((slot) => atEnd || slot.element.getBoundingClientRect().top <= below);
    const all = buttons();
    const current = all[present.indexOf(first ?? present[0])];
    for (const button of all) setAttribute(button, "aria-current", button === current ? "true" : "");
    if (current !== undefined) bringIntoView(list, current);
  };
  let waiting = false;
  window.addEventListener(
    "scroll",
    () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        if (!element.hidden) here();
      });
    },
    { passive: true },
  );
  return {
    element,
    update(slots) {
      const shown = slots.filter((slot) => slot.exists);
      const same = shown.length === present.length && shown.every((slot, i) => slot === present[i]);
      setHidden(element, shown.length < 2);
      if (same) return;
      present = shown;
      entries.update(
        shown,
        ({ panel }) => panel.id,
        () => {},
      );
      const all = buttons();
      if (!all.some((button) => button.tabIndex === 0)) setStop(all, all[0]);
      here();
    },
  };
}

/** Moves the list alone: `scrollIntoView` would move the page too. */
function bringIntoView(list: HTMLElement, { offsetLeft, offsetWidth }: HTMLElement): void {
  const { scrollLeft, clientWidth } = list;
  const room = 24; // a part of the neighbour, so that it is seen that there is one
  const least = offsetLeft + offsetWidth + room - clientWidth;
  const most = offsetLeft - room;
  const wanted = Math.max(0, Math.min(most, Math.max(least, scrollLeft)));
  if (wanted !== scrollLeft) list.scrollLeft = wanted;
}

function setStop(buttons: readonly HTMLButtonElement[], stop: HTMLButtonElement | undefined): void {
  for (const button of buttons) setAttribute(button, "tabindex", button === stop ? "0" : "-1");
}

/** Where a key leads from place `i` of `count`; −1: nowhere. */
function placeAfter(key: string, i: number, count: number): number {
  if (i < 0) return -1;
  if (key === "ArrowRight") return (i + 1) % count;
  if (key === "ArrowLeft") return (i + count - 1) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : -1;
}
