// What is known of the iterations that have been run: how they came out, and how far they have been reported.

/** Iterations that are remembered one by one; older ones are found again by replaying them. */
const remembered = 65536;

/** How an iteration came out. */
export interface Outcome {
  readonly loss: number;
  readonly gradNorm: number;
  /** Number of the last event that a step stops at. */
  readonly lastStep: number;
}

/** Outcomes by iteration; a new one takes the place of the one that came `remembered` iterations before. */
export class Outcomes {
  private readonly iterations = new Float64Array(remembered);
  private readonly losses = new Float64Array(remembered);
  private readonly gradNorms = new Float64Array(remembered);
  private readonly lastSteps = new Float64Array(remembered);

  set(iteration: number, { loss, gradNorm, lastStep }: Outcome): void {
    const i = iteration % remembered;
    this.iterations[i] = iteration;
    this.losses[i] = loss;
    this.gradNorms[i] = gradNorm;
    this.lastSteps[i] = lastStep;
  }

  get(iteration: number): Outcome | null {
    const i = iteration % remembered;
    if (this.iterations[i] !== iteration) return null;
    return { loss: this.losses[i], gradNorm: this.gradNorms[i], lastStep: this.lastSteps[i] };
  }
}

/** Counts what is reported, so that what a replay brings again is told from what is new. */
export class Reported {
  /** The newest iteration that was reported, and the newest that a validation was reported of. */
  iteration = 0;
  validation = 0;
  /** The newest line that the model file has written: its iteration, and its number in it. */
  private written = { iteration: 0, count: 0 };
  /** Lines of this iteration so far. */
  private lines = 0;

  iterationBegan(): void {
    this.lines = 0;
  }

  /** The model file writes a line. @returns is it new? */
  line(iteration: number): boolean {
    const count = ++this.lines;
    const { written } = this;
    if (iteration < written.iteration || (iteration === written.iteration && count <= written.count)) return false;
    this.written = { iteration, count };
    return true;
  }

  /** Lines that the iteration has written so far. */
  get linesSoFar(): number {
    return this.lines;
  }

  /** What comes after iteration − 1 is to be reported anew, but for the first `lines` lines of that iteration. */
  dropFrom(iteration: number, lines: number): void {
    const last = Math.max(0, iteration - 1);
    this.iteration = Math.min(this.iteration, last);
    this.validation = Math.min(this.validation, last);
    if (this.written.iteration >= iteration) this.written = { iteration, count: lines };
  }
}
