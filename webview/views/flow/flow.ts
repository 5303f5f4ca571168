// The panel of the flow: the network as it ran, how large what flows in it is, and where the run stands.
import type { Flow } from "../../../src/protocol/inspector/flow.ts";
import { DataTable } from "../../charts/dataTable.ts";
import { link, make, setHidden, setText } from "../../dom.ts";
import { baseName } from "../../format.ts";
import type { Actions, Shown, View } from "../view.ts";
import { ChainView } from "./chain.ts";
import { type FlowChoices, initialFlow } from "./choices.ts";
import { createSwitch, Legend } from "./legend.ts";
import { Stage } from "./picture/stage.ts";
import type { Box, VisibleEdge } from "./picture/visible.ts";
import { noScales, scalesOf } from "./scale.ts";
import { describeBox, describeEdge, describePicture, tableRows, verdictOf } from "./words.ts";

const zoomStep = 1.25;

export function createFlow(actions: Actions): View {
  return new FlowView(actions);
}

class FlowView implements View {
  readonly element: HTMLElement;
  readonly #actions: Actions;
  readonly #stage: Stage;
  readonly #legend = new Legend();
  readonly #switch = createSwitch((show) => this.#choose({ show }));
  readonly #chain = new ChainView();
  readonly #verdict = make("p", "note flow-verdict");
  readonly #detail = make("p", "note flow-detail");
  readonly #said = make("p", "note flow-said", { role: "status" });
  readonly #unroll = link("flow-unroll", () => this.#toggleChain());
  readonly #all = link("flow-all", () => this.#actions.choose({ layer: null }));
  readonly #empty = make("p", "empty", {}, "The network appears when it has run for the first time.");
  readonly #table = new DataTable(["From", "To", "Shape", "RMS of values", "RMS of gradient", "The receiver"]);
  readonly #zoom: HTMLElement;
  #scales = noScales;
  #shown: Shown | null = null;
  #choices = initialFlow;
  /** The box that is told of: pointed at, focused or chosen. */
  #box: Box | null = null;
  /** The edge that is told of instead, under the pointer. */
  #edge: VisibleEdge | null = null;

  constructor(actions: Actions) {
    this.#actions = actions;
    this.#stage = new Stage({
      choose: (box) => this.#select(box),
      breakpoint: (box) => void this.#toggleBreakpoint(box),
      look: (at) => this.#look(at),
      toggle: (group, open) => this.#choose({ open: { ...this.#choices.open, [group]: open } }),
    });
    const zoomBy = (label: string, sign: string, factor: number): HTMLElement => {
      const button = make("button", "flow-switch", { type: "button", "aria-label": label, title: label }, sign);
      button.addEventListener("click", () => {
        const zoom = Math.min(4, Math.max(0.25, this.#choices.zoom * factor));
        this.#choose({ zoom });
      });
      return button;
    };
    this.#zoom = make(
      "div",
      "flow-switches",
      { role: "group", "aria-label": "Size of the picture" },
      zoomBy("Smaller", "−", 1 / zoomStep),
      zoomBy("Larger", "+", zoomStep),
    );
    this.#unroll.hidden = true;
    this.#all.textContent = "show all layers";
    const head = make("div", "section-head", {}, make("h2", "", {}, "Flow"), this.#switch.element, this.#zoom);
    const under = make("div", "flow-under", {}, this.#detail, this.#unroll, this.#all);
    this.element = make(
      "section",
      "panel wide flow",
      { "aria-label": "Flow" },
      head,
      this.#legend.element,
      this.#verdict,
      this.#stage.element,
      this.#empty,
      under,
      this.#said,
      this.#chain.element,
      this.#table.element,
    );
  }

  update(shown: Shown): void {
    if (shown.state.model !== this.#shown?.state.model) this.#scales = noScales;
    this.#shown = shown;
    this.#choices = shown.ui.flow;
    const { flow } = shown.state;
    for (const part of [this.#stage.element, this.#legend.element, this.#verdict, this.#switch.element, this.#zoom]) {
      setHidden(part, flow === null);
    }
    setHidden(this.#empty, flow !== null);
    if (flow === null) {
      this.#forget();
      return;
    }
    this.#scales = scalesOf(flow.values, this.#scales);
    const { show } = shown.ui.flow;
    this.#switch.update(show);
    this.#legend.update(this.#scales, show, flow.values);
    const verdict = verdictOf(flow);
    setText(this.#verdict, verdict);
    this.#verdict.classList.toggle("broken", verdict.startsWith("✕"));
    const chosen = { choices: shown.ui.flow, layer: shown.ui.layer, file: shown.state.model?.file ?? "" };
    if (this.#stage.update(flow, this.#scales, chosen)) {
      this.#box = null;
      this.#edge = null;
    }
    this.#tell(flow);
    this.#table.update(describePicture(flow), tableRows(flow));
  }

  /** The page shows a choice a moment later; another one may come before that. */
  #choose(change: Partial<FlowChoices>): void {
    this.#choices = { ...this.#choices, ...change };
    this.#actions.choose({ flow: this.#choices });
  }

  #forget(): void {
    this.#stage.forget();
    setText(this.#detail, "");
    setText(this.#said, "");
    setHidden(this.#unroll, true);
    setHidden(this.#all, true);
    this.#chain.update("", null, this.#scales);
  }

  #select(box: Box): void {
    this.#look(box);
    const { layer, source } = box.kind === "node" ? box.node : box.group;
    if (layer !== "") this.#actions.choose({ layer });
    if (source !== null) this.#actions.reveal(source);
  }

  #look(at: Box | VisibleEdge): void {
    const isBox = "kind" in at;
    this.#edge = isBox ? null : at;
    if (isBox) this.#box = at;
    if (this.#shown?.state.flow != null) this.#tell(this.#shown.state.flow);
  }

  async #toggleBreakpoint(box: Box): Promise<void> {
    const { source } = box.kind === "node" ? box.node : box.group;
    if (source === null) {
      setText(this.#said, "No line of the model file made this, so it can have no breakpoint.");
      return;
    }
    const place = `${baseName(source.file)}:${source.line}`;
    try {
      const { set } = await this.#actions.ask("toggleBreakpoint", { file: source.file, line: source.line });
      setText(this.#said, set ? `● Breakpoint set at ${place}` : `○ Breakpoint removed from ${place}`);
    } catch (error) {
      setText(this.#said, `No breakpoint at ${place}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** The words below the picture, and the timesteps of the node that they are about. */
  #tell(flow: Flow): void {
    const box = this.#box ?? this.#chosenBox(flow);
    const hint = "Click a layer to select it and see its line; double-click or b sets a breakpoint.";
    const edge = this.#edge;
    setText(this.#detail, edge !== null ? describeEdge(edge, flow) : box === null ? hint : describeBox(box, flow));
    setHidden(this.#all, this.#shown?.ui.layer == null);
    const unrolled = this.#choices.unrolled;
    const chains = flow.values?.chains ?? [];
    const chainOf = (index: number) => chains.find(({ node }) => node === index) ?? null;
    const offered = box?.kind === "node" ? chainOf(box.members[0]) : null;
    const index = flow.graph.nodes.findIndex(({ key }) => key === unrolled);
    const chain = chainOf(index);
    setHidden(this.#unroll, offered === null && chain === null);
    const same = chain !== null && (offered === null || offered.node === chain.node);
    setText(this.#unroll, same ? "fold the timesteps" : `unroll ${offered?.steps.length ?? 0} timesteps`);
    const node = flow.graph.nodes[index];
    this.#chain.update(node === undefined ? "" : node.layer || node.title, chain, this.#scales);
  }

  #toggleChain(): void {
    const flow = this.#shown?.state.flow ?? null;
    if (flow === null) return;
    const box = this.#box ?? this.#chosenBox(flow);
    const key = box?.kind === "node" && hasChain(flow, box.members[0]) ? box.node.key : null;
    this.#choose({ unrolled: key === this.#choices.unrolled ? null : key });
  }

  #chosenBox({ graph }: Flow): Box | null {
    const layer = this.#shown?.ui.layer ?? null;
    const index = graph.nodes.findIndex((node) => node.kind === "layer" && node.layer === layer);
    return index === -1 ? null : { id: `n${index}`, kind: "node", node: graph.nodes[index], members: [index] };
  }
}

function hasChain({ values }: Flow, index: number): boolean {
  return values?.chains.some(({ node }) => node === index) === true;
}
