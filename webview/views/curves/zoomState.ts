// Which part of the run the reader looks at: changed at once, remembered when the hand rests. Knows no page.
import {
  type Extent,
  following,
  movedBy,
  selected,
  showing,
  shownRange,
  type Zoom,
  zoomedBy,
} from "../../charts/range.ts";
import type { Domain } from "../../charts/scales.ts";

/** Milliseconds without a change after which it is worth remembering: remembering stores the page's whole state. */
const rest = 300;

export interface ZoomOptions {
  /** The whole run, as it is now. */
  readonly whole: () => Extent;
  readonly changed: () => void;
  readonly remember: (zoom: Zoom | null) => void;
}

export class ZoomState {
  readonly #options: ZoomOptions;
  #zoom: Zoom | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: ZoomOptions) {
    this.#options = options;
  }

  get range(): Domain {
    return shownRange(this.#zoom, this.#options.whole());
  }

  /** Is less than the whole run shown? */
  get isZoomed(): boolean {
    const [{ min, max }, whole] = [this.range, this.#options.whole()];
    return min > whole.min || max < whole.max;
  }

  /** Does the range go on with the newest iteration? */
  get follows(): boolean {
    return this.#zoom?.follow ?? false;
  }

  /** A factor below 1 shows fewer iterations; `at` stays in its place, by default the middle. */
  by(factor: number, at?: number): void {
    const { min, max } = this.range;
    this.#set(zoomedBy(this.#zoom, this.#options.whole(), factor, at ?? (min + max) / 2));
  }

  move(iterations: number): void {
    this.#set(movedBy(this.#zoom, this.#options.whole(), iterations));
  }

  select(from: number, to: number): void {
    this.#set(selected(from, to, this.#options.whole()));
  }

  all(): void {
    this.#set(null);
  }

  follow(on: boolean): void {
    if (on) this.#set(following(this.#zoom, this.#options.whole()));
    else if (this.#zoom !== null) this.#set({ ...this.range, follow: false });
  }

  /** Brings an iteration into view. */
  show(iteration: number): void {
    this.#set(showing(this.#zoom, this.#options.whole(), iteration));
  }

  /** What is remembered; a change that is not remembered yet is newer. */
  take(remembered: Zoom | null): void {
    if (this.#timer === null) this.#zoom = remembered;
  }

  #set(zoom: Zoom | null): void {
    if (zoom === this.#zoom) return;
    this.#zoom = zoom;
    this.#options.changed();
    clearTimeout(this.#timer ?? undefined);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#options.remember(this.#zoom);
    }, rest);
  }
}
