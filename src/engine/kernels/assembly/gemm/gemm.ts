// The matrix product c = a·b (+ c), blocked for the caches (Goto & van de Geijn 2008) around a 4 × 8 tile of c that
// stays in eight SIMD registers.

import { dotProducts } from "./dot";
import { pack } from "./pack";
import { BLOCK_K, BLOCK_M, BLOCK_N, packedA, packedB, spareTile, TILE_M, TILE_N } from "../scratch";
import { madd } from "../simd";

/** Up to this many rows scalar products of rows, which need no packing, are faster than tiles for a·bᵀ. */
const FEW_ROWS_DOT: i32 = 32;
/** Up to this many rows, packing b costs more than its better order in memory gives back. */
const FEW_ROWS_IN_PLACE: i32 = 16;

/** a is m × k, b is k × n; strides in bytes between rows and columns, so a transpose swaps two numbers. */
export function gemm(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bRow: usize,
  bColumn: usize,
  c: usize,
  cRow: usize,
  accumulate: bool,
): void {
  if (k <= 0) {
    if (!accumulate) for (let i = 0; i < m; i++) memory.fill(c + <usize>i * cRow, 0, <usize>n << 2);
    return;
  }
  if (m <= FEW_ROWS_DOT && aColumn == 4 && bRow == 4) {
    dotProducts(m, n, k, a, aRow, b, bColumn, c, cRow, accumulate);
    return;
  }
  const directB = bColumn == 4 && m <= FEW_ROWS_IN_PLACE;
  for (let j = 0; j < n; j += BLOCK_N) {
    const columns = min(BLOCK_N, n - j);
    for (let p = 0; p < k; p += BLOCK_K) {
      const depth = min(BLOCK_K, k - p);
      const blockB = b + <usize>p * bRow + <usize>j * bColumn;
      // read in place, only the last panel is packed if it is not full: a tile must not read beyond the matrix
      const whole = directB ? columns & -TILE_N : 0;
      pack(blockB + <usize>whole * bColumn, bColumn, bRow, columns - whole, depth, TILE_N, packedB);
      for (let i = 0; i < m; i += BLOCK_M) {
        const rows = min(BLOCK_M, m - i);
        pack(a + <usize>i * aRow + <usize>p * aColumn, aRow, aColumn, rows, depth, TILE_M, packedA);
        const blockC = c + <usize>i * cRow + (<usize>j << 2);
        const left = accumulate || p > 0;
        if (whole > 0) block(rows, whole, depth, blockB, TILE_N << 2, bRow, blockC, cRow, left);
        if (whole < columns) {
          const panel = <usize>(depth * TILE_N) << 2;
          block(rows, columns - whole, depth, packedB, panel, TILE_N << 2, blockC + (<usize>whole << 2), cRow, left);
        }
      }
    }
  }
}

/** Copies b into panels of 8 columns and all k rows, for `gemmPacked`. `out` has room for k times n rounded up to 8. */
export function packRight(n: i32, k: i32, b: usize, bRow: usize, bColumn: usize, out: usize): void {
  pack(b, bColumn, bRow, n, k, TILE_N, out);
}

/** The same product with b as `packRight` has left it: what is multiplied at every timestep is packed once. */
export function gemmPacked(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  c: usize,
  cRow: usize,
  accumulate: bool,
): void {
  const panel = <usize>(k * TILE_N) << 2;
  for (let p = 0; p < k; p += BLOCK_K) {
    const depth = min(BLOCK_K, k - p);
    for (let i = 0; i < m; i += BLOCK_M) {
      const rows = min(BLOCK_M, m - i);
      pack(a + <usize>i * aRow + <usize>p * aColumn, aRow, aColumn, rows, depth, TILE_M, packedA);
      const blockB = b + (<usize>(p * TILE_N) << 2);
      block(rows, n, depth, blockB, panel, TILE_N << 2, c + <usize>i * cRow, cRow, accumulate || p > 0);
    }
  }
}

/**
 * All tiles of one block of c, with a in packedA. `panel` bytes lie between the panels of 8 columns of b, and `stepB` bytes
 * between the rows of a panel.
 */
function block(
  rows: i32,
  columns: i32,
  depth: i32,
  b: usize,
  panel: usize,
  stepB: usize,
  c: usize,
  cRow: usize,
  accumulate: bool,
): void {
  for (let j = 0; j < columns; j += TILE_N, b += panel) {
    const width = min(TILE_N, columns - j);
    for (let i = 0; i < rows; i += TILE_M) {
      const height = min(TILE_M, rows - i);
      const panelA = packedA + (<usize>(i * depth) << 2);
      const to = c + <usize>i * cRow + (<usize>j << 2);
      if (height == TILE_M && width == TILE_N) {
        tile(depth, panelA, b, stepB, to, cRow, accumulate);
      } else {
        tile(depth, panelA, b, stepB, spareTile, TILE_N << 2, false);
        copyTile(height, width, to, cRow, accumulate);
      }
    }
  }
}

/** c (+)= Σ_p a[:, p] b[p, :] for 4 rows and 8 columns. */
function tile(depth: i32, a: usize, b: usize, stepB: usize, c: usize, cRow: usize, accumulate: bool): void {
  const c1 = c + cRow;
  const c2 = c1 + cRow;
  const c3 = c2 + cRow;
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  if (accumulate) {
    s00 = v128.load(c);
    s01 = v128.load(c, 16);
    s10 = v128.load(c1);
    s11 = v128.load(c1, 16);
    s20 = v128.load(c2);
    s21 = v128.load(c2, 16);
    s30 = v128.load(c3);
    s31 = v128.load(c3, 16);
  }
  // not unrolled over the depth: V8 schedules all loads of a basic block first, so a longer block spills the sums
  const end = a + (<usize>(depth * TILE_M) << 2);
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    s00 = madd(x, b0, s00);
    s01 = madd(x, b1, s01);
    x = v128.load_splat<f32>(a, 4);
    s10 = madd(x, b0, s10);
    s11 = madd(x, b1, s11);
    x = v128.load_splat<f32>(a, 8);
    s20 = madd(x, b0, s20);
    s21 = madd(x, b1, s21);
    x = v128.load_splat<f32>(a, 12);
    s30 = madd(x, b0, s30);
    s31 = madd(x, b1, s31);
    a += TILE_M << 2;
    b += stepB;
  } while (a != end);
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}

/** The part of the spare tile that lies inside c. */
function copyTile(height: i32, width: i32, c: usize, cRow: usize, accumulate: bool): void {
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const to = c + <usize>i * cRow + (<usize>j << 2);
      const value = load<f32>(spareTile + (<usize>(i * TILE_N + j) << 2));
      store<f32>(to, accumulate ? load<f32>(to) + value : value);
    }
  }
}
