// Numbers, shapes and paths as people read them. Knows no page.

/** Stands for what has not been computed yet. */
export const missing = "—";

/** Three significant digits: `0.00123`, `2.31`, `1.23e5`; `NaN`, `∞`; an em dash for null. */
export function formatNumber(value: number | null): string {
  if (value === null) return missing;
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e-3 && size < 999.5 ? value.toPrecision(3) : value.toExponential(2);
  return tidy(text);
}

/** A number that somebody chose, without the zeros that only precision would add: `0.002`, `1e-5`. */
export function formatSetting(value: number): string {
  const text = formatNumber(value);
  const [mantissa, exponent] = text.split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return exponent === undefined ? short : `${short}e${exponent}`;
}

/** `12,345` */
export function formatCount(value: number): string {
  return counts.format(value);
}

/** `[128, 32]` */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** A share from 0 to 1: `97.3 %`. */
export function formatPercent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : formatNumber(share);
}

/** `0.42 s`, `12.3 s`, `3 min 5 s`, `1 h 2 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Iterations a second, or seconds an iteration when it takes longer than one. */
export function formatSpeed(milliseconds: number): string {
  if (!(milliseconds > 0)) return missing;
  if (milliseconds > 1000) return `${formatNumber(milliseconds / 1000)} s per iteration`;
  const perSecond = 1000 / milliseconds;
  return `${perSecond >= 100 ? formatCount(Math.round(perSecond)) : perSecond.toPrecision(2)} it/s`;
}

/** A mark on an axis, as short as it can be: `0.01`, `1e-4`, `2.5`. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e-2 && size < 1e4) return String(Number(value.toPrecision(6)));
  const [mantissa, exponent] = value.toExponential(2).split("e");
  return `${Number(mantissa)}e${Number(exponent)}`;
}

/** File name of a path of either kind. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** `1.23e+05` and `1.00e+3` become `1.23e5`, `1.00e3`. */
function tidy(text: string): string {
  return text.replace("e+", "e");
}

const counts = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
