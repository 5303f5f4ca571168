// What the lines of the plots mean, each a switch of its line: the run's own in each plot, other runs once for all.
import type { ValidationRecord } from "../../../../src/protocol/inspector/inspector.ts";
import type { RunCurves } from "../../../../src/protocol/inspector/runs.ts";
import { colourOf } from "../../../charts/lineChart.ts";
import { KeyedList, make, setAttribute, setHidden, setText } from "../../../dom.ts";
import { formatNumber, formatPercent } from "../../../format.ts";
import type { Palette } from "../../../theme.ts";
import { lookOf, runName } from "./otherLines.ts";
import { lineNames } from "./plotLines.ts";
import type { Quantity } from "./quantities.ts";

export interface LegendState {
  readonly isHidden: (line: string) => boolean;
  /** The newest one; null where the plot has none. */
  readonly validation: ValidationRecord | null;
  readonly smoothed: boolean;
}

export interface PlotLegend {
  readonly element: HTMLElement;
  update(state: LegendState): void;
}

/** `toggle` is called with the name of a line. */
export function createPlotLegend(quantity: Quantity, toggle: (line: string) => void): PlotLegend {
  const names = lineNames(quantity);
  const look = quantity.id;
  const raw = createSwitch(`key raw ${look}`, () => toggle(names.raw));
  const smooth = createSwitch(`key smooth ${look}`, () => toggle(names.smooth));
  const validation = createSwitch("key validation", () => toggle(names.validation));
  setText(raw.words, "each iteration");
  setText(smooth.words, "smoothed");
  const element = make("ul", "legend", {}, raw.element, smooth.element, validation.element);
  return {
    element,
    update({ isHidden, validation: record, smoothed }) {
      // A single line needs no explanation.
      setHidden(element, !smoothed && record === null);
      setHidden(smooth.element, !smoothed);
      setHidden(validation.element, record === null);
      raw.set(!isHidden(names.raw));
      smooth.set(!isHidden(names.smooth));
      validation.set(!isHidden(names.validation));
      raw.element.classList.toggle("alone", !smoothed || isHidden(names.smooth));
      if (record === null) return;
      const accuracy = record.accuracy === null ? "" : `, accuracy ${formatPercent(record.accuracy)}`;
      setText(validation.words, `validation ${formatNumber(record.loss)}${accuracy}`);
    },
  };
}

interface Switch {
  readonly element: HTMLElement;
  readonly words: HTMLElement;
  set(on: boolean): void;
}

function createSwitch(key: string, onClick: () => void): Switch {
  const words = make("span");
  const button = make("button", "line-switch", { type: "button" }, make("span", key, { "aria-hidden": "true" }), words);
  button.addEventListener("click", onClick);
  return {
    element: make("li", "", {}, button),
    words,
    set(on) {
      setAttribute(button, "aria-pressed", String(on));
      setAttribute(button, "title", on ? "Hide this line" : "Show this line");
    },
  };
}

interface OtherEntry {
  readonly element: HTMLElement;
  readonly button: HTMLButtonElement;
  readonly line: SVGLineElement;
  readonly name: HTMLElement;
}

export interface OthersLegend {
  readonly element: HTMLElement;
  update(others: readonly RunCurves[], palette: Palette, isHidden: (line: string) => boolean): void;
}

export function createOthersLegend(toggle: (line: string) => void): OthersLegend {
  const element = make("ul", "legend others", { "aria-label": "Other runs" });
  const entries = new KeyedList<RunCurves, OtherEntry>(element, (id) => createEntry(() => toggle(runName(id))));
  setHidden(element, true);
  return {
    element,
    update(others, palette, isHidden) {
      setHidden(element, others.length === 0);
      entries.update(
        others,
        ({ id }) => id,
        ({ button, line, name }, run) => {
          const { colour, dash } = lookOf(others.indexOf(run));
          const shown = !isHidden(runName(run.id));
          line.setAttribute("stroke", colourOf(colour, palette));
          line.setAttribute("stroke-dasharray", dash.join(" "));
          setText(name, run.name);
          setAttribute(button, "aria-pressed", String(shown));
          setAttribute(button, "title", shown ? "Hide this run" : "Show this run");
        },
      );
    },
  };
}

function createEntry(onClick: () => void): OtherEntry {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "line");
  for (const [name, value] of Object.entries({ viewBox: "0 0 34 8", "aria-hidden": "true", class: "dash" })) {
    svg.setAttribute(name, value);
  }
  for (const [name, value] of Object.entries({ x1: "0", x2: "34", y1: "4", y2: "4", "stroke-width": "2" })) {
    line.setAttribute(name, value);
  }
  svg.append(line);
  const name = make("span");
  const button = make("button", "line-switch", { type: "button" }, svg, name);
  button.addEventListener("click", onClick);
  return { element: make("li", "", {}, button), button, line, name };
}
