// What all plots say at the iteration under the pointer, in one box.
import type { InspectorState } from "../../../src/protocol/inspector.ts";
import type { RunCurves } from "../../../src/protocol/runs.ts";
import { type Axis, iterationAt, pixelOf } from "../../charts/range.ts";
import { make, setHidden } from "../../dom.ts";
import { formatCount, formatNumber, formatPercent, formatSetting } from "../../format.ts";
import { nearest } from "./plotLines.ts";

export interface HoverBox {
  readonly element: HTMLElement;
  /** @returns where the iteration lies that it is about, in pixels; null when there is none */
  show(
    place: { readonly x: number; readonly y: number },
    axis: Axis,
    state: InspectorState,
    others: readonly RunCurves[],
  ): number | null;
  hide(): void;
}

/** Pixels between the box and the pointer. */
const away = 14;

export function createHoverBox(): HoverBox {
  const head = make("b");
  const rows = make("dl");
  // Read by nobody who does not see it: the tables have the same numbers.
  const element = make("div", "hover-box", { "aria-hidden": "true" }, head, rows);
  const hide = (): void => setHidden(element, true);
  hide();
  return {
    element,
    hide,
    show({ x, y }, axis, state, others) {
      const record = nearest(state.iterations, iterationAt(x, axis));
      if (record === null || x < axis.left - away || x > axis.right + away) {
        hide();
        return null;
      }
      head.textContent = `Iteration ${formatCount(record.iteration)}, epoch ${formatCount(record.epoch)}`;
      const facts: [string, string][] = [
        ["loss", formatNumber(record.loss)],
        ["gradient norm", formatNumber(record.gradNorm)],
        ["learning rate", formatSetting(record.learningRate)],
      ];
      const validation = nearest(state.validations, record.iteration);
      const near = (axis.max - axis.min) / 50;
      if (validation !== null && Math.abs(validation.iteration - record.iteration) <= near) {
        const accuracy = validation.accuracy === null ? "" : `, ${formatPercent(validation.accuracy)}`;
        facts.push([
          `validation at ${formatCount(validation.iteration)}`,
          `${formatNumber(validation.loss)}${accuracy}`,
        ]);
      }
      for (const run of others) {
        const i = nearestPlace(run.iterations, record.iteration);
        if (i !== null) facts.push([run.name, formatNumber(run.loss[i])]);
      }
      rows.replaceChildren(...facts.flatMap(([name, value]) => [make("dt", "", {}, name), make("dd", "", {}, value)]));
      setHidden(element, false);
      const flips = x > (axis.left + axis.right) / 2;
      element.classList.toggle("flips", flips);
      element.style.setProperty("--x", `${(flips ? x - away : x + away).toFixed(0)}px`);
      element.style.setProperty("--y", `${(y + away).toFixed(0)}px`);
      return pixelOf(record.iteration, axis);
    },
  };
}

/** Of a run that goes so far. */
function nearestPlace(iterations: readonly number[], iteration: number): number | null {
  const i = iterations.findIndex((each) => each >= iteration);
  return i < 0 ? null : i;
}
