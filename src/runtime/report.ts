// From a run's own words to the protocol's: the model's description and the statistics of an iteration.
import type { StatisticsReport, VariableReport } from "../protocol/events.ts";
import type { BundledModel, ModelInfo } from "../protocol/model.ts";
import type { TrainingRun } from "../training/run.ts";
import { describe, layerReports, parameterReports, timestepReports } from "../training/statistics.ts";
import { rangeOf } from "./events.ts";
import type { UserStack } from "./userStack.ts";

export function modelInfo(run: TrainingRun, bundled: BundledModel): ModelInfo {
  const modules = run.model.namedModules();
  const owners = new Map(modules.flatMap(([path, module]) => module.ownParameters().map(([, p]) => [p, path])));
  const parameters = run.model.namedParameters();
  return {
    name: run.model.constructor.name,
    file: bundled.file,
    layers: modules.map(([path, module]) => ({
      path,
      type: module.constructor.name,
      source: rangeOf(bundled, module.creationSite),
      recurrent: "recurrent" in module && module.recurrent === true,
    })),
    parameters: parameters.map(([name, p]) => ({
      name,
      shape: p.shape,
      layer: owners.get(p) ?? "",
      trainable: p.requiresGrad,
    })),
    parameterCount: parameters.reduce((n, [, p]) => n + p.length, 0),
    epochs: run.epochs,
    iterationsPerEpoch: run.iterationsPerEpoch,
    seed: run.seed,
    optimizer: run.optimizer.name,
    data: run.data.description,
  };
}

export function statisticsReport(
  run: TrainingRun,
  bundled: BundledModel,
  user: UserStack,
  complete: boolean,
): StatisticsReport {
  return {
    iteration: run.iteration,
    epoch: run.epoch,
    complete,
    loss: run.loss?.item() ?? null,
    gradNorm: run.gradNorm,
    parameters: parameterReports(run),
    layers: layerReports(run),
    timesteps: timestepReports(run),
    variables: variableReports(run, bundled, user),
  };
}

/** The user's named tensors that still exist. */
function variableReports(run: TrainingRun, bundled: BundledModel, user: UserStack): VariableReport[] {
  const { kernels } = run.engine;
  const reports: VariableReport[] = [];
  for (const { name, site, tensor } of user.tensors.values()) {
    const range = rangeOf(bundled, site);
    if (range === null || !tensor.alive || tensor.dtype === "int32") continue;
    const gradient = tensor.gradientSoFar();
    reports.push({
      name,
      file: range.file,
      line: range.line,
      shape: tensor.shape,
      values: describe(kernels, tensor.length, tensor.floats),
      gradient: gradient && describe(kernels, tensor.length, gradient),
    });
  }
  return reports;
}
