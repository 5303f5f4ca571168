// The picture of a tensor: a heatmap that is read cell by cell with the pointer or the arrow keys.
import type { TensorPicture } from "../../../../src/protocol/inspector/tensorPicture.ts";
import { DataTable } from "../../../charts/dataTable.ts";
import { make, setAttribute, setHidden, setText } from "../../../dom.ts";
import { formatCount, formatNumber, formatTick } from "../../../format.ts";
import { drawsSharper } from "../../../frame/picture.ts";
import type { Palette } from "../../../theme.ts";
import { logDecades, Scale } from "./colours.ts";
import { type Cell, cellAt, cellOfElement, elementsOf, type Layout, layoutOf } from "./layout.ts";
import { paint } from "./paint.ts";
import { coverage, exact, indexOf, readout, summary } from "./words.ts";

export interface HeatmapActions {
  /** In or out by this factor, around an element. */
  zoom(factor: number, row: number, column: number): void;
}

/** Rows and columns of the table behind the picture: one that can be read. */
const tableSize = 12;

export class Heatmap {
  readonly element: HTMLElement;
  readonly #canvas = make("canvas", "", { role: "img" });
  readonly #surface = make("div", "weights-surface", { role: "slider", tabindex: "0", "aria-valuemin": "0" });
  readonly #plot = make("div", "weights-plot", {}, this.#canvas, this.#surface);
  readonly #readout = make("p", "weights-readout");
  readonly #ramp = make("span", "weights-ramp");
  readonly #low = make("span");
  readonly #middle = make("span", "weights-middle");
  readonly #high = make("span");
  readonly #broken = make("span", "weights-broken", {}, make("span", "weights-hatch", { "aria-hidden": "true" }));
  readonly #brokenCount = make("span");
  readonly #coverage = make("p", "note");
  readonly #table = new DataTable(["Index", "Value"]);
  readonly #actions: HeatmapActions;
  #picture: TensorPicture | null = null;
  #palette: Palette | null = null;
  #log = false;
  #layout: Layout | null = null;
  #hovered: Cell | null = null;
  #focused: Cell | null = null;
  /** Element that the keyboard is at, or that was pointed to in a list; kept from picture to picture. */
  #element = { row: 0, column: 0 };

  constructor(actions: HeatmapActions) {
    this.#actions = actions;
    this.#broken.append(this.#brokenCount);
    const legend = make(
      "p",
      "weights-legend",
      {},
      this.#low,
      make("span", "weights-scale", {}, this.#ramp, this.#middle),
      this.#high,
      this.#broken,
    );
    this.element = make(
      "figure",
      "weights-heatmap",
      {},
      this.#plot,
      this.#readout,
      legend,
      this.#coverage,
      this.#table.element,
    );
    this.#listen();
    new ResizeObserver(() => this.#draw()).observe(this.#plot);
    drawsSharper(this.#canvas, (scale, use) => {
      this.#draw(scale);
      use(this.#canvas);
      this.#draw();
    });
  }

  /** In pixels. */
  get width(): number {
    return this.#plot.clientWidth;
  }

  update(picture: TensorPicture, palette: Palette, log: boolean): void {
    const isNew = picture !== this.#picture;
    if (picture.name !== this.#picture?.name) this.#element = { row: 0, column: 0 };
    this.#picture = picture;
    this.#palette = palette;
    this.#log = log;
    this.#canvas.dataset.picture = `${picture.name}-${picture.part}`;
    this.#draw();
    if (!isNew) return;
    setAttribute(this.#canvas, "aria-label", summary(picture));
    setAttribute(this.#surface, "aria-label", `Elements of ${picture.name}`);
    setText(this.#coverage, coverage(picture));
    setHidden(this.#coverage, this.#coverage.textContent === "");
    this.#table.update(`Elements of ${picture.name}, the first ones`, tableRows(picture));
  }

  /** Moves the keyboard's place to an element, when the picture shows it. */
  pointTo(row: number, column: number): void {
    this.#element = { row, column };
    this.#hovered = null;
    this.#draw();
    this.#surface.focus();
  }

  #draw(finer = 0): void {
    const [picture, palette, ctx] = [this.#picture, this.#palette, this.#canvas.getContext("2d")];
    const width = this.#plot.clientWidth;
    if (picture === null || palette === null || ctx === null || width === 0) return;
    const layout = layoutOf(picture, width);
    this.#layout = layout;
    const size = { width: layout.columns * layout.cellWidth, height: layout.rows * layout.cellHeight };
    this.#plot.style.setProperty("--height", `${size.height}px`);
    this.#plot.style.setProperty("--width", `${size.width}px`);
    const density = finer || window.devicePixelRatio || 1;
    const [w, h] = [Math.max(1, Math.round(size.width * density)), Math.max(1, Math.round(size.height * density))];
    if (this.#canvas.width !== w) this.#canvas.width = w;
    if (this.#canvas.height !== h) this.#canvas.height = h;
    ctx.setTransform(density, 0, 0, density, 0, 0);
    const scale = new Scale(palette, picture.largest, this.#log);
    const at = cellOfElement(picture, this.#element.row, this.#element.column);
    this.#focused = at;
    const hasFocus = this.#surface.matches(":focus");
    paint(ctx, { picture, layout, scale, palette, hovered: this.#hovered, focused: hasFocus ? at : null });
    this.#say(picture);
    this.#explain(picture, scale);
  }

  #say(picture: TensorPicture): void {
    const cell = this.#hovered ?? this.#focused ?? (picture.values.length > 0 ? { row: 0, column: 0 } : null);
    const text = cell === null ? "No elements." : readout(picture, cell);
    setText(this.#readout, text);
    const place = this.#focused ?? { row: 0, column: 0 };
    setAttribute(this.#surface, "aria-valuemax", String(Math.max(0, picture.values.length - 1)));
    setAttribute(this.#surface, "aria-valuenow", String(place.row * picture.columns + place.column));
    setAttribute(this.#surface, "aria-valuetext", text);
  }

  #explain({ largest, statistics }: TensorPicture, scale: Scale): void {
    const ramp = scale.gradient();
    if (this.#ramp.style.getPropertyValue("--ramp") !== ramp) this.#ramp.style.setProperty("--ramp", ramp);
    setText(this.#low, formatNumber(-largest).replace("-", "−"));
    setText(this.#high, formatNumber(largest));
    setText(
      this.#middle,
      this.#log && largest > 0
        ? `±${formatTick(Number((largest / 10 ** (logDecades / 2)).toPrecision(2)))} halfway`
        : "0",
    );
    setHidden(this.#broken, statistics.nonFinite === 0);
    setText(this.#brokenCount, `NaN or ∞: ${formatCount(statistics.nonFinite)}`);
  }

  #listen(): void {
    const surface = this.#surface;
    const hover = (cell: Cell | null): void => {
      if (cell?.row === this.#hovered?.row && cell?.column === this.#hovered?.column) return;
      this.#hovered = cell;
      this.#draw();
    };
    surface.addEventListener("pointermove", ({ offsetX, offsetY }) => {
      hover(this.#layout === null ? null : cellAt(this.#layout, offsetX, offsetY));
    });
    surface.addEventListener("pointerleave", () => hover(null));
    surface.addEventListener("pointerdown", () => this.#stand(this.#hovered));
    surface.addEventListener("dblclick", () => this.#zoom(2));
    for (const name of ["focus", "blur"]) surface.addEventListener(name, () => this.#draw());
    surface.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** The keyboard goes on from a cell. */
  #stand(cell: Cell | null): void {
    if (cell === null || this.#picture === null) return;
    const { row, column } = elementsOf(this.#picture, cell);
    this.#element = { row: row[0], column: column[0] };
    this.#draw();
  }

  #zoom(factor: number): void {
    this.#actions.zoom(factor, this.#element.row, this.#element.column);
  }

  #pressed(event: KeyboardEvent): void {
    const picture = this.#picture;
    if (picture === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const { row, column } = this.#focused ?? { row: 0, column: 0 };
    const moves: Readonly<Record<string, Cell>> = {
      ArrowLeft: { row, column: column - 1 },
      ArrowRight: { row, column: column + 1 },
      ArrowUp: { row: row - 1, column },
      ArrowDown: { row: row + 1, column },
      Home: { row, column: 0 },
      End: { row, column: picture.columns - 1 },
      PageUp: { row: 0, column },
      PageDown: { row: picture.rows - 1, column },
    };
    if (event.key === "Enter" || event.key === "+") this.#zoom(2);
    else if (event.key === "-" || event.key === "Escape") this.#zoom(0.5);
    else if (Object.hasOwn(moves, event.key)) {
      const to = moves[event.key];
      const within = (at: number, count: number) => Math.min(count - 1, Math.max(0, at));
      this.#hovered = null;
      this.#stand({ row: within(to.row, picture.rows), column: within(to.column, picture.columns) });
    } else return;
    event.preventDefault();
  }
}

function tableRows(picture: TensorPicture): string[][] {
  const rows: string[][] = [];
  for (let row = 0; row < Math.min(picture.rows, tableSize); row++) {
    for (let column = 0; column < Math.min(picture.columns, tableSize); column++) {
      const value = picture.values[row * picture.columns + column];
      rows.push([indexOf(picture, { row, column }), exact(value)]);
    }
  }
  return rows;
}
