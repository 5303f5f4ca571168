// What a model file exports: the description of a training, checked as far as it can be before it runs.
import type { DataSource } from "../data/source.ts";
import { engine } from "../engine/engine.ts";
import type { Parameter, Tensor } from "../engine/tensor.ts";
import type { Module } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Schedule } from "../optim/schedules/schedule.ts";

/** One batch as a custom `step` gets it. */
export interface TensorBatch {
  readonly input: Tensor;
  readonly target: Tensor;
}

/** How long a training will be, for schedules that must know. */
export interface TrainingPlan {
  readonly epochs: number;
  /** Updates in one epoch: iterations, or with `accumulate: n` a n-th of them, rounded up. */
  readonly updatesPerEpoch: number;
  /** Updates in all: what `totalSteps` of a one-cycle schedule is. */
  readonly updates: number;
}

interface Common<M extends Module> {
  /** Makes the model; called once a run, so that a run can be seeded, restarted and replayed. */
  readonly model: () => M;
  readonly data: DataSource;
  /** A data set of its own for validation; without it, the share that `data` sets aside is used, if any. */
  readonly validation?: DataSource;
  readonly optimizer: (parameters: readonly Parameter[]) => Optimizer;
  /**
   * Makes the learning-rate schedule, as in `(optimizer) => optim.schedules.cosine(optimizer, { tMax: 10 })`. It is stepped
   * after every update or after every epoch, as its `interval` says.
   */
  readonly schedule?: (optimizer: Optimizer, plan: TrainingPlan) => Schedule;
  /** Clips every element of the gradients to ±this, before the norm is clipped. */
  readonly clipGradValue?: number;
  /** Clips the norm of all gradients together to this. */
  readonly clipGradNorm?: number;
  /**
   * This many batches make one update, with the mean of their gradients: for a loss that is a mean over samples the same as
   * one batch of all of them. An iteration stays one batch; what is left at the end of an epoch makes an update too. Default 1.
   */
  readonly accumulate?: number;
  /** Passes over the training data. Default 1. */
  readonly epochs?: number;
  /** Seed of initialisation, split and shuffling. Default 0. */
  readonly seed?: number;
}

export type TrainingDefinition<M extends Module = Module> = Common<M> &
  (
    | {
        /** Scalar from the model's output (the first, when it returns several) and the batch's target. */
        readonly loss: (output: Tensor, target: Tensor) => Tensor;
        readonly step?: undefined;
      }
    | {
        /** Scalar loss from model and batch, for trainings that need more than output and target. */
        readonly step: (model: M, batch: TensorBatch) => Tensor;
        readonly loss?: undefined;
      }
  );

const brand: unique symbol = Symbol.for("gradient-debugger.training");

/** A checked definition; only `defineTraining` makes one. */
export interface Training {
  readonly [brand]: true;
  readonly definition: TrainingDefinition;
}

/**
 * Declares the training of a model file; its default export.
 * @throws ModelError naming the property that is missing or of the wrong kind
 */
export function defineTraining<M extends Module>(definition: TrainingDefinition<M>): Training {
  const wrong = (message: string) => engine().error(`defineTraining: ${message}`);
  if (typeof definition !== "object" || definition === null)
    throw wrong("it takes one object with model, data, loss and optimizer");
  if (typeof definition.model !== "function")
    throw wrong("`model` must be a function that makes the model, such as () => new MyModel()");
  if (typeof definition.optimizer !== "function") {
    throw wrong("`optimizer` must be a function of the parameters, such as (parameters) => optim.adam(parameters)");
  }
  if (typeof definition.loss !== "function" && typeof definition.step !== "function") {
    throw wrong(
      "it needs `loss` (a function of output and target, such as F.crossEntropy) or `step` (a function of model and batch)",
    );
  }
  if (typeof definition.data?.open !== "function")
    throw wrong('`data` must be a data source, such as data.csv("file.csv")');
  if (definition.validation !== undefined && typeof definition.validation.open !== "function") {
    throw wrong('`validation` must be a data source, such as data.csv("file.csv")');
  }
  if (definition.schedule !== undefined && typeof definition.schedule !== "function") {
    throw wrong(
      "`schedule` must be a function of the optimizer, such as (optimizer) => optim.schedules.cosine(optimizer, { tMax: 10 })",
    );
  }
  for (const name of ["epochs", "accumulate", "clipGradNorm", "clipGradValue", "seed"] as const) {
    const value = definition[name];
    const low = name === "seed" ? 0 : Number.MIN_VALUE;
    const whole = name !== "clipGradNorm" && name !== "clipGradValue";
    if (value !== undefined && !(value >= low && Number.isFinite(value) && (!whole || Number.isInteger(value)))) {
      throw wrong(
        `\`${name}\` must be a ${whole ? "whole " : ""}number ${name === "seed" ? "of at least" : "above"} 0, but it is ${String(value)}`,
      );
    }
  }
  return { [brand]: true, definition: generalise(definition) };
}

export function isTraining(value: unknown): value is Training {
  return typeof value === "object" && value !== null && brand in value;
}

/** Forgets the model's class: the run hands `step` only what `model` made. */
function generalise<M extends Module>(definition: TrainingDefinition<M>): TrainingDefinition {
  if (definition.step === undefined) return definition;
  const { step, model } = definition;
  let made: M | null = null;
  return {
    ...definition,
    model: () => {
      made = model();
      return made;
    },
    step: (_, batch) => {
      if (made === null) throw engine().error("step was called before the model was made");
      return step(made, batch);
    },
  };
}
