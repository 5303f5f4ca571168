// Scaled dot-product attention over heads that lie side by side, with its masks and dropout. Knows no projections.
import { engine } from "../../engine/engine.ts";
import {
  type AttentionMask,
  attentionOutput,
  attentionScores,
  attentionWeights,
  type Heads,
} from "../../engine/ops/layers/attention.ts";
import { dropout } from "../../engine/ops/layers/dropout.ts";
import { expand } from "../../engine/ops/views.ts";
import { sameShape, showShape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";

export interface AttentionOptions {
  /** Added to the scaled scores, broadcast to `[…, L, S]`: 0 where query l may see key s and −∞ where not, or any bias. */
  readonly attnMask?: Tensor;
  /** May query l see only keys 0 to l? */
  readonly isCausal?: boolean;
  /** Probability with which weights are dropped; the caller passes 0 outside training. */
  readonly dropout?: number;
}

/**
 * softmax(Q·Kᵀ/√E + mask)·V (Vaswani et al. 2017, eq. 1). A query that may see no key gives NaN, as in PyTorch.
 * @param query `[…, L, E]`
 * @param key `[…, S, E]`
 * @param value `[…, S, Ev]`
 * @returns `[…, L, Ev]`
 * @throws ModelError with the shapes when they do not fit
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  const lead = query.shape.slice(0, -2);
  const fit = [key, value].every((t) => t.shape.length >= 2 && sameShape(t.shape.slice(0, -2), lead));
  if (query.shape.length < 2 || !fit) {
    throw engine().error(
      `scaledDotProductAttention: query ${showShape(query.shape)}, key ${showShape(key.shape)} and value ${showShape(value.shape)} must be […, time, features] with the same leading dimensions`,
    );
  }
  const single = (t: Tensor): Heads => {
    const [time, size] = t.shape.slice(-2);
    const samples = lead.reduce((a, b) => a * b, 1);
    return { tensor: t.shape.length === 3 ? t : t.reshape(samples, time, size), first: 0, count: 1, size };
  };
  const [q, k, v] = [query, key, value].map(single);
  const [L, S] = [query.shape.at(-2) ?? 0, key.shape.at(-2) ?? 0];
  const [samples] = q.tensor.shape;
  let { attnMask } = options;
  if (attnMask !== undefined && !sameShape(attnMask.shape, [L, S])) {
    const mask = attnMask;
    attnMask = unseen(mask, () => expand(mask, [...lead, L, S]).reshape(samples, 1, L, S));
  }
  const { output } = attend(q, k, v, { ...options, attnMask });
  return lead.length === 1 ? output : output.reshape(...lead, L, v.size);
}

/** What `attend` takes besides: masks in the shapes that multi-head attention has them. */
export interface HeadOptions {
  /** What broadcasts to `[B, heads, L, S]`. */
  readonly attnMask?: Tensor | undefined;
  /** `[B, S]`: not 0 where a key is padding and nobody may see it. */
  readonly keyPaddingMask?: Tensor | undefined;
  readonly isCausal?: boolean;
  readonly dropout?: number;
}

/** Attention of every head. Output `[B, L, heads · size]`, weights `[B, heads, L, S]` (after dropout, as PyTorch has them). */
export function attend(q: Heads, k: Heads, v: Heads, options: HeadOptions): { output: Tensor; weights: Tensor } {
  const { isCausal = false, dropout: p = 0 } = options;
  let alpha = 1 / Math.sqrt(q.size);
  let scores = attentionScores(q, k);
  let { attnMask } = options;
  if (attnMask !== undefined) refuseBooleans(attnMask);
  if (attnMask?.requiresGrad) {
    // a bias that is learned is an operand like any other
    scores = scores.mul(alpha).add(attnMask);
    alpha = 1;
    attnMask = undefined;
  }
  const mask = maskOf(scores.shape, attnMask, options.keyPaddingMask);
  const weights = dropout(attentionWeights(scores, alpha, mask, isCausal), p);
  return { output: attentionOutput(weights, v), weights };
}

/** The two masks as one that is added. */
function maskOf(
  [B, heads, L, S]: readonly number[],
  attnMask: Tensor | undefined,
  padding: Tensor | undefined,
): AttentionMask | null {
  if (padding !== undefined && !sameShape(padding.shape, [B, S])) {
    throw engine().error(
      `attention: keyPaddingMask must be [batch, keys] = [${B}, ${S}], but its shape is ${showShape(padding.shape)}`,
    );
  }
  if (attnMask === undefined && padding === undefined) return null;
  const { memory } = engine().kernels;
  const full = (mask: Tensor) => unseen(mask, () => expand(mask, [B, heads, L, S])).floats;
  if (attnMask !== undefined && padding === undefined) {
    if (sameShape(attnMask.shape, [L, S])) return { values: attnMask.floats, at: () => 0, step: S };
    return { values: full(attnMask), at: (b, h) => (b * heads + h) * L * S, step: S };
  }
  const hidden = padding === undefined ? [] : padding.dtype === "int32" ? padding.ints.array : padding.floats.array;
  const hide = (i: number) => (hidden[i] !== 0 ? Number.NEGATIVE_INFINITY : 0);
  if (attnMask === undefined) {
    const values = memory.floats(B * S, false);
    for (let i = 0; i < B * S; i++) values.array[i] = hide(i);
    return { values, at: (b) => b * S, step: 0 };
  }
  const rows = heads * L;
  const added = full(attnMask).array;
  const values = memory.floats(B * rows * S, false);
  for (let i = 0; i < values.length; i++) {
    values.array[i] = added[i] + hide(Math.floor(i / (rows * S)) * S + (i % S));
  }
  return { values, at: (b, h) => (b * heads + h) * L * S, step: S };
}

/** A mask is no event to watch, unless it is learned. */
function unseen(mask: Tensor, body: () => Tensor): Tensor {
  return mask.requiresGrad ? body() : engine().noGrad(body);
}

/** PyTorch also takes boolean masks, where 1 means "may not be seen"; added to the scores, 1 would hide nothing. */
function refuseBooleans(mask: Tensor): void {
  if (mask.dtype !== "int32") {
    const values = mask.floats.array.subarray(0, mask.length);
    if (values.some((v) => v !== 0 && v !== 1) || !values.includes(1)) return;
  }
  throw engine().error(
    `attention: attnMask is added to the scores, but the one of shape ${showShape(mask.shape)} holds only 0 and 1; use 0 where a query may look and −Infinity where not: zeros(L, S).maskedFill(mask, -Infinity)`,
  );
}
