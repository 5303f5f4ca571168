// How values read in one line: few digits, the shape first.
import type { TensorStatistics } from "../../protocol/tensors.ts";
import { defaultPrecision } from "../../protocol/values.ts";

/** So many significant digits, without trailing zeros; scientific where that is shorter to read. */
export function formatNumber(x: number, digits: number = defaultPrecision): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : "−∞";
  if (Number.isInteger(x) && Math.abs(x) < 1e7) return String(x);
  const size = Math.abs(x);
  const rounded = Number(x.toPrecision(digits));
  return size >= 1e-3 && size < 10 ** Math.max(5, digits) ? String(rounded) : rounded.toExponential();
}

/** A whole number in hexadecimal: `0x1f`, `-0x1`. */
export function formatHex(x: number): string {
  return `${x < 0 ? "-" : ""}0x${Math.abs(x).toString(16)}`;
}

/** `norm 3.21  mean 0.01 ± 0.28` and, when there are any, the number of elements that are not finite. */
export function formatStatistics(s: TensorStatistics, digits: number = defaultPrecision): string {
  const [norm, mean, std] = [s.norm, s.mean, s.std].map((x) => formatNumber(x, digits));
  const broken = s.nonFinite > 0 ? `  ${s.nonFinite} of ${s.count} not finite` : "";
  return `norm ${norm}  mean ${mean} ± ${std}${broken}`;
}

export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** Blocks of a histogram, from a few elements to the most. */
const blocks = "▁▂▃▄▅▆▇█";
const bins = 40;

/**
 * How a tensor's elements are distributed, as text: bars between the smallest and the largest value, and below them the
 * mean at its place. Elements that are not finite are left out. Null when all finite ones are equal.
 */
export function formatHistogram(
  values: ArrayLike<number>,
  { min, max, mean }: TensorStatistics,
  digits: number = defaultPrecision,
): string | null {
  const width = max - min;
  if (!(width > 0)) return null;
  const at = (x: number) => Math.min(bins - 1, Math.floor((bins * (x - min)) / width));
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) counts[at(values[i])]++;
  const most = Math.max(...counts);
  // a bin with a single element of a million still shows, which is what tells of an outlier
  const bars = counts.map((n) => (n === 0 ? " " : blocks[Math.ceil((n / most) * blocks.length) - 1])).join("");
  const left = `${formatNumber(min, digits)} `;
  return `${left}▕${bars}▏ ${formatNumber(max, digits)}\n${" ".repeat(left.length + 1 + at(mean))}▲ mean ${formatNumber(mean, digits)}`;
}
