// Products with a matrix that is mostly zeros, one-hot rows above all: they cost as much as it has other elements.

import { madd, splat } from "./simd";

/** How many of n elements are not 0; stops counting beyond `limit`. */
export function countNonZero(n: i32, a: usize, limit: i32): i32 {
  let count = 0;
  const end = a + (<usize>(n & ~3) << 2);
  const zero = f32x4.splat(0);
  for (; a != end; a += 16) {
    const here = i32x4.bitmask(f32x4.ne(v128.load(a), zero));
    if (here == 0) continue;
    count += popcnt(here);
    if (count > limit) return count;
  }
  for (let i = n & 3; i > 0; i--, a += 4) count += i32(load<f32>(a) != 0);
  return count;
}

/** Is no element NaN or infinite? 0 · x is 0 for every other x. */
export function allFinite(n: i32, x: usize): bool {
  const zero = splat(0);
  let s0 = zero;
  let s1 = zero;
  let s2 = zero;
  let s3 = zero;
  let i = n;
  for (; i >= 16; i -= 16, x += 64) {
    s0 = madd(v128.load(x), zero, s0);
    s1 = madd(v128.load(x, 16), zero, s1);
    s2 = madd(v128.load(x, 32), zero, s2);
    s3 = madd(v128.load(x, 48), zero, s3);
  }
  let rest: f32 = 0;
  for (; i > 0; i--, x += 4) rest += load<f32>(x) * 0;
  const sums = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  return rest == 0 && i32x4.all_true(f32x4.eq(sums, zero));
}

/** The elements of an m × k matrix that are not 0, row by row: where each row starts, and each one's column and value. */
export function compress(m: i32, k: i32, a: usize, starts: usize, columns: usize, values: usize): void {
  let count = 0;
  for (let i = 0; i < m; i++, starts += 4) {
    store<i32>(starts, count);
    for (let j = 0; j < k; j++, a += 4) {
      const value = load<f32>(a);
      if (value == 0) continue;
      store<i32>(columns + (<usize>count << 2), j);
      store<f32>(values + (<usize>count << 2), value);
      count++;
    }
  }
  store<i32>(starts, count);
}

/** c[i, :] = Σ_p a[i, p] b[p, :], b of n columns. */
export function sparseTimes(m: i32, n: i32, starts: usize, columns: usize, values: usize, b: usize, c: usize): void {
  const bytes = <usize>n << 2;
  for (let i = 0; i < m; i++, starts += 4, c += bytes) {
    let p = load<i32>(starts);
    const end = load<i32>(starts, 4);
    memory.fill(c, 0, bytes);
    for (; p < end; p++) {
      addScaled(n, load<f32>(values + (<usize>p << 2)), b + <usize>load<i32>(columns + (<usize>p << 2)) * bytes, c);
    }
  }
}

/** out[p, :] += Σ_i a[i, p] d[i, :], d and out of n columns. */
export function sparseTransposedTimes(
  m: i32,
  n: i32,
  starts: usize,
  columns: usize,
  values: usize,
  d: usize,
  out: usize,
): void {
  const bytes = <usize>n << 2;
  for (let i = 0; i < m; i++, starts += 4, d += bytes) {
    const end = load<i32>(starts, 4);
    for (let p = load<i32>(starts); p < end; p++) {
      addScaled(n, load<f32>(values + (<usize>p << 2)), d, out + <usize>load<i32>(columns + (<usize>p << 2)) * bytes);
    }
  }
}

/** out[j, i] (+)= a[i, j] for an m × n matrix a. */
export function transpose(m: i32, n: i32, a: usize, out: usize, accumulate: bool): void {
  const aRow = <usize>n << 2;
  const outRow = <usize>m << 2;
  for (let i = 0; i < m; i += 4) {
    const height = min(4, m - i);
    for (let j = 0; j < n; j += 4) {
      const from = a + <usize>i * aRow + (<usize>j << 2);
      const to = out + <usize>j * outRow + (<usize>i << 2);
      if (height == 4 && n - j >= 4) turnFour(from, aRow, to, outRow, accumulate);
      else turnRest(height, min(4, n - j), from, aRow, to, outRow, accumulate);
    }
  }
}

@inline
function turnFour(from: usize, aRow: usize, to: usize, outRow: usize, accumulate: bool): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + aRow);
  const r2 = v128.load(from + 2 * aRow);
  const r3 = v128.load(from + 3 * aRow);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  put(to, v128.shuffle<f64>(low01, low23, 0, 2), accumulate);
  put(to + outRow, v128.shuffle<f64>(low01, low23, 1, 3), accumulate);
  put(to + 2 * outRow, v128.shuffle<f64>(high01, high23, 0, 2), accumulate);
  put(to + 3 * outRow, v128.shuffle<f64>(high01, high23, 1, 3), accumulate);
}

@inline
function put(to: usize, v: v128, accumulate: bool): void {
  v128.store(to, accumulate ? f32x4.add(v128.load(to), v) : v);
}

function turnRest(
  height: i32,
  width: i32,
  from: usize,
  aRow: usize,
  to: usize,
  outRow: usize,
  accumulate: bool,
): void {
  for (let i: usize = 0; i < <usize>height; i++) {
    for (let j: usize = 0; j < <usize>width; j++) {
      const place = to + j * outRow + (i << 2);
      const value = load<f32>(from + i * aRow + (j << 2));
      store<f32>(place, accumulate ? load<f32>(place) + value : value);
    }
  }
}

/** y += α x. The copies of a one-hot row are the common case, so the loop is kept short. */
@inline
function addScaled(n: i32, alpha: f32, x: usize, y: usize): void {
  const a = f32x4.splat(alpha);
  const end = x + (<usize>(n & ~3) << 2);
  for (; x != end; x += 16, y += 16) v128.store(y, madd(a, v128.load(x), v128.load(y)));
  for (let i = n & 3; i > 0; i--, x += 4, y += 4) store<f32>(y, load<f32>(y) + alpha * load<f32>(x));
}
