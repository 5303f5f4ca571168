// What the reader has chosen for the table of weights and for the picture of one of them, and how it is read back.
import { type TensorPart, tensorParts } from "../../../src/protocol/inspector/tensorPicture.ts";

export const columnIds = ["name", "shape", "weight", "gradient", "update", "ratio", "zeros", "trend"] as const;

export type ColumnId = (typeof columnIds)[number];

/** What the small curves show. */
export type Trend = "gradient" | "ratio";

export interface WeightChoices {
  /** Null: the order of the model. */
  readonly sort: ColumnId | null;
  readonly descending: boolean;
  /** What names must contain; `*` stands for anything. */
  readonly filter: string;
  readonly trend: Trend;
  readonly part: TensorPart;
  /** Colours and histogram on a symmetric logarithmic scale. */
  readonly log: boolean;
}

export const initialWeights: WeightChoices = {
  sort: null,
  descending: false,
  filter: "",
  trend: "gradient",
  part: "after",
  log: false,
};

export function restoreWeights(value: unknown): WeightChoices {
  if (typeof value !== "object" || value === null) return initialWeights;
  const kept: Partial<Record<keyof WeightChoices, unknown>> = value;
  return {
    sort: columnIds.find((id) => id === kept.sort) ?? null,
    descending: kept.descending === true,
    filter: typeof kept.filter === "string" ? kept.filter : "",
    trend: kept.trend === "ratio" ? "ratio" : "gradient",
    part: tensorParts.find((part) => part === kept.part) ?? initialWeights.part,
    log: kept.log === true,
  };
}
