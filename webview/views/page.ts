// The whole page: its parts in order. A panel of your own is one line in the list below.

import { make, setHidden } from "../dom.ts";
import { createJump } from "../frame/jump.ts";
import { type Panel, Slots } from "../frame/slots.ts";
import { createGradientCurve, createLossCurve } from "./curve.ts";
import { createEquation } from "./equation.ts";
import { createFlow } from "./flow/flow.ts";
import { createHeader } from "./header.ts";
import { createLayers } from "./layers.ts";
import { createNotice } from "./notice.ts";
import { createParameters } from "./parameters.ts";
import { createConfusion } from "./playing/confusion.ts";
import { createSurface } from "./playing/surface.ts";
import { createTextSample } from "./playing/text.ts";
import { createPosition } from "./position.ts";
import { createTime } from "./time/time.ts";
import type { Actions, Shown, View } from "./view.ts";

/** In the order of the page. `update` of a view is only called while it is in or near sight, and once nothing else is to do. */
const panels: readonly Panel[] = [
  { id: "equation", title: "Equation", create: createEquation },
  { id: "flow", title: "Flow", create: createFlow },
  { id: "loss", title: "Loss", create: createLossCurve },
  { id: "gradient-norm", title: "Gradient norm", create: createGradientCurve },
  { id: "surface", title: "Surface", create: createSurface },
  { id: "text", title: "Text", create: createTextSample },
  { id: "confusion", title: "Confusion", create: createConfusion },
  { id: "layers", title: "Layers", create: createLayers },
  { id: "time", title: "Time", create: createTime },
  { id: "parameters", title: "Parameters", create: createParameters },
];

export interface Page extends View {
  /**
   * Something new is on its way: until it is drawn the page's element has the attribute `data-behind`; it is `rest` when
   * only panels out of sight are still to be drawn.
   */
  expect(): void;
}

export function createPage(actions: Actions): Page {
  const jump = createJump();
  const header = createHeader(actions, jump.element);
  const position = createPosition(actions);
  const notice = createNotice(actions);
  const element = make("div", "page");
  let empty = true;
  const current = (): void => {
    jump.update(empty ? [] : slots.slots);
    delete element.dataset.behind;
  };
  const slots = new Slots(panels, actions, current);
  const body = make("div", "panels", {}, ...slots.slots.map((slot) => slot.element));
  element.append(header.element, position.element, notice.element, body);
  followHeader(element, header.element.firstElementChild);
  return {
    element,
    expect() {
      element.dataset.behind = "";
      slots.expect();
    },
    update(shown: Shown) {
      header.update(shown);
      position.update(shown);
      notice.update(shown);
      empty = shown.state.model === null;
      // Shown before they are drawn: a chart in a hidden element has no size.
      setHidden(body, empty);
      if (empty) return current();
      slots.update(shown);
      element.dataset.behind = "rest";
      jump.update(slots.slots);
    },
  };
}

/** Table heads and jumps stop below the header, which is as tall as its words and buttons need. */
function followHeader(page: HTMLElement, header: Element | null): void {
  if (header === null) return;
  new ResizeObserver(() => page.style.setProperty("--header", `${header.clientHeight}px`)).observe(header);
}
