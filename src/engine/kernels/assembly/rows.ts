// Matrices row by row: bias rows, column sums, embedding rows, the activation of one timestep.

import { vsigmoid, vtanh } from "./exp";
import { loadTail, madd, splat, storeTail, wholeBytes } from "./simd";

/** c[i, :] += bias */
export function addRow(m: i32, n: i32, bias: usize, c: usize, ldc: i32): void {
  for (let i = 0; i < m; i++) addInto(n, bias, c + (<usize>i * <usize>ldc << 2));
}

/** out[j] += Σ_i a[i, j] */
export function sumRows(m: i32, n: i32, a: usize, lda: i32, out: usize): void {
  const step = <usize>lda << 2;
  // sixteen columns at a time stay in registers while the rows pass by
  for (; n >= 16; n -= 16, a += 64, out += 64) {
    let s0 = v128.load(out);
    let s1 = v128.load(out, 16);
    let s2 = v128.load(out, 32);
    let s3 = v128.load(out, 48);
    for (let i = 0, p = a; i < m; i++, p += step) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p, 16));
      s2 = f32x4.add(s2, v128.load(p, 32));
      s3 = f32x4.add(s3, v128.load(p, 48));
    }
    v128.store(out, s0);
    v128.store(out, s1, 16);
    v128.store(out, s2, 32);
    v128.store(out, s3, 48);
  }
  if (n) for (let i = 0; i < m; i++, a += step) addInto(n, a, out);
}

/** out[i, :] = weight[indices[i], :] */
export function gatherRows(count: i32, width: i32, indices: usize, weight: usize, out: usize): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < count; i++, indices += 4, out += bytes) {
    copyRow(width, weight + <usize>load<u32>(indices) * bytes, out);
  }
}

/** dWeight[indices[i], :] += dOut[i, :] */
export function scatterAddRows(count: i32, width: i32, indices: usize, dOut: usize, dWeight: usize): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < count; i++, indices += 4, dOut += bytes) {
    addInto(width, dOut, dWeight + <usize>load<u32>(indices) * bytes);
  }
}

/** z = tanh z */
export function tanhRows(m: i32, n: i32, z: usize, ldz: i32): void {
  for (let i = 0; i < m; i++) activateRow(TANH, n, z + (<usize>i * <usize>ldz << 2));
}

/** z = max(z, 0) */
export function reluRows(m: i32, n: i32, z: usize, ldz: i32): void {
  for (let i = 0; i < m; i++) activateRow(RELU, n, z + (<usize>i * <usize>ldz << 2));
}

/** dz = dh (1 − h²) */
export function tanhRowsBackward(m: i32, n: i32, h: usize, ldh: i32, dh: usize, lddh: i32, dz: usize, lddz: i32): void {
  for (let i: usize = 0; i < <usize>m; i++) {
    activateRowBackward(TANH, n, h + (i * <usize>ldh << 2), dh + (i * <usize>lddh << 2), dz + (i * <usize>lddz << 2));
  }
}

/** dz = dh [h > 0] */
export function reluRowsBackward(m: i32, n: i32, h: usize, ldh: i32, dh: usize, lddh: i32, dz: usize, lddz: i32): void {
  for (let i: usize = 0; i < <usize>m; i++) {
    activateRowBackward(RELU, n, h + (i * <usize>ldh << 2), dh + (i * <usize>lddh << 2), dz + (i * <usize>lddz << 2));
  }
}

/** z = σ(z) */
export function sigmoidRows(m: i32, n: i32, z: usize, ldz: i32): void {
  for (let i = 0; i < m; i++) activateRow(SIGMOID, n, z + (<usize>i * <usize>ldz << 2));
}

/** dz = dh h (1 − h) */
export function sigmoidRowsBackward(m: i32, n: i32, h: usize, ldh: i32, dh: usize, lddh: i32, dz: usize, lddz: i32): void {
  for (let i: usize = 0; i < <usize>m; i++) {
    activateRowBackward(SIGMOID, n, h + (i * <usize>ldh << 2), dh + (i * <usize>lddh << 2), dz + (i * <usize>lddz << 2));
  }
}

/** y += α x */
export function axpyRows(m: i32, n: i32, alpha: f32, x: usize, ldx: i32, y: usize, ldy: i32): void {
  const a = splat(alpha);
  const rest = n & 3;
  for (let i = 0; i < m; i++, x += <usize>ldx << 2, y += <usize>ldy << 2) {
    const end = x + wholeBytes(n);
    let p = x;
    let q = y;
    for (; p != end; p += 16, q += 16) v128.store(q, madd(a, v128.load(p), v128.load(q)));
    if (rest) storeTail(q, madd(a, loadTail(p, rest), loadTail(q, rest)), rest);
  }
}

/** y += x1 x2 */
export function multiplyAddRows(m: i32, n: i32, x1: usize, ld1: i32, x2: usize, ld2: i32, y: usize, ldy: i32): void {
  const rest = n & 3;
  for (let i = 0; i < m; i++, x1 += <usize>ld1 << 2, x2 += <usize>ld2 << 2, y += <usize>ldy << 2) {
    const end = x1 + wholeBytes(n);
    let p = x1;
    let q = x2;
    let r = y;
    for (; p != end; p += 16, q += 16, r += 16) v128.store(r, madd(v128.load(p), v128.load(q), v128.load(r)));
    if (rest) storeTail(r, madd(loadTail(p, rest), loadTail(q, rest), loadTail(r, rest)), rest);
  }
}

/** y += x. Its own loop rather than axpy, whose multiplication is pointless here. */
@inline
function addInto(n: i32, x: usize, y: usize): void {
  const end = x + wholeBytes(n);
  for (; x != end; x += 16, y += 16) v128.store(y, f32x4.add(v128.load(y), v128.load(x)));
  const rest = n & 3;
  if (rest) storeTail(y, f32x4.add(loadTail(y, rest), loadTail(x, rest)), rest);
}

/** memory.copy leaves the module for every call, which costs more than a short row. */
@inline
function copyRow(n: i32, x: usize, y: usize): void {
  const end = x + wholeBytes(n);
  for (; x != end; x += 16, y += 16) v128.store(y, v128.load(x));
  const rest = n & 3;
  if (rest) storeTail(y, loadTail(x, rest), rest);
}

/** Which activation: constants, so that each call compiles to its own loop. */
const RELU = 0;
const TANH = 1;
const SIGMOID = 2;

@inline
function activation(kind: i32, z: v128): v128 {
  if (kind == TANH) return vtanh(z);
  return kind == SIGMOID ? vsigmoid(z) : f32x4.pmax(z, splat(0));
}

@inline
function activateRow(kind: i32, n: i32, z: usize): void {
  const end = z + wholeBytes(n);
  for (; z != end; z += 16) v128.store(z, activation(kind, v128.load(z)));
  const rest = n & 3;
  if (rest) storeTail(z, activation(kind, loadTail(z, rest)), rest);
}

@inline
function derivative(kind: i32, dh: v128, h: v128): v128 {
  if (kind == TANH) return f32x4.mul(dh, f32x4.sub(splat(1), f32x4.mul(h, h)));
  if (kind == SIGMOID) return f32x4.mul(dh, f32x4.mul(h, f32x4.sub(splat(1), h)));
  return v128.andnot(dh, f32x4.le(h, splat(0)));
}

@inline
function activateRowBackward(kind: i32, n: i32, h: usize, dh: usize, dz: usize): void {
  const end = h + wholeBytes(n);
  for (; h != end; h += 16, dh += 16, dz += 16) v128.store(dz, derivative(kind, v128.load(dh), v128.load(h)));
  const rest = n & 3;
  if (rest) storeTail(dz, derivative(kind, loadTail(dh, rest), loadTail(h, rest)), rest);
}
