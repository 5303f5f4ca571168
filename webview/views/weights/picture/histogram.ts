// The histogram of a tensor's elements, negative and positive ones in the colours of the heatmap.
import type { TensorPicture } from "../../../../src/protocol/inspector/tensorPicture.ts";
import { DataTable } from "../../../charts/dataTable.ts";
import { make, setAttribute, setText } from "../../../dom.ts";
import { formatCount, formatNumber } from "../../../format.ts";
import type { Palette } from "../../../theme.ts";
import { Scale } from "./colours.ts";

const width = 300;
const height = 96;
/** Pixels between the bars. */
const gap = 1;
/** A bin with one element in it is to be seen beside one with thousands. */
const leastBar = 1.5;

const space = "http://www.w3.org/2000/svg";

export class HistogramView {
  readonly element: HTMLElement;
  readonly #svg = document.createElementNS(space, "svg");
  readonly #low = make("span");
  readonly #middle = make("span");
  readonly #high = make("span");
  readonly #note = make("figcaption", "note");
  readonly #table = new DataTable(["From", "To", "Elements"]);
  #shown: TensorPicture | null = null;
  #log: boolean | null = null;

  constructor() {
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, role: "img" })) {
      this.#svg.setAttribute(name, value);
    }
    this.#svg.setAttribute("preserveAspectRatio", "none");
    const axis = make("div", "histogram-axis", { "aria-hidden": "true" }, this.#low, this.#middle, this.#high);
    const title = make("h4", "", {}, "Histogram");
    this.element = make("figure", "weights-histogram", {}, title, this.#svg, axis, this.#note, this.#table.element);
  }

  update(picture: TensorPicture, palette: Palette, log: boolean): void {
    this.#colour(new Scale(palette, picture.largest, log));
    if (picture === this.#shown && log === this.#log) return;
    this.#shown = picture;
    this.#log = log;
    const { edges, counts } = log ? picture.logarithmic : picture.linear;
    const most = Math.max(1, ...counts);
    const step = width / counts.length;
    const bars = counts.map((count, i) => {
      const size = count === 0 ? 0 : Math.max(leastBar, (count / most) * (height - 2));
      const middle = (edges[i] + edges[i + 1]) / 2;
      const sign = edges[i] < 0 && edges[i + 1] > 0 ? "zero" : middle < 0 ? "negative" : "positive";
      return bar(`histogram-${sign}`, i * step, height - size, step - gap, size);
    });
    const zero = zeroAt(edges);
    const line = zero === null ? [] : [bar("histogram-origin", zero * step - 0.5, 0, 1, height)];
    this.#svg.replaceChildren(...line, ...bars);
    this.#svg.dataset.picture = `${picture.name}-${picture.part}-histogram`;
    setText(this.#low, formatNumber(edges[0]).replace("-", "−"));
    setText(this.#middle, log ? "0" : "");
    setText(this.#high, formatNumber(edges[edges.length - 1]).replace("-", "−"));
    const sampled =
      picture.histogramEvery > 1 ? ` Every ${formatCount(picture.histogramEvery)}th element was counted.` : "";
    const scale = log
      ? `Symmetric log scale; the middle holds |x| < ${formatNumber(edges[counts.length >> 1 === 0 ? 1 : (counts.length >> 1) + 1])}.`
      : "";
    setText(this.#note, `${scale}${sampled}`.trim());
    const caption = `Histogram of ${picture.name}, ${log ? "symmetric logarithmic" : "linear"}`;
    setAttribute(
      this.#svg,
      "aria-label",
      `${caption}: ${formatCount(most)} elements in the fullest of ${counts.length} bins.`,
    );
    this.#table.update(
      caption,
      counts.flatMap((count, i) =>
        count === 0 ? [] : [[formatNumber(edges[i]), formatNumber(edges[i + 1]), formatCount(count)]],
      ),
    );
  }

  #colour(scale: Scale): void {
    for (const [name, share] of [
      ["--negative", -strength],
      ["--positive", strength],
    ] as const) {
      const colour = scale.colourAt(share);
      if (this.element.style.getPropertyValue(name) !== colour) this.element.style.setProperty(name, colour);
    }
  }
}

/** How strong the bars' colours are: those of the heatmap's large elements. */
const strength = 0.85;

/** In bins from the left, or null when zero lies outside. */
function zeroAt(edges: readonly number[]): number | null {
  const i = edges.findIndex((edge, at) => at > 0 && edges[at - 1] <= 0 && edge >= 0);
  if (i < 0) return null;
  const [low, high] = [edges[i - 1], edges[i]];
  return high === low ? i - 1 : i - 1 + -low / (high - low);
}

function bar(className: string, x: number, y: number, w: number, h: number): SVGRectElement {
  const rect = document.createElementNS(space, "rect");
  const place = { class: className, x, y, width: Math.max(0, w), height: Math.max(0, h) };
  for (const [name, value] of Object.entries(place)) rect.setAttribute(name, String(value));
  return rect;
}
