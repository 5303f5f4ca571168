// Long short-term memory: every gate of every timestep is an operation of its own, so that each can be stopped at.
import { engine } from "../../engine.ts";
import type { FloatBuffer } from "../../kernels/kernels.ts";
import type { Matrix } from "../../kernels/lstm.ts";
import { Tensor } from "../../tensor.ts";
import type { OperationName } from "../operation.ts";
import { SumOverTime, stepProduct } from "./overTime.ts";
import { carryGradient, carryState, differentiable, type Rows, type StepOptions, Steps, stateBefore } from "./steps.ts";

/** Gates in PyTorch's order, each a block of `hidden` columns. */
const gates = [
  { name: "lstm i", activation: "sigmoid" },
  { name: "lstm f", activation: "sigmoid" },
  { name: "lstm g", activation: "tanh" },
  { name: "lstm o", activation: "sigmoid" },
] as const satisfies readonly { name: OperationName; activation: "sigmoid" | "tanh" }[];

/**
 * i_t = σ(z_i + W_hi h_{t−1}), f_t = σ(z_f + W_hf h_{t−1}), g_t = tanh(z_g + W_hg h_{t−1}), o_t = σ(z_o + W_ho h_{t−1}),
 * c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t, h_t = o_t ⊙ tanh c_t (Hochreiter & Schmidhuber 1997, with Gers et al.'s forget gate 2000).
 * Backward: do += dh ⊙ tanh c, dc += dh ⊙ o ⊙ (1 − tanh² c); di += dc ⊙ g, df += dc ⊙ c_{t−1}, dg += dc ⊙ i,
 * dc_{t−1} += dc ⊙ f; δ_gate = d_gate ⊙ σ'; ∂L/∂h_{t−1} += δ W_hh, ∇W_hh += δᵀ h_{t−1}, ∇b += Σ_batch δ.
 * @param inputPart z `[batch, time, 4·hidden]`, the input's part W_ih x + b_ih of i f g o. It is overwritten by the gates, and its
 * gradient by δ, so nothing else may use it.
 * @param W `[4·hidden, hidden]`
 * @param bias `[4·hidden]` or null
 * @param h0 `[batch, hidden]` or null for zeros
 * @param c0 `[batch, hidden]` or null for zeros
 * @returns hidden and cell states, each `[batch, time, hidden]`
 */
export function lstm(
  inputPart: Tensor,
  W: Tensor,
  bias: Tensor | null,
  h0: Tensor | null,
  c0: Tensor | null,
  options: StepOptions = {},
): { readonly h: Tensor; readonly c: Tensor } {
  const e = engine();
  const k = e.kernels;
  const requiresGrad = e.recording && [inputPart, W, bias, h0, c0].some((x) => x?.requiresGrad);
  const z = differentiable(inputPart, requiresGrad);
  const [B, T] = z.shape;
  const H = W.shape[1];
  const [ld, ldGates] = [T * H, 4 * T * H];
  const steps = new Steps(B, T, options);
  const [G, w] = [z.floats, W.floats];
  const inputs = [z, W, ...[bias, h0, c0].filter((x) => x !== null)];
  const state = () =>
    new Tensor(k.memory.empty(B * T * H, !e.iterating), [B, T, H], { requiresGrad, persistent: !e.iterating });
  const [h, c] = [state(), state()];
  /** tanh c_t, kept for backward. */
  const squashed = k.memory.empty(B * T * H, !e.iterating);
  if (bias !== null) k.addRow(B * T, 4 * H, bias.floats, G, 4 * H);

  const recurrent = stepProduct(steps, true, 4 * H, H, w, H);
  const back = stepProduct(steps, false, H, 4 * H, w, H);
  const sums = new SumOverTime(steps, W, bias, h, h0, [
    { firstRow: 0, rows: 4 * H, delta: () => z.gradient(), ld: 4 * H },
  ]);

  for (const t of steps.order) {
    steps.begin(t);
    const hBefore = stateBefore(steps, t, H, h, h0);
    const cBefore = stateBefore(steps, t, H, c, c0);
    const block = (buffer: FloatBuffer, gate: number) => steps.at(buffer, t, 4 * H, gate * H);
    /** The rows of one timestep's matrix that are active. */
    const part = (matrix: FloatBuffer, stride: number, { first }: Rows) =>
      matrix.sub(first * stride, matrix.length - first * stride);

    if (hBefore !== null) recurrent(hBefore.values, hBefore.ld, block(G, 0), ldGates);
    e.record("lstm gates", [...inputs, h], z, () => {
      sums.reached(t);
      if (hBefore?.gradient) back(block(z.gradient(), 0), ldGates, hBefore.gradient(), hBefore.ld);
    });

    gates.forEach(({ name, activation }, gate) => {
      steps.forActive(t, (rows) =>
        k.activateRows(activation, rows.count, H, part(block(G, gate), ldGates, rows), ldGates),
      );
      e.record(name, [z], z, () => {
        const d = block(z.gradient(), gate);
        steps.forActive(t, (rows) => {
          const own = part(d, ldGates, rows);
          k.activateRowsBackward(
            activation,
            rows.count,
            H,
            part(block(G, gate), ldGates, rows),
            ldGates,
            own,
            ldGates,
            own,
            ldGates,
          );
        });
      });
    });

    const matrix = (buffer: FloatBuffer, stride: number, rows: Rows): Matrix => ({
      buffer: part(buffer, stride, rows),
      ld: stride,
    });
    const ct = steps.at(c.floats, t, H);
    const gatesAt = (rows: Rows) => matrix(block(G, 0), ldGates, rows);
    const cBeforeAt = (rows: Rows) => cBefore && matrix(cBefore.values, cBefore.ld, rows);
    steps.forActive(t, (rows) => k.lstm.cell(rows.count, H, gatesAt(rows), cBeforeAt(rows), matrix(ct, ld, rows)));
    carryState(steps, t, H, c.floats, cBefore);
    e.record("lstm c", [z, c], c, () => {
      const dc = steps.at(c.gradient(), t, H);
      const dGates = block(z.gradient(), 0);
      steps.forActive(t, (rows) => {
        const dBefore = cBefore?.gradient ? matrix(cBefore.gradient(), cBefore.ld, rows) : null;
        k.lstm.cellBackward(
          rows.count,
          H,
          gatesAt(rows),
          matrix(dGates, ldGates, rows),
          cBeforeAt(rows),
          dBefore,
          matrix(dc, ld, rows),
        );
      });
      carryGradient(steps, t, H, c.gradient(), cBefore);
    });

    const ht = steps.at(h.floats, t, H);
    const tanhC = steps.at(squashed, t, H);
    steps.forActive(t, (rows) => {
      k.lstm.hidden(rows.count, H, gatesAt(rows), matrix(ct, ld, rows), matrix(tanhC, ld, rows), matrix(ht, ld, rows));
    });
    carryState(steps, t, H, h.floats, hBefore);
    e.record("lstm h", [z, c, W], h, () => {
      const [dh, dc] = [steps.at(h.gradient(), t, H), steps.at(c.gradient(), t, H)];
      const dGates = block(z.gradient(), 0);
      steps.forActive(t, (rows) => {
        const at = (buffer: FloatBuffer) => matrix(buffer, ld, rows);
        k.lstm.hiddenBackward(rows.count, H, gatesAt(rows), matrix(dGates, ldGates, rows), at(tanhC), at(dh), at(dc));
      });
      carryGradient(steps, t, H, h.gradient(), hBefore);
    });
  }
  steps.end();
  return { h, c };
}
