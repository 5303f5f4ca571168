// Layers without a time axis: Linear, Embedding, activations.

import { engine } from "../engine/engine.ts";
import { embedding } from "../engine/ops/embedding.ts";
import { linear } from "../engine/ops/matmul.ts";
import { type Parameter, Tensor } from "../engine/tensor.ts";
import { checkSizes, Module, parameter } from "./module.ts";

/**
 * z = W a + b.
 *
 * Shapes: a `[…, inFeatures]` → z `[…, outFeatures]`; weight `[outFeatures, inFeatures]`, bias `[outFeatures]`.
 * Initialised as PyTorch does: both uniform in ±1/√inFeatures (He et al. 2015 with a = √5).
 */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: { readonly bias?: boolean } = {},
  ) {
    super();
    checkSizes("Linear", { inFeatures, outFeatures });
    const { random } = engine();
    const bound = 1 / Math.sqrt(inFeatures);
    this.weight = parameter([outFeatures, inFeatures], () => random.uniform(-bound, bound));
    this.bias = options.bias === false ? null : parameter([outFeatures], () => random.uniform(-bound, bound));
  }

  forward(a: Tensor): Tensor {
    return linear(a, this.weight, this.bias);
  }
}

/**
 * A row of a table for every token.
 *
 * Shapes: tokens `[…]` (whole numbers) → `[…, embeddingDim]`; weight `[numEmbeddings, embeddingDim]`, initialised N(0, 1).
 */
export class Embedding extends Module {
  readonly weight: Parameter;

  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
  ) {
    super();
    checkSizes("Embedding", { numEmbeddings, embeddingDim });
    const { random } = engine();
    this.weight = parameter([numEmbeddings, embeddingDim], () => random.normal());
  }

  forward(tokens: Tensor): Tensor {
    return embedding(tokens, this.weight);
  }
}

/** max(0, z) */
export class ReLU extends Module {
  forward(z: Tensor): Tensor {
    return z.relu();
  }
}

/** 1 / (1 + e^−z) */
export class Sigmoid extends Module {
  forward(z: Tensor): Tensor {
    return z.sigmoid();
  }
}

export class Tanh extends Module {
  forward(z: Tensor): Tensor {
    return z.tanh();
  }
}

/** z Φ(z) (Hendrycks & Gimpel 2016), exact through erf, or its tanh approximation. */
export class GELU extends Module {
  constructor(readonly options: { readonly approximate?: "none" | "tanh" } = {}) {
    super();
  }

  forward(z: Tensor): Tensor {
    return z.gelu(this.options);
  }
}

/** Modules one after another; each takes the output of the one before. Named by number: `0.weight`. */
export class Sequential extends Module {
  readonly #modules: readonly Module[];

  constructor(...modules: readonly Module[]) {
    super();
    this.#modules = modules;
    modules.forEach((module, i) => {
      Object.defineProperty(this, String(i), { value: module, enumerable: true });
    });
  }

  forward(x: Tensor): Tensor {
    let out = x;
    for (let i = 0; i < this.#modules.length; i++) {
      const next = this.#modules[i].forward(out);
      if (!(next instanceof Tensor)) {
        throw engine().error(
          `Sequential: each module must return one tensor, but module ${i} (${this.#modules[i].constructor.name}) returns several values; call it in a forward() of your own instead`,
        );
      }
      out = next;
    }
    return out;
  }
}

/** A list of modules whose parameters are found: `layers.0.weight`. Has no forward of its own. */
export class ModuleList<M extends Module = Module> extends Module implements Iterable<M> {
  readonly #modules: readonly M[];

  constructor(modules: Iterable<M>) {
    super();
    this.#modules = [...modules];
    this.#modules.forEach((module, i) => {
      Object.defineProperty(this, String(i), { value: module, enumerable: true });
    });
  }

  get length(): number {
    return this.#modules.length;
  }

  [Symbol.iterator](): Iterator<M> {
    return this.#modules[Symbol.iterator]();
  }

  forward(): Tensor {
    throw engine().error("a ModuleList cannot be called; loop over it in forward()");
  }
}
