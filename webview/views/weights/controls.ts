// What stands above the table: the filter, what the small curves show, and the order where there is no row of heads.
import { make, setHidden, setText } from "../../dom.ts";
import { formatCount } from "../../format.ts";
import { type ColumnId, columnIds, type Trend, type WeightChoices } from "./choices.ts";
import { columns } from "./columns.ts";

export interface ControlActions {
  choose(change: (weights: WeightChoices) => Partial<WeightChoices>): void;
}

export interface Controls {
  readonly element: HTMLElement;
  update(choices: WeightChoices, shown: number, total: number): void;
}

const trends: Readonly<Record<Trend, string>> = { gradient: "gradient norm", ratio: "update ratio" };

export function createControls({ choose }: ControlActions): Controls {
  const filter = make("input", "weights-filter", {
    type: "search",
    placeholder: "Filter: rnn, *.bias …",
    "aria-label": "Filter parameters by name; * stands for anything",
    spellcheck: "false",
  });
  const trend = make("select", "weights-choice", {}, ...optionsOf(Object.entries(trends)));
  const order = make(
    "select",
    "weights-choice",
    {},
    ...optionsOf([["", "the model's order"], ...columns.map(({ id, short }) => [id, short] as const)]),
  );
  const reverse = make("button", "weights-button", { type: "button", "aria-label": "Turn the order round" }, "↕");
  const count = make("span", "weights-count", { role: "status" });
  filter.addEventListener("input", () => choose(() => ({ filter: filter.value })));
  trend.addEventListener("change", () => choose(() => ({ trend: trend.value === "ratio" ? "ratio" : "gradient" })));
  order.addEventListener("change", () => {
    const sort = columnIds.find((id) => id === order.value) ?? null;
    choose(() => ({ sort, descending: startsDescending(sort) }));
  });
  reverse.addEventListener("click", () => choose(({ descending }) => ({ descending: !descending })));
  const orderLabel = make("label", "weights-order", {}, "Sort by ", order, reverse);
  return {
    element: make("div", "weights-controls", {}, filter, orderLabel, make("label", "", {}, "Curves: ", trend), count),
    update(choices, shown, total) {
      // what is being typed stays as it is
      if (document.activeElement !== filter && filter.value !== choices.filter) filter.value = choices.filter;
      if (trend.value !== choices.trend) trend.value = choices.trend;
      if (order.value !== (choices.sort ?? "")) order.value = choices.sort ?? "";
      setHidden(reverse, choices.sort === null);
      setText(count, shown === total ? "" : `${formatCount(shown)} of ${formatCount(total)}`);
    },
  };
}

export function startsDescending(column: ColumnId | null): boolean {
  return columns.find(({ id }) => id === column)?.largestFirst ?? false;
}

function optionsOf(entries: readonly (readonly [value: string, text: string])[]): HTMLOptionElement[] {
  return entries.map(([value, text]) => make("option", "", { value }, text));
}
