// Activations that take parameters, and softmax, as modules. The equations stand at the functions of `F`.
import { elu, leakyRelu, logSoftmax, selu, silu, softplus } from "../../engine/ops/layers/activations.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { softmax } from "../functional.ts";
import { Module } from "../module.ts";

/** z where z > 0, else `negativeSlope` · z (Maas, Hannun & Ng 2013). */
export class LeakyReLU extends Module {
  constructor(readonly negativeSlope = 0.01) {
    super();
  }

  forward(z: Tensor): Tensor {
    return leakyRelu(z, this.negativeSlope);
  }
}

/** z where z > 0, else α (e^z − 1) (Clevert, Unterthiner & Hochreiter 2016). */
export class ELU extends Module {
  constructor(readonly alpha = 1) {
    super();
  }

  forward(z: Tensor): Tensor {
    return elu(z, this.alpha);
  }
}

/** λ z where z > 0, else λ α (e^z − 1) (Klambauer et al. 2017). */
export class SELU extends Module {
  forward(z: Tensor): Tensor {
    return selu(z);
  }
}

/** z σ(z) (Elfwing, Uchibe & Doya 2018). */
export class SiLU extends Module {
  forward(z: Tensor): Tensor {
    return silu(z);
  }
}

/** log(1 + e^(β z)) / β, and z itself where β z > `threshold` (Dugas et al. 2001). */
export class Softplus extends Module {
  constructor(
    readonly beta = 1,
    readonly threshold = 20,
  ) {
    super();
  }

  forward(z: Tensor): Tensor {
    return softplus(z, this.beta, this.threshold);
  }
}

/** e^x / Σ e^x along one dimension, by default the last. */
export class Softmax extends Module {
  constructor(readonly dim = -1) {
    super();
  }

  forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }
}

/** log(e^x / Σ e^x) along one dimension, by default the last. */
export class LogSoftmax extends Module {
  constructor(readonly dim = -1) {
    super();
  }

  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }
}
