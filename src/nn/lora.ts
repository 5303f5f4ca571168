// Low-rank adaptation of a linear layer: the weight stays as it is, a product of two thin matrices is trained beside it.
import { engine } from "../engine/engine.ts";
import { dropout } from "../engine/ops/layers/dropout.ts";
import { linear } from "../engine/ops/matmul.ts";
import type { Parameter, Tensor } from "../engine/tensor.ts";
import { Linear } from "./layers.ts";
import { checkSizes, Module, parameter } from "./module.ts";

export interface LoRAOptions {
  /** r, the inner size of the two matrices. */
  readonly rank: number;
  /** α: the change is scaled by α/r. Default r, a scale of 1. */
  readonly alpha?: number;
  /** Dropout on the input of the low-rank path while training. Default 0. */
  readonly dropout?: number;
}

/**
 * y = W x + b + (α/r) B A x with W and b frozen (Hu et al. 2021, "LoRA", eq. 3).
 *
 * Shapes: x `[…, inFeatures]` → y `[…, outFeatures]`; A `[rank, inFeatures]`, B `[outFeatures, rank]`. A is initialised as a
 * Linear (uniform in ±1/√inFeatures, Kaiming with a = √5) and B with 0, so that y begins as the base layer's.
 *
 * State-dict names: the base's `weight` and `bias` as before, so a checkpoint of the base still fits by name, and `lora_A`,
 * `lora_B` beside them.
 */
export class LoRALinear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly lora_A: Parameter;
  readonly lora_B: Parameter;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly rank: number;
  /** α/r */
  readonly scale: number;
  readonly dropout: number;

  constructor(base: Linear, { rank, alpha = rank, dropout: p = 0 }: LoRAOptions) {
    super();
    const { inFeatures, outFeatures } = base;
    checkSizes("LoRA", { rank });
    if (!(p >= 0 && p < 1)) throw engine().error(`LoRA: dropout must lie in [0, 1), but it is ${p}`);
    if (!Number.isFinite(alpha)) throw engine().error(`LoRA: alpha must be a number, but it is ${alpha}`);
    this.weight = base.weight;
    this.bias = base.bias;
    this.weight.requiresGrad = false;
    if (this.bias !== null) this.bias.requiresGrad = false;
    const { random } = engine();
    const bound = 1 / Math.sqrt(inFeatures);
    this.lora_A = parameter([rank, inFeatures], () => random.uniform(-bound, bound));
    this.lora_B = parameter([outFeatures, rank], () => 0);
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.rank = rank;
    this.scale = alpha / rank;
    this.dropout = p;
  }

  forward(x: Tensor): Tensor {
    const base = linear(x, this.weight, this.bias);
    const inner = linear(dropout(x, this.dropout, this.training), this.lora_A, null);
    // scaled where it is thinnest
    return base.add(linear(this.scale === 1 ? inner : inner.mul(this.scale), this.lora_B, null));
  }

  /** A plain, trainable Linear that computes the same without the second path: weight W + (α/r) B A, and the bias. */
  merge(): Linear {
    const e = engine();
    const random = e.random.getState();
    const merged = new Linear(this.inFeatures, this.outFeatures, { bias: this.bias !== null });
    // its initial values are overwritten, so the generator stands as if none had been drawn
    e.random.setState(random);
    e.noGrad(() => {
      const { kernels } = e;
      const change = this.lora_B.matmul(this.lora_A).mul(this.scale);
      kernels.binary("add", this.weight.length, this.weight.floats, change.floats, merged.weight.floats);
      if (this.bias !== null && merged.bias !== null)
        kernels.copy(this.bias.length, this.bias.floats, merged.bias.floats);
    });
    return merged;
  }
}

/**
 * Wraps a linear layer for low-rank adaptation and freezes it: `this.head = nn.lora(this.head, { rank: 8, alpha: 16 })`.
 * @throws ModelError for a rank that is no whole number of at least 1
 */
export function lora(layer: Linear, options: LoRAOptions): LoRALinear {
  return new LoRALinear(layer, options);
}
