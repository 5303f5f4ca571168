// The tensors of one operation of a recurrent timestep, in the letters of recurrent.ts. Rows are the samples of the batch.
import { gateBlocks, type Node, type Tensor } from "../../../training/engine.ts";
import { atTimestep } from "../tensors/elements.ts";
import type { MakeTerm, Term } from "./terms.ts";

/** @param isBackward then gradients of gates hold what backward has made of them so far: ∂L/∂ first, δ after their operation */
export function timestepTerms(node: Node, tape: readonly Node[], isBackward: boolean, term: MakeTerm): readonly Term[] {
  const { operation, output, timestep: t } = node;
  const step = new Timestep(node, tape, isBackward, term);
  const gate = gateBlocks[operation];
  if (gate !== undefined) return gateTerms(step, gate, isBackward);
  switch (operation) {
    case "rnn step": {
      const [z] = node.inputs;
      const deltas = isBackward && z.grad !== null ? [term("δ_t", atTimestep(z.grad, t), "\\delta_t")] : [];
      return [
        ...step.input(z),
        ...step.recurrent(),
        step.own("z_t", z),
        step.own("h_t", output),
        ...step.before("h", output),
        ...deltas,
      ];
    }
    case "lstm gates":
      return [
        ...step.input(output),
        ...step.recurrent(),
        ...(isBackward ? step.deltas("ifgo") : [step.own("z_t", output)]),
        ...step.before("h", step.states),
      ];
    case "lstm c": {
      const [gates, c] = node.inputs;
      return [...step.gates("ifg", gates), step.own("c_t", c), ...step.before("c", c)];
    }
    case "lstm h": {
      const [gates, c] = node.inputs;
      return [...step.gates("o", gates, 3), step.own("c_t", c), step.own("h_t", output)];
    }
    case "gru gates":
      return [
        ...step.input(output),
        ...step.recurrent(),
        ...(isBackward ? [...step.deltas("rzn"), ...step.gates("r", output)] : [step.own("a_t", output)]),
        ...step.before("h", step.states),
      ];
    case "gru h": {
      const [gates] = node.inputs;
      return [...step.gates("zn", gates, 1), step.own("h_t", output), ...step.before("h", output)];
    }
    default:
      return [];
  }
}

/** A gate, and in backward its δ, which its operation has just written where ∂L/∂ of the gate was. */
function gateTerms(step: Timestep, gate: number, isBackward: boolean): readonly Term[] {
  const { operation, output } = step.node;
  const letter = operation.slice(-1);
  if (!isBackward) return step.gates(letter, output, gate);
  const own = step.gates(letter, output, gate).map((term): Term => ({ ...term, gradient: null }));
  const reset = operation === "gru n" ? step.gates("r", output) : [];
  return [...own, ...reset, ...step.deltas(letter, gate)];
}

class Timestep {
  /** The operation that has the layer's weights: this one, or the one that made the gates. */
  private readonly weights: Node;

  constructor(
    readonly node: Node,
    private readonly tape: readonly Node[],
    /** In forward a gradient is one of an earlier pass. */
    private readonly isBackward: boolean,
    private readonly term: MakeTerm,
  ) {
    const isWeighted = ({ operation }: Node) => operation === "lstm gates" || operation === "gru gates";
    this.weights = tape.find((other) => isWeighted(other) && other.output === node.inputs[0]) ?? node;
  }

  /** All hidden states, which stand last among the inputs of an operation that makes gates. */
  get states(): Tensor {
    const { inputs } = this.node;
    return inputs[inputs.length - 1];
  }

  /** Of a `[batch, time, …]` tensor. */
  own(name: string, x: Tensor): Term {
    return this.term(name, atTimestep(x, this.node.timestep));
  }

  /** What the layer reads at this timestep, and the weights that it meets. */
  input(z: Tensor): readonly Term[] {
    const product = this.tape.find(({ operation, output }) => operation === "linear" && output.storage === z.storage);
    if (product === undefined) return [];
    const [x, W, b] = product.inputs;
    return [this.own("x_t", x), this.term("W_xh", W), ...(b === undefined ? [] : [this.term("b_xh", b)])];
  }

  recurrent(): readonly Term[] {
    const { inputs } = this.weights;
    const bias = inputs.slice(2).find(({ shape }) => shape.length === 1);
    return [this.term("W_hh", inputs[1]), ...(bias === undefined ? [] : [this.term("b_hh", bias)])];
  }

  /** The state that the timestep begins from: the one before, the initial one, or none where that is zero. */
  before(letter: "h" | "c", states: Tensor): readonly Term[] {
    const { previousTimestep } = this.node;
    const name = `${letter}_{t−1}`;
    if (previousTimestep >= 0) return [this.term(name, atTimestep(states, previousTimestep))];
    const initial = this.weights.inputs.slice(2).filter(({ shape }) => shape.length === 2);
    const state = initial[letter === "h" ? 0 : 1];
    return state === undefined ? [] : [this.term(name, state)];
  }

  /** Gates of these letters, side by side in a `[batch, time, gates · hidden]` tensor from the `first` on. */
  gates(letters: string, gates: Tensor, first = 0): readonly Term[] {
    return [...letters].map((letter, i) => {
      const value = this.block(gates, first + i);
      const gradient = gates.grad;
      const made = this.term(`${letter}_t`, value);
      const known = gradient !== null && this.isBackward;
      return { ...made, gradient: known ? this.block(gradient, first + i) : null };
    });
  }

  /** δ of these gates, where backward has come through their operations. */
  deltas(letters: string, first = 0): readonly Term[] {
    const gradient = this.node.output.grad;
    if (gradient === null) return [];
    const all = letters.length > 1 && this.node.operation === "lstm gates" ? [this.whole(gradient)] : [];
    const each = [...letters].map((letter, i) =>
      this.term(`δ_${letter},t`, this.block(gradient, first + i), `\\delta_{${letter},t}`),
    );
    return [...all, ...each];
  }

  private whole(gradient: Tensor): Term {
    return this.term("δ_t", atTimestep(gradient, this.node.timestep), "\\delta_t");
  }

  /** `[batch, hidden]` */
  private block(gates: Tensor, i: number): Tensor {
    const { operation, timestep } = this.node;
    const hidden = gates.shape[2] / (operation.startsWith("lstm") ? 4 : 3);
    return gates.select(1, timestep).narrow(1, i * hidden, hidden);
  }
}
