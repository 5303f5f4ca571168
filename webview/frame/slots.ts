// The places of the panels on the page: which exist, which are folded, and which are drawn now because they are in sight.
import type { InspectorState } from "../../src/protocol/inspector/inspector.ts";
import { make, setAttribute } from "../dom.ts";
import type { Actions, Shown, View } from "../views/view.ts";
import { createSaveMenu, type SaveMenu } from "./saveMenu.ts";
import { Waiting } from "./waiting.ts";

/** One panel of the page. Its element is a `<section>` with a heading (`h2`) of its own. */
export interface Panel {
  /** Letters and dashes; what the reader folds is kept under it. */
  readonly id: string;
  /** In the list that one jumps from; short. */
  readonly title: string;
  create(actions: Actions): View;
  /** Is there anything to show in this state? Default: yes, or as the view hides itself. */
  applies?(state: InspectorState): boolean;
}

/** So far outside the window a panel is drawn already, in pixels: a turn of the wheel shows it complete. */
const margin = 250;
/** When nothing has come for so long, in milliseconds, panels out of sight catch up too, one at a time. */
const calm = 150;

export class Slots {
  readonly slots: readonly Slot[];
  readonly #onCurrent: () => void;
  #shown: Shown | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `onCurrent` is called whenever no panel is behind any more. */
  constructor(panels: readonly Panel[], actions: Actions, onCurrent: () => void) {
    this.#onCurrent = onCurrent;
    this.slots = panels.map((panel) => new Slot(panel, actions));
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) this.#drawNear();
      },
      { rootMargin: `${margin}px` },
    );
    for (const { element } of this.slots) observer.observe(element);
  }

  /** Draws what is in sight; the rest when there is time. */
  update(shown: Shown): void {
    this.#shown = shown;
    for (const slot of this.slots) slot.prepare(shown);
    this.#drawNear();
    this.#catchUpLater();
  }

  /** Something new is on its way: panels out of sight wait for it. */
  expect(): void {
    clearTimeout(this.#timer);
  }

  #drawNear(): void {
    const shown = this.#shown;
    if (shown === null) return;
    // All places are read before anything is drawn, because a drawing makes the next reading lay the page out again.
    const near = this.slots.filter((slot) => slot.behind && isNear(slot.element));
    for (const slot of near) {
      // Drawn for the first time a panel grows, and pushes those below it out of sight.
      if (slot.drawn || isNear(slot.element)) slot.draw(shown);
    }
  }

  #catchUpLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#catchUp(), calm);
  }

  #catchUp(): void {
    const next = this.slots.find((slot) => slot.behind);
    if (next === undefined || this.#shown === null) {
      this.#onCurrent();
      return;
    }
    next.draw(this.#shown);
    this.#timer = setTimeout(() => this.#catchUp());
  }
}

/** One panel in its place. */
export class Slot {
  readonly panel: Panel;
  readonly element: HTMLElement;
  /** Opens and closes the panel; in its heading. */
  readonly button = make("button", "fold", { type: "button", "aria-expanded": "true" });
  readonly #view: View;
  readonly #actions: Actions;
  readonly #saving: SaveMenu;
  /** What was drawn last; another object means that the drawing is old. */
  #latest: Shown | null = null;
  #drawn: Shown | null = null;
  #absent = false;

  constructor(panel: Panel, actions: Actions) {
    this.panel = panel;
    this.#actions = actions;
    const waiting = new Waiting();
    this.#view = panel.create(waiting.wrap(actions));
    this.element = this.#view.element;
    this.element.id = `panel-${panel.id}`;
    const heading = this.element.querySelector("h2");
    if (heading === null) throw new Error(`the panel ${panel.id} has no heading: its element needs an h2`);
    this.button.append(...heading.childNodes);
    heading.append(this.button);
    this.button.addEventListener("click", () => this.fold(!this.folded));
    this.#saving = createSaveMenu(this.element, actions);
    heading.parentElement?.append(waiting.element, this.#saving.element);
  }

  get folded(): boolean {
    return this.element.classList.contains("folded");
  }

  get drawn(): boolean {
    return this.#drawn !== null;
  }

  /** Does its drawing lack news? A folded panel shows nothing that could. */
  get behind(): boolean {
    return this.#drawn !== this.#latest && !this.#absent && !this.folded;
  }

  /** Opens or closes it, and remembers that. */
  fold(folded: boolean): void {
    this.#show(folded);
    this.#actions.choose((ui) => {
      const others = ui.folded.filter((id) => id !== this.panel.id);
      return { folded: folded ? [...others, this.panel.id] : others };
    });
  }

  /** Is it on the page? */
  get exists(): boolean {
    return !this.#absent && !this.element.hidden;
  }

  /** Takes the news without drawing them, but for a panel that is hidden by itself, which may want to appear. */
  prepare(shown: Shown): void {
    this.#latest = shown;
    this.#absent = this.panel.applies?.(shown.state) === false;
    this.element.classList.toggle("absent", this.#absent);
    this.#show(shown.ui.folded.includes(this.panel.id));
    if (this.element.hidden && !this.#absent) this.draw(shown);
  }

  /** What appears by this is drawn as whatever comes into sight. */
  #show(folded: boolean): void {
    this.element.classList.toggle("folded", folded);
    setAttribute(this.button, "aria-expanded", String(!folded));
  }

  draw(shown: Shown): void {
    this.#drawn = shown;
    this.#view.update(shown);
    this.#saving.update();
  }
}

function isNear(element: HTMLElement): boolean {
  const { top, bottom, height } = element.getBoundingClientRect();
  return height > 0 && bottom > -margin && top < window.innerHeight + margin;
}
