// Histograms of a tensor's finite elements, on a linear and on a symmetric logarithmic axis.
import type { Histogram } from "../../../protocol/inspector/tensorPicture.ts";
import type { Numbers } from "./numbers.ts";

const linearBins = 41;
/** On each side of zero; the bin in the middle holds what is smaller than all of them. */
const decadeBins = 5;
const decades = 4;

/** More elements than this are sampled: a logarithm of each takes a while, and the shape of a heap needs no more. */
export const counted = 2 ** 18;

export interface Histograms {
  readonly linear: Histogram;
  readonly logarithmic: Histogram;
}

/** @param largest magnitude of the finite elements */
export function histograms({ array, minus, length }: Numbers, every: number, min: number, max: number): Histograms {
  const largest = Math.max(Math.abs(min), Math.abs(max));
  const linear = linearEdges(min, max);
  const logarithmic = logarithmicEdges(largest);
  const [low, width] = [linear[0], linear[1] - linear[0]];
  const [counts, logCounts] = [
    new Array<number>(linear.length - 1).fill(0),
    new Array<number>(logarithmic.length - 1).fill(0),
  ];
  const half = (logCounts.length - 1) / 2;
  const top = Math.log10(largest);
  for (let i = 0; i < length; i += every) {
    const x = minus === null ? array[i] : array[i] - minus[i];
    if (x - x !== 0) continue;
    counts[Math.min(counts.length - 1, Math.max(0, Math.floor((x - low) / width)))]++;
    const below = largest === 0 || x === 0 ? Infinity : (top - Math.log10(Math.abs(x))) * decadeBins;
    const step = Math.max(0, half - Math.max(0, Math.floor(below)));
    logCounts[half + (x < 0 ? -step : step)]++;
  }
  return { linear: { edges: linear, counts }, logarithmic: { edges: logarithmic, counts: logCounts } };
}

function linearEdges(min: number, max: number): number[] {
  // one value only: a bin around it, with empty ones beside
  const margin = max > min ? 0 : Math.max(Math.abs(max) * 0.5, 1e-12);
  const [low, high] = [min - margin, max + margin];
  return Array.from({ length: linearBins + 1 }, (_, i) => low + ((high - low) * i) / linearBins);
}

function logarithmicEdges(largest: number): number[] {
  const top = largest > 0 ? largest : 1;
  const side = Array.from({ length: decades * decadeBins + 1 }, (_, i) => top * 10 ** (-i / decadeBins));
  return [...side.map((edge) => -edge), ...side.reverse()];
}
