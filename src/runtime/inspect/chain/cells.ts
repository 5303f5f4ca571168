// What one timestep of a recurrent cell does to a gradient that comes from later: the factors of its Jacobian.
import { assertNever } from "../../../protocol/assertNever.ts";
import type { Sequence } from "./sequence.ts";

/** A gate's part: (gradient ⊙ factor) W_gate goes to h_{t−1}. */
export interface GateFactor {
  /** Of the hidden state, or of the state that is kept: c_t in an LSTM. */
  readonly from: "h" | "kept";
  readonly factor: Float64Array;
}

/** Jacobian of one timestep, taken apart. All are diagonals of `hidden` elements. */
export interface StepFactors {
  /** LSTM: ∂h_t/∂c_t = o ⊙ (1 − tanh² c_t). */
  readonly out: Float64Array | null;
  /** LSTM: ∂c_t/∂c_{t−1} = f. GRU: the direct ∂h_t/∂h_{t−1} = z. */
  readonly kept: Float64Array | null;
  /** In the order of the weights. */
  readonly gates: readonly GateFactor[];
}

export const gateNames: Readonly<Record<Sequence["kind"], readonly string[]>> = {
  "rnn step": ["h"],
  "lstm h": ["i", "f", "g", "o"],
  "gru h": ["r", "z", "n"],
};

/** @param before the timestep whose state this one began from */
export function stepFactors(s: Sequence, sample: number, t: number, before: number): StepFactors {
  switch (s.kind) {
    case "rnn step":
      return rnnFactors(s, sample, t);
    case "lstm h":
      return lstmFactors(s, sample, t, before);
    case "gru h":
      return gruFactors(s, sample, t, before);
    default:
      return assertNever(s.kind);
  }
}

/** h_t = σ(… + W h_{t−1}): ∂h_t/∂h_{t−1} = diag(σ'(h_t)) W. */
function rnnFactors(s: Sequence, sample: number, t: number): StepFactors {
  const derivative = s.nonlinearity === "relu" ? (h: number) => (h > 0 ? 1 : 0) : (h: number) => 1 - h * h;
  return { out: null, kept: null, gates: [{ from: "h", factor: row(s, "h", sample, t).map(derivative) }] };
}

/**
 * c_t = f ⊙ c_{t−1} + i ⊙ g, h_t = o ⊙ tanh c_t. To c_t: δ_i = g i(1 − i), δ_f = c_{t−1} f(1 − f), δ_g = i (1 − g²);
 * to h_t alone: δ_o = tanh c_t · o(1 − o).
 */
function lstmFactors(s: Sequence, sample: number, t: number, before: number): StepFactors {
  const [i, f, g, o] = [0, 1, 2, 3].map((gate) => gateRow(s, sample, t, gate));
  const tanhC = row(s, "c", sample, t).map(Math.tanh);
  const cBefore = row(s, "c", sample, before);
  return {
    out: o.map((o_j, j) => o_j * (1 - tanhC[j] ** 2)),
    kept: f,
    gates: [
      { from: "kept", factor: i.map((i_j, j) => g[j] * i_j * (1 - i_j)) },
      { from: "kept", factor: f.map((f_j, j) => cBefore[j] * f_j * (1 - f_j)) },
      { from: "kept", factor: i.map((i_j, j) => i_j * (1 - g[j] ** 2)) },
      { from: "h", factor: o.map((o_j, j) => tanhC[j] * o_j * (1 - o_j)) },
    ],
  };
}

/**
 * h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}, n = tanh(… + r ⊙ q), q = W_n h_{t−1} + b_n. With δ_n = (1 − z)(1 − n²):
 * through n δ_n r, through r δ_n q r(1 − r), through z (h_{t−1} − n) z(1 − z).
 */
function gruFactors(s: Sequence, sample: number, t: number, before: number): StepFactors {
  const [r, z, n] = [0, 1, 2].map((gate) => gateRow(s, sample, t, gate));
  const hBefore = row(s, "h", sample, before);
  const q = candidate(s, hBefore);
  const dn = n.map((n_j, j) => (1 - z[j]) * (1 - n_j * n_j));
  return {
    out: null,
    kept: z,
    gates: [
      { from: "h", factor: r.map((r_j, j) => dn[j] * q[j] * r_j * (1 - r_j)) },
      { from: "h", factor: z.map((z_j, j) => (hBefore[j] - n[j]) * z_j * (1 - z_j)) },
      { from: "h", factor: r.map((r_j, j) => dn[j] * r_j) },
    ],
  };
}

/** W_n h_{t−1} + b_n, which the forward pass does not keep. */
function candidate({ weights, bias }: Sequence, hBefore: Float64Array): Float64Array {
  const H = hBefore.length;
  return hBefore.map((_, j) => {
    const start = (2 * H + j) * H;
    let sum = bias === null ? 0 : bias.array[2 * H + j];
    for (let k = 0; k < H; k++) sum += weights.array[start + k] * hBefore[k];
    return sum;
  });
}

function row(s: Sequence, state: "h" | "c", sample: number, t: number): Float64Array {
  const x = state === "c" && s.c !== null ? s.c : s.h;
  const [, time, H] = x.shape;
  const start = (sample * time + t) * H;
  return Float64Array.from(x.floats.array.subarray(start, start + H));
}

/** One gate's values of one timestep. */
function gateRow({ gates, h }: Sequence, sample: number, t: number, gate: number): Float64Array {
  const [, time, width] = gates.shape;
  const H = h.shape[2];
  const start = (sample * time + t) * width + gate * H;
  return Float64Array.from(gates.floats.array.subarray(start, start + H));
}
