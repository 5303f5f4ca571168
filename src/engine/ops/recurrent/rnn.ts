// The simple recurrent layer, one operation a timestep, so that each can be stopped at in both directions.
import { engine } from "../../engine.ts";
import type { FloatBuffer } from "../../kernels/kernels.ts";
import { Tensor } from "../../tensor.ts";
import type { OperationName } from "../operation.ts";
import { SumOverTime, stepProduct } from "./overTime.ts";
import { carryGradient, carryState, type StepOptions, Steps, stateBefore } from "./steps.ts";

const name: OperationName = "rnn step";

/**
 * h_t = σ(z_t + W_hh h_{t−1} + b_hh), where z_t = W_xh x_t + b_xh has been computed for all timesteps in one product.
 * Backward through time (Werbos 1990), with ∂L/∂h_t holding what comes from above and what timestep t+1 sent back:
 * δ_t = ∂L/∂h_t ⊙ σ'(h_t), ∂L/∂h_{t−1} += δ_t W_hh, ∇W_hh += δ_tᵀ h_{t−1}, ∇b_hh += Σ_batch δ_t, ∂L/∂z_t = δ_t.
 * σ' is taken through the saved output: 1 − h² for tanh, [h > 0] for relu.
 * @param z `[batch, time, hidden]`; its gradient becomes δ, so nothing else may use it
 * @param W `[hidden, hidden]`
 * @param bias `[hidden]` or null
 * @param h0 `[batch, hidden]` or null for zeros
 * @returns all hidden states `[batch, time, hidden]`; its gradient after backward is ∂L/∂h_t for every t
 */
export function rnn(
  z: Tensor,
  W: Tensor,
  bias: Tensor | null,
  h0: Tensor | null,
  nonlinearity: "tanh" | "relu",
  options: StepOptions = {},
): Tensor {
  const e = engine();
  const k = e.kernels;
  const [B, T, H] = z.shape;
  const ld = T * H;
  const steps = new Steps(B, T, options);
  const hs = k.memory.empty(B * T * H, !e.iterating);
  const inputs = [z, W, ...(bias === null ? [] : [bias]), ...(h0 === null ? [] : [h0])];
  const requiresGrad = e.recording && inputs.some((x) => x.requiresGrad);
  const output = new Tensor(hs, z.shape, { requiresGrad, persistent: !e.iterating });
  k.copy(B * T * H, z.floats, hs);
  if (bias !== null) k.addRow(B * T, H, bias.floats, hs, H);
  const recurrent = stepProduct(steps, true, H, H, W.floats, H);
  const back = stepProduct(steps, false, H, H, W.floats, H);
  /** δ of all timesteps, `[batch, time, hidden]`; ∂L/∂z is the same. */
  let own: FloatBuffer | null = null;
  const deltas = () => {
    own ??= z.requiresGrad ? z.gradient() : k.memory.floats(B * T * H, false);
    return own;
  };
  const sums = new SumOverTime(steps, W, bias, output, h0, [{ firstRow: 0, rows: H, delta: deltas, ld: H }]);
  for (const t of steps.order) {
    steps.begin(t);
    const h = steps.at(hs, t, H);
    const before = stateBefore(steps, t, H, output, h0);
    if (before !== null) recurrent(before.values, before.ld, h, ld);
    steps.forActive(t, ({ first, count }) =>
      k.activateRows(nonlinearity, count, H, h.sub(first * ld, h.length - first * ld), ld),
    );
    carryState(steps, t, H, hs, before);
    e.record(name, inputs, output, () => {
      const dh = steps.at(output.gradient(), t, H);
      const delta = steps.at(deltas(), t, H);
      steps.forActive(t, ({ first, count }) => {
        const from = (x: FloatBuffer) => x.sub(first * ld, x.length - first * ld);
        k.activateRowsBackward(nonlinearity, count, H, from(h), ld, from(dh), ld, from(delta), ld);
      });
      sums.reached(t);
      if (before?.gradient) back(delta, ld, before.gradient(), before.ld);
      carryGradient(steps, t, H, output.gradient(), before);
    });
  }
  steps.end();
  return output;
}
