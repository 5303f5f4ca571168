// A chart's numbers as a table for those who do not see the chart. Not visible.
import { make } from "../dom.ts";

export class DataTable {
  /** A box around the table, because a table takes the width of its words whatever it is told. */
  readonly element = make("div", "visually-hidden");
  readonly #body = make("tbody");
  readonly #caption = make("caption");
  #shown = "";

  constructor(headers: readonly string[]) {
    const head = make("tr", "", {}, ...headers.map((header) => make("th", "", { scope: "col" }, header)));
    this.element.append(make("table", "", {}, this.#caption, make("thead", "", {}, head), this.#body));
  }

  update(caption: string, rows: readonly (readonly string[])[]): void {
    const text = `${caption}\n${rows.map((row) => row.join("\t")).join("\n")}`;
    if (text === this.#shown) return;
    this.#shown = text;
    this.#caption.textContent = caption;
    this.#body.replaceChildren(
      ...rows.map((row) => make("tr", "", {}, ...row.map((cell) => make("td", "", {}, cell)))),
    );
  }
}
