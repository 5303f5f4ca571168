// The comparison of one loss, optimizer or schedule of ours with PyTorch's measurements of it, recorded or live.
import assert from "node:assert/strict";
import { F, nn, optim, Tensor } from "../../src/api.ts";
import { filled } from "../../src/engine/create.ts";
import { Engine, setEngine } from "../../src/engine/engine.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { ReferenceKernels } from "../../src/engine/kernels/reference/reference.ts";
import { Parameter } from "../../src/engine/tensor.ts";
import type { Schedule } from "../../src/optim/schedules/schedule.ts";
import { toTensor } from "../../src/training/batches.ts";
import type { Values } from "./fixtures.ts";

export type Type = "float32" | "float64";
type Options = Readonly<Record<string, unknown>>;

export interface LossCase extends Readonly<Record<Type, LossRecord>> {
  readonly name: string;
  readonly loss: string;
  readonly options: Options;
  readonly tensors: Readonly<Record<string, Values>>;
  readonly input: Values;
  readonly target: Values & { readonly classes: boolean };
  readonly upstream: Values;
}

interface LossRecord {
  readonly value: Values;
  readonly gradient: Values;
  readonly targetGradient: Values | null;
}

/** What all runs of optimizers begin with. */
export interface OptimizerStart {
  readonly input: Values;
  readonly target: Values;
  readonly weights: Readonly<Record<string, Values>>;
}

export interface OptimizerRun extends Readonly<Record<Type, TrainingRecord>> {
  readonly name: string;
  readonly optimizer: string;
  readonly options: Options;
  readonly groups: readonly [Options, Options] | null;
  readonly schedule: readonly [string, Options] | null;
  readonly clipGradValue: number | null;
}

interface TrainingRecord {
  readonly losses: readonly number[];
  readonly weights: Readonly<Record<string, Values>>;
}

export interface ScheduleCase {
  readonly name: string;
  readonly schedule: string;
  readonly options: Options;
  readonly optimizer: string;
  readonly losses: readonly number[] | null;
  readonly rates: readonly (readonly number[])[];
  readonly momenta: readonly number[] | null;
}

/** The functions by the names that the fixtures give; their options come out of JSON, so they are checked by the result. */
export const lossNames: Readonly<Record<string, (x: Tensor, y: Tensor, options: object) => Tensor>> = {
  crossEntropy: F.crossEntropy,
  nllLoss: F.nllLoss,
  mseLoss: F.mseLoss,
  l1Loss: F.l1Loss,
  smoothL1Loss: F.smoothL1Loss,
  huberLoss: F.huberLoss,
  binaryCrossEntropyWithLogits: F.binaryCrossEntropyWithLogits,
  klDiv: F.klDiv,
};
export const lossModules: Readonly<Record<string, new (options: object) => nn.Module>> = {
  crossEntropy: nn.CrossEntropyLoss,
  nllLoss: nn.NLLLoss,
  mseLoss: nn.MSELoss,
  l1Loss: nn.L1Loss,
  smoothL1Loss: nn.SmoothL1Loss,
  huberLoss: nn.HuberLoss,
  binaryCrossEntropyWithLogits: nn.BCEWithLogitsLoss,
  klDiv: nn.KLDivLoss,
};
export const optimizerNames: Readonly<
  Record<string, (parameters: optim.Trained<object>, options: never) => optim.Optimizer>
> = {
  sgd: optim.sgd,
  adam: optim.adam,
  adamW: optim.adamW,
  rmsprop: optim.rmsprop,
  adagrad: optim.adagrad,
};
const scheduleNames: Readonly<Record<string, (optimizer: optim.Optimizer, options: never) => Schedule>> = {
  step: optim.schedules.step,
  multiStep: optim.schedules.multiStep,
  exponential: optim.schedules.exponential,
  cosine: optim.schedules.cosine,
  linear: optim.schedules.linear,
  oneCycle: optim.schedules.oneCycle,
  plateau: optim.schedules.plateau,
  sequential: (optimizer, { parts, milestones }: { parts: [string, never][]; milestones: number[] }) =>
    optim.schedules.sequential(
      optimizer,
      parts.map(([name, options]) => (o) => {
        const schedule = scheduleNames[name](o, options);
        assert.ok("t" in schedule);
        return schedule as ReturnType<typeof optim.schedules.step>;
      }),
      { milestones },
    ),
};

/** Value and gradients of a loss, called as the function of `F` unless another way is given. */
export function checkLoss(
  c: LossCase,
  type: Type,
  kernels: Kernels,
  tolerance: number,
  lossOf: (x: Tensor, y: Tensor, options: object) => unknown = lossNames[c.loss],
): void {
  const theirs = c[type];
  const engine = freshEngine(kernels);
  engine.endIteration();
  const x = floats(c.input);
  x.requiresGrad = true;
  const { shape, data, classes } = c.target;
  const y = classes ? toTensor({ shape, data: Int32Array.from(data) }) : floats(c.target);
  if (theirs.targetGradient !== null) y.requiresGrad = true;
  const tensors = Object.fromEntries(Object.entries(c.tensors).map(([name, values]) => [name, floats(values)]));
  const value = lossOf(x, y, { ...c.options, ...tensors });
  assert.ok(value instanceof Tensor);
  assert.deepEqual(value.shape, theirs.value.shape);
  engine.backward(value.mul(floats(c.upstream)).sum());
  assertClose("value", value.toFlatArray(), theirs.value, tolerance);
  assertClose("gradient", x.gradient().array, theirs.gradient, tolerance);
  if (theirs.targetGradient !== null)
    assertClose("gradient of the target", y.gradient().array, theirs.targetGradient, tolerance);
}

/** Losses and weights of 20 steps of an optimizer, its schedule stepping along. */
export function checkOptimizer(
  start: OptimizerStart,
  run: OptimizerRun,
  type: Type,
  kernels: Kernels,
  tolerance: number,
): void {
  const engine = freshEngine(kernels);
  const model = new nn.Sequential(new nn.Linear(3, 5), new nn.Tanh(), new nn.Linear(5, 2));
  model.loadStateDict(new Map(Object.entries(start.weights)));
  const optimizer = optimizerNames[run.optimizer](trained(model, run.groups), run.options as never);
  const schedule = run.schedule && scheduleNames[run.schedule[0]](optimizer, run.schedule[1] as never);
  const theirs = run[type];
  const losses = theirs.losses.map(() => {
    engine.endIteration();
    model.zeroGrad();
    const loss = F.mseLoss(model.forward(floats(start.input)), floats(start.target));
    engine.backward(loss);
    if (run.clipGradValue !== null) optim.clipGradValue(model.parameters(), run.clipGradValue);
    optimizer.step();
    schedule?.step(loss.item());
    return loss.item();
  });
  assertClose("losses", losses, { data: theirs.losses }, tolerance);
  for (const [name, p] of model.namedParameters()) assertClose(name, p.floats.array, theirs.weights[name], tolerance);
}

/** Learning rates of two groups, and the momentum where it is cycled, over 20 steps of a schedule. */
export function checkSchedule(c: ScheduleCase): void {
  freshEngine(new ReferenceKernels());
  const groups = [0.1, 0.02].map((learningRate) => ({
    parameters: [new Parameter(filled([1], () => 0))],
    learningRate,
  }));
  const optimizer = optimizerNames[c.optimizer](groups, { learningRate: 0.1 } as never);
  const schedule = scheduleNames[c.schedule](optimizer, c.options as never);
  c.rates.forEach((expected, i) => {
    if (i > 0) schedule.step(c.losses?.[i - 1] ?? 0);
    optimizer.groups.forEach(({ settings }, g) => {
      assertClose(`step ${i}, group ${g}`, [settings.learningRate], { data: [expected[g]] }, 1e-12);
    });
    if (c.momenta !== null) {
      const momentum = optimizer.momentumOf(optimizer.groups[0]) ?? Number.NaN;
      assertClose(`momentum of step ${i}`, [momentum], { data: [c.momenta[i]] }, 1e-12);
    }
  });
}

/** max |ours − theirs| / max |theirs|; where all of theirs is 0, ours must be 0. */
function assertClose(what: string, ours: ArrayLike<number>, { data: theirs }: Pick<Values, "data">, tolerance: number) {
  assert.equal(ours.length, theirs.length, what);
  const scale = Math.max(...theirs.map(Math.abs), 0);
  for (let i = 0; i < theirs.length; i++) {
    const difference = Math.abs(ours[i] - theirs[i]);
    assert.ok(difference <= tolerance * scale, `${what}, element ${i}: ${ours[i]}, PyTorch has ${theirs[i]}`);
  }
}

function freshEngine(kernels: Kernels): Engine {
  const engine = new Engine(kernels);
  setEngine(engine);
  return engine;
}

function floats({ shape, data }: Values): Tensor {
  return filled(shape, (i) => data[i]);
}

/** Parameters by their kind, as PyTorch's script divides them into groups. */
function trained(model: nn.Module, groups: OptimizerRun["groups"]): optim.Trained<object> {
  if (groups === null) return model.parameters();
  return ["weight", "bias"].map((kind, i) => ({
    ...groups[i],
    parameters: model
      .namedParameters()
      .filter(([name]) => name.endsWith(kind))
      .map(([, p]) => p),
  }));
}
