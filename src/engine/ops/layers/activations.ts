// Activations that take parameters, and log-softmax. The derivatives stand in the kernels' activations.ts.
import { engine } from "../../engine.ts";
import type { ActivationOp } from "../../kernels/layers/layerKernels.ts";
import { dimension, showShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { type ActivationName, perform } from "../operation.ts";

/** Klambauer et al. 2017, eq. 14: the fixed point of mean 0 and variance 1. */
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** z where z > 0, else `negativeSlope` · z (Maas, Hannun & Ng 2013). Any shape. */
export function leakyRelu(z: Tensor, negativeSlope = 0.01): Tensor {
  return activation("leakyRelu", "leakyRelu", negativeSlope, 0, z);
}

/** z where z > 0, else α (e^z − 1) (Clevert, Unterthiner & Hochreiter 2016, eq. 15). Any shape. */
export function elu(z: Tensor, alpha = 1): Tensor {
  return activation("elu", "elu", alpha, 1, z);
}

/** λ z where z > 0, else λ α (e^z − 1), λ ≈ 1.0507, α ≈ 1.6733 (Klambauer et al. 2017, eq. 2). Any shape. */
export function selu(z: Tensor): Tensor {
  return activation("selu", "elu", SELU_ALPHA, SELU_SCALE, z);
}

/** z σ(z), also called swish (Elfwing, Uchibe & Doya 2018, eq. 6). Any shape. */
export function silu(z: Tensor): Tensor {
  return activation("silu", "silu", 0, 0, z);
}

/**
 * log(1 + e^(β z)) / β, and z itself where β z > `threshold`, so that nothing overflows (Dugas et al. 2001). Any shape.
 * @throws ModelError when β is not above 0
 */
export function softplus(z: Tensor, beta = 1, threshold = 20): Tensor {
  if (!(beta > 0)) throw engine().error(`softplus: beta must be above 0, but it is ${beta}`);
  return activation("softplus", "softplus", beta, threshold, z);
}

function activation(name: ActivationName, op: ActivationOp, p: number, q: number, z: Tensor): Tensor {
  const k = engine().kernels.layers;
  const n = z.length;
  const values = z.floats;
  return perform({
    name,
    inputs: [z],
    shape: z.shape,
    forward: (a) => k.activation(op, p, q, n, values, a),
    backward: (da, a) => k.activationBackward(op, p, q, n, values, a, da, z.gradient()),
  });
}

/**
 * y = log softmax(x) along one dimension = x − log Σ e^x, through the maximum, so that it is exact where softmax is 0.
 * dx = dy − e^y Σ dy.
 * @throws ModelError when there is no such dimension
 */
export function logSoftmax(x: Tensor, dim = -1): Tensor {
  return alongLast("log softmax", x, dim, (rows) => {
    const k = engine().kernels.layers;
    const n = rows.shape.at(-1) ?? 1;
    const m = n === 0 ? 0 : rows.length / n;
    const values = rows.floats;
    return perform({
      name: "log softmax",
      inputs: [rows],
      shape: rows.shape,
      forward: (y) => k.logSoftmaxRows(m, n, values, y),
      backward: (dy, y) => k.logSoftmaxRowsBackward(m, n, y, dy, rows.gradient()),
    });
  });
}

/** `f` works on the last dimension; this lets it work on any, by exchanging the two. */
export function alongLast(name: string, x: Tensor, dim: number, f: (rows: Tensor) => Tensor): Tensor {
  const rank = x.shape.length;
  const d = dimension(dim, Math.max(rank, 1));
  if (d === null) throw engine().error(`${name}: there is no dimension ${dim} in shape ${showShape(x.shape)}`);
  return d >= rank - 1 ? f(x) : f(x.transpose(d, -1)).transpose(d, -1);
}
