// Which part of a run's iterations is shown: zooming, moving, following the newest. Knows no page.
import type { Domain } from "./scales.ts";

/** A part of the run; with `follow` it ends at the newest iteration and keeps its width. */
export interface Zoom extends Domain {
  readonly follow: boolean;
}

/** How far a run goes, and where its newest iteration is (curves of other runs may go on behind it). */
export interface Extent extends Domain {
  readonly newest: number;
}

/** Fewer iterations than this from edge to edge are not shown. */
export const narrowest = 4;

/** The iterations that a zoom shows now; null stands for all of them. */
export function shownRange(zoom: Zoom | null, whole: Extent): Domain {
  if (zoom === null) return { min: whole.min, max: whole.max };
  const width = zoom.max - zoom.min;
  if (width >= whole.max - whole.min) return { min: whole.min, max: whole.max };
  return zoom.follow ? within(whole.newest - width, width, whole) : within(zoom.min, width, whole);
}

/** Makes the range narrower (`factor` below 1) or wider around `at`, which stays in its place; a followed end stays, too. */
export function zoomedBy(zoom: Zoom | null, whole: Extent, factor: number, at: number): Zoom | null {
  const shown = shownRange(zoom, whole);
  const full = whole.max - whole.min;
  const width = Math.max(Math.min(narrowest, full), (shown.max - shown.min) * factor);
  if (width >= full) return null;
  const follow = zoom?.follow ?? false;
  const share = (at - shown.min) / (shown.max - shown.min || 1);
  const min = follow ? whole.newest - width : at - share * width;
  return { ...within(min, width, whole), follow };
}

/** Moves the range by so many iterations. Whoever looks elsewhere does not follow the newest any more. */
export function movedBy(zoom: Zoom | null, whole: Extent, by: number): Zoom | null {
  if (zoom === null) return null;
  const shown = shownRange(zoom, whole);
  return { ...within(shown.min + by, shown.max - shown.min, whole), follow: false };
}

/** From one iteration to another, in either order. */
export function selected(from: number, to: number, whole: Extent): Zoom | null {
  const middle = (from + to) / 2;
  const width = Math.max(Math.abs(to - from), narrowest);
  if (width >= whole.max - whole.min) return null;
  return { ...within(middle - width / 2, width, whole), follow: false };
}

/** The same width up to the newest iteration; of a run that is shown whole, its last fifth. */
export function following(zoom: Zoom | null, whole: Extent): Zoom | null {
  const full = whole.max - whole.min;
  const width = zoom === null ? Math.max(narrowest, full / 5) : zoom.max - zoom.min;
  if (width >= full) return null;
  return { ...within(whole.newest - width, width, whole), follow: true };
}

/** Moved no further than an iteration needs to come into view. */
export function showing(zoom: Zoom | null, whole: Extent, iteration: number): Zoom | null {
  const { min, max } = shownRange(zoom, whole);
  if (zoom === null || (iteration >= min && iteration <= max)) return zoom;
  return movedBy(zoom, whole, iteration - (min + max) / 2);
}

function within(min: number, width: number, whole: Domain): Domain {
  const from = Math.max(whole.min, Math.min(min, whole.max - width));
  return { min: from, max: Math.min(whole.max, from + width) };
}

/** A range of iterations on a stretch of pixels. */
export interface Axis extends Domain {
  /** Where the range begins and ends, in pixels. */
  readonly left: number;
  readonly right: number;
}

export function pixelOf(iteration: number, { min, max, left, right }: Axis): number {
  return left + ((iteration - min) / (max - min || 1)) * (right - left);
}

export function iterationAt(pixel: number, { min, max, left, right }: Axis): number {
  return min + ((pixel - left) / (right - left || 1)) * (max - min);
}

/** As `iterationAt`, to the nearest whole iteration that the axis shows. */
export function wholeIterationAt(pixel: number, axis: Axis): number {
  const [low, high] = [Math.ceil(axis.min), Math.floor(axis.max)];
  return Math.max(low, Math.min(high, Math.round(iterationAt(pixel, axis))));
}
