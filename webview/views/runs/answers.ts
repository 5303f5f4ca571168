// What the window has answered about kept runs: the list, and the comparison of two of them. Knows no element.
import type { RunComparison, RunSummary } from "../../../src/protocol/inspector/runs.ts";
import type { Actions } from "../view.ts";

/** Two runs, and the iteration that their layers are compared at. */
export interface Pair {
  readonly a: string;
  readonly b: string;
  readonly iteration: number | null;
}

export class RunsAnswers {
  readonly #ask: Actions["ask"];
  readonly #changed: () => void;
  #listed = -1;
  #pair: Pair | null = null;
  /** Null until the first answer. */
  runs: readonly RunSummary[] | null = null;
  comparison: RunComparison | null = null;
  /** Why there is no list, or no comparison; empty when there is. */
  listComplaint = "";
  comparisonComplaint = "";

  constructor(ask: Actions["ask"], changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** Is a comparison on its way? What is shown meanwhile belongs to what was asked before. */
  waiting = false;

  /** `version` is the page's count of changes of the kept runs. */
  followList(version: number): void {
    if (version === this.#listed) return;
    this.#listed = version;
    const take = (runs: readonly RunSummary[] | null, complaint: string) => {
      if (this.#listed !== version) return;
      this.runs = runs;
      this.listComplaint = complaint;
      this.#changed();
    };
    this.#ask("runs", {}).then(
      (runs) => take(runs, ""),
      (error: Error) => take(this.runs, `The kept runs could not be listed: ${error.message}`),
    );
  }

  /** Null: nothing is compared. Resolves when the answer is there, or another one is asked for. */
  async followPair(pair: Pair | null): Promise<void> {
    if (isSame(pair, this.#pair)) return;
    const otherRuns = pair?.a !== this.#pair?.a || pair?.b !== this.#pair?.b;
    this.#pair = pair;
    this.comparisonComplaint = "";
    // The layers of another iteration take the place of the ones that are shown; those of other runs would be wrong.
    if (otherRuns) this.comparison = null;
    this.waiting = pair !== null;
    if (pair === null) return;
    try {
      const comparison = await this.#ask("compareRuns", pair);
      if (this.#pair !== pair) return;
      this.comparison = comparison;
    } catch (error) {
      if (this.#pair !== pair) return;
      this.comparison = null;
      this.comparisonComplaint = error instanceof Error ? error.message : String(error);
    }
    this.waiting = false;
    this.#changed();
  }
}

function isSame(a: Pair | null, b: Pair | null): boolean {
  return a?.a === b?.a && a?.b === b?.b && a?.iteration === b?.iteration;
}
