// a·bᵀ for few rows: both operands lie along the depth, so scalar products of their rows need no packing at all.

import { loadTail, madd } from "../simd";

/** c[i, j] (+)= Σ_p a[i, p] b[j, p], four rows of a by two rows of b at a time; k > 0. */
export function dotProducts(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  accumulate: bool,
): void {
  for (let j = 0; j < n; j += 2) {
    // beyond the last row the last one is computed again and not stored
    const b0 = b + <usize>j * bRow;
    const b1 = b + <usize>min(j + 1, n - 1) * bRow;
    for (let i = 0; i < m; i += 4) {
      const a0 = a + <usize>i * aRow;
      const a1 = a + <usize>min(i + 1, m - 1) * aRow;
      const a2 = a + <usize>min(i + 2, m - 1) * aRow;
      const a3 = a + <usize>min(i + 3, m - 1) * aRow;
      const to = c + <usize>i * cRow + (<usize>j << 2);
      products(k, a0, a1, a2, a3, b0, b1, to, cRow, min(4, m - i), j + 1 < n, accumulate);
    }
  }
}

@inline
function products(
  k: i32,
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  b0: usize,
  b1: usize,
  c: usize,
  cRow: usize,
  height: i32,
  both: bool,
  accumulate: bool,
): void {
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  const end = <usize>(k & ~3) << 2;
  for (let p: usize = 0; p != end; p += 16) {
    const y0 = v128.load(b0 + p);
    const y1 = v128.load(b1 + p);
    let x = v128.load(a0 + p);
    s00 = madd(x, y0, s00);
    s01 = madd(x, y1, s01);
    x = v128.load(a1 + p);
    s10 = madd(x, y0, s10);
    s11 = madd(x, y1, s11);
    x = v128.load(a2 + p);
    s20 = madd(x, y0, s20);
    s21 = madd(x, y1, s21);
    x = v128.load(a3 + p);
    s30 = madd(x, y0, s30);
    s31 = madd(x, y1, s31);
  }
  const rest = k & 3;
  if (rest) {
    const y0 = loadTail(b0 + end, rest);
    const y1 = loadTail(b1 + end, rest);
    let x = loadTail(a0 + end, rest);
    s00 = madd(x, y0, s00);
    s01 = madd(x, y1, s01);
    x = loadTail(a1 + end, rest);
    s10 = madd(x, y0, s10);
    s11 = madd(x, y1, s11);
    x = loadTail(a2 + end, rest);
    s20 = madd(x, y0, s20);
    s21 = madd(x, y1, s21);
    x = loadTail(a3 + end, rest);
    s30 = madd(x, y0, s30);
    s31 = madd(x, y1, s31);
  }
  // lanes 0 and 1: row 0 with b0 and b1, lanes 2 and 3: row 1
  const top = sums(s00, s01, s10, s11);
  const bottom = sums(s20, s21, s30, s31);
  storePair(c, v128.shuffle<f64>(top, top, 0, 0), both, accumulate);
  if (height > 1) storePair(c + cRow, v128.shuffle<f64>(top, top, 1, 1), both, accumulate);
  if (height > 2) storePair(c + 2 * cRow, v128.shuffle<f64>(bottom, bottom, 0, 0), both, accumulate);
  if (height > 3) storePair(c + 3 * cRow, v128.shuffle<f64>(bottom, bottom, 1, 1), both, accumulate);
}

/** [Σa, Σb, Σc, Σd] over the lanes of each. */
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f64>(ab, cd, 0, 2), v128.shuffle<f64>(ab, cd, 1, 3));
}

/** The first two lanes to c, or only the first. */
@inline
function storePair(c: usize, v: v128, both: bool, accumulate: bool): void {
  if (both) {
    if (accumulate) v = f32x4.add(v, v128.load_zero<u64>(c));
    v128.store_lane<f64>(c, v, 0);
  } else {
    if (accumulate) v = f32x4.add(v, v128.load_zero<u32>(c));
    v128.store_lane<f32>(c, v, 0);
  }
}
