// Changes from outside (a weight, a learning rate), each at its point of the run: replays make them again.
import type { PauseEvent } from "../events.ts";
import { compare, type Point } from "./point.ts";

/** Makes a change again, where the run has come to the event at which it was made. */
export type Redo = (event: PauseEvent) => void;

export interface Edit {
  readonly point: Point;
  /** For the console. */
  readonly what: string;
  /** Lines that the model file had written in this iteration. */
  readonly lines: number;
  /** Makes the change again; null when that is not known. */
  readonly redo: Redo | null;
}

export class Edits {
  /** In the order in which they were made, which is that of their points. */
  private edits: readonly Edit[] = [];
  /** The next one that the replay has to make. */
  private next = 0;

  /** Those of later points belong to a future that will not come. */
  add(edit: Edit): void {
    this.edits = [...this.edits.filter(({ point }) => compare(point, edit.point) <= 0), edit];
    this.next = this.edits.length;
  }

  /**
   * The run goes back to the beginning of iteration `from`, to be replayed up to `to`.
   * @returns the first change that is undone by it, as all that were made after it are; null when there is none
   */
  goBack(from: number, to: Point): Edit | null {
    const lost = ({ point, redo }: Edit) =>
      compare(point, to) > 0 || (redo === null && point.iteration >= Math.max(1, from));
    const first = this.edits.findIndex(lost);
    const undone = first === -1 ? null : this.edits[first];
    if (first !== -1) this.edits = this.edits.slice(0, first);
    this.next = this.edits.findIndex(({ point }) => point.iteration >= from);
    if (this.next === -1) this.next = this.edits.length;
    return undone;
  }

  /** Makes the changes of a point that the replay has come to. */
  redo(point: Point, event: PauseEvent): void {
    for (; this.next < this.edits.length; this.next++) {
      const edit = this.edits[this.next];
      if (compare(edit.point, point) > 0) return;
      edit.redo?.(event);
    }
  }
}
