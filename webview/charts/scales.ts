// Axes: which range to show and where to put the marks. Knows no canvas.

export interface Domain {
  readonly min: number;
  readonly max: number;
}

/** The range of a linear axis around finite values; a flat curve gets room above and below. */
export function linearDomain(range: readonly [number, number]): Domain {
  const [low, high] = range;
  const room = high > low ? (high - low) * 0.05 : Math.abs(high) * 0.1 || 1;
  // A quantity that is never negative gets no negative part of the axis.
  return { min: low >= 0 ? Math.max(0, low - room) : low - room, max: high + room };
}

/** The range of a logarithmic axis around positive values, at least a factor of two wide. */
export function logDomain(range: readonly [number, number]): Domain {
  const [low, high] = range;
  const room = Math.max((high / low) ** 0.05, high / low < 2 ? 1.3 : 1);
  return { min: low / room, max: high * room };
}

/** Whole decades around positive values, at least `atLeast` of them; exponents of ten. */
export function decades(range: readonly [number, number], atLeast = 2): Domain {
  const min = Math.floor(Math.log10(range[0]));
  const max = Math.max(Math.ceil(Math.log10(range[1])), min + 1);
  return { min: Math.min(min, max - atLeast), max };
}

/**
 * An axis that stays calm while values come and go: it grows at once, and shrinks only when more than a decade on a
 * side has become empty.
 */
export function calmDecades(before: Domain | null, needed: Domain): Domain {
  if (before === null) return needed;
  return {
    min: needed.min < before.min || needed.min > before.min + 1 ? needed.min : before.min,
    max: needed.max > before.max || needed.max < before.max - 1 ? needed.max : before.max,
  };
}

/** Round numbers within the range, about `count` of them and at least two. */
export function linearTicks(domain: Domain, count: number): number[] {
  const step = niceStep((domain.max - domain.min) / Math.max(1, count));
  const ticks = multiples(domain, step);
  // Divided by 2.4, each of 1, 2, 5, 10 is nearest to the one below it.
  return ticks.length >= 2 ? ticks : multiples(domain, niceStep(step / 2.4));
}

/** Whole numbers within the range, about `count` of them. */
export function integerTicks(domain: Domain, count: number): number[] {
  const whole = linearTicks(domain, count).filter(Number.isInteger);
  return whole.length >= 2 ? whole : multiples(domain, 1);
}

/** Marks of a logarithmic axis: powers of ten, with 2 and 5 between them when there is room, else round numbers. */
export function logTicks(domain: Domain, count: number): number[] {
  const low = Math.log10(domain.min);
  const high = Math.log10(domain.max);
  if (high - low < 0.7) return linearTicks(domain, Math.min(count, 4)).filter((tick) => tick > 0);
  const every = Math.ceil((high - low) / count);
  const steps = (high - low) * 3 <= count ? [1, 2, 5] : (high - low) * 2 <= count ? [1, 3] : [1];
  const ticks: number[] = [];
  for (let exponent = Math.floor(low); exponent <= high; exponent++) {
    if (exponent % every !== 0) continue;
    for (const step of steps) {
      const tick = clean(step * 10 ** exponent);
      if (tick >= domain.min && tick <= domain.max) ticks.push(tick);
    }
  }
  return ticks;
}

function multiples({ min, max }: Domain, step: number): number[] {
  const ticks: number[] = [];
  for (let i = Math.ceil(min / step); i * step <= max; i++) ticks.push(clean(i * step));
  return ticks;
}

/** 1, 2 or 5 times a power of ten, the one nearest to `rough` in ratio. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough || 1));
  const lead = rough / power;
  return (lead < Math.SQRT2 ? 1 : lead < Math.sqrt(10) ? 2 : lead < Math.sqrt(50) ? 5 : 10) * power;
}

/** Removes what binary fractions leave behind: 0.30000000000000004 is 0.3. */
function clean(value: number): number {
  return Number(value.toPrecision(12));
}
