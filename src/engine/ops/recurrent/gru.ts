// The gated recurrent unit: every gate of every timestep is an operation of its own, so that each can be stopped at.
import { engine } from "../../engine.ts";
import type { FloatBuffer } from "../../kernels/kernels.ts";
import { Tensor } from "../../tensor.ts";
import { SumOverTime, stepProduct } from "./overTime.ts";
import { carryGradient, carryState, differentiable, type Rows, type StepOptions, Steps, stateBefore } from "./steps.ts";

/**
 * r_t = σ(x_r + W_hr h_{t−1} + b_hr), z_t = σ(x_z + W_hz h_{t−1} + b_hz), n_t = tanh(x_n + r_t ⊙ (W_hn h_{t−1} + b_hn)),
 * h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1} (Cho et al. 2014, in cuDNN's and PyTorch's form).
 * Backward: dn += dh ⊙ (1 − z), dz += dh ⊙ (h_{t−1} − n), ∂L/∂h_{t−1} += dh ⊙ z; δ_n = dn ⊙ (1 − n²),
 * dr += δ_n ⊙ (W_hn h_{t−1} + b_hn); δ_r, δ_z through σ'; the recurrent product receives [δ_r, δ_z, δ_n ⊙ r].
 * @param inputPart x `[batch, time, 3·hidden]`, the input's part W_ih x + b_ih of r z n. It is overwritten by the gates, and its
 * gradient by δ, so nothing else may use it.
 * @param W `[3·hidden, hidden]`
 * @param bias `[3·hidden]` or null
 * @param h0 `[batch, hidden]` or null for zeros
 * @returns all hidden states `[batch, time, hidden]`
 */
export function gru(
  inputPart: Tensor,
  W: Tensor,
  bias: Tensor | null,
  h0: Tensor | null,
  options: StepOptions = {},
): Tensor {
  const e = engine();
  const k = e.kernels;
  const requiresGrad = e.recording && [inputPart, W, bias, h0].some((y) => y?.requiresGrad);
  const x = differentiable(inputPart, requiresGrad);
  const [B, T] = x.shape;
  const H = W.shape[1];
  const [ld, ldGates] = [T * H, 3 * T * H];
  const steps = new Steps(B, T, options);
  const [G, w] = [x.floats, W.floats];
  const inputs = [x, W, ...[bias, h0].filter((y) => y !== null)];
  const h = new Tensor(k.memory.floats(B * T * H, !e.iterating), [B, T, H], { requiresGrad, persistent: !e.iterating });
  /** W_hn h_{t−1} + b_hn, which the reset gate scales. */
  const recurrent = k.memory.floats(B * T * H, !e.iterating);
  const dRecurrent = k.memory.floats(requiresGrad ? B * T * H : 0, !e.iterating);
  const [wGates, wNew] = [w.sub(0, 2 * H * H), w.sub(2 * H * H, H * H)];

  const gatesProduct = stepProduct(steps, true, 2 * H, H, wGates, H);
  const newProduct = stepProduct(steps, true, H, H, wNew, H);
  const gatesBack = stepProduct(steps, false, H, 2 * H, wGates, H);
  const newBack = stepProduct(steps, false, H, H, wNew, H);
  const sums = new SumOverTime(steps, W, bias, h, h0, [
    { firstRow: 0, rows: 2 * H, delta: () => x.gradient(), ld: 3 * H },
    { firstRow: 2 * H, rows: H, delta: () => dRecurrent, ld: H },
  ]);

  for (const t of steps.order) {
    steps.begin(t);
    const before = stateBefore(steps, t, H, h, h0);
    const block = (buffer: FloatBuffer, gate: number) => steps.at(buffer, t, 3 * H, gate * H);
    const part = (matrix: FloatBuffer, stride: number, { first }: Rows) =>
      matrix.sub(first * stride, matrix.length - first * stride);
    const [r, z, n] = [0, 1, 2].map((gate) => block(G, gate));
    const hn = steps.at(recurrent, t, H);

    if (bias !== null) {
      k.addRow(B, 2 * H, bias.floats.sub(0, 2 * H), r, ldGates);
      k.addRow(B, H, bias.floats.sub(2 * H, H), hn, ld);
    }
    if (before !== null) {
      gatesProduct(before.values, before.ld, r, ldGates);
      newProduct(before.values, before.ld, hn, ld);
    }
    e.record("gru gates", [...inputs, h], x, () => {
      sums.reached(t);
      if (!before?.gradient) return;
      gatesBack(block(x.gradient(), 0), ldGates, before.gradient(), before.ld);
      newBack(steps.at(dRecurrent, t, H), ld, before.gradient(), before.ld);
    });

    for (const [name, gate] of [
      ["gru r", 0],
      ["gru z", 1],
    ] as const) {
      steps.forActive(t, (rows) =>
        k.activateRows("sigmoid", rows.count, H, part(block(G, gate), ldGates, rows), ldGates),
      );
      e.record(name, [x], x, () => {
        steps.forActive(t, (rows) => {
          const own = part(block(x.gradient(), gate), ldGates, rows);
          k.activateRowsBackward(
            "sigmoid",
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
    }

    steps.forActive(t, (rows) => {
      const at = (matrix: FloatBuffer, stride: number) => part(matrix, stride, rows);
      k.multiplyAddRows(rows.count, H, at(r, ldGates), ldGates, at(hn, ld), ld, at(n, ldGates), ldGates);
      k.activateRows("tanh", rows.count, H, at(n, ldGates), ldGates);
    });
    e.record("gru n", [x], x, () => {
      const [dr, dn] = [block(x.gradient(), 0), block(x.gradient(), 2)];
      const dhn = steps.at(dRecurrent, t, H);
      steps.forActive(t, (rows) => {
        const at = (matrix: FloatBuffer, stride: number) => part(matrix, stride, rows);
        const m = rows.count;
        k.activateRowsBackward(
          "tanh",
          m,
          H,
          at(n, ldGates),
          ldGates,
          at(dn, ldGates),
          ldGates,
          at(dn, ldGates),
          ldGates,
        );
        k.multiplyAddRows(m, H, at(dn, ldGates), ldGates, at(hn, ld), ld, at(dr, ldGates), ldGates);
        k.multiplyAddRows(m, H, at(dn, ldGates), ldGates, at(r, ldGates), ldGates, at(dhn, ld), ld);
      });
    });

    const ht = steps.at(h.floats, t, H);
    steps.forActive(t, (rows) => {
      const at = (matrix: FloatBuffer, stride: number) => part(matrix, stride, rows);
      const m = rows.count;
      // n − z ⊙ n + z ⊙ h_{t−1}
      const kept = k.memory.floats(m * H, false);
      k.axpyRows(m, H, -1, at(n, ldGates), ldGates, kept, H);
      if (before !== null) k.axpyRows(m, H, 1, at(before.values, before.ld), before.ld, kept, H);
      k.axpyRows(m, H, 1, at(n, ldGates), ldGates, at(ht, ld), ld);
      k.multiplyAddRows(m, H, at(z, ldGates), ldGates, kept, H, at(ht, ld), ld);
    });
    carryState(steps, t, H, h.floats, before);
    e.record("gru h", [x, h, W], h, () => {
      const dh = steps.at(h.gradient(), t, H);
      const [dz, dn] = [block(x.gradient(), 1), block(x.gradient(), 2)];
      steps.forActive(t, (rows) => {
        const at = (matrix: FloatBuffer, stride: number) => part(matrix, stride, rows);
        const m = rows.count;
        const scratch = k.memory.floats(m * H, false);
        // dz += dh ⊙ (h_{t−1} − n)
        k.axpyRows(m, H, -1, at(n, ldGates), ldGates, scratch, H);
        if (before !== null) k.axpyRows(m, H, 1, at(before.values, before.ld), before.ld, scratch, H);
        k.multiplyAddRows(m, H, at(dh, ld), ld, scratch, H, at(dz, ldGates), ldGates);
        // dn += dh − dh ⊙ z
        k.fill(m * H, scratch, 0);
        k.multiplyAddRows(m, H, at(dh, ld), ld, at(z, ldGates), ldGates, scratch, H);
        k.axpyRows(m, H, 1, at(dh, ld), ld, at(dn, ldGates), ldGates);
        k.axpyRows(m, H, -1, scratch, H, at(dn, ldGates), ldGates);
        // ∂L/∂h_{t−1} += dh ⊙ z
        if (before?.gradient) k.axpyRows(m, H, 1, scratch, H, at(before.gradient(), before.ld), before.ld);
      });
      carryGradient(steps, t, H, h.gradient(), before);
    });
  }
  steps.end();
  return h;
}
