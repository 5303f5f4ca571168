// What the reader has chosen in the panel of kept runs, beside the runs themselves. Knows no page.

export interface RunsChoices {
  /** Compares the layers at this iteration, if both runs have it; null: at the last that both have. */
  readonly iteration: number | null;
  /** Lists every run and not only the newest ones. */
  readonly all: boolean;
}

export const initialRuns: RunsChoices = { iteration: null, all: false };

/** Choices as they were kept; what does not make sense is as in the beginning. */
export function restoreRuns(value: unknown): RunsChoices {
  if (typeof value !== "object" || value === null) return initialRuns;
  const { iteration, all }: Partial<Record<keyof RunsChoices, unknown>> = value;
  return { iteration: typeof iteration === "number" ? iteration : null, all: all === true };
}
