// One recurrent layer unrolled: a step beside the other, with the size of h_t above and of its gradient below.
import type { FlowChain } from "../../../src/protocol/inspector/flow.ts";
import { DataTable } from "../../charts/dataTable.ts";
import type { Domain } from "../../charts/scales.ts";
import { make, setHidden, setText } from "../../dom.ts";
import { formatNumber } from "../../format.ts";
import { lookOf, type Scales } from "./scale.ts";
import { draw } from "./svg.ts";

const step = 30;
const bar = 46;
const middle = bar + 22;
const height = 2 * middle + 14;

export class ChainView {
  readonly element = make("div", "flow-chain");
  readonly #box = make("div", "flow-chain-box", { tabindex: "0", role: "group" });
  readonly #caption = make("p", "note");
  readonly #table = new DataTable(["Timestep", "RMS of h_t", "RMS of ∂L/∂h_t"]);

  constructor() {
    this.element.append(this.#caption, this.#box, this.#table.element);
    setHidden(this.element, true);
  }

  update(name: string, chain: FlowChain | null, scales: Scales): void {
    setHidden(this.element, chain === null);
    if (chain === null) return;
    const { steps } = chain;
    setText(this.#caption, `${name}, one timestep after the other: RMS of h_t above, of ∂L/∂h_t below, logarithmic`);
    const label = `${name} unrolled in time: h_t above, its gradient below, logarithmic, for ${steps.length} steps`;
    const width = steps.length * step + 20;
    this.#box.setAttribute("aria-label", label);
    this.#box.replaceChildren(
      draw(
        "svg",
        "flow-chain-picture",
        {
          role: "img",
          "data-picture": `${name} unrolled`,
          "aria-label": label,
          viewBox: `0 0 ${width} ${height}`,
          width,
          height,
        },
        ...steps.flatMap(({ t, value, gradient }, i) => {
          const x = 10 + i * step;
          return [
            ...(i === 0 ? [] : [draw("path", "flow-chain-arrow", { d: `M${x - 6} ${middle}h9m-3 -3l3 3l-3 3` })]),
            draw("circle", value === null ? "flow-chain-step waiting" : "flow-chain-step", {
              cx: x + step / 2,
              cy: middle,
              r: 11,
            }),
            draw("text", "flow-chain-t", { x: x + step / 2, y: middle + 4, "text-anchor": "middle" }, String(t)),
            barOf("values", value, scales.values, x, middle - 14, -1),
            barOf("gradients", gradient, scales.gradients, x, middle + 14, 1),
          ];
        }),
      ),
    );
    const rows = steps.map(({ t, value, gradient }) => [String(t), formatNumber(value), formatNumber(gradient)]);
    this.#table.update(label, rows);
  }
}

function barOf(
  name: "values" | "gradients",
  value: number | null,
  scale: Domain | null,
  x: number,
  from: number,
  direction: 1 | -1,
): SVGElement {
  const look = lookOf(value, scale);
  if (look.kind === "broken") {
    return draw(
      "text",
      "flow-chain-broken",
      { x: x + step / 2, y: from + direction * 8 + 4, "text-anchor": "middle" },
      "✕",
    );
  }
  const length = look.kind === "size" ? 3 + (bar - 3) * look.share : look.kind === "zero" ? 1 : 0;
  const y = direction === 1 ? from : from - length;
  return draw("rect", `flow-chain-bar ${name}`, { x: x + step / 2 - 6, y, width: 12, height: length });
}
