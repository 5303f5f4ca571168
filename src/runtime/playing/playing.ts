// Shows the model at play while a run trains: when to look, so that it costs next to nothing, and to whom it is told.
import type { PlayingReport } from "../../protocol/inspector/playing.ts";
import { aside } from "../../training/aside.ts";
import type { TrainingRun } from "../../training/run.ts";
import type { Subject } from "./probe.ts";
import { subjectOf } from "./subject.ts";

/** After a look that took t, the next one comes 100 t later: one hundredth of the time. Milliseconds. */
const pause = 100;
const shortestPause = 500;
/** In so many looks most of the time is the compiler's, and says nothing of the next, unless one takes longer than this. Milliseconds. */
const warmUp = { looks: 3, longest: 150 };
/** What takes no longer than this is computed again at once after an iteration with a pause in it. Milliseconds. */
const cheap = 50;

export interface PlayingHost {
  /** Is the run on its way through iterations that have been there before? */
  readonly travels: boolean;
  send(report: PlayingReport): void;
  /** Notes what else a model file may change (its chance and clock); the result brings it back. */
  saveRest(): () => void;
  now(): number;
}

export class Playing {
  /** Is the model computing something now that is no part of its training? */
  computing = false;
  private subject: Subject | null = null;
  private looked = false;
  private looks = 0;
  private next = Number.NEGATIVE_INFINITY;
  /** Milliseconds that the last look took. */
  private took = 0;
  /** Iteration after which it was last looked, −1 for none. */
  private seen = -1;

  constructor(private readonly host: PlayingHost) {}

  /** Between two iterations. @param paused was there a pause in the one before? */
  between(run: TrainingRun, paused: boolean): void {
    if (this.host.travels) return;
    const now = this.host.now();
    if (now < this.next && !(paused && this.took <= cheap && run.iteration !== this.seen)) return;
    this.look(run);
  }

  /** The run is over: its last state is shown in any case. */
  finished(run: TrainingRun): void {
    if (run.iteration !== this.seen || !this.looked) this.look(run);
  }

  private look(run: TrainingRun): void {
    if (this.looked && this.subject === null) return;
    const began = this.host.now();
    const isFirst = this.seen === -1;
    const restore = this.host.saveRest();
    this.computing = true;
    try {
      if (this.looked) this.show(run);
      else this.begin(run);
    } catch (error) {
      this.subject = null;
      this.host.send({ kind: "unavailable", message: error instanceof Error ? error.message : String(error) });
    } finally {
      this.computing = false;
      restore();
      const now = this.host.now();
      this.took = isFirst ? 0 : now - began;
      const isWarm = ++this.looks > warmUp.looks || this.took > warmUp.longest;
      this.next = now + Math.max(shortestPause, isWarm ? pause * this.took : 0);
    }
  }

  /** Finds out what there is to show, and shows it unless that would keep the first iteration waiting. */
  private begin(run: TrainingRun): void {
    this.looked = true;
    this.subject = subjectOf(run);
    if (this.subject === null) return;
    this.host.send({ kind: "about", about: this.subject.about });
    if (this.subject.early || run.iteration > 0) this.show(run);
  }

  private show(run: TrainingRun): void {
    const { subject } = this;
    if (subject === null) return;
    const { iteration, epoch } = run;
    const content = aside(run, () => subject.compute(() => this.host.now()));
    this.seen = iteration;
    this.host.send({ ...content, iteration, epoch });
  }
}
