// Packing for the matrix product: copies a block into panels that the inner loop reads from front to back.

/**
 * Copies a lanes × depth block into ⌈lanes/width⌉ panels of depth × width floats, missing lanes as 0. For the left
 * operand lanes are rows (width 4), for the right one columns (width 8); the strides, in bytes, say how the matrix
 * lies, so a transposed operand differs in nothing else.
 */
export function pack(
  source: usize,
  laneStride: usize,
  depthStride: usize,
  lanes: i32,
  depth: i32,
  width: i32,
  out: usize,
): void {
  const panelBytes = <usize>(depth * width) << 2;
  for (; lanes > 0; lanes -= width, source += laneStride * <usize>width, out += panelBytes) {
    if (lanes < width) packPartial(source, laneStride, depthStride, lanes, depth, width, out);
    else if (laneStride == 4) packContiguous(source, depthStride, depth, width, out);
    else packTransposed(source, laneStride, depth, width, out);
  }
}

/** Lanes lie side by side. */
function packContiguous(source: usize, depthStride: usize, depth: i32, width: i32, out: usize): void {
  const end = out + (<usize>(depth * width) << 2);
  if (width == 4) {
    for (; out != end; out += 16, source += depthStride) v128.store(out, v128.load(source));
    return;
  }
  for (; out != end; out += 32, source += depthStride) {
    v128.store(out, v128.load(source));
    v128.store(out, v128.load(source, 16), 16);
  }
}

/** Each lane lies along the depth: blocks of 4 × 4 are turned in registers. */
function packTransposed(source: usize, laneStride: usize, depth: i32, width: i32, out: usize): void {
  const step = <usize>width << 2;
  for (let lane = 0; lane < width; lane += 4, out += 16, source += laneStride << 2) {
    let s0 = source;
    let s1 = s0 + laneStride;
    let s2 = s1 + laneStride;
    let s3 = s2 + laneStride;
    let p = out;
    let left = depth;
    for (; left >= 4; left -= 4, s0 += 16, s1 += 16, s2 += 16, s3 += 16) {
      const r0 = v128.load(s0);
      const r1 = v128.load(s1);
      const r2 = v128.load(s2);
      const r3 = v128.load(s3);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(p, v128.shuffle<f64>(low01, low23, 0, 2));
      p += step;
      v128.store(p, v128.shuffle<f64>(low01, low23, 1, 3));
      p += step;
      v128.store(p, v128.shuffle<f64>(high01, high23, 0, 2));
      p += step;
      v128.store(p, v128.shuffle<f64>(high01, high23, 1, 3));
      p += step;
    }
    for (; left > 0; left--, p += step, s0 += 4, s1 += 4, s2 += 4, s3 += 4) {
      store<f32>(p, load<f32>(s0));
      store<f32>(p, load<f32>(s1), 4);
      store<f32>(p, load<f32>(s2), 8);
      store<f32>(p, load<f32>(s3), 12);
    }
  }
}

/** The last panel: fewer lanes than its width. */
function packPartial(
  source: usize,
  laneStride: usize,
  depthStride: usize,
  lanes: i32,
  depth: i32,
  width: i32,
  out: usize,
): void {
  for (let p = 0; p < depth; p++, source += depthStride) {
    let from = source;
    for (let lane = 0; lane < width; lane++, out += 4, from += laneStride) {
      store<f32>(out, lane < lanes ? load<f32>(from) : 0);
    }
  }
}
