// Multi-head attention and the transformer's encoder layer. Sequences are [batch, time, features].
import { engine } from "../../engine/engine.ts";
import type { Heads } from "../../engine/ops/layers/attention.ts";
import { linear } from "../../engine/ops/matmul.ts";
import { showShape } from "../../engine/shape.ts";
import type { Parameter, Tensor } from "../../engine/tensor.ts";
import { Linear } from "../layers.ts";
import { checkSizes, Module, parameter } from "../module.ts";
import { Dropout } from "./convolution.ts";
import { LayerNorm } from "./norm.ts";
import { attend } from "./scaledDotProduct.ts";

export interface AttentionMasks {
  /**
   * Added to the scaled scores: 0 where query l may see key s, −∞ where not. `[L, S]`, or what broadcasts to
   * `[batch, heads, L, S]`.
   */
  readonly attnMask?: Tensor;
  /** May query l see only keys 0 to l? */
  readonly isCausal?: boolean;
  /** `[batch, S]`: not 0 where a key is padding, which nobody may see. */
  readonly keyPaddingMask?: Tensor;
}

/**
 * Every head attends with its own projections: head_i = softmax(Q_i·K_iᵀ/√d + mask)·V_i with Q_i = x W_Qᵢ and so on,
 * output = Concat(head_1, …)·W_O (Vaswani et al. 2017, section 3.2.2).
 *
 * Parameters: `in_proj_weight` `[3 embedDim, embedDim]` (W_Q, W_K, W_V one below the other; Glorot uniform), `in_proj_bias`
 * `[3 embedDim]` (zeros), `out_proj.weight` `[embedDim, embedDim]`, `out_proj.bias` `[embedDim]` (zeros). Head h has the
 * features h · embedDim/numHeads and up.
 */
export class MultiheadAttention extends Module {
  readonly in_proj_weight: Parameter;
  readonly in_proj_bias: Parameter | null;
  readonly out_proj: Linear;
  readonly dropout: number;

  constructor(
    readonly embedDim: number,
    readonly numHeads: number,
    { dropout = 0, bias = true }: { readonly dropout?: number; readonly bias?: boolean } = {},
  ) {
    super();
    checkSizes("MultiheadAttention", { embedDim, numHeads });
    if (embedDim % numHeads !== 0) {
      throw engine().error(
        `MultiheadAttention: embedDim must be a multiple of numHeads, but ${embedDim} is not one of ${numHeads}`,
      );
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw engine().error(`MultiheadAttention: dropout must lie in [0, 1), but it is ${dropout}`);
    }
    this.dropout = dropout;
    const { random } = engine();
    // Glorot & Bengio 2010, eq. 16: ±√(6 / (fan-in + fan-out))
    const bound = Math.sqrt(6 / (4 * embedDim));
    this.in_proj_weight = parameter([3 * embedDim, embedDim], () => random.uniform(-bound, bound));
    this.in_proj_bias = bias ? parameter([3 * embedDim], () => 0) : null;
    this.out_proj = new Linear(embedDim, embedDim, { bias });
    this.out_proj.bias?.floats.array.fill(0);
  }

  /**
   * @param query `[batch, L, embedDim]`
   * @param key `[batch, S, embedDim]`
   * @param value `[batch, S, embedDim]`
   * @returns the output `[batch, L, embedDim]`, and the weights averaged over the heads `[batch, L, S]`, or null when
   *   `needWeights` is false
   * @throws ModelError with the shapes when they do not fit
   */
  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: AttentionMasks & { readonly needWeights: false },
  ): [Tensor, null];
  forward(query: Tensor, key: Tensor, value: Tensor, options?: AttentionMasks): [Tensor, Tensor];
  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    { needWeights = true, ...masks }: AttentionMasks & { readonly needWeights?: boolean } = {},
  ): [Tensor, Tensor | null] {
    this.checkShapes(query, key, value);
    const dropout = this.training ? this.dropout : 0;
    const { output, weights } = attend(...this.project(query, key, value), { ...masks, dropout });
    return [this.out_proj.forward(output), needWeights ? weights.mean(1) : null];
  }

  /** Queries, keys and values of all heads; those of the same tensor come out of one product. */
  private project(query: Tensor, key: Tensor, value: Tensor): [Heads, Heads, Heads] {
    const { embedDim, numHeads } = this;
    const heads = (tensor: Tensor, place: number): Heads => {
      return { tensor, first: place * embedDim, count: numHeads, size: embedDim / numHeads };
    };
    if (query === key && key === value) {
      const qkv = linear(query, this.in_proj_weight, this.in_proj_bias);
      return [heads(qkv, 0), heads(qkv, 1), heads(qkv, 2)];
    }
    const part = (x: Tensor, first: number, count: number) => {
      const rows = (p: Parameter) => p.narrow(0, first * embedDim, count * embedDim);
      return linear(x, rows(this.in_proj_weight), this.in_proj_bias && rows(this.in_proj_bias));
    };
    const q = heads(part(query, 0, 1), 0);
    if (key === value) {
      const kv = part(key, 1, 2);
      return [q, heads(kv, 0), heads(kv, 1)];
    }
    return [q, heads(part(key, 1, 1), 0), heads(part(value, 2, 1), 0)];
  }

  private checkShapes(query: Tensor, key: Tensor, value: Tensor): void {
    for (const [name, t] of Object.entries({ query, key, value })) {
      if (t.shape.length === 3 && t.shape[2] === this.embedDim) continue;
      throw engine().error(
        `MultiheadAttention: ${name} must be [batch, time, ${this.embedDim}], but its shape is ${showShape(t.shape)}`,
      );
    }
    if (key.shape[0] === query.shape[0] && value.shape[0] === query.shape[0] && key.shape[1] === value.shape[1]) return;
    throw engine().error(
      `MultiheadAttention: query ${showShape(query.shape)}, key ${showShape(key.shape)} and value ${showShape(value.shape)} must have the same batch, and as many keys as values`,
    );
  }
}

export interface EncoderLayerOptions {
  readonly dimFeedforward?: number;
  readonly dropout?: number;
  readonly activation?: "relu" | "gelu";
  readonly layerNormEps?: number;
  /** Are the sums' inputs normalised (pre-norm), instead of the sums (post-norm)? */
  readonly normFirst?: boolean;
}

/**
 * Self-attention and a feed-forward network, each added to its input.
 * Post-norm (Vaswani et al. 2017, section 3.1): y = LN₁(x + Attention(x)), z = LN₂(y + FFN(y)).
 * Pre-norm (Xiong et al. 2020, table 1): y = x + Attention(LN₁(x)), z = y + FFN(LN₂(y)).
 * FFN(x) = W₂ σ(W₁ x + b₁) + b₂ (Vaswani et al. 2017, eq. 2). Dropout acts on the attention's weights, on σ(…) and on both
 * branches.
 *
 * Shapes: src `[batch, time, dModel]` → the same. Parameters: `self_attn.…`, `linear1.…`, `linear2.…`, `norm1.…`, `norm2.…`.
 */
export class TransformerEncoderLayer extends Module {
  readonly self_attn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly activation: "relu" | "gelu";
  readonly normFirst: boolean;

  constructor(
    readonly dModel: number,
    readonly nhead: number,
    {
      dimFeedforward = 2048,
      dropout = 0.1,
      activation = "relu",
      layerNormEps = 1e-5,
      normFirst = false,
    }: EncoderLayerOptions = {},
  ) {
    super();
    checkSizes("TransformerEncoderLayer", { dModel, nhead, dimFeedforward });
    this.self_attn = new MultiheadAttention(dModel, nhead, { dropout });
    this.linear1 = new Linear(dModel, dimFeedforward);
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel);
    this.norm1 = new LayerNorm(dModel, { eps: layerNormEps });
    this.norm2 = new LayerNorm(dModel, { eps: layerNormEps });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.activation = activation;
    this.normFirst = normFirst;
  }

  /** `mask` is MultiheadAttention's `attnMask`. */
  forward(
    src: Tensor,
    {
      mask,
      keyPaddingMask,
      isCausal = false,
    }: { readonly mask?: Tensor; readonly keyPaddingMask?: Tensor; readonly isCausal?: boolean } = {},
  ): Tensor {
    const attention = (x: Tensor) => {
      const masks = { attnMask: mask, keyPaddingMask, isCausal, needWeights: false } as const;
      const [y] = this.self_attn.forward(x, x, x, masks);
      return this.dropout1.forward(y);
    };
    if (this.normFirst) {
      const y = src.add(attention(this.norm1.forward(src)));
      return y.add(this.feedForward(this.norm2.forward(y)));
    }
    const y = this.norm1.forward(src.add(attention(src)));
    return this.norm2.forward(y.add(this.feedForward(y)));
  }

  private feedForward(x: Tensor): Tensor {
    const z = this.linear1.forward(x);
    const a = this.dropout.forward(this.activation === "relu" ? z.relu() : z.gelu());
    return this.dropout2.forward(this.linear2.forward(a));
  }
}
