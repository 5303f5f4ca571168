// The complementary error function in float64, which Math does not have. Knows nothing of kernels.

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);
/** Below it 1 − erf loses one digit at most; above it the fraction is short. */
const SERIES_LIMIT = 1.5;
const FRACTION_TERMS = 120;

/** erfc(x) = 2/√π ∫ₓ^∞ e^(−t²) dt, relative error below 2e-14, and below 1e-13 past x = 10, where e^(−x²) loses digits. */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < SERIES_LIMIT) return 1 - erfSeries(x);
  return erfcFraction(x);
}

/** Abramowitz & Stegun 7.1.6: erf x = 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)); all terms have one sign. */
function erfSeries(x: number): number {
  const xx = x * x;
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * xx) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_SQRT_PI * Math.exp(-xx) * sum;
}

/** Abramowitz & Stegun 7.1.14: √π e^(x²) erfc x = 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), from the inside out. */
function erfcFraction(x: number): number {
  let denominator = x;
  for (let n = FRACTION_TERMS; n > 0; n--) denominator = x + n / 2 / denominator;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * denominator);
}
