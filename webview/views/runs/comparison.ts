// Two kept runs beside each other: where they part, what they were set up with differently, and their layers.
import type { RunComparison } from "../../../src/protocol/inspector/runs.ts";
import { DataTable } from "../../charts/dataTable.ts";
import { make, setAttribute, setHidden, setText } from "../../dom.ts";
import { formatCount, formatNumber } from "../../format.ts";
import type { Palette } from "../../theme.ts";
import { draw } from "../flow/svg.ts";
import { layersPicture, measures, nameOf } from "./layersPicture.ts";
import { marker, type Side } from "./marker.ts";
import { partingStrip } from "./strip.ts";
import { describeLayerParting, describeParting } from "./words.ts";

export interface ComparisonView {
  readonly element: HTMLElement;
  update(comparison: RunComparison, palette: Palette): void;
}

/** `choose` is told the iteration that the layers are to be compared at. */
export function createComparison(choose: (iteration: number) => void): ComparisonView {
  const title = make("h3", "comparison-title");
  const parting = make("p", "comparison-parting");
  const layerParting = make("p", "comparison-parting");
  const strip = make("div", "strip-place");
  const setup = createSetup();
  const slider = createSlider(choose);
  const picture = make("div", "layers-place", { tabindex: "0", role: "group", "aria-label": "Layers side by side" });
  const table = new DataTable(["Layer", ...measures.flatMap(([, words]) => [`${words}, A`, `${words}, B`])]);
  const note = make("p", "note");
  const element = make("div", "comparison", {}, title, strip, parting, layerParting, setup.element, slider.element);
  element.append(picture, note, table.element);

  let shown: { readonly comparison: RunComparison; readonly palette: Palette } | null = null;
  let drawn = "";
  const redraw = (): void => {
    if (shown === null || element.clientWidth === 0) return;
    const { comparison, palette } = shown;
    strip.replaceChildren(...(comparison.compared > 0 ? [partingStrip(comparison, strip.clientWidth, palette)] : []));
    // Measured with its scroll bar, which comes with many layers.
    const layers = comparison.layers.length > 0 ? [layersPicture(comparison, picture.clientWidth, palette)] : [];
    picture.replaceChildren(...layers);
  };
  new ResizeObserver(() => {
    const size = `${element.clientWidth}`;
    if (size !== drawn) redraw();
    drawn = size;
  }).observe(element);
  return {
    element,
    update(comparison, palette) {
      const same = shown?.comparison === comparison && shown.palette === palette;
      shown = { comparison, palette };
      if (same) return;
      title.replaceChildren(...titleOf(comparison, palette));
      setText(parting, describeParting(comparison));
      setText(layerParting, describeLayerParting(comparison));
      setup.update(comparison);
      slider.update(comparison);
      setHidden(picture, comparison.layers.length === 0);
      setText(note, noteOf(comparison));
      table.update(captionOf(comparison), rowsOf(comparison));
      redraw();
    },
  };
}

function titleOf({ a, b }: RunComparison, palette: Palette): (Node | string)[] {
  const sample = (side: Side): SVGElement =>
    draw("svg", "pair-sample", { viewBox: "0 0 14 14", "aria-hidden": "true" }, marker(side, 7, 7, palette));
  return [
    make("span", "pair-run", {}, sample("a"), make("b", "", {}, "A"), ` ${a.name}`),
    make("span", "pair-against", {}, "against"),
    make("span", "pair-run", {}, sample("b"), make("b", "", {}, "B"), ` ${b.name}`),
  ];
}

function createSetup(): { readonly element: HTMLElement; update(comparison: RunComparison): void } {
  const body = make("tbody");
  const head = ["Set up differently", "A", "B"].map((words) => make("th", "", { scope: "col" }, words));
  const table = make("table", "setup-table", {}, make("thead", "", {}, make("tr", "", {}, ...head)), body);
  const none = make("p", "note", {}, "Both were set up in the same way.");
  return {
    element: make("div", "setup-place", {}, table, none),
    update({ setup }) {
      setHidden(table, setup.length === 0);
      setHidden(none, setup.length > 0);
      body.replaceChildren(
        ...setup.map(({ what, a, b }) => {
          const cells = [a, b].map((value) => make("td", "", {}, value === "" ? "not known" : value));
          return make("tr", "", {}, make("th", "", { scope: "row" }, what), ...cells);
        }),
      );
    },
  };
}

/** Steps through the iterations that both have, which are not evenly spaced. */
function createSlider(choose: (iteration: number) => void): {
  readonly element: HTMLElement;
  update(comparison: RunComparison): void;
} {
  const input = make("input", "comparison-slider", {
    type: "range",
    min: "0",
    "aria-label": "Iteration of the layers",
  });
  const words = make("output", "comparison-iteration");
  let common: readonly number[] = [];
  const say = (iteration: number): void => {
    setText(words, `Layers at iteration ${formatCount(iteration)}`);
    setAttribute(input, "aria-valuetext", `iteration ${formatCount(iteration)}`);
  };
  input.addEventListener("input", () => say(common[input.valueAsNumber]));
  input.addEventListener("change", () => choose(common[input.valueAsNumber]));
  const element = make("label", "comparison-slide", {}, words, input);
  return {
    element,
    update(comparison) {
      common = comparison.common;
      const { iteration } = comparison;
      setHidden(element, iteration === null);
      if (iteration === null) return;
      setHidden(input, common.length < 2);
      input.max = String(common.length - 1);
      input.value = String(common.indexOf(iteration));
      say(iteration);
    },
  };
}

function noteOf({ iteration, layers }: RunComparison): string {
  if (iteration === null || layers.length === 0) return "";
  return "Each layer's own parameters taken together, on log scales; × and ÷ say how B compares with A.";
}

function captionOf({ a, b, iteration }: RunComparison): string {
  return `Layers of ${a.name} (A) and ${b.name} (B) at iteration ${iteration ?? "none"}`;
}

function rowsOf({ layers }: RunComparison): readonly (readonly string[])[] {
  return layers.map(({ layer, a, b }) => [
    nameOf(layer),
    ...measures.flatMap(([measure]) => [formatNumber(a?.[measure] ?? null), formatNumber(b?.[measure] ?? null)]),
  ]);
}
