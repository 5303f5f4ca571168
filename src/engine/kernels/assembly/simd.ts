// Four floats at a time: multiply-add, the last one to three elements of an array, sums over lanes.

/** a·b + c; rounded once where relaxed SIMD has a fused instruction, twice in the plain module. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** Byte length of the whole vectors in n floats. */
@inline
export function wholeBytes(n: i32): usize {
  return (<usize>(n & ~3)) << 2;
}

/** The last `count` (1 to 3) floats; the other lanes are 0. Reads nothing beyond them. */
@inline
export function loadTail(p: usize, count: i32): v128 {
  if (count == 1) return v128.load_zero<u32>(p);
  const two = v128.load_zero<u64>(p);
  return count == 2 ? two : v128.load_lane<f32>(p, two, 2, 8);
}

/** Writes the first `count` (1 to 3) lanes and nothing beyond them. */
@inline
export function storeTail(p: usize, v: v128, count: i32): void {
  if (count == 1) {
    v128.store_lane<f32>(p, v, 0);
    return;
  }
  v128.store_lane<f64>(p, v, 0);
  if (count == 3) v128.store_lane<f32>(p, v, 2, 8);
}

/** The two low floats as doubles. */
@inline
export function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

/** The two high floats as doubles. */
@inline
export function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
}

/** Sum of two doubles. */
@inline
export function total(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}
