// What the reader has chosen for the view of time. Knows no page.

export interface TimeChoices {
  /** Number in the batch. */
  readonly sample: number;
  /** Where a click on a timestep leads. */
  readonly phase: "forward" | "backward";
  /** A row for every gate too. */
  readonly gates: boolean;
  /** 1: the whole sequence in the width there is. */
  readonly zoom: number;
}

export const initialTime: TimeChoices = { sample: 0, phase: "backward", gates: false, zoom: 1 };

export const zoomLimit = 64;

/** Choices as they were kept; what does not make sense is as in the beginning. */
export function restoreTime(value: unknown): TimeChoices {
  if (typeof value !== "object" || value === null) return initialTime;
  const kept: Partial<Record<keyof TimeChoices, unknown>> = value;
  const { sample, zoom } = kept;
  return {
    sample: typeof sample === "number" && Number.isInteger(sample) && sample >= 0 ? sample : 0,
    phase: kept.phase === "forward" ? "forward" : "backward",
    gates: kept.gates === true,
    zoom: typeof zoom === "number" && zoom >= 1 && zoom <= zoomLimit ? zoom : 1,
  };
}
