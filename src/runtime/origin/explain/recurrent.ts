// Why a timestep of a recurrent layer gave a number that is not finite: the sums that its gates and its state are made of.
import type { OperationName } from "../../../training/engine.ts";
import { Operand, range, showNumber, showTerm } from "../operand.ts";
import {
  type BackwardCase,
  computes,
  type Explanation,
  type ForwardCase,
  keeps,
  sumOfProducts,
} from "./explanation.ts";
import { dot } from "./products.ts";

type Recurrent = Extract<OperationName, `lstm ${string}` | `gru ${string}` | "rnn step">;

export const recurrent: { readonly [K in Recurrent]: Explanation } = {
  // h_t = f(z_t + W_hh h_{t−1} + b_hh): the states are the output, a timestep earlier
  "rnn step": computes((c) => recurrentSum(c, c.y), throughTime),
  "lstm gates": computes((c) => recurrentSum(c, c.x[c.x.length - 1]), throughTime),
  "lstm i": keeps,
  "lstm f": keeps,
  "lstm g": keeps,
  "lstm o": keeps,
  // c_t = f ⊙ c_{t−1} + i ⊙ g
  "lstm c": computes((c) => {
    const { x, y, i, node } = c;
    const [batch, , width] = y.shape;
    const [b, j] = [Math.floor(i / (y.values.length / batch)), i % width];
    const gate = (block: number) => x[0].value((b * y.shape[1] + node.timestep) * 4 * width + block * width + j);
    const before = node.previousTimestep < 0 ? 0 : y.value((b * y.shape[1] + node.previousTimestep) * width + j);
    return `c_t = f · c_{t−1} + i · g = ${showNumber(gate(1))} · ${showTerm(before)} + ${showNumber(gate(0))} · ${showTerm(gate(2))} = ${showNumber(y.value(i))}`;
  }, throughTime),
  "lstm h": keeps,
  "gru gates": computes((c) => recurrentSum(c, c.x[c.x.length - 1]), throughTime),
  "gru r": keeps,
  "gru z": keeps,
  // n_t = tanh(x_n + r ⊙ (W_hn h_{t−1} + b_hn))
  "gru n": computes(
    ({ y, i }) => `n_t = tanh(x_n + r · (W_hn h_{t−1} + b_hn)) = ${showNumber(y.value(i))}: the sum in it overflowed`,
  ),
  "gru h": keeps,
};

/** z_t + W_hh h_{t−1}, row j of W_hh; `states` are `[batch, time, hidden]`. */
function recurrentSum({ node, x, y, i, limit }: ForwardCase, states: Operand): string {
  const W = x[1];
  const hidden = W.shape[1];
  const [, time, width] = y.shape;
  const [b, j] = [Math.floor(i / (time * width)), i % width];
  const what = `${y.label(i)} = z_t[${b},${j}] + row ${j} of ${W.name} · h_{t−1}[${b}]`;
  const before = node.previousTimestep;
  if (before < 0) return `${what} = ${showNumber(y.value(i))}: there is no timestep before, so z_t alone did it`;
  const at = (b * time + before) * hidden;
  const row = Array.from({ length: hidden }, (_, k) => states.value(at + k));
  const h = new Operand(`h_{t−1}[${b}]`, [hidden], row);
  return sumOfProducts(what, dot(hidden, [W, j * hidden, 1], [h, 0, 1]), limit, y.value(i));
}

/** Backward through time: δ_t = dh ⊙ f', and products with it. */
function throughTime({ node, dx, j, dy, k }: BackwardCase): string {
  const largest = dy.values.length === 0 ? "" : `; the largest ∂L/∂h is ${dy.at(dy.largest(range(dy.values.length)))}`;
  const formula = k === 1 ? "δ_tᵀ h_{t−1}" : k === 2 ? "Σ_batch δ_t" : "δ_t W_hh";
  return `${dx.at(j)}: ${formula} at timestep ${node.timestep} overflowed${largest}`;
}
