// A small recurrent training for tests, and an observer that writes down what it is told.
import { F, nn, optim, type Tensor } from "../../src/api.ts";
import type { DataSource } from "../../src/data/source.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { ReferenceKernels } from "../../src/engine/kernels/reference/reference.ts";
import { defineTraining, type TrainingDefinition } from "../../src/training/define.ts";
import type { IterationResult, TrainingObserver, ValidationResult } from "../../src/training/observer.ts";
import { makeEngine, type RunOptions, TrainingRun } from "../../src/training/run.ts";

export const time = 4;
export const vocabulary = 5;

/** Sequences that count upwards modulo the vocabulary; the target is the next number. */
export function counting(
  samples: number,
  options: { readonly validation?: number; readonly dropLast?: boolean } = {},
): DataSource {
  const set = (length: number, first: number) => ({
    length,
    batch: (indices: Int32Array) => {
      const at = (i: number, shift: number) =>
        (first + indices[Math.floor(i / time)] + (i % time) + shift) % vocabulary;
      const numbers = (shift: number) => Int32Array.from({ length: indices.length * time }, (_, i) => at(i, shift));
      const shape = [indices.length, time];
      return { input: { shape, data: numbers(0) }, target: { shape, data: numbers(1) } };
    },
  });
  const { validation = 0, dropLast = false } = options;
  return {
    files: [],
    open: () => ({
      train: set(samples, 0),
      validation: validation > 0 ? set(validation, samples) : null,
      batchSize: 4,
      shuffle: true,
      dropLast,
      description: `${samples} sequences`,
      vocabulary: null,
    }),
  };
}

export class Counter extends nn.Module {
  embed = new nn.Embedding(vocabulary, 3);
  rnn = new nn.RNN(3, 6);
  head = new nn.Linear(6, vocabulary);

  forward(tokens: Tensor): Tensor {
    const [h] = this.rnn.forward(this.embed.forward(tokens));
    return this.head.forward(h);
  }
}

export class Recorder implements TrainingObserver {
  readonly log: string[] = [];
  readonly results: IterationResult[] = [];
  readonly validations: ValidationResult[] = [];
  /** Called inside every event, as a pause is. */
  onEvent: ((run: TrainingRun | null, event: string) => void) | null = null;
  beforeIteration?: () => void;
  run: TrainingRun | null = null;

  operation: TrainingObserver["operation"] = ({ operation, scope, timestep }, phase) =>
    this.note(`${phase} ${scope?.owner.path ?? ""}${timestep >= 0 ? `[t=${timestep}]` : ""} ${operation}`);
  layer: TrainingObserver["layer"] = ({ owner }, phase) => this.note(`${phase} layer ${owner.path}`);
  started = (run: TrainingRun) => {
    this.run = run;
    this.note("started");
  };
  iterationBegan = () => this.note("iteration");
  phaseBegan: TrainingObserver["phaseBegan"] = (phase) => this.note(`begin ${phase}`);
  phaseEnded: TrainingObserver["phaseEnded"] = (phase) => this.note(`end ${phase}`);
  wantsWeightsBefore = () => true;
  parameterUpdated = (name: string) => this.note(`update ${name}`);
  iterationEnded: TrainingObserver["iterationEnded"] = (_, result) => {
    this.results.push(result);
    this.note("iteration ended");
  };
  validated = (result: ValidationResult) => void this.validations.push(result);
  now = () => 0;

  private note(event: string): void {
    this.log.push(event);
    this.onEvent?.(this.run, event);
  }
}

export function smallRun(
  change: Partial<TrainingDefinition> = {},
  options: Partial<RunOptions> & { readonly kernels?: Kernels } = {},
): TrainingRun {
  const { kernels = new ReferenceKernels(), ...rest } = options;
  const engine = makeEngine(kernels);
  const definition = {
    model: () => new Counter(),
    data: counting(8),
    loss: F.crossEntropy,
    optimizer: (parameters: Parameters<TrainingDefinition["optimizer"]>[0]) =>
      optim.adam(parameters, { learningRate: 0.02 }),
    seed: 3,
    ...change,
  } as TrainingDefinition;
  return new TrainingRun(defineTraining(definition), engine, { read: () => new Uint8Array(), ...rest });
}
