// Windows that slide over images: unrolled into columns and back for convolution, their maxima for pooling. AssemblyScript.

/** The first place at which an element `offset` into the window lies at or after 0. */
@inline
function firstPlace(stride: i32, offset: i32): i32 {
  return offset >= 0 ? 0 : (stride - 1 - offset) / stride;
}

/** The place after the last at which it lies before `size`. */
@inline
function endPlace(places: i32, size: i32, stride: i32, offset: i32): i32 {
  return size <= offset ? 0 : min(places, (size - offset + stride - 1) / stride);
}

/** X[(c, i, j), (y, x)] = x[c, y stride + i dilation − padding, …] where that lies within the plane. */
export function unroll(
  channels: i32,
  height: i32,
  width: i32,
  rows: i32,
  columns: i32,
  kernelY: i32,
  kernelX: i32,
  strideY: i32,
  strideX: i32,
  paddingY: i32,
  paddingX: i32,
  dilationY: i32,
  dilationX: i32,
  x: usize,
  X: usize,
): void {
  const step = <usize>strideX << 2;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < kernelY; i++) {
      const top = i * dilationY - paddingY;
      const y1 = endPlace(rows, height, strideY, top);
      for (let j = 0; j < kernelX; j++, X += <usize>(rows * columns) << 2) {
        const left = j * dilationX - paddingX;
        const x0 = firstPlace(strideX, left);
        const n = endPlace(columns, width, strideX, left) - x0;
        for (let y = firstPlace(strideY, top); y < y1; y++) {
          let from = x + (<usize>((c * height + y * strideY + top) * width + x0 * strideX + left) << 2);
          let to = X + (<usize>(y * columns + x0) << 2);
          let t = 0;
          if (strideX == 1) {
            for (; t + 4 <= n; t += 4, from += 16, to += 16) v128.store(to, v128.load(from));
          }
          for (; t < n; t++, from += step, to += 4) store<f32>(to, load<f32>(from));
        }
      }
    }
  }
}

/** dx += every element of dX, at the place that unroll took it from. */
export function rollUp(
  channels: i32,
  height: i32,
  width: i32,
  rows: i32,
  columns: i32,
  kernelY: i32,
  kernelX: i32,
  strideY: i32,
  strideX: i32,
  paddingY: i32,
  paddingX: i32,
  dilationY: i32,
  dilationX: i32,
  dX: usize,
  dx: usize,
): void {
  const step = <usize>strideX << 2;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < kernelY; i++) {
      const top = i * dilationY - paddingY;
      const y1 = endPlace(rows, height, strideY, top);
      for (let j = 0; j < kernelX; j++, dX += <usize>(rows * columns) << 2) {
        const left = j * dilationX - paddingX;
        const x0 = firstPlace(strideX, left);
        const n = endPlace(columns, width, strideX, left) - x0;
        for (let y = firstPlace(strideY, top); y < y1; y++) {
          let to = dx + (<usize>((c * height + y * strideY + top) * width + x0 * strideX + left) << 2);
          let from = dX + (<usize>(y * columns + x0) << 2);
          let t = 0;
          if (strideX == 1) {
            for (; t + 4 <= n; t += 4, from += 16, to += 16) {
              v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
            }
          }
          for (; t < n; t++, to += step, from += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
        }
      }
    }
  }
}

/** y = the largest of each window, places = its index in x: the first of equal ones, or the first NaN. */
export function maxPool(
  channels: i32,
  height: i32,
  width: i32,
  rows: i32,
  columns: i32,
  kernelY: i32,
  kernelX: i32,
  strideY: i32,
  strideX: i32,
  paddingY: i32,
  paddingX: i32,
  dilationY: i32,
  dilationX: i32,
  x: usize,
  out: usize,
  places: usize,
): void {
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < rows; y++) {
      for (let column = 0; column < columns; column++, out += 4, places += 4) {
        let best: f32 = -Infinity;
        let place = -1;
        for (let i = 0; i < kernelY; i++) {
          const row = y * strideY + i * dilationY - paddingY;
          if (row < 0 || row >= height) continue;
          for (let j = 0; j < kernelX; j++) {
            const at = column * strideX + j * dilationX - paddingX;
            if (at < 0 || at >= width) continue;
            const index = (c * height + row) * width + at;
            const v = load<f32>(x + (<usize>index << 2));
            if (place < 0 || v > best || (v != v && best == best)) {
              best = v;
              place = index;
            }
          }
        }
        store<f32>(out, best);
        store<i32>(places, place);
      }
    }
  }
}
