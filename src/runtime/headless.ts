// Runs without a debugger and without a worker: what the terminal commands do.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as api from "../api.ts";
import type { BundledModel, ErrorReport } from "../protocol/model.ts";
import { isTraining } from "../training/define.ts";
import { ModelError, ReferenceKernels } from "../training/engine.ts";
import { checkGradients, type ParameterCheck } from "../training/gradcheck.ts";
import type { IterationResult, TrainingObserver, ValidationResult } from "../training/observer.ts";
import { makeEngine, TrainingRun } from "../training/run.ts";
import { encodeGradients, encodeWeights, loadWeights } from "../training/weights.ts";
import { createBundler } from "./bundle/bundler.ts";
import { evaluateModel } from "./bundle/evaluate.ts";
import { SourceLocations } from "./bundle/locations.ts";
import { phaseSite } from "./events.ts";
import { dataReader, loadKernels } from "./files.ts";
import { ModelGlobals } from "./history/globals.ts";
import { UserStack } from "./userStack.ts";

export interface HeadlessOptions {
  /** Folder with the kernels and esbuild.wasm. */
  readonly dist: string;
  /** float64 reference kernels instead of the fast float32 ones. */
  readonly double?: boolean;
  readonly seed?: number | undefined;
  readonly epochs?: number | undefined;
  readonly iterations?: number | undefined;
  /** 2: large matrix products use a second thread. */
  readonly threads?: number | undefined;
  /** The kernels that give the same bits on every machine. */
  readonly deterministic?: boolean | undefined;
  /** safetensors file to begin from. */
  readonly load?: string | undefined;
  readonly onIteration?: (result: IterationResult) => void;
  readonly onValidation?: (result: ValidationResult) => void;
}

/** Something the user can mend, with every place where. */
export class ReportedError extends Error {
  override name = "ReportedError";

  constructor(readonly reports: readonly ErrorReport[]) {
    super(reports.map((r) => r.message).join("\n"));
  }
}

/** A model file, opened and ready to train. All methods throw ReportedError. */
export class HeadlessTraining {
  private constructor(
    private readonly training: TrainingRun,
    private readonly locations: SourceLocations,
  ) {}

  /** Bundles and evaluates a model file, makes model and data, loads weights. */
  static async open(file: string, options: HeadlessOptions): Promise<HeadlessTraining> {
    const bundled = await createBundler(readFileSync(join(options.dist, "esbuild.wasm"))).bundle(file);
    if (!bundled.ok) throw new ReportedError(bundled.errors);
    const locations = new SourceLocations(bundled.model);
    return reported(locations, () => new HeadlessTraining(makeRun(bundled.model, options), locations));
  }

  get model(): { readonly name: string; readonly parameterCount: number; readonly data: string } {
    const { model, data } = this.training;
    return {
      name: model.constructor.name,
      parameterCount: model.parameters().reduce((n, p) => n + p.length, 0),
      data: data.description,
    };
  }

  train(): void {
    reported(this.locations, () => this.training.run());
  }

  /** Weights as safetensors bytes: also after a training that failed. */
  weights(): Uint8Array {
    return encodeWeights(this.training.model);
  }

  /** One forward and backward on the first batch, in the data's own order; gradients and loss as safetensors bytes. */
  gradients(): Uint8Array {
    return reported(this.locations, () => {
      const { data, model } = this.training;
      const count = Math.min(data.batchSize, data.train.length);
      const loss = this.training.differentiate(Int32Array.from({ length: count }, (_, i) => i));
      return this.training.engine.noGrad(() => encodeGradients(model, loss));
    });
  }

  /** Numeric gradient check of every parameter. */
  check(): ParameterCheck[] {
    return reported(this.locations, () => checkGradients(this.training));
  }
}

function makeRun(model: BundledModel, options: HeadlessOptions): TrainingRun {
  const engine = makeEngine(options.double ? new ReferenceKernels() : loadKernels(options.dist, options));
  const user = new UserStack(engine);
  const globals = new ModelGlobals({ record: false });
  globals.seed(options.seed ?? 0);
  const training = evaluateModel(model, api, user, console, globals);
  if (!isTraining(training))
    throw new ModelError("the default export is not a training; write `export default defineTraining({ … })`");
  const { seed, epochs, iterations, load } = options;
  globals.seed(seed ?? training.definition.seed ?? 0);
  const run = new TrainingRun(training, engine, {
    seed,
    epochs,
    iterations,
    read: dataReader(model.file),
    observer: observer(model, user, options),
  });
  if (load !== undefined) loadWeights(run.model, readWeights(load), load);
  return run;
}

/** Keeps errors at the right line and passes results on. */
function observer(model: BundledModel, user: UserStack, options: HeadlessOptions): TrainingObserver {
  const nothing = () => {};
  return {
    operation: nothing,
    layer: nothing,
    started: nothing,
    iterationBegan: () => user.beginIteration(),
    phaseBegan: (phase) => {
      if (phase !== "forward") user.place(phaseSite(model, phase));
    },
    phaseEnded: nothing,
    wantsWeightsBefore: () => false,
    parameterUpdated: nothing,
    iterationEnded: (_, result) => options.onIteration?.(result),
    validated: (result) => options.onValidation?.(result),
    now: () => performance.now(),
  };
}

function readWeights(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ModelError(
      `the weights file ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function reported<T>(locations: SourceLocations, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw new ReportedError([locations.report(error, error instanceof ModelError ? error.site : undefined)]);
  }
}
