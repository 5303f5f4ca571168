// The keyboard in a toolbar whose buttons come, go and are disabled: one stop of the Tab key, arrow keys, a focus that is not lost.
import { setAttribute } from "../dom.ts";
import type { ButtonControl } from "../toolkit.ts";

export interface ToolbarFocus {
  /** After buttons have been shown, hidden, enabled or disabled. */
  update(): void;
}

/**
 * A step disables its own button until the run has paused again, Continue gives its place to Pause: without help the focus
 * falls out of the page both times, and whoever steps with the Enter key would have to come back for every step.
 */
export function keepFocus(toolbar: HTMLElement, controls: readonly ButtonControl[]): ToolbarFocus {
  const all = controls.map(({ element }) => element);
  const usable = (): HTMLElement[] =>
    controls.filter(({ element, enabled }) => enabled && !element.hidden).map(({ element }) => element);
  /** Where the Tab key comes in. */
  let stop: HTMLElement | null = null;
  /** The button that was used last, until the reader goes elsewhere. */
  let used: HTMLElement | null = null;
  const setStop = (button: HTMLElement | null): void => {
    stop = button;
    for (const each of all) setAttribute(each, "tabindex", each === stop ? "0" : "-1");
  };
  toolbar.addEventListener("focusin", ({ target }) => {
    const button = all.find((each) => target instanceof Node && each.contains(target));
    if (button === undefined) return;
    used = button;
    setStop(button);
  });
  // A focus that goes nowhere was taken away; one that goes elsewhere was moved.
  toolbar.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget !== null && !(relatedTarget instanceof Node && toolbar.contains(relatedTarget))) used = null;
  });
  window.addEventListener("pointerdown", ({ target }) => {
    if (!(target instanceof Node && toolbar.contains(target))) used = null;
  });
  toolbar.addEventListener("keydown", (event) => {
    const buttons = usable();
    const next = nextOf(event.key, buttons, used);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  });
  const comeBack = (): void => {
    if (used === null || !isLost()) return;
    const buttons = usable();
    // One that is there but disabled comes back; of one that is gone another has the place.
    if (buttons.includes(used)) used.focus();
    else if (used.hidden) buttons[0]?.focus();
  };
  return {
    update() {
      const buttons = usable();
      if (stop === null || !buttons.includes(stop)) setStop(buttons[0] ?? null);
      // The toolkit's buttons follow their properties a frame later: before that, one that was disabled takes no focus.
      if (used !== null) requestAnimationFrame(comeBack);
    },
  };
}

/** Nothing in this page has the focus, and nothing else in the window does: there it would be taken from the reader. */
function isLost(): boolean {
  const { activeElement } = document;
  return document.hasFocus() && (activeElement === document.body || activeElement?.hasAttribute("hidden") === true);
}

function nextOf(key: string, buttons: readonly HTMLElement[], at: HTMLElement | null): HTMLElement | undefined {
  const i = at === null ? -1 : buttons.indexOf(at);
  switch (key) {
    case "ArrowRight":
      return buttons[(i + 1) % buttons.length];
    case "ArrowLeft":
      return buttons[(i + buttons.length - 1) % buttons.length];
    case "Home":
      return buttons[0];
    case "End":
      return buttons.at(-1);
    default:
      return undefined;
  }
}
