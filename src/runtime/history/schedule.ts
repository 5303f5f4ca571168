// When the next snapshot is due, so that all of them together take a small share of the running time.

/** Running time between two snapshots, in times of what one takes: a share of 1/80. */
const spacing = 80;
/** Weight of the newest measurement in what a snapshot is taken to cost. */
const weight = 0.25;

export class Schedule {
  private cost = 0;
  private due = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds */
  isDue(now: number): boolean {
    return now >= this.due;
  }

  /** A snapshot was taken. */
  took(began: number, ended: number): void {
    const milliseconds = ended - began;
    // the first ones run before the compiler has seen them, and cost many times as much as those to come
    this.cost = this.cost === 0 ? milliseconds : this.cost + weight * (milliseconds - this.cost);
    this.due = ended + spacing * Math.max(this.cost, milliseconds);
  }
}
