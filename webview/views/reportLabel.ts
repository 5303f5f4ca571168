// Which iteration a table of statistics speaks of.
import type { InspectorState } from "../../src/protocol/inspector/inspector.ts";
import { formatCount } from "../format.ts";

/** `faint`: values of the iteration before are shown too, paler or dotted, where this one has none yet. */
export function describeReport({ statistics, previous }: InspectorState, faint: boolean): string {
  if (statistics === null) return "";
  const iteration = `iteration ${formatCount(statistics.iteration)}`;
  if (statistics.complete) return iteration;
  const before = faint && previous !== null ? `; faint: iteration ${formatCount(previous.iteration)}` : "";
  return `${iteration}, so far${before}`;
}
