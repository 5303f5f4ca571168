// A chart's numbers as a table for those who do not see the chart. Not visible.
import { make, setText } from "../dom.ts";

/** A table with more rows waits: nobody reads it ten times a second, and the page is to be drawn first. */
const manyRows = 100;
/** So long, in milliseconds, before it is there and between two updates. */
const wait = { first: 100, next: 1000 };

export class DataTable {
  /** A box around the table, because a table takes the width of its words whatever it is told. */
  readonly element = make("div", "visually-hidden");
  readonly #body = make("tbody");
  readonly #caption = make("caption");
  #shown: readonly (readonly string[])[] = [];
  #next: readonly (readonly string[])[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(headers: readonly string[]) {
    const head = make("tr", "", {}, ...headers.map((header) => make("th", "", { scope: "col" }, header)));
    this.element.append(make("table", "", {}, this.#caption, make("thead", "", {}, head), this.#body));
  }

  update(caption: string, rows: readonly (readonly string[])[]): void {
    setText(this.#caption, caption);
    this.#next = rows;
    if (rows.length <= manyRows) this.#show();
    else this.#timer ??= setTimeout(() => this.#show(), this.#shown.length === 0 ? wait.first : wait.next);
  }

  /** Only cells that say something else are touched. */
  #show(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [before, rows] = [this.#shown, this.#next];
    this.#shown = rows;
    const existing = this.#body.rows;
    while (existing.length > rows.length) this.#body.deleteRow(-1);
    rows.forEach((row, i) => {
      const known = before[i];
      if (known?.length === row.length) change(existing[i], known, row);
      else {
        const made = make("tr", "", {}, ...row.map((cell) => make("td", "", {}, cell)));
        if (known === undefined) this.#body.append(made);
        else existing[i].replaceWith(made);
      }
    });
  }
}

function change({ cells }: HTMLTableRowElement, before: readonly string[], now: readonly string[]): void {
  now.forEach((cell, j) => {
    if (cell !== before[j]) cells[j].textContent = cell;
  });
}
