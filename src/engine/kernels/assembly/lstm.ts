// The cell and the hidden state of one LSTM timestep, in one pass each. Gates stand side by side: i f g o, n columns each.

import { vtanh } from "./exp";
import { loadTail, madd, splat, storeTail } from "./simd";

@inline
function load4(p: usize, count: i32): v128 {
  return count == 4 ? v128.load(p) : loadTail(p, count);
}

@inline
function store4(p: usize, v: v128, count: i32): void {
  if (count == 4) v128.store(p, v);
  else storeTail(p, v, count);
}

/** c = f cBefore + i g; without cBefore (0): c = i g */
export function lstmCell(m: i32, n: i32, gates: usize, ldg: i32, before: usize, ldb: i32, c: usize, ldc: i32): void {
  const block = <usize>n << 2;
  for (let r = 0; r < m; r++, gates += <usize>ldg << 2, before += before ? <usize>ldb << 2 : 0, c += <usize>ldc << 2) {
    const whole = <usize>(n & ~3) << 2;
    for (let j: usize = 0; j < whole; j += 16) cellAt(gates + j, block, before, j, c + j, 4);
    if (n & 3) cellAt(gates + whole, block, before, whole, c + whole, n & 3);
  }
}

@inline
function cellAt(i: usize, block: usize, before: usize, j: usize, c: usize, count: i32): void {
  let value = f32x4.mul(load4(i, count), load4(i + 2 * block, count));
  if (before) value = madd(load4(i + block, count), load4(before + j, count), value);
  store4(c, value, count);
}

/** s = tanh c, h = o s */
export function lstmHidden(m: i32, n: i32, gates: usize, ldg: i32, c: usize, ldc: i32, s: usize, lds: i32, h: usize, ldh: i32): void {
  const output = gates + (<usize>(3 * n) << 2);
  for (let r: usize = 0; r < <usize>m; r++) {
    const po = output + (r * <usize>ldg << 2);
    const pc = c + (r * <usize>ldc << 2);
    const ps = s + (r * <usize>lds << 2);
    const ph = h + (r * <usize>ldh << 2);
    const whole = <usize>(n & ~3) << 2;
    for (let j: usize = 0; j < whole; j += 16) hiddenAt(po + j, pc + j, ps + j, ph + j, 4);
    if (n & 3) hiddenAt(po + whole, pc + whole, ps + whole, ph + whole, n & 3);
  }
}

@inline
function hiddenAt(o: usize, c: usize, s: usize, h: usize, count: i32): void {
  const squashed = vtanh(load4(c, count));
  store4(s, squashed, count);
  store4(h, f32x4.mul(load4(o, count), squashed), count);
}

/** do += dh s, dc += dh o (1 − s²) */
export function lstmHiddenBackward(
  m: i32,
  n: i32,
  gates: usize,
  dGates: usize,
  ldg: i32,
  s: usize,
  lds: i32,
  dh: usize,
  lddh: i32,
  dc: usize,
  lddc: i32,
): void {
  const output = <usize>(3 * n) << 2;
  for (let r: usize = 0; r < <usize>m; r++) {
    const po = gates + output + (r * <usize>ldg << 2);
    const pdo = dGates + output + (r * <usize>ldg << 2);
    const ps = s + (r * <usize>lds << 2);
    const pdh = dh + (r * <usize>lddh << 2);
    const pdc = dc + (r * <usize>lddc << 2);
    const whole = <usize>(n & ~3) << 2;
    for (let j: usize = 0; j < whole; j += 16) hiddenBackwardAt(po + j, pdo + j, ps + j, pdh + j, pdc + j, 4);
    if (n & 3) hiddenBackwardAt(po + whole, pdo + whole, ps + whole, pdh + whole, pdc + whole, n & 3);
  }
}

@inline
function hiddenBackwardAt(o: usize, dO: usize, s: usize, dh: usize, dc: usize, count: i32): void {
  const squashed = load4(s, count);
  const d = load4(dh, count);
  store4(dO, madd(d, squashed, load4(dO, count)), count);
  const slope = f32x4.mul(load4(o, count), f32x4.sub(splat(1), f32x4.mul(squashed, squashed)));
  store4(dc, madd(d, slope, load4(dc, count)), count);
}

/** di += dc g, dg += dc i, df += dc cBefore, dcBefore += dc f; the last two only where there are such (else 0) */
export function lstmCellBackward(
  m: i32,
  n: i32,
  gates: usize,
  dGates: usize,
  ldg: i32,
  before: usize,
  ldb: i32,
  dBefore: usize,
  dc: usize,
  lddc: i32,
): void {
  const block = <usize>n << 2;
  for (let r: usize = 0; r < <usize>m; r++) {
    const pg = gates + (r * <usize>ldg << 2);
    const pd = dGates + (r * <usize>ldg << 2);
    // 0, no address, stays 0
    const pb = before ? before + (r * <usize>ldb << 2) : 0;
    const pdb = dBefore ? dBefore + (r * <usize>ldb << 2) : 0;
    const pdc = dc + (r * <usize>lddc << 2);
    const whole = <usize>(n & ~3) << 2;
    for (let j: usize = 0; j < whole; j += 16) cellBackwardAt(pg + j, pd + j, block, pb, pdb, j, pdc + j, 4);
    if (n & 3) cellBackwardAt(pg + whole, pd + whole, block, pb, pdb, whole, pdc + whole, n & 3);
  }
}

@inline
function cellBackwardAt(
  i: usize,
  di: usize,
  block: usize,
  before: usize,
  dBefore: usize,
  j: usize,
  dc: usize,
  count: i32,
): void {
  const d = load4(dc, count);
  const dg = di + 2 * block;
  const df = di + block;
  store4(di, madd(d, load4(i + 2 * block, count), load4(di, count)), count);
  store4(dg, madd(d, load4(i, count), load4(dg, count)), count);
  if (before) store4(df, madd(d, load4(before + j, count), load4(df, count)), count);
  if (dBefore) store4(dBefore + j, madd(d, load4(i + block, count), load4(dBefore + j, count)), count);
}
