// Lines and areas that go through all plots at once: the crosshair, the selection, where the run stands. The style sheet draws them.
import { type Axis, pixelOf } from "../../charts/range.ts";

export type SpanName =
  /** Iterations that were run before going back. */
  | "beyond"
  /** What is being selected with the pointer. */
  | "selection"
  | "crosshair"
  /** Where the run is paused. */
  | "stands"
  /** Where it would go. */
  | "aim";

export const spanNames: readonly SpanName[] = ["beyond", "selection", "crosshair", "stands", "aim"];

export class Spans {
  readonly #box: HTMLElement;

  constructor(box: HTMLElement) {
    this.#box = box;
  }

  /** Between two pixels, in either order; null: nowhere. */
  show(name: SpanName, pixels: readonly [number, number] | null): void {
    const { classList, style } = this.#box;
    classList.toggle(`with-${name}`, pixels !== null);
    if (pixels === null) return;
    style.setProperty(`--${name}-from`, `${Math.min(...pixels).toFixed(1)}px`);
    style.setProperty(`--${name}-to`, `${Math.max(...pixels).toFixed(1)}px`);
  }

  /** As far as the axis shows them. */
  showIterations(name: SpanName, range: readonly [number, number] | null, axis: Axis | null): void {
    const seen = range !== null && axis !== null && range[1] >= axis.min && range[0] <= axis.max;
    const place = (iteration: number): number =>
      axis === null ? 0 : Math.max(axis.left, Math.min(axis.right, pixelOf(iteration, axis)));
    this.show(name, seen ? [place(range[0]), place(range[1])] : null);
  }
}
