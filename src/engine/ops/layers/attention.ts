// Attention in three operations, so that scores, weights and output can each be looked at: S = Q·Kᵀ, P = softmax, O = P·V.
// Heads are read where they lie, side by side in the features of a projection: nothing is moved.
import { engine } from "../../engine.ts";
import type { FloatBuffer } from "../../kernels/kernels.ts";
import { showShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { perform } from "../operation.ts";

/** `count` matrices of `size` columns that lie side by side from column `first` on, in a tensor `[batch, time, width]`. */
export interface Heads {
  readonly tensor: Tensor;
  readonly first: number;
  readonly count: number;
  readonly size: number;
}

/** What is added to the scores of each head before the softmax. */
export interface AttentionMask {
  /** Values 0 or −∞ (or any bias), without a gradient. */
  readonly values: FloatBuffer;
  /** Where the mask of one head of one sample begins. */
  at(sample: number, head: number): number;
  /** From one query's row to the next; 0 when all queries have the same. */
  readonly step: number;
}

/**
 * S = Q·Kᵀ for every head, not yet scaled (Vaswani et al. 2017, eq. 1). dQ = dS·K, dK = dSᵀ·Q.
 * @param q heads in `[B, L, …]`
 * @param k heads in `[B, S, …]` of the same number and size
 * @returns `[B, heads, L, S]`
 * @throws ModelError with both shapes
 */
export function attentionScores(q: Heads, k: Heads): Tensor {
  const { kernels } = engine();
  const [B, L, S] = [q.tensor.shape[0], q.tensor.shape[1], k.tensor.shape[1]];
  if (k.tensor.shape[0] !== B || k.size !== q.size || k.count !== q.count) {
    throw engine().error(
      `attention: queries of shape ${showShape(q.tensor.shape)} and keys of shape ${showShape(k.tensor.shape)} do not fit; batch and features must be the same`,
    );
  }
  const [Q, K] = [matricesOf(q, q.tensor.floats), matricesOf(k, k.tensor.floats)];
  return perform({
    name: "attention scores",
    inputs: [q.tensor, k.tensor],
    shape: [B, q.count, L, S],
    forward: (s) =>
      forEachHead(B, q.count, (b, h, i) => {
        kernels.gemm(false, true, L, S, q.size, Q.at(b, h), Q.ld, K.at(b, h), K.ld, s.sub(i * L * S, L * S), S, false);
      }),
    backward: (ds) => {
      const dQ = q.tensor.requiresGrad ? matricesOf(q, q.tensor.gradient()) : null;
      const dK = k.tensor.requiresGrad ? matricesOf(k, k.tensor.gradient()) : null;
      forEachHead(B, q.count, (b, h, i) => {
        const dS = ds.sub(i * L * S, L * S);
        if (dQ !== null) kernels.gemm(false, false, L, q.size, S, dS, S, K.at(b, h), K.ld, dQ.at(b, h), dQ.ld, true);
        if (dK !== null) kernels.gemm(true, false, S, q.size, L, dS, S, Q.at(b, h), Q.ld, dK.at(b, h), dK.ld, true);
      });
    },
  });
}

/**
 * P = softmax(α S + mask) over the keys, α = 1/√d (Vaswani et al. 2017, eq. 1). dS = α P ⊙ (dP − Σ dP ⊙ P).
 * A query that may see no key has NaN in its row, as in PyTorch.
 * @param scores `[B, heads, L, S]`
 * @param causal may query i see only keys 0 to i?
 */
export function attentionWeights(scores: Tensor, alpha: number, mask: AttentionMask | null, causal: boolean): Tensor {
  const k = engine().kernels.layers;
  const [B, heads, L, S] = scores.shape;
  const values = scores.floats;
  return perform({
    name: "attention weights",
    inputs: [scores],
    shape: scores.shape,
    forward: (p) =>
      forEachHead(B, heads, (b, h, i) => {
        const [from, to] = [values.sub(i * L * S, L * S), p.sub(i * L * S, L * S)];
        const start = mask?.at(b, h) ?? 0;
        const own = mask?.values.sub(start, mask.values.length - start) ?? null;
        k.maskedSoftmaxRows(L, S, alpha, from, own, mask?.step ?? 0, causal, to);
      }),
    backward: (dp, p) => k.maskedSoftmaxRowsBackward(B * heads * L, S, alpha, p, dp, scores.gradient()),
  });
}

/**
 * O = P·V for every head, the heads' outputs side by side (Vaswani et al. 2017, section 3.2.2: Concat).
 * dP = dO·Vᵀ, dV = Pᵀ·dO.
 * @param weights `[B, heads, L, S]`
 * @param v heads in `[B, S, …]`
 * @returns `[B, L, heads · size]`
 * @throws ModelError with both shapes
 */
export function attentionOutput(weights: Tensor, v: Heads): Tensor {
  const { kernels } = engine();
  const [B, heads, L, S] = weights.shape;
  if (v.tensor.shape[0] !== B || v.tensor.shape[1] !== S || v.count !== heads) {
    throw engine().error(
      `attention: weights of shape ${showShape(weights.shape)} and values of shape ${showShape(v.tensor.shape)} do not fit; there must be one value for each key`,
    );
  }
  const width = heads * v.size;
  const P = weights.floats;
  const V = matricesOf(v, v.tensor.floats);
  return perform({
    name: "attention output",
    inputs: [weights, v.tensor],
    shape: [B, L, width],
    forward: (o) => {
      const O = matrices(o, L, width, 0, v.size);
      forEachHead(B, heads, (b, h, i) => {
        kernels.gemm(
          false,
          false,
          L,
          v.size,
          S,
          P.sub(i * L * S, L * S),
          S,
          V.at(b, h),
          V.ld,
          O.at(b, h),
          width,
          false,
        );
      });
    },
    backward: (dout) => {
      const dO = matrices(dout, L, width, 0, v.size);
      const dV = v.tensor.requiresGrad ? matricesOf(v, v.tensor.gradient()) : null;
      const dP = weights.requiresGrad ? weights.gradientTarget() : null;
      forEachHead(B, heads, (b, h, i) => {
        const at = i * L * S;
        if (dP !== null) {
          const { buffer, accumulate } = dP;
          const to = buffer.sub(at, L * S);
          kernels.gemm(false, true, L, S, v.size, dO.at(b, h), width, V.at(b, h), V.ld, to, S, accumulate);
        }
        if (dV !== null) {
          kernels.gemm(true, false, S, v.size, L, P.sub(at, L * S), S, dO.at(b, h), width, dV.at(b, h), dV.ld, true);
        }
      });
    },
  });
}

/** Matrices of a batch's heads, each row `ld` after the one before. */
interface Matrices {
  readonly ld: number;
  at(sample: number, head: number): FloatBuffer;
}

/** The heads in the tensor's values or in its gradient, which lies in the same order. */
function matricesOf({ tensor, first, size }: Heads, buffer: FloatBuffer): Matrices {
  return matrices(buffer, tensor.shape[1], tensor.shape[2], first, size);
}

function matrices(buffer: FloatBuffer, rows: number, width: number, first: number, size: number): Matrices {
  const length = Math.max(0, (rows - 1) * width + size);
  return { ld: width, at: (sample, head) => buffer.sub(sample * rows * width + first + head * size, length) };
}

function forEachHead(
  samples: number,
  heads: number,
  visit: (sample: number, head: number, index: number) => void,
): void {
  for (let b = 0, i = 0; b < samples; b++) for (let h = 0; h < heads; h++, i++) visit(b, h, i);
}
