// The losses' cases of the gradient check: every option, every reduction, gradients of output and target.
import { tensor } from "../../src/engine/create.ts";
import { type CrossEntropyOptions, crossEntropy as crossEntropyLoss } from "../../src/engine/ops/loss/crossEntropy.ts";
import { type NLLOptions, nllLoss } from "../../src/engine/ops/loss/nll.ts";
import * as pointwise from "../../src/engine/ops/loss/pointwise.ts";
import type { Tensor } from "../../src/engine/tensor.ts";
import { type GradientCase, wholeNumbers } from "./harness.ts";

const reductions = ["none", "sum", "mean"] as const;
const pair = [
  [3, 2],
  [3, 2],
] as const;

/** Three classes, weighted 1, ½, 3; the second target is ignored, or every target of class 2. */
const classOptions: readonly (() => CrossEntropyOptions & NLLOptions)[] = [
  () => ({}),
  () => ({ weight: tensor([1, 0.5, 3]) }),
  () => ({ ignoreIndex: 2 }),
];
const labelsFor = ({ ignoreIndex = -100 }: CrossEntropyOptions) => [0, ignoreIndex === 2 ? 1 : -100, 2, 1, 2, 0];

function ofClasses(
  loss: (x: Tensor, target: Tensor, options: CrossEntropyOptions & NLLOptions) => Tensor,
  more: CrossEntropyOptions,
): GradientCase[] {
  return reductions.flatMap((reduction) =>
    classOptions.map((options) => ({
      inputs: [[2, 3, 3]],
      compute: ([x], e) => loss(x, wholeNumbers(e, [2, 3], labelsFor(options())), { reduction, ...options(), ...more }),
    })),
  );
}

export const nll: readonly GradientCase[] = ofClasses(nllLoss, {});

export const crossEntropy: readonly GradientCase[] = [
  ...ofClasses(crossEntropyLoss, {}),
  ...ofClasses(crossEntropyLoss, { labelSmoothing: 0.2 }),
  ...reductions.flatMap((reduction): GradientCase[] => [
    { inputs: pair, compute: ([x, y]) => crossEntropyLoss(x, y, { reduction }) },
    {
      inputs: pair,
      compute: ([x, y]) => crossEntropyLoss(x, y, { reduction, labelSmoothing: 0.3, weight: tensor([2, 0.5]) }),
    },
  ]),
];

const pointwiseCases = (f: (x: Tensor, y: Tensor, reduction: (typeof reductions)[number]) => Tensor): GradientCase[] =>
  reductions.flatMap((reduction) => [
    { inputs: pair, compute: ([x, y]) => f(x, y, reduction) },
    { inputs: [[1], [1]], compute: ([x, y]) => f(x, y, reduction) },
    { inputs: [[], []], compute: ([x, y]) => f(x, y, reduction) },
  ]);

export const squaredError: readonly GradientCase[] = pointwiseCases((x, y, reduction) =>
  pointwise.squaredError(x, y, { reduction }),
);

export const huber: readonly GradientCase[] = [
  ...pointwiseCases((x, y, reduction) => pointwise.huberLoss(x, y, { reduction, delta: 0.7 })),
  ...pointwiseCases((x, y, reduction) => pointwise.smoothL1Loss(x, y, { reduction, beta: 0.4 })),
  ...pointwiseCases((x, y, reduction) => pointwise.absoluteError(x, y, { reduction })),
];

export const binaryCrossEntropy: readonly GradientCase[] = [
  ...pointwiseCases((x, y, reduction) => pointwise.binaryCrossEntropyWithLogits(x, y, { reduction })),
  ...reductions.map(
    (reduction): GradientCase => ({
      inputs: pair,
      compute: ([x, y]) =>
        pointwise.binaryCrossEntropyWithLogits(x, y, {
          reduction,
          posWeight: tensor([0.5, 3]),
          weight: tensor([[2], [1], [0.5]]),
        }),
    }),
  ),
];

export const klDivergence: readonly GradientCase[] = [
  ...pointwiseCases((x, y, reduction) => pointwise.klDiv(x, y, { reduction, logTarget: true })),
  ...reductions.map(
    (reduction): GradientCase => ({
      inputs: pair,
      value: (random) => random.uniform(0.1, 2),
      compute: ([x, y]) => pointwise.klDiv(x, y, { reduction }),
    }),
  ),
  { inputs: pair, compute: ([x, y]) => pointwise.klDiv(x, y, { reduction: "batchmean", logTarget: true }) },
];
