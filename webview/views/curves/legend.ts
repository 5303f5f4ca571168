// What the lines of the plots mean: the run's own in each plot, other runs once for all.

import type { ValidationRecord } from "../../../src/protocol/inspector.ts";
import type { RunCurves } from "../../../src/protocol/runs.ts";
import { KeyedList, make, setHidden, setText } from "../../dom.ts";
import { formatNumber, formatPercent } from "../../format.ts";
import type { Palette } from "../../theme.ts";
import { otherDashes } from "./plotLines.ts";

export interface PlotLegend {
  readonly element: HTMLElement;
  update(validation: ValidationRecord | null, smoothed: boolean): void;
}

export function createPlotLegend(colour: string): PlotLegend {
  const item = (key: string, ...text: readonly (Node | string)[]): HTMLElement =>
    make("li", "", {}, make("span", `key ${key}`, { "aria-hidden": "true" }), ...text);
  const raw = item(`raw ${colour}`, "each iteration");
  const smooth = item(`smooth ${colour}`, "smoothed");
  const latest = make("span");
  const validation = item("validation", latest);
  const element = make("ul", "legend", {}, raw, smooth, validation);
  return {
    element,
    update(record, smoothed) {
      raw.classList.toggle("alone", !smoothed);
      setHidden(smooth, !smoothed);
      setHidden(validation, record === null);
      if (record === null) return;
      const accuracy = record.accuracy === null ? "" : `, accuracy ${formatPercent(record.accuracy)}`;
      setText(latest, `validation ${formatNumber(record.loss)}${accuracy}`);
    },
  };
}

interface OtherEntry {
  readonly element: HTMLElement;
  readonly line: SVGLineElement;
  readonly name: HTMLElement;
}

export interface OthersLegend {
  readonly element: HTMLElement;
  update(others: readonly RunCurves[], palette: Palette): void;
}

export function createOthersLegend(): OthersLegend {
  const element = make("ul", "legend others", { "aria-label": "Other runs" });
  const entries = new KeyedList<RunCurves, OtherEntry>(element, createEntry);
  setHidden(element, true);
  return {
    element,
    update(others, palette) {
      setHidden(element, others.length === 0);
      entries.update(
        others,
        ({ id }) => id,
        ({ line, name }, run) => {
          const number = others.indexOf(run);
          line.setAttribute("stroke", palette.others[number % palette.others.length]);
          line.setAttribute("stroke-dasharray", otherDashes[number % otherDashes.length].join(" "));
          setText(name, run.name);
        },
      );
    },
  };
}

function createEntry(): OtherEntry {
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
  return { element: make("li", "", {}, svg, name), line, name };
}
