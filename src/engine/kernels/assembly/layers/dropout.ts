// The mask of dropout, drawn by the host's generator (xoshiro128**, Blackman & Vigna 2018), whose state it continues.

/** mask_i = 0 where the next 32 bits are below `limit` (at most 2³²), else `keep`. */
export function dropoutMask(n: i32, limit: f64, keep: f32, state: usize, mask: usize): void {
  let s0 = load<u32>(state);
  let s1 = load<u32>(state, 4);
  let s2 = load<u32>(state, 8);
  let s3 = load<u32>(state, 12);
  const below = <u64>limit;
  for (let i = 0; i < n; i++, mask += 4) {
    const bits = rotl<u32>(s1 * 5, 7) * 9;
    const t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotl<u32>(s3, 11);
    store<f32>(mask, <u64>bits < below ? 0 : keep);
  }
  store<u32>(state, s0);
  store<u32>(state, s1, 4);
  store<u32>(state, s2, 8);
  store<u32>(state, s3, 12);
}
