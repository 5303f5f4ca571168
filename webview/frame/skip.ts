// The first stop of the Tab key: past the buttons at the top, to the panels. Seen while it has the focus.
import { make } from "../dom.ts";

export function createSkip(panels: HTMLElement): HTMLButtonElement {
  const button = make("button", "skip link", { type: "button" }, "Skip to the panels");
  button.addEventListener("click", () => {
    const folds = [...panels.querySelectorAll<HTMLButtonElement>(".fold")];
    const first = folds.find((fold) => fold.checkVisibility());
    first?.closest("section")?.scrollIntoView({ block: "start" });
    first?.focus({ preventScroll: true });
  });
  return button;
}
