// Curves as numbers: smoothing, and thinning to what pixels can show. Knows no canvas.

export interface Point {
  readonly x: number;
  /** NaN where the curve has a hole. */
  readonly y: number;
}

/**
 * Mean of the neighbourhood on both sides, s(x) = Σ w y / Σ w with w = exp(−|x − xᵢ| / τ): looking to one side only, the
 * line would lag behind a falling loss. Uses distances in x, so unevenly kept histories do not bend it. `tau` is in
 * units of x. Holes stay holes and count for nothing.
 */
export function smooth(points: readonly Point[], tau: number): Point[] {
  const past = sumUp(points, tau);
  const future = sumUp(points.toReversed(), tau).reverse();
  return points.map(({ x, y }, i) => {
    if (!Number.isFinite(y)) return { x, y: Number.NaN };
    // The point itself, of weight 1, is in both sums.
    return { x, y: (past[i].sum + future[i].sum - y) / (past[i].weight + future[i].weight - 1) };
  });
}

/**
 * Places of the points that a drawing of `columns` pixel columns needs: of each column the first, the lowest, the
 * highest and the last, and a hole if there is one. A spike of one iteration is never lost.
 */
export function decimate(points: readonly Point[], columns: number): number[] {
  if (points.length <= 4 * columns || columns < 1) return points.map((_, i) => i);
  const first = points[0].x;
  const width = (points[points.length - 1].x - first) / columns || 1;
  const kept: number[] = [];
  for (let start = 0; start < points.length; ) {
    const column = Math.floor((points[start].x - first) / width);
    let end = start + 1;
    while (end < points.length && Math.floor((points[end].x - first) / width) === column) end++;
    kept.push(...landmarks(points, start, end));
    start = end;
  }
  return kept;
}

/** Smallest and largest finite value; null when there is none. */
export function extent(values: Iterable<number | null>): readonly [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : null;
}

/** Where a curve is NaN or infinite: from the first to the last of each row of such points, ends included. */
export function stretchesNotFinite(points: readonly Point[]): { readonly min: number; readonly max: number }[] {
  const found: { min: number; max: number }[] = [];
  let within = false;
  for (const { x, y } of points) {
    if (Number.isFinite(y)) within = false;
    else if (within) found[found.length - 1].max = x;
    else {
      within = true;
      found.push({ min: x, max: x });
    }
  }
  return found;
}

/** At most `count` places of a list of `length`, evenly spread, the first and the last among them. */
export function sample(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1)));
}

function landmarks(points: readonly Point[], start: number, end: number): number[] {
  let low = -1;
  let high = -1;
  let hole = -1;
  for (let i = start; i < end; i++) {
    const { y } = points[i];
    if (!Number.isFinite(y)) hole = i;
    else {
      if (low < 0 || y < points[low].y) low = i;
      if (high < 0 || y > points[high].y) high = i;
    }
  }
  const places = new Set([start, low, high, hole, end - 1].filter((i) => i >= 0));
  return [...places].sort((a, b) => a - b);
}

/** Weighted sums of everything up to each point, in the order given; one pass, as each sum is the one before, decayed. */
function sumUp(points: readonly Point[], tau: number): { sum: number; weight: number }[] {
  let sum = 0;
  let weight = 0;
  let before = points[0]?.x ?? 0;
  return points.map(({ x, y }) => {
    const decay = Math.exp(-Math.abs(x - before) / tau);
    before = x;
    const counts = Number.isFinite(y);
    sum = sum * decay + (counts ? y : 0);
    weight = weight * decay + (counts ? 1 : 0);
    return { sum, weight };
  });
}
