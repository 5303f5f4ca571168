// Activations with parameters as equations on single numbers. Knows nothing of buffers.

import type { ActivationOp } from "./layerKernels.ts";

export interface ActivationRule {
  f(x: number, p: number, q: number): number;
  /** dy · f'(x), with y = f(x) given. */
  backward(dy: number, x: number, y: number, p: number, q: number): number;
}

export const activationRules: { readonly [Op in ActivationOp]: ActivationRule } = {
  // x or p x (Maas et al. 2013); slope p at 0, as in PyTorch
  leakyRelu: { f: (x, p) => (x > 0 ? x : p * x), backward: (dy, x, _y, p) => (x > 0 ? dy : p * dy) },
  // q x, or q p (eˣ − 1) from 0 down (Clevert et al. 2016, eq. 15; with q the scale of Klambauer et al. 2017, eq. 2);
  // eˣ − 1 through expm1, so that small values keep their digits
  elu: {
    f: (x, p, q) => q * (x > 0 ? x : p * Math.expm1(x)),
    backward: (dy, x, _y, p, q) => dy * q * (x > 0 ? 1 : p * Math.exp(x)),
  },
  // x σ(x) (Hendrycks & Gimpel 2016, Elfwing et al. 2018), derivative σ (1 + x (1 − σ))
  silu: {
    f: (x) => x / (1 + Math.exp(-x)),
    backward: (dy, x) => {
      const s = 1 / (1 + Math.exp(-x));
      return dy * s * (1 + x * (1 - s));
    },
  },
  // log(1 + e^(p x)) / p (Dugas et al. 2001), and x itself where p x > q; derivative σ(p x)
  softplus: {
    f: (x, p, q) => (p * x > q ? x : Math.log1p(Math.exp(p * x)) / p),
    backward: (dy, x, _y, p, q) => (p * x > q ? dy : dy / (1 + Math.exp(-p * x))),
  },
};
