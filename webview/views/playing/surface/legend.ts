// What shapes, fillings and colours of a decision surface stand for.
import type { SurfaceAbout, SurfaceReport } from "../../../../src/protocol/inspector/playing.ts";
import { make } from "../../../dom.ts";
import { formatNumber } from "../../../format.ts";
import { classColour, css, markPath, rampColour } from "../marks.ts";
import { valueRange } from "./drawing.ts";

export interface SurfaceLegend {
  readonly element: HTMLElement;
  update(about: SurfaceAbout, report: SurfaceReport | null): void;
}

export function createSurfaceLegend(): SurfaceLegend {
  const element = make("ul", "legend surface-legend");
  let shown = "";
  return {
    element,
    update(about, report) {
      const { output, points } = about;
      const range = report === null ? null : valueRange(about, report);
      const held = points.some(({ validation }) => validation);
      const key = JSON.stringify([output, held, range]);
      if (key === shown) return;
      shown = key;
      const items =
        output.kind === "value"
          ? [rampItem(range)]
          : output.classes.map((name, number) => markItem(number, false, `class ${name}`));
      if (output.kind === "two") items.push(lineItem("boundary, 0.5"));
      if (held) items.push(markItem(0, true, "hollow: held out for validation"));
      element.replaceChildren(...items);
    },
  };
}

function markItem(number: number, hollow: boolean, text: string): HTMLElement {
  const canvas = make("canvas", "surface-key", { width: "28", height: "28", "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  if (context !== null) {
    const path = markPath(number, 14, 14, 9);
    const colour = hollow ? "#888888" : css(classColour(number));
    context.lineWidth = 4;
    context.strokeStyle = colour;
    context.fillStyle = colour;
    if (hollow) context.stroke(path);
    else context.fill(path);
  }
  return make("li", "", {}, canvas, text);
}

function lineItem(text: string): HTMLElement {
  return make("li", "", {}, make("span", "key", { "aria-hidden": "true" }), text);
}

function rampItem(range: readonly [number, number] | null): HTMLElement {
  const ramp = make("span", "surface-ramp", { "aria-hidden": "true" });
  const stops = Array.from({ length: 10 }, (_, i) => css(rampColour(i / 9)));
  ramp.style.setProperty("background", `linear-gradient(to right, ${stops.join(", ")})`);
  const [low, high] = range === null ? ["", ""] : range.map(formatNumber);
  return make("li", "", {}, low, ramp, high);
}
