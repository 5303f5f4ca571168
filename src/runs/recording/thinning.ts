// Which iterations of a long run are kept. It hangs on nothing but their numbers, so that two runs keep the same ones.
import { isMilestone } from "../../protocol/inspector/runs.ts";

/** Up to here every iteration is kept; of each doubling after it, half as many as there are to here. */
const everyUpTo = 65_536;

/** Is this iteration's loss one of those that are kept? The newest one is kept with the end of the run in any case. */
export function keepsIteration(iteration: number): boolean {
  let stride = 1;
  for (let end = everyUpTo; iteration > end; end *= 2) stride *= 2;
  return iteration % stride === 0;
}

/** Statistics come by the clock; those of the milestones are kept, and of the others one for so much growth. */
const growth = 1 + 1 / 32;

/** Bounds how many statistics are kept by the logarithm of the run's length. */
export class StatisticsSchedule {
  #next = 0;
  #last = 0;

  /** Says yes at most once for each iteration. */
  wants(iteration: number): boolean {
    if (iteration <= this.#last || (iteration < this.#next && !isMilestone(iteration))) return false;
    this.#last = iteration;
    this.#next = Math.max(iteration + 1, Math.ceil(iteration * growth));
    return true;
  }

  rewound(iteration: number): void {
    this.#last = Math.min(this.#last, iteration);
    this.#next = Math.min(this.#next, iteration + 1);
  }
}
