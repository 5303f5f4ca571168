// The panel of the flow: the network as it ran, how large what flows in it is, and where the run stands.
import type { Flow } from "../../../src/protocol/flow.ts";
import { DataTable } from "../../charts/dataTable.ts";
import { link, make, setHidden, setText } from "../../dom.ts";
import { baseName } from "../../format.ts";
import type { Actions, Shown, View } from "../view.ts";
import { ChainView } from "./chain.ts";
import type { FlowChoices } from "./choices.ts";
import { Drawing } from "./drawing.ts";
import { createSwitch, Legend } from "./legend.ts";
import { noScales, scalesOf } from "./scale.ts";
import { setVariable } from "./svg.ts";
import { type Box, openGroups, visibleGraph } from "./visible.ts";
import { describeBox, describePicture, tableRows } from "./words.ts";

/** Smaller than this nobody can read it: then it is scrolled. */
const smallest = 0.6;
const zoomStep = 1.25;

export function createFlow(actions: Actions): View {
  return new FlowView(actions);
}

class FlowView implements View {
  readonly element: HTMLElement;
  readonly #actions: Actions;
  readonly #canvas = make("div", "flow-canvas");
  readonly #legend = new Legend();
  readonly #switch = createSwitch((show) => this.#choose({ show }));
  readonly #chain = new ChainView();
  readonly #detail = make("p", "note flow-detail");
  readonly #said = make("p", "note flow-said", { role: "status" });
  readonly #unroll = link("flow-unroll", () => this.#toggleChain());
  readonly #all = link("flow-all", () => this.#actions.choose({ layer: null }));
  readonly #empty = make("p", "empty", {}, "The network appears when it has run for the first time.");
  readonly #table = new DataTable(["From", "To", "Shape", "RMS of values", "RMS of gradient", "The receiver"]);
  readonly #zoom: HTMLElement;
  #drawing: Drawing | null = null;
  #drawn = "";
  #scales = noScales;
  #shown: Shown | null = null;
  /** The box that is told of: pointed at, focused or chosen. */
  #box: Box | null = null;
  #scrolledTo = "";

  constructor(actions: Actions) {
    this.#actions = actions;
    const zoomBy = (label: string, sign: string, factor: number): HTMLElement => {
      const button = make("button", "flow-switch", { type: "button", "aria-label": label, title: label }, sign);
      button.addEventListener("click", () => {
        const zoom = Math.min(4, Math.max(0.25, (this.#choices?.zoom ?? 1) * factor));
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
      this.#canvas,
      this.#empty,
      under,
      this.#said,
      this.#chain.element,
      this.#table.element,
    );
    new ResizeObserver(() => this.#fit()).observe(this.#canvas);
  }

  update(shown: Shown): void {
    if (shown.state.model !== this.#shown?.state.model) this.#scales = noScales;
    this.#shown = shown;
    const { flow } = shown.state;
    for (const part of [this.#canvas, this.#legend.element, this.#switch.element, this.#zoom]) {
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
    this.#legend.update(this.#scales, show);
    const drawing = this.#drawingOf(flow, shown.ui.flow);
    drawing.update(flow, this.#scales, show, shown.ui.layer);
    this.#fit();
    this.#follow(drawing, flow);
    this.#tell(flow);
    this.#table.update(describePicture(flow), tableRows(flow));
  }

  get #choices(): FlowChoices | null {
    return this.#shown?.ui.flow ?? null;
  }

  #choose(change: Partial<FlowChoices>): void {
    const { actions, before } = { actions: this.#actions, before: this.#choices };
    if (before !== null) actions.choose({ flow: { ...before, ...change } });
  }

  #forget(): void {
    this.#drawing = null;
    this.#drawn = "";
    this.#canvas.replaceChildren();
    setText(this.#detail, "");
    setText(this.#said, "");
    setHidden(this.#unroll, true);
    setHidden(this.#all, true);
    this.#chain.update("", null, this.#scales);
  }

  /** A new one only when the graph or what is folded in it has changed: the numbers come many times a second. */
  #drawingOf(flow: Flow, choices: FlowChoices): Drawing {
    const key = `${this.#shown?.state.model?.file} ${flow.graph.id} ${openGroups(flow.graph, choices.open).join()}`;
    if (this.#drawing !== null && key === this.#drawn) return this.#drawing;
    const focused = document.activeElement;
    const id = focused instanceof HTMLElement && this.#canvas.contains(focused) ? (focused.dataset.box ?? "") : null;
    const drawing = new Drawing(visibleGraph(flow.graph, choices.open), {
      choose: (box) => this.#select(box),
      breakpoint: (box) => void this.#toggleBreakpoint(box),
      look: (box) => this.#look(box),
      toggle: (group, open) => this.#choose({ open: { ...this.#choices?.open, [group]: open } }),
    });
    this.#canvas.replaceChildren(drawing.element);
    this.#drawing = drawing;
    this.#drawn = key;
    this.#box = null;
    if (id !== null) drawing.focus(id);
    return drawing;
  }

  #select(box: Box): void {
    if (box.kind !== "node") return;
    this.#look(box);
    const { layer, source } = box.node;
    if (layer !== "") this.#actions.choose({ layer });
    if (source !== null) this.#actions.reveal(source);
  }

  #look(box: Box): void {
    this.#box = box;
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
    setText(this.#detail, box === null ? hint : describeBox(box, flow));
    setHidden(this.#all, this.#shown?.ui.layer == null);
    const unrolled = this.#choices?.unrolled ?? null;
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
    this.#choose({ unrolled: key === this.#choices?.unrolled ? null : key });
  }

  #chosenBox({ graph }: Flow): Box | null {
    const layer = this.#shown?.ui.layer ?? null;
    const index = graph.nodes.findIndex((node) => node.kind === "layer" && node.layer === layer);
    return index === -1 ? null : { id: `n${index}`, kind: "node", node: graph.nodes[index], members: [index] };
  }

  #fit(): void {
    if (this.#drawing === null) return;
    const { width } = this.#drawing.layout;
    const room = this.#canvas.clientWidth - 4;
    if (room <= 0) return;
    const scale = Math.min(1, Math.max(smallest, room / width)) * (this.#choices?.zoom ?? 1);
    setVariable(this.#canvas, "--scale", scale.toFixed(3));
  }

  /** Keeps in view where the run stands, once for every place that it comes to. */
  #follow(drawing: Drawing, flow: Flow): void {
    const here = `${this.#drawn} ${flow.values?.current.join() ?? ""}`;
    if (here === this.#scrolledTo) return;
    this.#scrolledTo = here;
    const rect = drawing.current(flow);
    if (rect === null) return;
    const scale = Number(this.#canvas.style.getPropertyValue("--scale")) || 1;
    const canvas = this.#canvas;
    const [top, bottom] = [rect.y * scale, (rect.y + rect.height) * scale];
    if (top < canvas.scrollTop || bottom > canvas.scrollTop + canvas.clientHeight) {
      canvas.scrollTop = top - canvas.clientHeight / 2;
    }
    const [left, right] = [rect.x * scale, (rect.x + rect.width) * scale];
    if (left < canvas.scrollLeft || right > canvas.scrollLeft + canvas.clientWidth) {
      canvas.scrollLeft = left - canvas.clientWidth / 2;
    }
  }
}

function hasChain({ values }: Flow, index: number): boolean {
  return values?.chains.some(({ node }) => node === index) === true;
}
