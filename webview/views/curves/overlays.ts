// The curves of the kept runs that are drawn over the run's own: asked for when others are chosen.
import type { RunCurves } from "../../../src/protocol/inspector/runs.ts";
import type { Actions } from "../view.ts";

export class Overlays {
  readonly #ask: Actions["ask"];
  readonly #changed: () => void;
  #asked: readonly string[] = [];
  #runs: readonly RunCurves[] = [];
  #complaint = "";

  constructor(ask: Actions["ask"], changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** In the order in which they were chosen. */
  get runs(): readonly RunCurves[] {
    return this.#runs;
  }

  /** Why some are not there; empty when all are, or are on their way. */
  get complaint(): string {
    return this.#complaint;
  }

  follow(ids: readonly string[]): void {
    if (ids.length === this.#asked.length && ids.every((id, i) => id === this.#asked[i])) return;
    this.#asked = ids;
    // Those that stay are shown until the answer is there.
    this.#runs = this.#runs.filter(({ id }) => ids.includes(id));
    this.#complaint = "";
    if (ids.length === 0) return;
    this.#ask("runCurves", { ids }).then(
      (runs) => this.#take(ids, runs, missing(ids, runs)),
      (error: Error) => this.#take(ids, this.#runs, `The other runs could not be read: ${error.message}`),
    );
  }

  #take(asked: readonly string[], runs: readonly RunCurves[], complaint: string): void {
    if (this.#asked !== asked) return;
    this.#runs = runs;
    this.#complaint = complaint;
    this.#changed();
  }
}

function missing(ids: readonly string[], runs: readonly RunCurves[]): string {
  const count = ids.filter((id) => !runs.some((run) => run.id === id)).length;
  if (count === 0) return "";
  return count === 1 ? "One chosen run is not there any more." : `${count} chosen runs are not there any more.`;
}
