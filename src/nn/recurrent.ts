// Recurrent layers: RNN, LSTM, GRU, each of several layers and in both directions. Sequences are [batch, time, features].
import { engine } from "../engine/engine.ts";
import { cat } from "../engine/ops/join.ts";
import { linear } from "../engine/ops/matmul.ts";
import { gru } from "../engine/ops/recurrent/gru.ts";
import { lstm } from "../engine/ops/recurrent/lstm.ts";
import { rnn } from "../engine/ops/recurrent/rnn.ts";
import type { StepOptions } from "../engine/ops/recurrent/steps.ts";
import { narrow, select, transpose } from "../engine/ops/views.ts";
import { showShape } from "../engine/shape.ts";
import { type Parameter, Tensor } from "../engine/tensor.ts";
import { dropout } from "./functional.ts";
import { checkSizes, Module, parameter } from "./module.ts";

export interface RecurrentOptions {
  readonly numLayers?: number;
  readonly bias?: boolean;
  /** A second set of weights runs from the last timestep to the first; outputs are joined on the features. */
  readonly bidirectional?: boolean;
  /** Probability with which elements between layers are dropped in training. */
  readonly dropout?: number;
  /**
   * Truncated backpropagation through time (Williams & Peng 1990): in training each batch begins from the states that the
   * batch before ended with, without a gradient across; the batches must continue each other, as with
   * `data.text(…, { stateful: true })`. States are zero at the beginning of an epoch. Default false.
   */
  readonly stateful?: boolean;
}

export interface RNNOptions extends RecurrentOptions {
  readonly nonlinearity?: "tanh" | "relu";
}

export interface SequenceOptions {
  /** `[batch, time]`: 1 where a sequence has a value, 0 where it is padding. States stand still there and outputs are 0. */
  readonly mask?: Tensor;
}

/** States of a layer, of one direction or of all together. */
interface LayerStates {
  readonly h: Tensor;
  readonly c: Tensor | null;
}

/** Weights of one layer in one direction. */
interface LayerWeights {
  readonly W_ih: Parameter;
  readonly W_hh: Parameter;
  readonly b_ih: Parameter | null;
  readonly b_hh: Parameter | null;
}

/**
 * What RNN, LSTM and GRU share. Parameters of layer l (`_reverse` for the second direction), with g gates:
 * `weight_ih_l{l}` `[g·hidden, input]`, `weight_hh_l{l}` `[g·hidden, hidden]`, `bias_ih_l{l}`, `bias_hh_l{l}` `[g·hidden]`,
 * all uniform in ±1/√hidden.
 */
abstract class Recurrent extends Module {
  readonly [parameter: `weight_${string}` | `bias_${string}`]: Parameter;
  readonly recurrent = true;
  readonly numLayers: number;
  readonly bidirectional: boolean;
  readonly dropout: number;
  readonly stateful: boolean;
  /** States to begin the next batch from. A field that can be seen, because a snapshot of the training must hold it. */
  private carried: LayerStates | null = null;
  /** Memory for them; kept, because persistent memory cannot be given back. */
  #memory: LayerStates | null = null;

  constructor(
    private readonly layerName: string,
    readonly inputSize: number,
    readonly hiddenSize: number,
    gates: number,
    { numLayers = 1, bias = true, bidirectional = false, dropout: p = 0, stateful = false }: RecurrentOptions,
  ) {
    super();
    checkSizes(layerName, { inputSize, hiddenSize, numLayers });
    if (!(p >= 0 && p < 1)) throw engine().error(`${layerName}: dropout must lie in [0, 1), but it is ${p}`);
    this.numLayers = numLayers;
    this.bidirectional = bidirectional;
    this.dropout = p;
    this.stateful = stateful;
    if (stateful && bidirectional)
      throw engine().error(
        `${layerName}: a stateful layer cannot be bidirectional, since its second direction begins at the end`,
      );
    const { random } = engine();
    const bound = 1 / Math.sqrt(hiddenSize);
    const make = (name: string, ...shape: number[]) =>
      Object.defineProperty(this, name, {
        value: parameter(shape, () => random.uniform(-bound, bound)),
        enumerable: true,
      });
    for (let l = 0; l < numLayers; l++) {
      for (const suffix of bidirectional ? ["", "_reverse"] : [""]) {
        make(`weight_ih_l${l}${suffix}`, gates * hiddenSize, l === 0 ? inputSize : hiddenSize * this.directions);
        make(`weight_hh_l${l}${suffix}`, gates * hiddenSize, hiddenSize);
        if (!bias) continue;
        make(`bias_ih_l${l}${suffix}`, gates * hiddenSize);
        make(`bias_hh_l${l}${suffix}`, gates * hiddenSize);
      }
    }
  }

  /** One layer in one direction, over the whole sequence. */
  protected abstract layer(
    x: Tensor,
    weights: LayerWeights,
    h0: Tensor | null,
    c0: Tensor | null,
    options: StepOptions,
  ): LayerStates;

  /** States are zero for the next batch. Training calls it at the beginning of every epoch. */
  override resetState(): void {
    this.carried = null;
  }

  protected run(
    x: Tensor,
    givenH0: Tensor | undefined,
    givenC0: Tensor | undefined,
    { mask }: SequenceOptions,
  ): { out: Tensor; h: Tensor; c: Tensor | null } {
    const carried = this.carriedFor(x, givenH0);
    const h0 = givenH0 ?? carried?.h;
    const c0 = givenC0 ?? carried?.c ?? undefined;
    this.checkInput(x, h0, c0);
    const own = new Map(this.ownParameters());
    const hidden: Tensor[] = [];
    const cells: Tensor[] = [];
    let out = x;
    for (let l = 0; l < this.numLayers; l++) {
      const parts = (this.bidirectional ? [false, true] : [false]).map((reverse) => {
        const state = l * this.directions + (reverse ? 1 : 0);
        const initial = (s: Tensor | undefined) => (s === undefined ? null : select(s, 0, state));
        const weights = this.weights(own, `l${l}${reverse ? "_reverse" : ""}`);
        const { h, c } = this.layer(out, weights, initial(h0), initial(c0), { reverse, mask: mask ?? null });
        // [1, batch, hidden], a view
        const last = (s: Tensor) => transpose(narrow(s, 1, reverse ? 0 : s.shape[1] - 1, 1), 0, 1);
        hidden.push(last(h));
        if (c !== null) cells.push(last(c));
        return mask === undefined ? h : h.mul(mask.reshape(...mask.shape, 1));
      });
      out = parts.length === 1 ? parts[0] : cat(parts, 2);
      if (this.dropout > 0 && l < this.numLayers - 1) out = dropout(out, this.dropout, this.training);
    }
    const join = (states: readonly Tensor[]) => (states.length === 1 ? states[0] : cat(states));
    const states = { h: join(hidden), c: cells.length > 0 ? join(cells) : null };
    if (this.stateful && this.training) this.carry(states);
    return { out, ...states };
  }

  /** The states to begin from: of the batch before, when it was of the same size. */
  private carriedFor(x: Tensor, given: Tensor | undefined) {
    const usable = this.stateful && this.training && given === undefined && this.carried?.h.shape[1] === x.shape[0];
    return usable ? this.carried : null;
  }

  /** Keeps copies of the states in memory that outlives the iteration. */
  private carry({ h, c }: { readonly h: Tensor; readonly c: Tensor | null }): void {
    const { kernels } = engine();
    const keep = (state: Tensor, before: Tensor | null | undefined) => {
      const same = before?.shape.join() === state.shape.join() ? before : null;
      const kept = same ?? new Tensor(kernels.memory.floats(state.length, true), state.shape, { persistent: true });
      kernels.copy(state.length, state.floats, kept.floats);
      return kept;
    };
    this.#memory = { h: keep(h, this.#memory?.h), c: c && keep(c, this.#memory?.c) };
    this.carried = this.#memory;
  }

  private get directions(): number {
    return this.bidirectional ? 2 : 1;
  }

  private weights(own: ReadonlyMap<string, Parameter>, suffix: string): LayerWeights {
    const required = (name: string): Parameter => {
      const found = own.get(name);
      if (found === undefined) throw engine().error(`${this.layerName}: its parameter ${name} has been removed`);
      return found;
    };
    return {
      W_ih: required(`weight_ih_${suffix}`),
      W_hh: required(`weight_hh_${suffix}`),
      b_ih: own.get(`bias_ih_${suffix}`) ?? null,
      b_hh: own.get(`bias_hh_${suffix}`) ?? null,
    };
  }

  private checkInput(x: Tensor, ...states: (Tensor | undefined)[]): void {
    const [batch, time, features] = x.shape;
    if (x.shape.length !== 3 || features !== this.inputSize || time < 1) {
      throw engine().error(
        `${this.layerName}: the input must be [batch, time, ${this.inputSize}] with at least one timestep, but its shape is ${showShape(x.shape)}`,
      );
    }
    const wanted = [this.numLayers * this.directions, batch, this.hiddenSize];
    for (const state of states) {
      if (state !== undefined && state.shape.join() !== wanted.join()) {
        throw engine().error(
          `${this.layerName}: the initial state must be ${showShape(wanted)}, but its shape is ${showShape(state.shape)}`,
        );
      }
    }
  }
}

/**
 * h_t = σ(W_xh x_t + b_xh + W_hh h_{t−1} + b_hh), σ = tanh or relu (Elman 1990).
 *
 * Shapes (N batch, T time, D directions): x `[N, T, inputSize]`, h0 `[numLayers·D, N, hiddenSize]` or nothing for zeros →
 * [hidden states of the last layer `[N, T, D·hiddenSize]`, last hidden state of each layer `[numLayers·D, N, hiddenSize]`].
 */
export class RNN extends Recurrent {
  readonly nonlinearity: "tanh" | "relu";

  constructor(inputSize: number, hiddenSize: number, { nonlinearity = "tanh", ...options }: RNNOptions = {}) {
    super("RNN", inputSize, hiddenSize, 1, options);
    this.nonlinearity = nonlinearity;
  }

  forward(x: Tensor, h0?: Tensor, options: SequenceOptions = {}): [Tensor, Tensor] {
    const { out, h } = this.run(x, h0, undefined, options);
    return [out, h];
  }

  protected layer(
    x: Tensor,
    { W_ih, W_hh, b_ih, b_hh }: LayerWeights,
    h0: Tensor | null,
    _c0: Tensor | null,
    options: StepOptions,
  ): LayerStates {
    return { h: rnn(linear(x, W_ih, b_ih), W_hh, b_hh, h0, this.nonlinearity, options), c: null };
  }
}

/**
 * Long short-term memory; the equations stand with the operation in engine/ops/recurrent/lstm.ts. Gates in the order i f g o.
 *
 * Shapes (N batch, T time, D directions): x `[N, T, inputSize]`, state [h0, c0], each `[numLayers·D, N, hiddenSize]`, or nothing
 * for zeros → [hidden states of the last layer `[N, T, D·hiddenSize]`, [h_n, c_n], each `[numLayers·D, N, hiddenSize]`].
 */
export class LSTM extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super("LSTM", inputSize, hiddenSize, 4, options);
  }

  forward(x: Tensor, state?: readonly [Tensor, Tensor], options: SequenceOptions = {}): [Tensor, [Tensor, Tensor]] {
    const { out, h, c } = this.run(x, state?.[0], state?.[1], options);
    if (c === null) throw engine().error("LSTM: it has no cell state");
    return [out, [h, c]];
  }

  protected layer(
    x: Tensor,
    { W_ih, W_hh, b_ih, b_hh }: LayerWeights,
    h0: Tensor | null,
    c0: Tensor | null,
    options: StepOptions,
  ): LayerStates {
    return lstm(linear(x, W_ih, b_ih), W_hh, b_hh, h0, c0, options);
  }
}

/**
 * Gated recurrent unit; the equations stand with the operation in engine/ops/recurrent/gru.ts. Gates in the order r z n.
 *
 * Shapes (N batch, T time, D directions): x `[N, T, inputSize]`, h0 `[numLayers·D, N, hiddenSize]` or nothing for zeros →
 * [hidden states of the last layer `[N, T, D·hiddenSize]`, last hidden state of each layer `[numLayers·D, N, hiddenSize]`].
 */
export class GRU extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super("GRU", inputSize, hiddenSize, 3, options);
  }

  forward(x: Tensor, h0?: Tensor, options: SequenceOptions = {}): [Tensor, Tensor] {
    const { out, h } = this.run(x, h0, undefined, options);
    return [out, h];
  }

  protected layer(
    x: Tensor,
    { W_ih, W_hh, b_ih, b_hh }: LayerWeights,
    h0: Tensor | null,
    _c0: Tensor | null,
    options: StepOptions,
  ): LayerStates {
    return { h: gru(linear(x, W_ih, b_ih), W_hh, b_hh, h0, options), c: null };
  }
}
