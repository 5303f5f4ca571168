// The buttons that zoom and move the curves, and the words that say what part of the run is shown.
import type { Domain } from "../../charts/scales.ts";
import { icon, make, setAttribute, setText } from "../../dom.ts";
import { formatCount } from "../../format.ts";

export interface ToolWishes {
  /** A factor below 1 shows fewer iterations. */
  zoom(factor: number): void;
  /** By this share of what is shown. */
  move(share: number): void;
  all(): void;
  follow(on: boolean): void;
}

export interface Tools {
  readonly element: HTMLElement;
  /** `zoomed` is false while all of the run is shown. */
  update(shown: Domain, zoomed: boolean, follows: boolean): void;
}

const drawings = {
  plus: "M7.25 2.5h1.5v4.75h4.75v1.5H8.75v4.75h-1.5V8.75H2.5v-1.5h4.75z",
  minus: "M2.5 7.25h11v1.5h-11z",
  left: "M10.4 3.2L5.6 8l4.8 4.8l1.1-1.1L7.8 8l3.7-3.7z",
  right: "M5.6 3.2L10.4 8l-4.8 4.8l-1.1-1.1L8.2 8L4.5 4.3z",
};

export function createTools(wishes: ToolWishes): Tools {
  const button = (label: string, content: Node | string, onClick: () => void): HTMLButtonElement => {
    const element = make("button", "tool", { type: "button", title: label }, content);
    if (typeof content !== "string") element.setAttribute("aria-label", label);
    element.addEventListener("click", onClick);
    return element;
  };
  const left = button("Earlier iterations (←)", icon(drawings.left), () => wishes.move(-0.5));
  const right = button("Later iterations (→)", icon(drawings.right), () => wishes.move(0.5));
  const less = button("Show more iterations (−)", icon(drawings.minus), () => wishes.zoom(2));
  const more = button("Zoom in (+)", icon(drawings.plus), () => wishes.zoom(0.5));
  const all = button("Show the whole run (Home)", "All", () => wishes.all());
  const follow = button("Follow the newest iterations (End)", "Follow", () =>
    wishes.follow(follow.getAttribute("aria-pressed") !== "true"),
  );
  const words = make("span", "tool-words", { role: "status" });
  const group = { role: "group", "aria-label": "Zoom of the curves" };
  const element = make("div", "tools", group, words, left, right, less, more, all, follow);
  return {
    element,
    update(shown, zoomed, follows) {
      const [from, to] = [Math.ceil(shown.min), Math.floor(shown.max)];
      setText(words, zoomed ? `iterations ${formatCount(from)} to ${formatCount(to)}` : "");
      for (const each of [left, right, less, all]) if (each.disabled === zoomed) each.disabled = !zoomed;
      setAttribute(follow, "aria-pressed", String(follows));
    },
  };
}
