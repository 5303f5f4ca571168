// What all plots say at one iteration, in one box: under the pointer, or where the cursor is drawn to.
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import type { RunCurves } from "../../../src/protocol/inspector/runs.ts";
import { type Axis, pixelOf } from "../../charts/range.ts";
import { make, setHidden } from "../../dom.ts";
import { formatCount } from "../../format.ts";
import type { Quantity } from "./plot/quantities.ts";
import { nearest, nearestPlace } from "./plot/records.ts";

export interface HoverBox {
  readonly element: HTMLElement;
  /**
   * `y` in pixels of the plots' box.
   *
   * @returns the iteration that it is about, the next one that is known; null when the axis shows none
   */
  show(iteration: number, y: number, about: HoverInput): number | null;
  hide(): void;
}

export interface HoverInput {
  readonly axis: Axis;
  readonly state: InspectorState;
  readonly others: readonly RunCurves[];
  /** Those whose plots are there. */
  readonly quantities: readonly Quantity[];
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
    show(iteration, y, about) {
      const { axis, state } = about;
      const record = nearest(state.iterations, iteration);
      const x = record === null ? -1 : pixelOf(record.iteration, axis);
      if (record === null || x < axis.left - 1 || x > axis.right + 1) {
        hide();
        return null;
      }
      head.textContent = `Iteration ${formatCount(record.iteration)}, epoch ${formatCount(record.epoch)}`;
      const facts = [...ownFacts(record.iteration, about), ...otherFacts(record.iteration, about)];
      rows.replaceChildren(...facts.flatMap(([name, value]) => [make("dt", "", {}, name), make("dd", "", {}, value)]));
      setHidden(element, false);
      const flips = x > (axis.left + axis.right) / 2;
      element.classList.toggle("flips", flips);
      element.style.setProperty("--x", `${(flips ? x - away : x + away).toFixed(0)}px`);
      element.style.setProperty("--y", `${(y + away).toFixed(0)}px`);
      return record.iteration;
    },
  };
}

type Fact = readonly [name: string, value: string];

function ownFacts(iteration: number, { state, axis, quantities }: HoverInput): Fact[] {
  const record = nearest(state.iterations, iteration);
  const validation = nearest(state.validations, iteration);
  const near = (axis.max - axis.min) / 50;
  const isNear = validation !== null && Math.abs(validation.iteration - iteration) <= near;
  return quantities.flatMap(({ title, source, format }): Fact[] => {
    const name = title.toLowerCase();
    if (source.kind === "validations") {
      const value = isNear ? source.value(validation) : null;
      return value === null ? [] : [[`${name} at ${formatCount(validation?.iteration ?? 0)}`, format(value)]];
    }
    const own: Fact[] = record === null ? [] : [[name, format(source.value(record))]];
    if (source.validations === null || !isNear) return own;
    return [...own, [`validation at ${formatCount(validation.iteration)}`, format(source.validations(validation))]];
  });
}

/** The same numbers of the other runs that go so far: each run's in one line, in the order of the plots. */
function otherFacts(iteration: number, { others, quantities }: HoverInput): Fact[] {
  return others.flatMap((run): Fact[] => {
    const i = nearestPlace(run.iterations.length, iteration, (place) => run.iterations[place]);
    if (i === null || iteration > run.iterations[run.iterations.length - 1]) return [];
    const values = quantities.flatMap(({ source, format }) =>
      source.kind === "iterations" && source.other !== null ? [format(source.other(run)[i])] : [],
    );
    return [[run.name, values.join(" · ")]];
  });
}
