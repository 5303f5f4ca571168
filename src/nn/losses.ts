// Losses as modules: the functions of `F` with their options given once. Call forward(output, target).
import { type CrossEntropyOptions, crossEntropy } from "../engine/ops/loss/crossEntropy.ts";
import { type NLLOptions, nllLoss } from "../engine/ops/loss/nll.ts";
import {
  absoluteError,
  type BCEOptions,
  binaryCrossEntropyWithLogits,
  type HuberOptions,
  huberLoss,
  type KLDivOptions,
  klDiv,
  type SmoothL1Options,
  smoothL1Loss,
  squaredError,
} from "../engine/ops/loss/pointwise.ts";
import type { ReductionOption } from "../engine/ops/loss/reduction.ts";
import type { Tensor } from "../engine/tensor.ts";
import { Module } from "./module.ts";

/** A loss with its options, as a module. Constant tensors among the options are no parameters. */
abstract class Loss<O> extends Module {
  readonly #options: O;

  constructor(options: O) {
    super();
    this.#options = options;
  }

  /** Scalar, or one loss for each element with the reduction "none". */
  forward(output: Tensor, target: Tensor): Tensor {
    return this.compute(output, target, this.#options);
  }

  protected abstract compute(output: Tensor, target: Tensor, options: O): Tensor;
}

/** Cross-entropy of logits, classes on the last dimension; see `F.crossEntropy`. */
export class CrossEntropyLoss extends Loss<CrossEntropyOptions> {
  constructor(options: CrossEntropyOptions = {}) {
    super(options);
  }

  protected readonly compute = crossEntropy;
}

/** Negative log-likelihood of log-probabilities, classes on the last dimension; see `F.nllLoss`. */
export class NLLLoss extends Loss<NLLOptions> {
  constructor(options: NLLOptions = {}) {
    super(options);
  }

  protected readonly compute = nllLoss;
}

/** Mean squared error; see `F.mseLoss`. */
export class MSELoss extends Loss<ReductionOption> {
  constructor(options: ReductionOption = {}) {
    super(options);
  }

  protected readonly compute = squaredError;
}

/** Mean absolute error; see `F.l1Loss`. */
export class L1Loss extends Loss<ReductionOption> {
  constructor(options: ReductionOption = {}) {
    super(options);
  }

  protected readonly compute = absoluteError;
}

/** A parabola near zero and |d| far from it; see `F.smoothL1Loss`. */
export class SmoothL1Loss extends Loss<SmoothL1Options> {
  constructor(options: SmoothL1Options = {}) {
    super(options);
  }

  protected readonly compute = smoothL1Loss;
}

/** Huber's loss; see `F.huberLoss`. */
export class HuberLoss extends Loss<HuberOptions> {
  constructor(options: HuberOptions = {}) {
    super(options);
  }

  protected readonly compute = huberLoss;
}

/** Binary cross-entropy of logits; see `F.binaryCrossEntropyWithLogits`. */
export class BCEWithLogitsLoss extends Loss<BCEOptions> {
  constructor(options: BCEOptions = {}) {
    super(options);
  }

  protected readonly compute = binaryCrossEntropyWithLogits;
}

/** Kullback–Leibler divergence from log-probabilities; see `F.klDiv`. */
export class KLDivLoss extends Loss<KLDivOptions> {
  constructor(options: KLDivOptions = {}) {
    super(options);
  }

  protected readonly compute = klDiv;
}
