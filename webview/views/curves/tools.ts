// Above the curves: which plots there are, and the buttons that zoom and move them.
import { icon, make, setAttribute, setHidden } from "../../dom.ts";
import { type QuantityId, quantities } from "./plot/quantities.ts";

export interface ToolWishes {
  /** A factor below 1 shows fewer iterations. */
  zoom(factor: number): void;
  /** By this share of what is shown. */
  move(share: number): void;
  all(): void;
  follow(on: boolean): void;
  /** Shows a plot that is not there, or takes it away. */
  togglePlot(id: QuantityId): void;
}

export interface ToolState {
  /** Is less than all of the run shown? */
  readonly zoomed: boolean;
  readonly follows: boolean;
  /** Those that this run can have. */
  readonly possible: ReadonlySet<QuantityId>;
  readonly present: ReadonlySet<QuantityId>;
}

export interface Tools {
  readonly element: HTMLElement;
  update(state: ToolState): void;
}

const drawings = {
  plus: "M7.25 2.5h1.5v4.75h4.75v1.5H8.75v4.75h-1.5V8.75H2.5v-1.5h4.75z",
  minus: "M2.5 7.25h11v1.5h-11z",
  left: "M10.4 3.2L5.6 8l4.8 4.8l1.1-1.1L7.8 8l3.7-3.7z",
  right: "M5.6 3.2L10.4 8l-4.8 4.8l-1.1-1.1L8.2 8L4.5 4.3z",
};

export function createTools(wishes: ToolWishes): Tools {
  const plots = createSwitches(wishes);
  const left = button("Earlier iterations (←)", icon(drawings.left), () => wishes.move(-0.5));
  const right = button("Later iterations (→)", icon(drawings.right), () => wishes.move(0.5));
  const less = button("Show more iterations (−)", icon(drawings.minus), () => wishes.zoom(2));
  const more = button("Zoom in (+)", icon(drawings.plus), () => wishes.zoom(0.5));
  const all = button("Show the whole run (0)", "All", () => wishes.all());
  const follow = button("Follow the newest iterations (End)", "Follow", () =>
    wishes.follow(follow.getAttribute("aria-pressed") !== "true"),
  );
  const group = { role: "group", "aria-label": "Zoom of the curves" };
  const zooms = make("div", "zooms", group, left, right, less, more, all, follow);
  const element = make("div", "tools", {}, plots.element, zooms);
  return {
    element,
    update({ zoomed, follows, possible, present }) {
      for (const each of [left, right, less, all]) if (each.disabled === zoomed) each.disabled = !zoomed;
      setAttribute(follow, "aria-pressed", String(follows));
      plots.update(possible, present);
    },
  };
}

function button(label: string, content: Node | string, onClick: () => void): HTMLButtonElement {
  const element = make("button", "tool", { type: "button", title: label }, content);
  if (typeof content !== "string") element.setAttribute("aria-label", label);
  element.addEventListener("click", onClick);
  return element;
}

function createSwitches({ togglePlot }: ToolWishes) {
  const switches = quantities.map(({ id, title }) => ({ id, element: button("", title, () => togglePlot(id)) }));
  const attributes = { role: "group", "aria-label": "Plots" };
  const element = make("div", "plot-switches", attributes, ...switches.map((each) => each.element));
  return {
    element,
    update(possible: ReadonlySet<QuantityId>, present: ReadonlySet<QuantityId>): void {
      for (const { id, element: each } of switches) {
        const on = present.has(id);
        // Without any plot there would be no axis.
        const last = on && present.size === 1;
        setHidden(each, !possible.has(id));
        setAttribute(each, "aria-pressed", String(on));
        setAttribute(each, "title", last ? "The last plot stays" : on ? "Hide this plot" : "Show this plot");
        if (each.disabled !== last) each.disabled = last;
      }
    },
  };
}
