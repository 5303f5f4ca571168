// The whole page: its parts in order. A panel of your own is one line in the list below.

import { make, setHidden } from "../dom.ts";
import { createJump } from "../frame/jump.ts";
import { createSkip } from "../frame/skip.ts";
import { type Panel, Slots } from "../frame/slots.ts";
import { createCurves } from "./curves/curves.ts";
import { createEquation } from "./equation/equation.ts";
import { createFlow } from "./flow/flow.ts";
import { createHeader } from "./header.ts";
import { createLayers } from "./layers.ts";
import { createNotice } from "./notice.ts";
import { createConfusion } from "./playing/confusion.ts";
import { createSurface } from "./playing/surface/surface.ts";
import { createTextSample } from "./playing/text.ts";
import { createUnavailable } from "./playing/unavailable.ts";
import { createPosition } from "./position.ts";
import { createKeptBanner } from "./runs/banner.ts";
import { createRuns } from "./runs/runs.ts";
import { createTime } from "./time/time.ts";
import type { Actions, Shown, View } from "./view.ts";
import { createWeights } from "./weights/weights.ts";

/** In the order of the page. `update` of a view is only called while it is in or near sight, and once nothing else is to do. */
const panels: readonly Panel[] = [
  { id: "equation", title: "Equation", create: createEquation },
  { id: "flow", title: "Flow", create: createFlow },
  { id: "curves", title: "Curves", create: createCurves },
  { id: "runs", title: "Runs", create: createRuns },
  { id: "surface", title: "Surface", create: createSurface },
  { id: "text", title: "Text", create: createTextSample },
  { id: "confusion", title: "Confusion", create: createConfusion },
  { id: "at-play", title: "At play", create: createUnavailable },
  { id: "layers", title: "Layers", create: createLayers },
  { id: "time", title: "Time", create: createTime },
  { id: "parameters", title: "Parameters", create: createWeights },
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
  const kept = createKeptBanner(actions);
  const element = make("div", "page");
  let empty = true;
  const current = (): void => {
    jump.update(empty ? [] : slots.slots);
    delete element.dataset.behind;
  };
  const slots = new Slots(panels, actions, current);
  const body = make("div", "panels", {}, ...slots.slots.map((slot) => slot.element));
  const skip = createSkip(body);
  element.append(skip, header.element, kept.element, position.element, notice.element, body);
  followHeader(header.element.firstElementChild);
  return {
    element,
    expect() {
      element.dataset.behind = "";
      slots.expect();
    },
    update(shown: Shown) {
      header.update(shown);
      kept.update(shown);
      position.update(shown);
      notice.update(shown);
      empty = shown.state.model === null;
      // Shown before they are drawn: a chart in a hidden element has no size.
      setHidden(body, empty);
      setHidden(skip, empty);
      if (empty) return current();
      slots.update(shown);
      element.dataset.behind = "rest";
      jump.update(slots.slots);
    },
  };
}

/**
 * Jumps stop below the header, which is as tall as its words and buttons need. A rule of its own, because a variable would be
 * inherited: the style of everything on the page would be computed again.
 */
function followHeader(header: Element | null): void {
  if (header === null) return;
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  new ResizeObserver(() => sheet.replaceSync(`html { scroll-padding-top: ${header.clientHeight}px; }`)).observe(header);
}
