// What the reader has chosen in the views of the model at play. Knows no page.

export interface PlayingChoices {
  /** Shows the picture of this iteration or the last before it; null for the newest. */
  readonly iteration: number | null;
  /** Narrows the worst examples to a true class and a predicted one. */
  readonly cell: readonly [truth: number, predicted: number] | null;
}

export const initialPlaying: PlayingChoices = { iteration: null, cell: null };

/** Choices as they were kept; what does not make sense is as in the beginning. */
export function restorePlaying(value: unknown): PlayingChoices {
  if (typeof value !== "object" || value === null) return initialPlaying;
  const { iteration, cell }: Partial<Record<keyof PlayingChoices, unknown>> = value;
  const [truth, predicted]: unknown[] = Array.isArray(cell) ? cell : [];
  return {
    iteration: typeof iteration === "number" ? iteration : null,
    cell: typeof truth === "number" && typeof predicted === "number" ? [truth, predicted] : null,
  };
}
