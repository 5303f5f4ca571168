// One run of a training: epochs of iterations, each forward → loss → backward → update. Knows no file and no debugger.
import type { LoadedData } from "../data/source.ts";
import { Engine, type Node, type Scope, setEngine } from "../engine/engine.ts";
import type { FloatBuffer, Kernels } from "../engine/kernels/kernels.ts";
import { hiddenStateOperations } from "../engine/ops/symbols.ts";
import { Random } from "../engine/random.ts";
import { type Parameter, Tensor } from "../engine/tensor.ts";
import { type Module, nameScopes, tensorsOf } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Interval, Schedule } from "../optim/schedules/schedule.ts";
import { Accumulation, type Clipping } from "./accumulation.ts";
import { batchesPerEpoch, epochOrder, loadBatch } from "./batches.ts";
import type { TensorBatch, Training, TrainingDefinition } from "./define.ts";
import type { Phase, TrainingObserver } from "./observer.ts";
import { type Saved, saveObjects } from "./snapshot/objects.ts";
import { Rewind } from "./snapshot/rewind.ts";
import { validate } from "./validate.ts";

export interface RunOptions {
  readonly seed?: number | undefined;
  readonly epochs?: number | undefined;
  /** Stops after this many iterations, also within an epoch. */
  readonly iterations?: number | undefined;
  /** Reads a data file, named as the model file names it. */
  readonly read: (file: string) => Uint8Array;
  readonly observer?: TrainingObserver | undefined;
}

/** Result of one iteration's forward pass. */
interface Forward {
  readonly loss: Tensor;
  readonly outputs: readonly Tensor[];
}

export class TrainingRun {
  readonly definition: TrainingDefinition;
  readonly model: Module;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule | null;
  /** State-dict name of every parameter; found once, because looking through the model costs more than a small step. */
  readonly parameters: ReadonlyMap<Parameter, string>;
  readonly data: LoadedData;
  readonly validation: LoadedData["validation"];
  readonly seed: number;
  readonly epochs: number;
  readonly iterationsPerEpoch: number;
  /** Count from 1; 0 before the first. */
  epoch = 0;
  iteration = 0;
  phase: Phase = "forward";
  batch: TensorBatch | null = null;
  loss: Tensor | null = null;
  outputs: readonly Tensor[] = [];
  /** ‖g‖ before clipping, once backward is over. */
  gradNorm: number | null = null;
  /** Last call of each layer in this iteration, by path. */
  calls = new Map<string, Scope>();
  /** For each recurrent layer's hidden states, the timesteps that backward has come to. */
  reached = new Map<Tensor, Set<number>>();
  /** The operation that backward has come down to; null before it has begun. */
  private differentiated: Node | null = null;
  /** Weights from before this iteration's update, where somebody asked for them. */
  weightsBefore = new Map<string, FloatBuffer>();
  /** Parameters that this iteration's update has changed already. */
  updated = new Set<string>();
  /** Of the samples; its own generator, so that another model sees them in the same order. */
  readonly order: Random;
  /** Sample numbers of this epoch, and the number of its next batch: 0 between two epochs. */
  private samples: Int32Array = new Int32Array(0);
  private nextBatch = 0;
  private readonly observer: TrainingObserver | undefined;
  private readonly accumulation: Accumulation;
  /** Σ of the losses of this epoch's samples, and their number. */
  private readonly epochLoss = { sum: 0, samples: 0 };

  /**
   * Makes model, data and optimizer. The engine must be current already (`engine` is made by `makeEngine`).
   * @throws ModelError, DataError, and whatever the user's own code throws
   */
  constructor(
    training: Training,
    readonly engine: Engine,
    private readonly options: RunOptions,
  ) {
    this.definition = training.definition;
    this.seed = options.seed ?? this.definition.seed ?? 0;
    this.epochs = options.epochs ?? this.definition.epochs ?? 1;
    this.observer = options.observer;
    engine.random.setState(new Random(this.seed).getState());
    this.order = new Random(this.seed + 1);
    this.model = this.definition.model();
    nameScopes(this.model);
    this.parameters = new Map(this.model.namedParameters().map(([name, p]) => [p, name]));
    this.data = this.definition.data.open(options.read, this.order);
    this.validation = this.definition.validation?.open(options.read, this.order).train ?? this.data.validation;
    this.optimizer = this.definition.optimizer(this.model.parameters());
    this.iterationsPerEpoch = batchesPerEpoch(this.data);
    if (this.iterationsPerEpoch === 0) {
      throw engine.error(
        `the data has ${this.data.train.length} training samples, fewer than one batch of ${this.data.batchSize}, and dropLast leaves the rest out; use a smaller batchSize`,
      );
    }
    const { accumulate = 1, schedule, clipGradNorm, clipGradValue } = this.definition;
    const clipping = { clipGradNorm, clipGradValue };
    this.accumulation = new Accumulation(this.optimizer.parameters, accumulate, clipping);
    const updatesPerEpoch = Math.ceil(this.iterationsPerEpoch / accumulate);
    const plan = { epochs: this.epochs, updatesPerEpoch, updates: this.epochs * updatesPerEpoch };
    this.schedule = schedule?.(this.optimizer, plan) ?? null;
  }

  /** Trains to the end. An observer that throws Rewind takes it back, and it goes on from there. */
  run(): void {
    this.observer?.started(this);
    while (this.goesOn) {
      try {
        this.advance();
      } catch (signal) {
        if (!(signal instanceof Rewind)) throw signal;
        signal.restore();
      }
    }
  }

  /**
   * Everything that decides how training goes on, as it is now, between two iterations. What the model keeps outside of its
   * modules' fields (in variables of the file, in closures) is out of reach.
   * @param reuse numbers of something saved that is needed no more
   */
  save(reuse: ArrayBuffer | null = null): Saved {
    const { epoch, iteration, nextBatch, samples, schedule } = this;
    const { model, optimizer, accumulation, epochLoss, order, engine } = this;
    const roots = [model, optimizer, ...(schedule === null ? [] : [schedule]), accumulation, epochLoss, order];
    const saved = saveObjects([...roots, engine.random], { gradients: accumulation.open, reuse });
    const restore = () => {
      saved.restore();
      Object.assign(this, { epoch, iteration, nextBatch, samples });
      this.forgetIteration();
    };
    return { bytes: saved.bytes, numbers: saved.numbers, restore };
  }

  /** One iteration on the samples of these numbers. */
  iterate(indices: Int32Array): void {
    const { observer, engine } = this;
    const start = observer?.now() ?? 0;
    this.begin(indices, this.accumulation.open);
    const { loss } = this.forward();
    this.accumulation.add(indices.length);
    this.inPhase("backward", () => engine.backward(loss));
    const complete = this.accumulation.complete || this.iteration % this.iterationsPerEpoch === 0;
    this.inPhase("update", () => this.update(complete));
    this.epochLoss.sum += loss.item() * indices.length;
    this.epochLoss.samples += indices.length;
    observer?.iterationEnded(this, {
      iteration: this.iteration,
      epoch: this.epoch,
      loss: loss.item(),
      gradNorm: this.gradNorm ?? 0,
      learningRate: this.optimizer.learningRate,
      milliseconds: observer.now() - start,
    });
    if (complete) this.stepSchedule("iteration", loss.item());
  }

  /** Forward and backward on one batch, without an update; gradients stay in the parameters. */
  differentiate(indices: Int32Array): Tensor {
    this.begin(indices);
    const { loss } = this.forward();
    this.engine.backward(loss);
    return loss;
  }

  /** Loss of the first samples with the present weights, for finite differences. */
  evaluateLoss(indices: Int32Array): number {
    this.begin(indices);
    return this.engine.noGrad(() => this.forward().loss.item());
  }

  /**
   * Tensors whose gradient this iteration has computed, wholly or in part. The gradient of any other parameter is what it
   * began with, zeros as a rule, and says nothing of this iteration.
   */
  differentiatedTensors(): ReadonlySet<Tensor> {
    const { tape } = this.engine;
    const { differentiated } = this;
    const nodes = differentiated === null ? [] : tape.slice(tape.indexOf(differentiated));
    return new Set(nodes.flatMap(({ inputs }) => inputs));
  }

  /** How gradients are clipped before an update. A change holds from the next one on. */
  get clipping(): Clipping {
    return this.accumulation.clipping;
  }

  private get goesOn(): boolean {
    return this.iteration < this.limit && (this.nextBatch > 0 || this.epoch < this.epochs);
  }

  private get limit(): number {
    return this.options.iterations ?? Number.POSITIVE_INFINITY;
  }

  /** The next iteration, with the beginning or the end of its epoch when it is the first or the last one. */
  private advance(): void {
    this.observer?.beforeIteration?.(this);
    if (this.nextBatch === 0) this.beginEpoch();
    const { batchSize } = this.data;
    const start = this.nextBatch++ * batchSize;
    this.iterate(this.samples.subarray(start, start + batchSize));
    if (this.nextBatch === this.iterationsPerEpoch || this.iteration >= this.limit) this.endEpoch();
  }

  private beginEpoch(): void {
    this.epoch++;
    this.samples = epochOrder(this.data, this.order);
    for (const [, module] of this.model.namedModules()) module.resetState();
  }

  private endEpoch(): void {
    let loss = this.takeEpochLoss();
    if (this.validation !== null && this.validation.length > 0) {
      const result = validate(this, this.validation, this.observer);
      loss = result.loss;
      this.observer?.validated({ ...result, epoch: this.epoch, iteration: this.iteration });
    }
    this.stepSchedule("epoch", loss);
    this.nextBatch = 0;
  }

  /** Lets go of everything that belongs to one iteration. */
  private forgetIteration(): void {
    const { engine } = this;
    this.phase = "forward";
    engine.observer = null;
    engine.scope = null;
    engine.timestep = -1;
    engine.previousTimestep = -1;
    // what backward owes to gradients when it is left in its middle
    engine.differentiating = -1;
    if (engine.owed.size > 0) engine.owed = new Map();
    engine.endIteration();
    // Made anew, not cleared: V8 chains a cleared table to the one after it, so that what has died keeps alive what follows
    // until a full collection (measured: a third of a small step's time).
    if (this.calls.size > 0) this.calls = new Map();
    if (this.reached.size > 0) this.reached = new Map();
    if (this.weightsBefore.size > 0) this.weightsBefore = new Map();
    if (this.updated.size > 0) this.updated = new Set();
    this.batch = null;
    this.loss = null;
    this.outputs = [];
    this.gradNorm = null;
    this.differentiated = null;
  }

  private begin(indices: Int32Array, keepGradients = false): void {
    const { engine, observer } = this;
    this.forgetIteration();
    this.iteration++;
    if (!keepGradients) for (const p of this.parameters.keys()) p.zeroGrad();
    this.batch = loadBatch(this.data.train, indices);
    if (observer === undefined) return;
    engine.observer = {
      operation: (node, phase) => this.sawOperation(observer, node, phase),
      layer: (scope, phase) => {
        if (phase === "forward") this.calls.set(scope.owner.path, scope);
        observer.layer(scope, phase);
      },
    };
    observer.iterationBegan(this);
  }

  private forward(): Forward {
    const { definition, model, engine } = this;
    const batch = this.batch;
    if (batch === null) throw engine.error("there is no batch");
    if (definition.step !== undefined) {
      const { step } = definition;
      const loss = this.inPhase("forward", () => this.takeLoss(step(model, batch), "step"));
      this.inPhase("loss", () => {});
      return { loss, outputs: this.outputs };
    }
    this.outputs = this.inPhase("forward", () => tensorsOf(model.forward(batch.input)));
    const [output] = this.outputs;
    if (output === undefined) throw engine.error("forward() returned no tensor");
    const loss = this.inPhase("loss", () => this.takeLoss(definition.loss(output, batch.target), "loss"));
    return { loss, outputs: this.outputs };
  }

  /** Changes the parameters when the batches of one update are complete; else it only tells how large the gradient is. */
  private update(complete: boolean): void {
    const { optimizer, engine, observer } = this;
    if (!complete) {
      this.gradNorm = this.accumulation.gradNorm();
      return;
    }
    this.gradNorm = this.accumulation.close();
    if (observer?.wantsWeightsBefore()) {
      for (const [p, name] of this.parameters) {
        const copy = engine.kernels.memory.empty(p.length, false);
        engine.kernels.copy(p.length, p.floats, copy);
        this.weightsBefore.set(name, copy);
      }
    }
    optimizer.step((p) => {
      const name = this.parameters.get(p) ?? "";
      this.updated.add(name);
      observer?.parameterUpdated(name, p);
    });
  }

  private stepSchedule(interval: Interval, loss: number): void {
    if (this.schedule?.interval === interval) this.schedule.step(loss);
  }

  /** Mean loss of the epoch's samples; the next epoch begins anew. */
  private takeEpochLoss(): number {
    const { epochLoss } = this;
    const loss = epochLoss.sum / epochLoss.samples;
    epochLoss.sum = 0;
    epochLoss.samples = 0;
    return loss;
  }

  private sawOperation(observer: TrainingObserver, node: Node, phase: "forward" | "backward"): void {
    if (phase === "backward") this.differentiated = node;
    if (phase === "backward" && hiddenStateOperations.has(node.operation)) {
      const reached = this.reached.get(node.output) ?? new Set();
      this.reached.set(node.output, reached.add(node.timestep));
    }
    observer.operation(node, phase);
  }

  private inPhase<T>(phase: Phase, body: () => T): T {
    this.phase = phase;
    this.observer?.phaseBegan(phase);
    const result = body();
    this.observer?.phaseEnded(phase);
    return result;
  }

  /** Taken within the phase, so that a pause at the end of the phase shows it. */
  private takeLoss(loss: unknown, name: string): Tensor {
    if (!(loss instanceof Tensor) || loss.length !== 1) {
      const got = loss instanceof Tensor ? `a tensor of shape [${loss.shape.join(", ")}]` : typeof loss;
      throw this.engine.error(`\`${name}\` must return a scalar tensor, but it returned ${got}`);
    }
    this.loss = loss;
    return loss;
  }
}

/** Makes the engine of a run current. It must be there before the model file is evaluated. */
export function makeEngine(kernels: Kernels): Engine {
  const engine = new Engine(kernels);
  setEngine(engine);
  return engine;
}
