// What colours, widths and signs of the picture mean, and the choice of what the edges show.
import type { FlowValues } from "../../../src/protocol/inspector/flow.ts";
import type { Domain } from "../../charts/scales.ts";
import { make, setAttribute, setHidden, setText } from "../../dom.ts";
import { formatTick } from "../../format.ts";
import { type FlowQuantity, flowQuantities } from "./choices.ts";
import type { Scales } from "./scale.ts";

export class Legend {
  readonly element: HTMLElement;
  readonly #values = new ScaleView("values", "values ↓");
  readonly #gradients = new ScaleView("gradients", "gradients ↑");

  readonly #zero = sign("zero", "exactly 0");
  readonly #broken = sign("broken", "NaN or ∞", "✕");

  constructor() {
    this.element = make(
      "ul",
      "legend flow-legend",
      {},
      this.#values.element,
      this.#gradients.element,
      sign("ran", "has run"),
      sign("returned", "backward has been there"),
      sign("not-yet", "not yet"),
      this.#zero,
      this.#broken,
    );
  }

  /** What there is none of needs no explanation. */
  update({ values, gradients }: Scales, show: FlowQuantity, numbers: FlowValues | null): void {
    this.#values.update(values, show !== "gradients");
    this.#gradients.update(gradients, show !== "values");
    const shown = [...(show === "gradients" ? [] : (numbers?.values ?? []))];
    if (show !== "values") shown.push(...(numbers?.gradients ?? []));
    setHidden(this.#zero, !shown.includes(0));
    setHidden(this.#broken, !shown.some((size) => size !== null && !Number.isFinite(size)));
  }
}

function sign(className: string, words: string, text = ""): HTMLElement {
  return make("li", "", {}, make("span", `flow-sign ${className}`, { "aria-hidden": "true" }, text), words);
}

class ScaleView {
  readonly element: HTMLLIElement;
  readonly #low = make("span");
  readonly #high = make("span");

  constructor(name: "values" | "gradients", label: string) {
    const ramp = make("span", `flow-ramp ${name}`, { "aria-hidden": "true" });
    this.element = make("li", "", {}, `RMS of ${label}`, this.#low, ramp, this.#high);
  }

  update(scale: Domain | null, shown: boolean): void {
    setHidden(this.element, !shown || scale === null);
    if (scale === null) return;
    setText(this.#low, formatTick(10 ** scale.min));
    setText(this.#high, formatTick(10 ** scale.max));
  }
}

/** Three buttons of which one is pressed. */
export function createSwitch(onChoose: (show: FlowQuantity) => void): {
  readonly element: HTMLElement;
  update(show: FlowQuantity): void;
} {
  const buttons = flowQuantities.map((quantity) => {
    const button = make("button", "flow-switch", { type: "button", "aria-pressed": "false" }, quantity);
    button.addEventListener("click", () => onChoose(quantity));
    return { quantity, button };
  });
  return {
    element: make(
      "div",
      "flow-switches",
      { role: "group", "aria-label": "Edges show" },
      ...buttons.map(({ button }) => button),
    ),
    update(show) {
      for (const { quantity, button } of buttons) setAttribute(button, "aria-pressed", String(quantity === show));
    },
  };
}
