// Normalisation of every sample by itself: layer norm and RMS norm.
import { engine } from "../../engine.ts";
import type { RowNorm } from "../../kernels/layers/layerKernels.ts";
import { type Shape, sameShape, showShape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { perform } from "../operation.ts";

/**
 * y = (x − μ) / √(σ² + ε) ⊙ γ + β, with mean and (biased) variance over the last dimensions, which `normalizedShape` names
 * (Ba, Kiros & Hinton 2016, eq. 3 and 4). With x̂ the normalised x, r = 1/√(σ² + ε) and u = dy ⊙ γ:
 * dx = r (u − mean u − x̂ mean(u ⊙ x̂)), dγ = Σ dy ⊙ x̂, dβ = Σ dy.
 * @param x `[…, ...normalizedShape]`
 * @param weight γ, of shape `normalizedShape`, or null for 1
 * @param bias β, likewise, or null for 0
 * @throws ModelError with both shapes when x does not end in `normalizedShape`
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: Shape,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  eps = 1e-5,
): Tensor {
  return rowNorm("layer norm", x, normalizedShape, weight, bias, eps);
}

/**
 * y = x / √(mean x² + ε) ⊙ γ over the last dimensions (Zhang & Sennrich 2019, eq. 4): layer norm without its mean.
 * dx = r (u − x̂ mean(u ⊙ x̂)), dγ = Σ dy ⊙ x̂, with u = dy ⊙ γ.
 * @param x `[…, ...normalizedShape]`
 * @param weight γ, of shape `normalizedShape`, or null for 1
 * @param eps default: the distance of 1 to the next number of the tensor's type, as in PyTorch
 * @throws ModelError with both shapes when x does not end in `normalizedShape`
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: Shape,
  weight: Tensor | null = null,
  eps: number = engine().kernels.dtype === "float32" ? 2 ** -23 : Number.EPSILON,
): Tensor {
  return rowNorm("rms norm", x, normalizedShape, weight, null, eps);
}

function rowNorm(
  name: "layer norm" | "rms norm",
  x: Tensor,
  normalizedShape: Shape,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  const e = engine();
  const k = e.kernels;
  const lead = x.shape.length - normalizedShape.length;
  if (normalizedShape.length === 0 || !sameShape(x.shape.slice(Math.max(lead, 0)), normalizedShape)) {
    throw e.error(
      `${name}: the input's shape ${showShape(x.shape)} does not end in the normalised shape ${showShape(normalizedShape)}`,
    );
  }
  for (const [what, t] of [
    ["weight", weight],
    ["bias", bias],
  ] as const) {
    if (t !== null && !sameShape(t.shape, normalizedShape)) {
      throw e.error(
        `${name}: the ${what} has shape ${showShape(t.shape)}, but the normalised shape is ${showShape(normalizedShape)}`,
      );
    }
  }
  const n = sizeOf(normalizedShape);
  const m = sizeOf(x.shape.slice(0, lead));
  const norm: RowNorm = {
    centred: name === "layer norm",
    m,
    n,
    x: x.floats,
    weight: weight?.floats ?? null,
    statistics: k.memory.floats(2 * m, !e.iterating),
  };
  return perform({
    name,
    inputs: [x, weight, bias].filter((t) => t !== null),
    shape: x.shape,
    forward: (y) => k.layers.normRows(norm, eps, bias?.floats ?? null, y),
    backward: (dy) => {
      if (x.requiresGrad) k.layers.normRowsBackward(norm, dy, x.gradient());
      if (weight?.requiresGrad) k.layers.normWeightBackward(norm, dy, weight.gradient());
      if (bias?.requiresGrad) k.sumRows(m, n, dy, n, bias.gradient());
    },
  });
}
