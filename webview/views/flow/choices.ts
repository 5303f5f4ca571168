// What the reader has chosen for the picture of the flow, and how it is read back. Knows no page.

/** What the edges show. */
export type FlowQuantity = "values" | "gradients" | "both";

export interface FlowChoices {
  readonly show: FlowQuantity;
  /** Groups that the reader opened (true) or folded (false), by key; the others as there is room. */
  readonly open: Readonly<Record<string, boolean>>;
  /** Times the size that fits the width. */
  readonly zoom: number;
  /** Key of the node whose timesteps are laid out; null for none. */
  readonly unrolled: string | null;
}

export const initialFlow: FlowChoices = { show: "both", open: {}, zoom: 1, unrolled: null };

export const flowQuantities: readonly FlowQuantity[] = ["values", "gradients", "both"];

export function restoreFlow(value: unknown): FlowChoices {
  if (typeof value !== "object" || value === null) return initialFlow;
  const { show, open, zoom, unrolled }: Partial<Record<keyof FlowChoices, unknown>> = value;
  const entries = typeof open === "object" && open !== null ? Object.entries(open) : [];
  return {
    show: flowQuantities.find((quantity) => quantity === show) ?? initialFlow.show,
    open: Object.fromEntries(entries.filter((entry): entry is [string, boolean] => typeof entry[1] === "boolean")),
    zoom: typeof zoom === "number" && zoom >= 0.25 && zoom <= 4 ? zoom : 1,
    unrolled: typeof unrolled === "string" ? unrolled : null,
  };
}
