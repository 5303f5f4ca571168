// What the colours and textures of the heatmaps of time mean; only what is there to be seen is explained.

import type { Domain } from "../../charts/scales.ts";
import { make, setHidden, setText } from "../../dom.ts";
import { formatTick } from "../../format.ts";
import { type Ramp, ramps } from "./heatmap/colours.ts";
import type { Domains } from "./heatmap/draw.ts";
import type { LayerInTime } from "./rows.ts";

export interface Legend {
  readonly element: HTMLElement;
  update(layers: readonly LayerInTime[], domains: Domains): void;
}

export function createLegend(): Legend {
  const gradient = createRamp("gradient", "‖∂L/∂h_t‖");
  const jacobian = createRamp("jacobian", "norms of Jacobians");
  const before = swatch("before", "iteration before, paler below");
  const notYet = swatch("not-yet", "not yet");
  const zero = swatch("zero", "exactly 0");
  const notFinite = swatch("not-finite", "NaN or ∞");
  const line = swatch("line", "‖∂h_T/∂h_t‖, axis on the right");
  const cell = swatch("line dashed", "‖∂h_T/∂c_t‖");
  const items = [gradient.element, jacobian.element, line, cell, before, notYet, zero, notFinite];
  const element = make("ul", "time-legend", {}, ...items);
  return {
    element,
    update(layers, domains) {
      const parts = layers.flatMap((layer) => layer.parts);
      const rows = parts.flatMap((part) => part.rows);
      const has = (fits: (value: number | null) => boolean) => rows.some(({ values }) => values.some(fits));
      gradient.update(domains.gradient);
      jacobian.update(rows.some(({ ramp }) => ramp === "jacobian") ? domains.jacobian : null);
      setHidden(
        line,
        parts.every(({ chain }) => chain === null),
      );
      setHidden(cell, !parts.some(({ chain }) => chain?.timesteps.some(({ cellNorm }) => cellNorm !== null)));
      setHidden(
        before,
        rows.every((row) => row.before === null),
      );
      setHidden(notYet, !has((value) => value === null));
      setHidden(zero, !has((value) => value === 0));
      setHidden(notFinite, !has((value) => value !== null && !Number.isFinite(value)));
    },
  };
}

function swatch(name: string, words: string): HTMLElement {
  return make("li", "", {}, make("span", `time-swatch ${name}`, { "aria-hidden": "true" }), words);
}

/** A strip with the colours, the smallest value at its left and the largest at its right. */
function createRamp(ramp: Ramp, symbol: string) {
  const [low, high] = [make("span"), make("span")];
  const strip = make("span", "time-ramp", { "aria-hidden": "true" });
  strip.style.setProperty("--ramp", `linear-gradient(to right, ${ramps[ramp].join(", ")})`);
  const element = make("li", "", {}, make("span", "", {}, `${symbol}, log`), low, strip, high);
  return {
    element,
    update(domain: Domain | null) {
      setHidden(element, domain === null);
      if (domain === null) return;
      setText(low, formatTick(10 ** domain.min));
      setText(high, formatTick(10 ** domain.max));
    },
  };
}
