// Curves: loss, gradient norm, learning rate and more over one axis of iterations, with marks on it and travel in time along it.
import { type Axis, iterationAt, pixelOf } from "../../charts/range.ts";
import { make, setHidden, setText } from "../../dom.ts";
import { formatCount, formatNumber } from "../../format.ts";
import type { Actions, Shown, View } from "../view.ts";
import { plotName, switched } from "./choices.ts";
import { possiblePlots, presentPlots, wholeOf } from "./extents.ts";
import { listen } from "./gestures.ts";
import { createHoverBox } from "./hover.ts";
import { createMarks } from "./marks/marks.ts";
import { Overlays } from "./overlays.ts";
import { createOverview } from "./overview.ts";
import { createOthersLegend } from "./plot/legend.ts";
import { runName } from "./plot/otherLines.ts";
import { createPlot, room } from "./plot/plot.ts";
import { type QuantityId, quantities } from "./plot/quantities.ts";
import { nearest } from "./plot/records.ts";
import { Spans } from "./spans.ts";
import { createTools } from "./tools.ts";
import { createCursor } from "./travel/cursor.ts";
import { Journey } from "./travel/journey.ts";
import { seenBeyond, standsAt } from "./travel/travel.ts";
import { ZoomState } from "./zoomState.ts";

export function createCurves(actions: Actions): View {
  return new CurvesView(actions);
}

const help = "Drag to zoom, Shift+drag to move, Ctrl+wheel to zoom, double-click for the whole run.";
const keys = "Plus and minus zoom, the arrow keys move, 0 shows the whole run, End follows the newest iterations.";

class CurvesView implements View {
  readonly element: HTMLElement;
  readonly #actions: Actions;
  readonly #zoom: ZoomState;
  readonly #journey: Journey;
  readonly #overlays: Overlays;
  /** The plots and what shares their axis; has the focus for the keys. */
  readonly #stack = make("div", "stack", { tabindex: "0", role: "group", "aria-label": `Plots. ${keys}` });
  readonly #spans = new Spans(this.#stack);
  readonly #tools;
  readonly #plots;
  readonly #othersLegend = createOthersLegend((line) => this.#toggle(line));
  readonly #cursor;
  readonly #marks = createMarks((iteration) => this.#aimAt(iteration));
  readonly #overview;
  readonly #hoverBox = createHoverBox();
  readonly #help = make("p", "note hint", {}, help);
  readonly #complaint = make("p", "note");
  /** What part of the run is shown, in words. */
  readonly #range = make("span", "range-words");
  readonly #line = make("div", "range-line");
  #shown: Shown | null = null;
  #present: ReadonlySet<QuantityId> = new Set();
  #pointer: { readonly x: number; readonly y: number } | null = null;
  #waiting = false;

  constructor(actions: Actions) {
    this.#actions = actions;
    const changed = (): void => this.#redraw();
    const whole = () => (this.#shown === null ? nothing : wholeOf(this.#shown.state, this.#overlays.runs));
    const zoom = new ZoomState({ whole, changed, remember: (zoom) => actions.choose({ zoom }) });
    this.#zoom = zoom;
    this.#journey = new Journey(actions.ask, () => this.#place());
    this.#overlays = new Overlays(actions.ask, changed);
    this.#plots = quantities.map((quantity) => createPlot(actions, quantity, (line) => this.#toggle(line)));
    this.#overview = createOverview({
      shown: () => zoom.range,
      select: (from, to) => zoom.select(from, to),
      all: () => zoom.all(),
    });
    this.#tools = createTools({
      zoom: (factor) => zoom.by(factor),
      move: (share) => zoom.move(share * (zoom.range.max - zoom.range.min)),
      all: () => zoom.all(),
      follow: (on) => zoom.follow(on),
      togglePlot: (id) => this.#toggle(plotName(id)),
    });
    this.#cursor = createCursor({
      axis: () => this.#axis(),
      aim: (iteration) => this.#aimAt(iteration),
      go: () => this.#journey.go(),
      stay: () => this.#journey.stay(),
    });
    this.#listen();
    const plots = this.#plots.map((plot) => plot.element);
    const below = [this.#marks.track, this.#overview.element, this.#hoverBox.element];
    this.#stack.append(this.#cursor.element, ...plots, ...below);
    const head = make("div", "section-head", {}, make("h2", "", {}, "Curves"));
    this.#line.append(this.#range, this.#journey.element);
    const above = [head, this.#tools.element, this.#othersLegend.element, this.#complaint, this.#line];
    const parts = [...above, this.#stack, this.#help, this.#marks.list];
    this.element = make("section", "panel wide curves", { "aria-label": "Curves" }, ...parts);
    new ResizeObserver(changed).observe(this.#stack);
  }

  update(shown: Shown): void {
    const before = this.#shown?.state.iterations.length ?? 0;
    this.#shown = shown;
    const { state, ui } = shown;
    this.#zoom.take(ui.zoom);
    // What was looked at in the run before is nowhere in the new one.
    if (before > 0 && state.iterations.length === 0 && !this.#zoom.follows) this.#zoom.all();
    this.#overlays.follow(ui.overlay);
    this.#journey.update(state);
    this.#draw(shown);
  }

  #listen(): void {
    listen(this.#stack, {
      axis: () => this.#axis(),
      zoom: (factor, at) => this.#zoom.by(factor, at),
      move: (by) => this.#zoom.move(by),
      select: (from, to) => this.#zoom.select(from, to),
      preview: (pixels) => this.#spans.show("selection", pixels),
      hover: (place) => {
        this.#pointer = place;
        this.#read();
      },
      all: () => this.#zoom.all(),
      newest: () => this.#zoom.follow(true),
    });
  }

  #toggle(name: string): void {
    this.#actions.choose(({ curvesHidden }) => ({ curvesHidden: switched(curvesHidden, name) }));
  }

  #aimAt(iteration: number): void {
    this.#zoom.show(iteration);
    this.#journey.aimAt(iteration);
  }

  /** What is shown on the pixels of the plots' box; null while there is nothing. */
  #axis(): Axis | null {
    const right = this.#stack.clientWidth - room.right;
    if (this.#shown === null || this.#shown.state.iterations.length === 0 || right <= room.left) return null;
    return { ...this.#zoom.range, left: room.left, right };
  }

  /** In the next frame; several wishes before it make one drawing. */
  #redraw(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      if (this.#shown !== null) this.#draw(this.#shown);
    });
  }

  #draw(shown: Shown): void {
    const { state, ui, palette } = shown;
    const isHidden = (name: string): boolean => ui.curvesHidden.includes(name);
    const possible = possiblePlots(state);
    this.#present = presentPlots(possible, ui.curvesHidden);
    // Shown before they are drawn: a chart in a hidden element has no size.
    const empty = state.iterations.length === 0;
    const around = [this.#tools.element, this.#cursor.element, this.#overview.element, this.#line, this.#help];
    for (const each of around) setHidden(each, empty);
    this.#drawPlots(shown, isHidden);
    const { range, isZoomed, follows } = this.#zoom;
    const present = this.#present;
    this.#tools.update({ zoomed: isZoomed, follows: isZoomed && follows, possible, present });
    const [from, to] = [Math.ceil(range.min), Math.floor(range.max)];
    setText(this.#range, `Iterations ${formatCount(from)} to ${formatCount(to)}`);
    this.#othersLegend.update(this.#overlays.runs, palette, isHidden);
    setText(this.#complaint, this.#overlays.complaint);
    const axis = this.#axis();
    this.#marks.update(state.marks, axis);
    setHidden(this.#marks.track, state.marks.length === 0);
    if (axis !== null) {
      const { min, max } = wholeOf(state, this.#overlays.runs);
      const strip = { records: state.iterations, log: ui.lossLog, axis: { ...axis, min, max } };
      this.#overview.update({ ...strip, shown: range, palette });
    }
    this.#place();
  }

  #drawPlots({ state, ui, palette }: Shown, isHidden: (name: string) => boolean): void {
    const there = this.#plots.filter(({ quantity }) => this.#present.has(quantity.id));
    for (const plot of this.#plots) setHidden(plot.element, !there.includes(plot));
    const columns = this.#stack.clientWidth - room.left - room.right;
    const data = { records: state.iterations, validations: state.validations, others: this.#overlays.runs };
    const { range } = this.#zoom;
    for (const plot of there) {
      plot.draw({ state, ui, palette, data, range, columns, isHidden, isLowest: plot === there.at(-1) });
    }
  }

  /** Puts the cursor, and what hangs on it, where it belongs. */
  #place(): void {
    const [shown, axis] = [this.#shown, this.#axis()];
    if (shown === null) return;
    const { state } = shown;
    const { model, status, iterations } = state;
    const stands = standsAt(state);
    const { aim, isGoing } = this.#journey;
    const paused = status.kind === "paused";
    if (model === null || stands === null) this.#cursor.update(null);
    else {
      const total = model.epochs * model.iterationsPerEpoch;
      const last = Math.max(stands, Math.min(total, wholeOf(state, this.#overlays.runs).max));
      const record = nearest(iterations, aim ?? stands);
      const values = record?.iteration === (aim ?? stands) ? `loss ${formatNumber(record.loss)}` : "";
      this.#cursor.update({ iteration: stands, aim, last, total, values, paused, going: isGoing });
    }
    this.#spans.showIterations("beyond", seenBeyond(state), axis);
    this.#spans.showIterations("stands", paused && stands !== null ? [stands, stands] : null, axis);
    this.#spans.showIterations("aim", aim === null ? null : [aim, aim], axis);
    this.#read();
  }

  /** What the curves say under the pointer, else where the cursor is drawn to. */
  #read(): void {
    const [shown, axis, { aim }] = [this.#shown, this.#axis(), this.#journey];
    const iteration = this.#pointer === null || axis === null ? aim : iterationAt(this.#pointer.x, axis);
    if (shown === null || axis === null || iteration === null) {
      this.#hoverBox.hide();
      this.#spans.show("crosshair", null);
      return;
    }
    const others = this.#overlays.runs.filter((run) => !shown.ui.curvesHidden.includes(runName(run.id)));
    const there = quantities.filter(({ id }) => this.#present.has(id));
    const about = { axis, state: shown.state, others, quantities: there };
    const record = this.#hoverBox.show(iteration, this.#pointer?.y ?? this.#firstPlot(), about);
    const x = record === null ? null : pixelOf(record, axis);
    this.#spans.show("crosshair", x === null ? null : [x, x]);
  }

  /** Where the box stands when no pointer says where, in pixels: over the first plot, not over its head. */
  #firstPlot(): number {
    return this.#stack.querySelector<HTMLElement>(".curve:not([hidden]) > .plot")?.offsetTop ?? 0;
  }
}

/** Before anything is known. */
const nothing = { min: 1, max: 2, newest: 1 };
