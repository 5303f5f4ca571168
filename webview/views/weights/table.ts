// The table of parameters in a box that scrolls: of thousands of rows only those in sight exist.
import type { HistoryPoint } from "../../../src/protocol/inspector/parameterHistory.ts";
import { make, setAttribute, setText } from "../../dom.ts";
import { type ColumnId, initialWeights, type WeightChoices } from "./choices.ts";
import { columns } from "./columns.ts";
import { ParameterRow } from "./row.ts";
import type { Row } from "./rows.ts";

export interface TableActions {
  /** Look into this parameter. */
  choose(name: string): void;
  sort(column: ColumnId): void;
}

export interface TableShown {
  readonly rows: readonly Row[];
  readonly history: readonly HistoryPoint[];
  readonly choices: WeightChoices;
  /** Name of the parameter that is looked into. */
  readonly selected: string | null;
}

/** Rows above and below the box that exist already. */
const overscan = 4;

export class ParameterTable {
  readonly element = make("div", "parameters-box");
  readonly #actions: TableActions;
  readonly #body = make("tbody", "", { role: "rowgroup" });
  readonly #table: HTMLTableElement;
  readonly #heads = new Map<ColumnId, { readonly cell: HTMLElement; readonly sign: HTMLElement }>();
  readonly #views = new Map<string, ParameterRow>();
  #shown: TableShown = { rows: [], history: [], choices: initialWeights, selected: null };
  /** Where the keyboard is. */
  #active: string | null = null;
  #rowHeight = 30;

  constructor(actions: TableActions) {
    this.#actions = actions;
    const heads = columns.map((column) => this.#head(column));
    this.#table = make(
      "table",
      "parameters",
      { role: "grid", tabindex: "0", "aria-label": "Parameters", "aria-colcount": String(columns.length) },
      make("thead", "", { role: "rowgroup" }, make("tr", "", { role: "row", "aria-rowindex": "1" }, ...heads)),
      this.#body,
    );
    this.element.append(this.#table);
    this.element.addEventListener("scroll", () => this.#draw(), { passive: true });
    this.#table.addEventListener("keydown", (event) => this.#pressed(event));
    this.#body.addEventListener("click", ({ target }) => {
      const row = target instanceof Element ? target.closest<HTMLElement>("tr[data-parameter]") : null;
      const name = row?.dataset.parameter;
      if (name === undefined) return;
      this.#active = name;
      this.#actions.choose(name);
    });
    new ResizeObserver(() => this.#draw()).observe(this.element);
  }

  update(shown: TableShown): void {
    const chosen = shown.selected !== this.#shown.selected ? shown.selected : null;
    this.#shown = shown;
    for (const [id, { cell, sign }] of this.#heads) {
      const sorts = shown.choices.sort === id;
      setAttribute(cell, "aria-sort", sorts ? (shown.choices.descending ? "descending" : "ascending") : "none");
      setText(sign, sorts ? (shown.choices.descending ? "▼" : "▲") : "");
    }
    setAttribute(this.#table, "aria-rowcount", String(shown.rows.length + 1));
    this.#body.style.setProperty("--count", String(shown.rows.length));
    this.#draw();
    // chosen elsewhere on the page, or in the editor
    if (chosen !== null) this.reveal(chosen);
  }

  /** Scrolls a row into the box. */
  reveal(name: string): void {
    const place = this.#placeOf(name);
    if (place < 0) return;
    const { element } = this;
    const room = element.clientHeight - this.#body.offsetTop;
    const top = place * this.#rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + this.#rowHeight > element.scrollTop + room) element.scrollTop = top + this.#rowHeight - room;
    this.#draw();
  }

  #head({ id, title, help }: (typeof columns)[number]): HTMLElement {
    const sign = make("span", "sort-sign", { "aria-hidden": "true" });
    const button = make("button", "sort", { type: "button", title: help }, title, sign);
    button.addEventListener("click", () => this.#actions.sort(id));
    // the keys that move between rows are not meant for it
    button.addEventListener("keydown", (event) => event.stopPropagation());
    const cell = make("th", `parameter-${id}`, { scope: "col", role: "columnheader" }, button);
    this.#heads.set(id, { cell, sign });
    return cell;
  }

  /** Makes the rows in sight, and lets the others go. */
  #draw(): void {
    const { rows, choices, history, selected } = this.#shown;
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / this.#rowHeight) - overscan);
    const count = Math.ceil((clientHeight || 400) / this.#rowHeight) + 2 * overscan;
    const visible = rows.slice(first, first + count);
    const names = new Set(visible.map(({ info }) => info.name));
    for (const [name, view] of this.#views) {
      if (names.has(name)) continue;
      view.element.remove();
      this.#views.delete(name);
    }
    const active = this.#active ?? selected ?? rows[0]?.info.name;
    visible.forEach((row, i) => {
      const { name } = row.info;
      let view = this.#views.get(name);
      if (view === undefined) {
        view = new ParameterRow(name);
        this.#views.set(name, view);
      }
      if (this.#body.children[i] !== view.element) {
        this.#body.insertBefore(view.element, this.#body.children[i] ?? null);
      }
      const look = { selected: name === selected, active: name === active, place: first + i, ...choices, history };
      view.update(row, look);
    });
    const place = active === undefined ? -1 : this.#placeOf(active);
    setAttribute(
      this.#table,
      "aria-activedescendant",
      place >= first && place < first + visible.length ? `parameter-row-${place}` : "",
    );
    this.#measure();
  }

  /** Rows are as high as the style sheet makes them, which depends on the width. */
  #measure(): void {
    const height = this.#body.firstElementChild?.getBoundingClientRect().height ?? 0;
    if (height === 0 || Math.abs(height - this.#rowHeight) < 0.5) return;
    this.#rowHeight = height;
    this.#draw();
  }

  #placeOf(name: string): number {
    return this.#shown.rows.findIndex(({ info }) => info.name === name);
  }

  #pressed(event: KeyboardEvent): void {
    const { rows, selected } = this.#shown;
    if (rows.length === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = Math.max(0, this.#placeOf(this.#active ?? selected ?? ""));
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.#rowHeight) - 1);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: rows.length - 1,
    };
    if (event.key === "Enter" || event.key === " ") this.#actions.choose(rows[at].info.name);
    else if (Object.hasOwn(moves, event.key)) {
      const to = Math.min(rows.length - 1, Math.max(0, moves[event.key]));
      this.#active = rows[to].info.name;
      this.reveal(this.#active);
    } else return;
    event.preventDefault();
  }
}
