// Gradient through time: a heatmap of ‖∂L/∂h_t‖ for every recurrent layer, with the Jacobian's reach over it and journeys to its cells.
import type { EventPlace } from "../../../src/protocol/history.ts";
import { isWithin } from "../../describe.ts";
import { KeyedList, make, setHidden, setText } from "../../dom.ts";
import { Cancelled, createBusy } from "../busy.ts";
import { describeReport } from "../reportLabel.ts";
import type { Actions, Shown, View } from "../view.ts";
import { alignedWith, TimeAnswers } from "./answers.ts";
import { initialTime, type TimeChoices, zoomLimit } from "./choices.ts";
import { createControls } from "./controls.ts";
import { TimeFigure } from "./figure.ts";
import { colourDomain } from "./heatmap/colours.ts";
import type { Domains } from "./heatmap/draw.ts";
import { createLegend } from "./legend.ts";
import { type LayerInTime, layersInTime, type Row } from "./rows.ts";
import { nameOf } from "./words.ts";

export function createTime(actions: Actions): View {
  return new TimeView(actions);
}

class TimeView implements View {
  readonly element: HTMLElement;
  readonly #actions: Actions;
  readonly #label = make("span", "section-note");
  readonly #list = make("div", "time-list");
  readonly #empty = make("p", "empty", {}, "Gradients over time appear with the first statistics of this run.");
  readonly #legend = createLegend();
  readonly #controls;
  readonly #busy = createBusy();
  /** Why something could not be done. */
  readonly #message = make("p", "time-message", { role: "status" });
  readonly #figures: KeyedList<LayerInTime, TimeFigure>;
  readonly #answers: TimeAnswers;
  #choices: TimeChoices = initialTime;
  #shown: Shown | null = null;
  #layers: readonly LayerInTime[] = [];
  #domains: Domains = { gradient: null, jacobian: null };

  constructor(actions: Actions) {
    this.#actions = actions;
    this.#answers = new TimeAnswers(actions.ask, () => this.#redraw());
    this.#controls = createControls({
      choose: (change) => this.#choose(change),
      zoom: (factor) => this.#zoom(factor),
      ask: () => void this.#askChains(),
    });
    const figureActions = {
      go: (layer: LayerInTime, row: Row, t: number) => void this.#go(layer, row, t),
      zoom: (factor: number) => this.#zoom(factor),
    };
    this.#figures = new KeyedList(this.#list, (key) => new TimeFigure(nameOf(key), figureActions));
    const head = make("div", "section-head", {}, make("h2", "", {}, "Gradient through time"), this.#label);
    const parts = [this.#controls.element, this.#legend.element, this.#busy.element, this.#message, this.#list];
    const attributes = { "aria-label": "Gradient through time" };
    this.element = make("section", "panel wide timesteps", attributes, head, ...parts, this.#empty);
  }

  update(shown: Shown): void {
    const { state, ui, palette } = shown;
    if (state.model !== this.#shown?.state.model) this.#domains = { gradient: null, jacobian: null };
    if (state.status !== this.#shown?.state.status) setText(this.#message, "");
    this.#shown = shown;
    this.#choices = ui.time;
    const { sample, gates, zoom } = ui.time;
    this.#answers.follow(state, sample);
    const all = layersInTime(state, this.#answers.chains, gates);
    const chosen = ui.layer === null ? all : all.filter(({ layer }) => isWithin(layer, ui.layer ?? ""));
    // A chosen layer that is not recurrent narrows nothing here.
    this.#layers = chosen.length > 0 ? chosen : all;
    const layers = this.#layers;
    this.#domains = this.#newDomains();
    const recurrent = state.model?.layers.some((layer) => layer.recurrent) ?? false;
    setHidden(this.element, !recurrent && layers.length === 0);
    setHidden(this.#empty, layers.length > 0);
    setHidden(this.#legend.element, layers.length === 0);
    setHidden(this.#controls.element, layers.length === 0);
    const half = layers.some(({ parts }) => parts.some(({ rows }) => rows[0].before !== null));
    setText(this.#label, describeReport(state, half));
    this.#controls.update(state, ui.time, this.#answers);
    this.#legend.update(layers, this.#domains);
    this.#figures.update(
      layers,
      ({ layer }) => layer,
      (figure, layer) => {
        const input = alignedWith(this.#answers.input, layer.length);
        figure.update({ layer, input, domains: this.#domains, zoom, palette });
      },
    );
  }

  /** One scale for all layers, so that their colours can be compared. */
  #newDomains(): Domains {
    const rows = this.#layers.flatMap(({ parts }) => parts.flatMap((part) => part.rows));
    const values = (ramp: Row["ramp"]) =>
      rows.filter((row) => row.ramp === ramp).flatMap((row) => [...row.values, ...(row.before ?? [])]);
    const { gradient, jacobian } = this.#domains;
    return {
      gradient: colourDomain(values("gradient"), gradient),
      jacobian: colourDomain(values("jacobian"), jacobian),
    };
  }

  #redraw(): void {
    if (this.#shown !== null) this.update(this.#shown);
  }

  #choose(change: Partial<TimeChoices>): void {
    this.#choices = { ...this.#choices, ...change };
    this.#actions.choose({ time: this.#choices });
  }

  /** @param factor 0: the whole sequence again */
  #zoom(factor: number): void {
    const zoom = Math.min(zoomLimit, Math.max(1, this.#choices.zoom * factor));
    if (zoom !== this.#choices.zoom) this.#choose({ zoom });
  }

  async #askChains(): Promise<void> {
    setText(this.#message, "");
    const layers = this.#layers.map(({ layer }) => layer);
    for (const [i, layer] of layers.entries()) {
      const count = layers.length > 1 ? ` (${i + 1} of ${layers.length})` : "";
      const words = `Computing ∂h_T/∂h_t of ${nameOf(layer)}${count} …`;
      const keep = await this.#try(words, this.#answers.chain(layer));
      if (keep === null) return;
      keep();
    }
  }

  async #go({ layer }: LayerInTime, { place }: Row, timestep: number): Promise<void> {
    const { phase } = this.#choices;
    const state = this.#shown?.state;
    const name = `${nameOf(layer)}[t=${timestep}] ${phase}`;
    setText(this.#message, "");
    if (state?.status.kind !== "paused") {
      const how = state?.debug === false ? "it takes a debug session (Debug), because" : "pause the run first:";
      setText(this.#message, `To go to ${name}, ${how} only a paused run can be taken to another event.`);
      return;
    }
    const params: EventPlace = { layer, timestep, phase, ...place };
    await this.#try(`Going to ${name} …`, this.#actions.ask("goToEvent", params));
  }

  /** @returns null when it was given up or has failed, which is said then */
  async #try<T>(words: string, work: Promise<T>): Promise<T | null> {
    try {
      return await this.#busy.follow(words, work);
    } catch (error) {
      if (!(error instanceof Cancelled)) setText(this.#message, error instanceof Error ? error.message : String(error));
      return null;
    }
  }
}
