// The marks on the axis as a row of symbols, and the list behind it.
import type { Mark, MarkKind } from "../../../../src/protocol/inspector/marks.ts";
import type { Axis } from "../../../charts/range.ts";
import { icon, KeyedList, make, setAttribute, setHidden, setText } from "../../../dom.ts";
import { formatCount } from "../../../format.ts";
import { type Cluster, clusters, describeCluster, inOrder, kinds } from "./markItems.ts";

/** Pixels from one symbol, with its count beside it, to the next. */
const reach = 22;
/** Of a long list these are shown, the newest ones. */
const listed = 200;

export interface MarkViews {
  readonly track: HTMLElement;
  readonly list: HTMLElement;
  /** In any order. */
  update(marks: readonly Mark[], axis: Axis | null): void;
}

/** `choose` is called with the iteration of a mark that a person has chosen. */
export function createMarks(choose: (iteration: number) => void): MarkViews {
  const list = createList(choose);
  const track = createTrack((cluster) => {
    choose(cluster.items[0].iteration);
    list.show(cluster.items[0]);
  });
  let shown: readonly Mark[] | null = null;
  let items: readonly Mark[] = [];
  return {
    track: track.element,
    list: list.element,
    update(marks, axis) {
      if (marks !== shown) {
        shown = marks;
        items = inOrder(marks);
        list.update(items);
      }
      track.update(axis === null ? [] : clusters(items, axis, reach));
    },
  };
}

interface Symbol {
  readonly element: HTMLButtonElement;
  readonly path: SVGPathElement | null;
  readonly count: HTMLElement;
  cluster: Cluster | null;
}

function createTrack(onChoose: (cluster: Cluster) => void) {
  const element = make("div", "mark-track", { role: "toolbar", "aria-label": "Marks on the axis" });
  const symbols = new KeyedList<Cluster, Symbol>(element, () => {
    const drawing = icon("");
    const count = make("span", "mark-count", { "aria-hidden": "true" });
    const button = make("button", "", { type: "button", tabindex: "-1" }, drawing, count);
    const symbol: Symbol = { element: button, path: drawing.querySelector("path"), count, cluster: null };
    button.addEventListener("click", () => {
      if (symbol.cluster !== null) onChoose(symbol.cluster);
    });
    return symbol;
  });
  const buttons = (): HTMLButtonElement[] => [...element.querySelectorAll("button")];
  const stopAt = (stop: HTMLButtonElement | undefined): void => {
    for (const button of buttons()) setAttribute(button, "tabindex", button === stop ? "0" : "-1");
  };
  element.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLButtonElement) stopAt(target);
  });
  element.addEventListener("keydown", (event) => {
    const all = buttons();
    const i = all.findIndex((button) => button.matches(":focus"));
    const to: Readonly<Record<string, number>> = {
      ArrowLeft: Math.max(0, i - 1),
      ArrowRight: Math.min(all.length - 1, i + 1),
      Home: 0,
      End: all.length - 1,
    };
    if (!Object.hasOwn(to, event.key)) return;
    event.preventDefault();
    all[to[event.key]]?.focus();
  });
  return {
    element,
    update(found: readonly Cluster[]) {
      symbols.update(
        found,
        ({ key }) => key,
        (symbol, cluster) => {
          const { element: button, path, count } = symbol;
          symbol.cluster = cluster;
          setAttribute(button, "class", `mark ${cluster.kind}`);
          path?.setAttribute("d", kinds[cluster.kind].drawing);
          button.style.setProperty("--at", `${cluster.x.toFixed(1)}px`);
          setText(count, cluster.items.length > 1 ? formatCount(cluster.items.length) : "");
          const words = describeCluster(cluster);
          setAttribute(button, "aria-label", words.replaceAll("\n", "; "));
          setAttribute(button, "title", words);
        },
      );
      const all = buttons();
      if (all.length > 0 && !all.some((button) => button.tabIndex === 0)) stopAt(all[0]);
    },
  };
}

interface Row {
  readonly element: HTMLElement;
  readonly button: HTMLButtonElement;
  readonly path: SVGPathElement | null;
  readonly words: HTMLElement;
  iteration: number;
}

function createList(choose: (iteration: number) => void) {
  const summary = make("summary");
  const rows = make("ol", "mark-rows");
  const element = make("details", "mark-list", {}, summary, rows);
  const entries = new KeyedList<Mark, Row>(rows, () => {
    const drawing = icon("");
    const place = make("span", `mark`, { "aria-hidden": "true" }, drawing);
    const button = make("button", "link mark-go", { type: "button" });
    const words = make("span", "mark-words");
    const row: Row = {
      element: make("li", "mark-row", {}, place, button, words),
      button,
      path: drawing.querySelector("path"),
      words,
      iteration: 0,
    };
    button.addEventListener("click", () => choose(row.iteration));
    return row;
  });
  return {
    element,
    show(item: Mark): void {
      element.open = true;
      const row = [...rows.children].find(
        (child) => child instanceof HTMLElement && child.dataset.mark === keyOf(item),
      );
      for (const child of rows.children) child.classList.toggle("chosen", child === row);
      // Only the list scrolls: the curves stay where they are.
      if (row instanceof HTMLElement) rows.scrollTop = row.offsetTop - rows.offsetTop - 40;
    },
    update(items: readonly Mark[]): void {
      setHidden(element, items.length === 0);
      const newest = items.slice(-listed);
      setText(summary, summaryOf(items));
      entries.update(newest, keyOf, (row, item) => {
        row.iteration = item.iteration;
        row.element.dataset.mark = keyOf(item);
        setAttribute(row.element.firstElementChild ?? row.element, "class", `mark ${item.kind}`);
        row.path?.setAttribute("d", kinds[item.kind].drawing);
        setText(row.button, `iteration ${formatCount(item.iteration)}`);
        setText(row.words, `${kinds[item.kind].words}: ${item.text}`);
      });
    },
  };
}

function keyOf({ kind, iteration, event, text }: Mark): string {
  return `${kind} ${iteration} ${event} ${text}`;
}

function summaryOf(items: readonly Mark[]): string {
  const all = Object.keys(kinds) as MarkKind[]; // the keys of a total record
  const counts = all.flatMap((kind) => {
    const count = items.filter((item) => item.kind === kind).length;
    return count === 0 ? [] : [`${formatCount(count)} ${count === 1 ? kinds[kind].words : kinds[kind].many}`];
  });
  const more = items.length > listed ? ` (the newest ${listed} are listed)` : "";
  return `Marks: ${counts.join(", ")}${more}`;
}
