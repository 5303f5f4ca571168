// The elementwise part of one LSTM timestep: its interface, readable in float64, and bound to wasm.
import type { FloatBuffer } from "./kernels.ts";

/** A row-major matrix with a leading dimension, in elements. */
export interface Matrix {
  readonly buffer: FloatBuffer;
  readonly ld: number;
}

/** m rows of n units; `gates` holds i f g o side by side, n columns each, and `dGates` ∂L/∂ of them. */
export interface LstmKernels {
  /** c = f ⊙ c_before + i ⊙ g; without c_before, c = i ⊙ g. */
  cell(m: number, n: number, gates: Matrix, before: Matrix | null, c: Matrix): void;
  /** s = tanh c, h = o ⊙ s. */
  hidden(m: number, n: number, gates: Matrix, c: Matrix, s: Matrix, h: Matrix): void;
  /** do += dh ⊙ s, dc += dh ⊙ o ⊙ (1 − s²). */
  hiddenBackward(m: number, n: number, gates: Matrix, dGates: Matrix, s: Matrix, dh: Matrix, dc: Matrix): void;
  /** di += dc ⊙ g, dg += dc ⊙ i, df += dc ⊙ c_before, dc_before += dc ⊙ f. */
  cellBackward(
    m: number,
    n: number,
    gates: Matrix,
    dGates: Matrix,
    before: Matrix | null,
    dBefore: Matrix | null,
    dc: Matrix,
  ): void;
}

export const referenceLstm: LstmKernels = {
  cell(m, n, gates, before, c) {
    each(m, n, (r, j) => {
      const [i, f, g] = [0, 1, 2].map((gate) => get(gates, r, gate * n + j));
      set(c, r, j, (before === null ? 0 : f * get(before, r, j)) + i * g);
    });
  },
  hidden(m, n, gates, c, s, h) {
    each(m, n, (r, j) => {
      const squashed = Math.tanh(get(c, r, j));
      set(s, r, j, squashed);
      set(h, r, j, get(gates, r, 3 * n + j) * squashed);
    });
  },
  hiddenBackward(m, n, gates, dGates, s, dh, dc) {
    each(m, n, (r, j) => {
      const [squashed, d] = [get(s, r, j), get(dh, r, j)];
      add(dGates, r, 3 * n + j, d * squashed);
      add(dc, r, j, d * get(gates, r, 3 * n + j) * (1 - squashed * squashed));
    });
  },
  cellBackward(m, n, gates, dGates, before, dBefore, dc) {
    each(m, n, (r, j) => {
      const d = get(dc, r, j);
      const [i, f, g] = [0, 1, 2].map((gate) => get(gates, r, gate * n + j));
      add(dGates, r, j, d * g);
      add(dGates, r, 2 * n + j, d * i);
      if (before !== null) add(dGates, r, n + j, d * get(before, r, j));
      if (dBefore !== null) add(dBefore, r, j, d * f);
    });
  },
};

/** The functions of assembly/lstm.ts; pointers are byte addresses, 0 stands for a matrix that is not there. */
export type LstmExports = {
  lstmCell(m: number, n: number, gates: number, ldg: number, before: number, ldb: number, c: number, ldc: number): void;
  lstmHidden(
    m: number,
    n: number,
    gates: number,
    ldg: number,
    c: number,
    ldc: number,
    s: number,
    lds: number,
    h: number,
    ldh: number,
  ): void;
  lstmHiddenBackward(
    m: number,
    n: number,
    gates: number,
    dGates: number,
    ldg: number,
    s: number,
    lds: number,
    dh: number,
    lddh: number,
    dc: number,
    lddc: number,
  ): void;
  lstmCellBackward(
    m: number,
    n: number,
    gates: number,
    dGates: number,
    ldg: number,
    before: number,
    ldb: number,
    dBefore: number,
    dc: number,
    lddc: number,
  ): void;
};

/** `dGates` has the leading dimension of `gates`, and `dBefore` that of `before`: they lie in tensors of the same shape. */
export function wasmLstm(wasm: LstmExports): LstmKernels {
  return {
    cell: (m, n, gates, before, c) =>
      wasm.lstmCell(m, n, gates.buffer.ptr, gates.ld, before?.buffer.ptr ?? 0, before?.ld ?? 0, c.buffer.ptr, c.ld),
    hidden: (m, n, gates, c, s, h) =>
      wasm.lstmHidden(m, n, gates.buffer.ptr, gates.ld, c.buffer.ptr, c.ld, s.buffer.ptr, s.ld, h.buffer.ptr, h.ld),
    hiddenBackward: (m, n, gates, dGates, s, dh, dc) =>
      wasm.lstmHiddenBackward(
        m,
        n,
        gates.buffer.ptr,
        dGates.buffer.ptr,
        gates.ld,
        s.buffer.ptr,
        s.ld,
        dh.buffer.ptr,
        dh.ld,
        dc.buffer.ptr,
        dc.ld,
      ),
    cellBackward: (m, n, gates, dGates, before, dBefore, dc) =>
      wasm.lstmCellBackward(
        m,
        n,
        gates.buffer.ptr,
        dGates.buffer.ptr,
        gates.ld,
        before?.buffer.ptr ?? 0,
        (before ?? dBefore)?.ld ?? 0,
        dBefore?.buffer.ptr ?? 0,
        dc.buffer.ptr,
        dc.ld,
      ),
  };
}

function each(m: number, n: number, visit: (r: number, j: number) => void): void {
  for (let r = 0; r < m; r++) for (let j = 0; j < n; j++) visit(r, j);
}

function get({ buffer, ld }: Matrix, r: number, j: number): number {
  return buffer.array[r * ld + j];
}

function set({ buffer, ld }: Matrix, r: number, j: number, value: number): void {
  buffer.array[r * ld + j] = value;
}

function add({ buffer, ld }: Matrix, r: number, j: number, value: number): void {
  buffer.array[r * ld + j] += value;
}
