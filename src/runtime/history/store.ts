// Snapshots of a run within a bound of memory: recent iterations densely, old ones sparsely, and the first. Saves nothing itself.
import type { Saved } from "../../training/snapshot/objects.ts";

/** A run at the beginning of an iteration. */
export interface Snapshot {
  /** The iteration that comes next: restoring it and going on runs this one first. */
  readonly iteration: number;
  readonly saved: Saved;
  /** Brings back what else is remembered: by triggers, by the clock of the model file. */
  readonly restoreRest: () => void;
}

/** However small a snapshot is, its objects take some memory. */
const overhead = 4096;
/** More would make no step back quicker, and each new one looks at all of them. */
const most = 1000;

export class SnapshotStore {
  /** By iteration. */
  private readonly snapshots: Snapshot[] = [];
  private total = 0;
  /** Numbers of the snapshot that was dropped last, to be written over. */
  private spare: ArrayBuffer | null = null;

  constructor(private readonly limit: number) {}

  get bytes(): number {
    return this.total;
  }

  get iterations(): readonly number[] {
    return this.snapshots.map(({ iteration }) => iteration);
  }

  has(iteration: number): boolean {
    return this.newest(iteration)?.iteration === iteration;
  }

  /** The newest snapshot of this iteration or an earlier one. */
  newest(iteration: number): Snapshot | null {
    const i = this.snapshots.findLastIndex((snapshot) => snapshot.iteration <= iteration);
    return this.snapshots[i] ?? null;
  }

  /** Memory for the next snapshot's numbers, if some is free. */
  takeSpare(): ArrayBuffer | null {
    const { spare } = this;
    this.spare = null;
    return spare;
  }

  /** @returns false when it alone is too large, so that it could not be kept */
  add(snapshot: Snapshot): boolean {
    this.dropWhere(({ iteration }) => iteration === snapshot.iteration);
    if (sizeOf(snapshot) > this.limit) return false;
    const at = this.snapshots.findLastIndex(({ iteration }) => iteration < snapshot.iteration) + 1;
    this.snapshots.splice(at, 0, snapshot);
    this.total += sizeOf(snapshot);
    while (this.total > this.limit || this.snapshots.length > most) this.drop(this.leastMissed(snapshot.iteration));
    return true;
  }

  /** Drops the snapshots of later iterations. */
  dropAfter(iteration: number): void {
    this.dropWhere((snapshot) => snapshot.iteration > iteration);
  }

  private dropWhere(unwanted: (snapshot: Snapshot) => boolean): void {
    for (let i = this.snapshots.length - 1; i >= 0; i--) if (unwanted(this.snapshots[i])) this.drop(i);
  }

  /**
   * The one between two others whose gap is smallest for its distance from `present`, so that the gaps grow with the
   * distance. The first goes only when nothing is left between it and the one that has just come.
   */
  private leastMissed(present: number): number {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 1; i < this.snapshots.length - 1; i++) {
      const { iteration } = this.snapshots[i];
      if (iteration === present) continue;
      const gap = this.snapshots[i + 1].iteration - this.snapshots[i - 1].iteration;
      const missed = gap / Math.abs(present - iteration);
      if (missed < least) [best, least] = [i, missed];
    }
    if (best !== -1) return best;
    return this.snapshots[0].iteration === present ? this.snapshots.length - 1 : 0;
  }

  private drop(index: number): void {
    const [dropped] = this.snapshots.splice(index, 1);
    this.total -= sizeOf(dropped);
    this.spare = dropped.saved.numbers;
  }
}

function sizeOf({ saved }: Snapshot): number {
  return saved.bytes + overhead;
}
