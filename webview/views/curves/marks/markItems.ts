// The marks of a run as the page has them: in the order of the run, in words, with a shape each, gathered where they crowd.
import type { Mark, MarkKind } from "../../../../src/protocol/inspector/marks.ts";
import { type Axis, pixelOf } from "../../../charts/range.ts";
import { formatCount } from "../../../format.ts";

/** Those that stand too close to be told apart, as one. */
export interface Cluster {
  /** The same as long as the same mark begins it. */
  readonly key: string;
  readonly x: number;
  readonly items: readonly Mark[];
  /** Of the one that matters most. */
  readonly kind: MarkKind;
}

/** Words for each kind, and a drawing (16 × 16) of a shape that no other kind has. */
export const kinds: Readonly<
  Record<MarkKind, { readonly words: string; readonly many: string; readonly drawing: string }>
> = {
  finding: { words: "finding", many: "findings", drawing: "M8 1.5l7 13H1zM7.2 6v4.5h1.6V6zm0 5.5v1.6h1.6v-1.6z" },
  branch: {
    words: "new branch",
    many: "new branches",
    drawing: "M3 1.5h2.4v6.2L10.6 4V1.5H13v3.7L5.4 10.6v3.9H3zM9 1.5h5.6L11.8 0z",
  },
  breakpoint: { words: "breakpoint hit", many: "breakpoint hits", drawing: "M8 3a5 5 0 1 0 0 10a5 5 0 0 0 0-10z" },
  dataBreakpoint: {
    words: "data breakpoint hit",
    many: "data breakpoint hits",
    drawing: "M4.8 2.5h6.4L14.5 8l-3.3 5.5H4.8L1.5 8z",
  },
};

/** What is in front where several stand together. */
const order: readonly MarkKind[] = ["finding", "branch", "dataBreakpoint", "breakpoint"];

/** In the order of the run, which is not that in which they were made: a run may have gone back. */
export function inOrder(marks: readonly Mark[]): Mark[] {
  return marks.toSorted((a, b) => a.iteration - b.iteration || a.event - b.event);
}

/** Gathers what stands within `reach` pixels of the first of a cluster; what the axis does not show is left out. */
export function clusters(items: readonly Mark[], axis: Axis, reach: number): Cluster[] {
  const found: { x: number; items: Mark[] }[] = [];
  for (const item of items) {
    if (item.iteration < axis.min || item.iteration > axis.max) continue;
    const x = pixelOf(item.iteration, axis);
    const last = found.at(-1);
    if (last !== undefined && x - last.x < reach) last.items.push(item);
    else found.push({ x, items: [item] });
  }
  return found.map(({ x, items: inside }) => ({
    key: `${inside[0].kind} ${inside[0].iteration} ${inside[0].event} ${inside[0].text}`,
    x,
    items: inside,
    kind: order.find((kind) => inside.some((item) => item.kind === kind)) ?? inside[0].kind,
  }));
}

export function describeMark({ kind, iteration, text }: Mark): string {
  return `Iteration ${formatCount(iteration)}, ${kinds[kind].words}: ${text}`;
}

/** One mark in full, several by their kinds and the first of them. */
export function describeCluster({ items }: Cluster): string {
  if (items.length === 1) return describeMark(items[0]);
  const counts = order.flatMap((kind) => {
    const count = items.filter((item) => item.kind === kind).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? kinds[kind].words : kinds[kind].many}`];
  });
  const [first, last] = [items[0].iteration, items[items.length - 1].iteration];
  const where =
    first === last ? `Iteration ${formatCount(first)}` : `Iterations ${formatCount(first)} to ${formatCount(last)}`;
  const shown = items.slice(0, 4).map((item) => (first === last ? item.text : describeMark(item)));
  const rest = items.length > shown.length ? [`and ${items.length - shown.length} more`] : [];
  return [`${where}: ${counts.join(", ")}`, ...shown, ...rest].join("\n");
}
