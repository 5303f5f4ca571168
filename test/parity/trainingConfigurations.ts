// Random configurations of losses, optimizers and schedules for live parity. PyTorch's side draws the numbers.
import type { Random } from "../../src/engine/random.ts";

type Options = Readonly<Record<string, unknown>>;
/** Name and options. */
export type OptimizerChoice = readonly [string, Options];

export interface LossConfiguration {
  readonly kind: "loss";
  readonly name: string;
  readonly loss: string;
  readonly options: Options;
  readonly shape: readonly number[];
  readonly target: "labels" | "labels, some ignored" | "probabilities" | "normal";
  /** Shapes of the constants among the options; uniform numbers from 0.25 to 2.25. */
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}

export interface OptimizerConfiguration {
  readonly kind: "optimizer";
  /** As recordTraining.py knows it. */
  readonly run: {
    readonly name: string;
    readonly optimizer: string;
    readonly options: Options;
    readonly groups: readonly [Options, Options] | null;
    readonly schedule: readonly [string, Options] | null;
    readonly clipGradValue: number | null;
  };
}

export interface ScheduleConfiguration {
  readonly kind: "schedule";
  readonly name: string;
  readonly options: Options;
  readonly optimizer: string;
  /** What plateau sees. */
  readonly losses: readonly number[] | null;
}

export type TrainingConfiguration = LossConfiguration | OptimizerConfiguration | ScheduleConfiguration;

/** What one round has, each once. */
export const trainingDeck: readonly ((r: Random) => TrainingConfiguration)[] = [
  (r) => classLoss(r, "crossEntropy"),
  (r) => classLoss(r, "crossEntropy"),
  (r) => classLoss(r, "nllLoss"),
  (r) => pointwise(r, "mseLoss"),
  (r) => pointwise(r, "l1Loss"),
  (r) => pointwise(r, "smoothL1Loss", { beta: decimal(r, 0.1, 2) }),
  (r) => pointwise(r, "huberLoss", { delta: decimal(r, 0.1, 2) }),
  binaryCrossEntropy,
  klDivergence,
  ...["sgd", "adam", "adamW", "rmsprop", "adagrad"].map((name) => (r: Random) => optimizer(r, name)),
  ...["step", "multiStep", "exponential", "cosine", "linear", "oneCycle", "plateau", "sequential"].map(
    (name) => (r: Random) => schedule(r, name),
  ),
];

/** A whole number from `low` to `high`, both included. */
export function whole(r: Random, low: number, high: number): number {
  return low + r.integer(high - low + 1);
}

export function pick<T>(r: Random, choices: readonly T[]): T {
  return choices[r.integer(choices.length)];
}

/** Three decimals, so that a configuration is short to read. */
export function decimal(r: Random, low: number, high: number): number {
  return Math.round(r.uniform(low, high) * 1000) / 1000;
}

export function chance(r: Random, probability: number): boolean {
  return r.uniform() < probability;
}

/** Any rule, with options of its own. */
export function optimizerChoice(r: Random): OptimizerChoice {
  const name = pick(r, ["sgd", "adam", "adam", "adamW", "rmsprop", "adagrad"]);
  return [name, optimizerOptions(r, name)];
}

/**
 * For layers with directions in which the loss does not change (a bias that softmax takes off again): Adam and its kin divide
 * such a gradient, which is rounding, by itself.
 */
export function sgdChoice(r: Random): OptimizerChoice {
  return ["sgd", { learningRate: decimal(r, 0.005, 0.05), momentum: pick(r, [0, 0.5, 0.9]) }];
}

function optimizerOptions(r: Random, name: string): Options {
  const weightDecay = pick(r, [0, 0, decimal(r, 0.01, 0.2)]);
  switch (name) {
    case "sgd": {
      const momentum = pick(r, [0, decimal(r, 0.3, 0.95)]);
      const nesterov = momentum > 0 && chance(r, 0.4);
      const dampening = momentum > 0 && !nesterov ? pick(r, [0, decimal(r, 0.1, 0.6)]) : 0;
      return { learningRate: decimal(r, 0.01, 0.1), momentum, nesterov, dampening, weightDecay };
    }
    case "adam":
    case "adamW": {
      const betas = pick(r, [
        [0.9, 0.999],
        [decimal(r, 0.5, 0.95), decimal(r, 0.8, 0.999)],
      ]);
      const eps = pick(r, [1e-8, 1e-8, 1e-4]);
      return { learningRate: decimal(r, 0.001, 0.05), betas, eps, weightDecay, amsgrad: chance(r, 0.3) };
    }
    case "rmsprop": {
      const momentum = pick(r, [0, decimal(r, 0.3, 0.9)]);
      const eps = pick(r, [1e-8, 1e-4]);
      const own = { alpha: decimal(r, 0.8, 0.99), eps, momentum, centered: chance(r, 0.4) };
      return { learningRate: decimal(r, 0.001, 0.02), weightDecay, ...own };
    }
    case "adagrad": {
      const own = { lrDecay: pick(r, [0, decimal(r, 0.01, 0.2)]), initialAccumulatorValue: pick(r, [0, 0.1]) };
      return { learningRate: decimal(r, 0.01, 0.1), weightDecay, eps: pick(r, [1e-10, 1e-4]), ...own };
    }
    default:
      throw new Error(`no optimizer is called ${name}`);
  }
}

function optimizer(r: Random, name: string): OptimizerConfiguration {
  const options = optimizerOptions(r, name);
  const groups = [{ learningRate: decimal(r, 0.005, 0.05) }, { weightDecay: decimal(r, 0, 0.2) }] as const;
  const scheduleName = pick(r, ["step", "multiStep", "exponential", "cosine", "linear", "oneCycle"]);
  const run = {
    name,
    optimizer: name,
    options,
    groups: chance(r, 0.4) ? groups : null,
    schedule: chance(r, 0.6) ? ([scheduleName, scheduleOptions(r, scheduleName, name !== "adagrad")] as const) : null,
    clipGradValue: chance(r, 0.3) ? decimal(r, 0.05, 0.3) : null,
  };
  return { kind: "optimizer", run };
}

function schedule(r: Random, name: string): ScheduleConfiguration {
  const optimizer = name === "oneCycle" ? pick(r, ["sgd", "adam", "rmsprop", "adagrad"]) : "sgd";
  const level = decimal(r, 0.5, 1);
  const losses = Array.from({ length: 20 }, (_, i) => (chance(r, 0.3) ? level : decimal(r, 0.3, 1) + level / (i + 1)));
  return {
    kind: "schedule",
    name,
    options: scheduleOptions(r, name, optimizer !== "adagrad"),
    optimizer,
    losses: name === "plateau" ? losses : null,
  };
}

function scheduleOptions(r: Random, name: string, cycleMomentum: boolean): Options {
  switch (name) {
    case "step":
      return { stepSize: whole(r, 1, 8), gamma: decimal(r, 0.3, 0.95) };
    case "multiStep": {
      const milestones = Array.from({ length: 20 }, (_, i) => i + 1).filter(() => chance(r, 0.2));
      return { milestones, gamma: decimal(r, 0.3, 0.9) };
    }
    case "exponential":
      return { gamma: decimal(r, 0.6, 0.99) };
    case "cosine":
      return { tMax: whole(r, 2, 30), etaMin: pick(r, [0, decimal(r, 0.001, 0.01)]) };
    case "linear":
      return { startFactor: decimal(r, 0.05, 1), endFactor: decimal(r, 0.1, 1), totalIters: whole(r, 1, 25) };
    case "oneCycle": {
      const threePhase = chance(r, 0.4);
      return {
        maxLearningRate: decimal(r, 0.02, 0.1),
        totalSteps: whole(r, 20, 40),
        pctStart: decimal(r, 0.15, threePhase ? 0.45 : 0.9),
        annealStrategy: pick(r, ["cos", "linear"]),
        divFactor: whole(r, 2, 30),
        finalDivFactor: whole(r, 10, 10000),
        threePhase,
        cycleMomentum,
      };
    }
    case "plateau":
      return {
        factor: decimal(r, 0.1, 0.9),
        patience: whole(r, 0, 3),
        threshold: pick(r, [1e-4, 0.05]),
        thresholdMode: pick(r, ["rel", "abs"]),
        cooldown: whole(r, 0, 3),
        minLearningRate: pick(r, [0, 0.01]),
        eps: pick(r, [1e-8, 0.002]),
      };
    case "sequential": {
      const next = pick(r, ["cosine", "exponential", "step"]);
      const parts = ["linear", next].map((part) => [part, scheduleOptions(r, part, false)]);
      return { parts, milestones: [whole(r, 1, 12)] };
    }
    default:
      throw new Error(`no schedule is called ${name}`);
  }
}

function reductionOf(r: Random): string {
  return pick(r, ["mean", "sum", "none"]);
}

function sizes(r: Random, rank: number): number[] {
  return Array.from({ length: rank }, () => whole(r, 1, 5));
}

function classLoss(r: Random, loss: "crossEntropy" | "nllLoss"): LossConfiguration {
  const classes = whole(r, 2, 8);
  const target = pick(r, ["labels", "labels, some ignored", loss === "nllLoss" ? "labels" : "probabilities"] as const);
  const smoothing = loss === "crossEntropy" && chance(r, 0.4) ? { labelSmoothing: decimal(r, 0.05, 0.5) } : {};
  return {
    kind: "loss",
    name: loss,
    loss,
    options: { reduction: reductionOf(r), ...smoothing },
    shape: [...sizes(r, whole(r, 1, 3)), classes],
    target,
    tensors: chance(r, 0.5) ? { weight: [classes] } : {},
  };
}

function pointwise(r: Random, loss: string, own: Options = {}): LossConfiguration {
  const options = { reduction: reductionOf(r), ...own };
  return { kind: "loss", name: loss, loss, options, shape: sizes(r, whole(r, 1, 4)), target: "normal", tensors: {} };
}

function binaryCrossEntropy(r: Random): LossConfiguration {
  const [rows, columns] = sizes(r, 2);
  return {
    ...pointwise(r, "binaryCrossEntropyWithLogits"),
    shape: [rows, columns],
    target: pick(r, ["labels", "probabilities"]),
    tensors: pick<LossConfiguration["tensors"]>(r, [
      {},
      { weight: [rows, 1] },
      { posWeight: [columns] },
      { weight: [columns], posWeight: [columns] },
    ]),
  };
}

function klDivergence(r: Random): LossConfiguration {
  const reduction = pick(r, ["mean", "batchmean", "sum", "none"]);
  // a single class has the probability 1, and a loss of nothing but rounding
  return {
    ...pointwise(r, "klDiv", { reduction, logTarget: chance(r, 0.5) }),
    shape: [...sizes(r, 2), whole(r, 2, 6)],
  };
}
