// One recurrent layer over time: its heatmap, which is moved over with the pointer or the arrow keys, and what it says in words.
import type { SequenceInput } from "../../../src/protocol/inspector/time.ts";
import { DataTable } from "../../charts/dataTable.ts";
import { sample } from "../../charts/series.ts";
import { make, setAttribute, setHidden, setText } from "../../dom.ts";
import { drawsSharper } from "../../frame/picture.ts";
import type { Palette } from "../../theme.ts";
import { type Domains, drawFigure } from "./heatmap/draw.ts";
import { type Cell, cellAt, type Layout, layoutOf } from "./heatmap/layout.ts";
import type { LayerInTime, Row } from "./rows.ts";
import { columnsOf, type Note, notesOf, readout, summaryOf } from "./words.ts";

export interface FigureShown {
  readonly layer: LayerInTime;
  readonly input: SequenceInput;
  readonly domains: Domains;
  readonly zoom: number;
  readonly palette: Palette;
}

export interface FigureActions {
  go(layer: LayerInTime, row: Row, t: number): void;
  zoom(factor: number): void;
}

/** Rows of the table behind the picture. */
const tableRows = 64;

export class TimeFigure {
  readonly element: HTMLElement;
  readonly #actions: FigureActions;
  readonly #canvas = make("canvas", "", { role: "img" });
  /** Lies over the canvas: it scrolls, and has the focus. */
  readonly #surface = make("div", "time-surface", { role: "slider", tabindex: "0", "aria-valuemin": "0" });
  readonly #plot = make("div", "time-plot", {}, this.#canvas, this.#surface);
  readonly #readout = make("p", "time-readout note");
  readonly #notes = make("figcaption", "note");
  readonly #tables = make("div");
  #table: DataTable | null = null;
  #headers = "";
  #shown: FigureShown | null = null;
  #layout: Layout | null = null;
  #hovered: Cell | null = null;
  /** Where the arrow keys are; kept while the focus is elsewhere. */
  #at: Cell | null = null;
  #zoom = 1;

  constructor(name: string, actions: FigureActions) {
    this.#actions = actions;
    this.#canvas.dataset.picture = `gradient-through-time-${name}`;
    this.#surface.setAttribute("aria-label", `Timestep of ${name}`);
    const title = make("h3", "", {}, name);
    this.element = make("figure", "time-figure", {}, title, this.#plot, this.#readout, this.#notes, this.#tables);
    this.#listen();
    new ResizeObserver(() => this.#draw()).observe(this.#plot);
    drawsSharper(this.#canvas, (scale, use) => {
      this.#draw(scale);
      use(this.#canvas);
      this.#draw();
    });
  }

  update(shown: FigureShown): void {
    const { layer, zoom } = shown;
    this.#shown = shown;
    this.#at ??= { row: 0, t: layer.cursor ?? layer.length - 1 };
    const last = layer.parts.reduce((n, { rows }) => n + rows.length, 0) - 1;
    this.#at = { row: Math.min(this.#at.row, last), t: Math.min(this.#at.t, layer.length - 1) };
    if (this.#hovered !== null && (this.#hovered.row > last || this.#hovered.t >= layer.length)) this.#hovered = null;
    this.#rescale(zoom);
    this.#draw();
    const notes = notesOf(layer);
    setHidden(this.#notes, notes.length === 0);
    if (this.#notes.textContent !== notes.map(({ label, text }) => label + text).join(""))
      this.#notes.replaceChildren(...notes.map(noteElement));
    const summary = summaryOf(layer);
    setAttribute(this.#canvas, "aria-label", summary);
    this.#fillTable(shown, summary);
  }

  /** Brings the cell that the keyboard is at into the middle, or keeps the middle of what is seen. */
  #rescale(zoom: number): void {
    if (zoom === this.#zoom) return;
    const layout = this.#layout;
    this.#zoom = zoom;
    if (layout === null) return;
    const half = (layout.right - layout.left) / 2;
    const focused = this.#surface.matches(":focus-visible") && this.#at !== null ? this.#at : null;
    const middle = focused === null ? (layout.offset + half) / layout.all : (focused.t + 0.5) / layout.length;
    this.#layOut();
    if (this.#layout !== null) this.#surface.scrollLeft = middle * this.#layout.all - half;
  }

  #layOut(): Layout | null {
    const shown = this.#shown;
    const ctx = this.#canvas.getContext("2d");
    const width = this.#plot.clientWidth;
    if (shown === null || ctx === null || width === 0) return null;
    const { layer, palette, zoom, input } = shown;
    ctx.font = `${palette.fontSize - 2}px ${palette.fontFamily}`;
    const labels = Math.max(
      ...layer.parts.flatMap(({ rows }) => rows.map(({ label }) => ctx.measureText(label).width)),
    );
    const scroll = this.#surface.scrollLeft;
    const layout = layoutOf(layer, { width, labels: Math.ceil(labels), zoom, scroll, input });
    this.#layout = layout;
    this.#plot.style.setProperty("--height", `${layout.height}px`);
    // as wide as what it scrolls over: the cells and what stands beside them
    this.#surface.style.setProperty("--content", `${Math.floor(layout.all + width - (layout.right - layout.left))}px`);
    return layout;
  }

  #draw(scale = window.devicePixelRatio): void {
    const layout = this.#layOut();
    const ctx = this.#canvas.getContext("2d");
    const shown = this.#shown;
    if (layout === null || ctx === null || shown === null) return;
    const [width, height] = [Math.round(layout.width * scale), Math.round(layout.height * scale)];
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    ctx.setTransform(scale, 0, 0, scale, 0, 0);
    const focused = this.#surface.matches(":focus-visible") ? this.#at : null;
    drawFigure(ctx, { ...shown, layout, hovered: this.#hovered, focused });
    this.#say(shown, this.#hovered ?? focused);
  }

  /** What is under the pointer or the keyboard, in words. */
  #say({ layer, input }: FigureShown, cell: Cell | null): void {
    setText(this.#readout, cell === null ? hint : readout(layer, cell, input));
    const at = this.#at;
    if (at === null) return;
    setAttribute(this.#surface, "aria-valuemax", String(Math.max(0, layer.length - 1)));
    setAttribute(this.#surface, "aria-valuenow", String(at.t));
    setAttribute(this.#surface, "aria-valuetext", readout(layer, at, input));
  }

  #fillTable({ layer, input }: FigureShown, summary: string): void {
    const columns = columnsOf(layer, input);
    const headers = columns.map(({ header }) => header);
    if (this.#table === null || this.#headers !== headers.join("\t")) {
      this.#headers = headers.join("\t");
      this.#table = new DataTable(headers);
      this.#tables.replaceChildren(this.#table.element);
    }
    const rows = sample(layer.length, tableRows).map((t) => columns.map(({ cell }) => cell(t)));
    this.#table.update(summary, rows);
  }

  #listen(): void {
    const surface = this.#surface;
    const place = ({ clientX, clientY }: MouseEvent): Cell | null => {
      const box = surface.getBoundingClientRect();
      return this.#layout === null ? null : cellAt(this.#layout, clientX - box.left, clientY - box.top);
    };
    const hover = (cell: Cell | null): void => {
      if (cell?.row === this.#hovered?.row && cell?.t === this.#hovered?.t) return;
      this.#hovered = cell;
      surface.classList.toggle("on-cell", cell !== null);
      this.#draw();
    };
    surface.addEventListener("mousemove", (event) => hover(place(event)));
    surface.addEventListener("mouseleave", () => hover(null));
    surface.addEventListener("click", (event) => {
      const cell = place(event);
      if (cell === null) return;
      this.#at = cell;
      this.#go(cell);
    });
    for (const type of ["focus", "blur", "scroll"]) surface.addEventListener(type, () => this.#draw());
    surface.addEventListener("keydown", (event) => {
      if (this.#key(event.key)) event.preventDefault();
    });
    surface.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        this.#actions.zoom(event.deltaY < 0 ? 1.25 : 0.8);
      },
      { passive: false },
    );
  }

  /** @returns is it a key that means something here? */
  #key(key: string): boolean {
    const [at, layer] = [this.#at, this.#shown?.layer];
    if (at === null || layer === undefined) return false;
    const last = layer.length - 1;
    const moves: Readonly<Record<string, readonly [t: number, row: number]>> = {
      ArrowLeft: [at.t - 1, at.row],
      ArrowRight: [at.t + 1, at.row],
      PageUp: [at.t + 10, at.row],
      PageDown: [at.t - 10, at.row],
      Home: [0, at.row],
      End: [last, at.row],
      ArrowUp: [at.t, at.row - 1],
      ArrowDown: [at.t, at.row + 1],
    };
    const zooms: Readonly<Record<string, number>> = { "+": 1.5, "=": 1.5, "-": 1 / 1.5, "0": 0 };
    if (key === "Enter" || key === " ") this.#go(at);
    else if (moves[key] !== undefined) this.#moveTo(...moves[key]);
    else if (zooms[key] !== undefined) this.#actions.zoom(zooms[key]);
    else return false;
    return true;
  }

  #moveTo(t: number, row: number): void {
    const [layout, layer] = [this.#layout, this.#shown?.layer];
    if (layout === null || layer === undefined) return;
    this.#at = {
      t: Math.min(layer.length - 1, Math.max(0, t)),
      row: Math.min(layout.rows.length - 1, Math.max(0, row)),
    };
    this.#hovered = null;
    const { cell, offset, left, right } = layout;
    const x = this.#at.t * cell;
    if (x < offset) this.#surface.scrollLeft = x;
    else if (x + cell > offset + right - left) this.#surface.scrollLeft = x + cell - (right - left);
    this.#draw();
  }

  #go({ row, t }: Cell): void {
    const [layout, layer] = [this.#layout, this.#shown?.layer];
    const place = layout?.rows[row];
    if (layer !== undefined && place !== undefined) this.#actions.go(layer, layer.parts[place.part].rows[place.row], t);
  }
}

function noteElement({ label, text }: Note): HTMLElement {
  const words = make("span", "", {}, text);
  return make("div", "time-note", {}, ...(label === "" ? [] : [make("b", "", {}, label)]), words);
}

const hint = "Click a cell, or move with the arrow keys and press Enter, to go to that event.";
