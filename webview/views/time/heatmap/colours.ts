// Colours for norms on a logarithmic axis: two ramps that grow steadily lighter, so that lightness alone tells the order.
import { calmDecades, type Domain, decades } from "../../../charts/scales.ts";
import { extent } from "../../../charts/series.ts";

type Rgb = readonly [red: number, green: number, blue: number];

/** Viridis and inferno of matplotlib (Smith & van der Walt 2015, CC0), every ninth: readable with any colour vision. */
export const ramps = {
  gradient: [
    "#440154",
    "#482878",
    "#3e4989",
    "#31688e",
    "#26828e",
    "#1f9e89",
    "#35b779",
    "#6ece58",
    "#b5de2b",
    "#fde725",
  ],
  jacobian: [
    "#000004",
    "#1b0c41",
    "#4a0c6b",
    "#781c6d",
    "#a52c60",
    "#cf4446",
    "#ed6925",
    "#fb9b06",
    "#f7d13d",
    "#fcffa4",
  ],
} as const;

export type Ramp = keyof typeof ramps;

const parsed: Readonly<Record<Ramp, readonly Rgb[]>> = {
  gradient: ramps.gradient.map(parse),
  jacobian: ramps.jacobian.map(parse),
};

/** Further down than so many decades below the largest value nothing is told apart any more. */
const depth = 12;

/** Exponents of ten that the colours stand for. */
export function colourDomain(values: Iterable<number | null>, before: Domain | null): Domain | null {
  const positive: number[] = [];
  for (const value of values) if (value !== null && value > 0) positive.push(value);
  const range = extent(positive);
  if (range === null) return before;
  const needed = decades(range, 1);
  return calmDecades(before, { min: Math.max(needed.min, needed.max - depth), max: needed.max });
}

/** 0 to 1 along a logarithmic axis, beyond its ends the end itself. */
export function shareOf(value: number, { min, max }: Domain): number {
  return Math.min(1, Math.max(0, (Math.log10(value) - min) / (max - min)));
}

/** `rgb(…)` of a positive, finite value. */
export function colourOf(value: number, domain: Domain, ramp: Ramp): string {
  const stops = parsed[ramp];
  const at = shareOf(value, domain) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  const mix = (channel: 0 | 1 | 2) =>
    Math.round(stops[low][channel] + (stops[low + 1][channel] - stops[low][channel]) * (at - low));
  return `rgb(${mix(0)} ${mix(1)} ${mix(2)})`;
}

function parse(hex: string): Rgb {
  const channel = (from: number) => Number.parseInt(hex.slice(from, from + 2), 16);
  return [channel(1), channel(3), channel(5)];
}
