// What can be said of an iteration in numbers: per parameter, per layer, per timestep. Reads the run, changes nothing.
import type { Node } from "../engine/engine.ts";
import type { FloatBuffer, Kernels } from "../engine/kernels/kernels.ts";
import { hiddenStateOperations } from "../engine/ops/symbols.ts";
import type { Tensor } from "../engine/tensor.ts";
import type { TrainingRun } from "./run.ts";

/** Statistics of n elements; not-finite ones are counted and left out of the moments. */
export function describe(kernels: Kernels, n: number, buffer: FloatBuffer) {
  const m = kernels.moments(n, buffer);
  const finite = n - m.nonFinite;
  const mean = finite > 0 ? m.sum / finite : 0;
  return {
    count: n,
    norm: Math.sqrt(m.sumSquares),
    mean,
    // Σx²/n − mean² can round below zero when all elements are nearly equal
    std: finite > 0 ? Math.sqrt(Math.max(0, m.sumSquares / finite - mean * mean)) : 0,
    min: finite > 0 ? m.min : 0,
    max: finite > 0 ? m.max : 0,
    zeros: n > 0 ? m.zeros / n : 0,
    nonFinite: m.nonFinite,
  };
}

/** ‖w‖, gradient and update of every parameter; null where the iteration has not come to it yet. */
export function parameterReports(run: TrainingRun) {
  const { kernels } = run.engine;
  const differentiated = run.differentiatedTensors();
  return run.model.namedParameters().map(([name, p]) => {
    const before = run.weightsBefore.get(name);
    const values = describe(kernels, p.length, p.floats);
    const gradient = differentiated.has(p) ? p.gradientSoFar() : null;
    const done = run.updated.has(name) && before !== undefined;
    const weightNormBefore = done ? Math.sqrt(kernels.sumSquares(p.length, before)) : values.norm;
    const updateNorm = done ? Math.sqrt(kernels.sumSquaredDifference(p.length, p.floats, before)) : null;
    return {
      name,
      values,
      weightNormBefore,
      weightNormAfter: done ? values.norm : null,
      gradient: gradient && describe(kernels, p.length, gradient),
      updateNorm,
      // a parameter that was zero has no ratio: its update would be infinitely large
      updateRatio: updateNorm === null || weightNormBefore === 0 ? null : updateNorm / weightNormBefore,
    };
  });
}

/** Gradient norms of every layer that was called: of its own parameters together, and of its output. */
export function layerReports(run: TrainingRun) {
  const { kernels } = run.engine;
  const differentiated = run.differentiatedTensors();
  return run.model
    .namedModules()
    .filter(([path]) => path !== "" && run.calls.has(path))
    .map(([layer, module]) => {
      const own = module.ownParameters().flatMap(([, p]) => (differentiated.has(p) ? (p.gradientSoFar() ?? []) : []));
      const output = run.calls.get(layer)?.outputs[0];
      const squares = own.reduce((sum, g) => sum + kernels.sumSquares(g.length, g), 0);
      return {
        layer,
        parameterGradNorm: own.length > 0 ? Math.sqrt(squares) : null,
        outputGradNorm: output?.hasGradient ? Math.sqrt(kernels.sumSquares(output.length, output.gradient())) : null,
      };
    });
}

/** ‖∂L/∂h_t‖ of every recurrent layer that was called; null for timesteps that backward has not come to. */
export function timestepReports(run: TrainingRun) {
  const layers = new Map<Tensor, string>();
  const names = new Map<Tensor, string>(run.model.namedParameters().map(([name, p]) => [p, name]));
  for (const node of run.engine.tape) {
    if (hiddenStateOperations.has(node.operation) && !layers.has(node.output))
      layers.set(node.output, labelOf(node, names));
  }
  const several = new Map<string, number>();
  for (const label of layers.values()) several.set(pathOf(label), (several.get(pathOf(label)) ?? 0) + 1);
  return [...layers].map(([output, label]) => {
    const [batch, time, hidden] = output.shape;
    const reached = run.reached.get(output);
    const gradNorms = Array.from({ length: time }, (_, t) =>
      reached?.has(t) ? timestepNorm(output, batch, time, hidden, t) : null,
    );
    // the level and the direction are said only where a layer has more than one
    return { layer: several.get(pathOf(label)) === 1 ? pathOf(label) : label, gradNorms };
  });
}

/** `rnn l0_reverse`: the layer's path with the level and direction that its recurrent weight is named after. */
function labelOf(node: Node, names: ReadonlyMap<Tensor, string>): string {
  const path = node.scope?.owner.path ?? "";
  const weight = node.inputs.map((x) => names.get(x)).find((name) => name?.includes("weight_hh_"));
  return weight === undefined
    ? path
    : `${path} ${weight.slice(weight.lastIndexOf("weight_hh_") + "weight_hh_".length)}`;
}

function pathOf(label: string): string {
  return label.split(" ")[0];
}

/** ‖∂L/∂h_t‖ over the whole batch. */
function timestepNorm(output: Tensor, batch: number, time: number, hidden: number, t: number): number {
  const g = output.gradient().array;
  let squares = 0;
  for (let b = 0; b < batch; b++) {
    const start = (b * time + t) * hidden;
    for (let i = start; i < start + hidden; i++) squares += g[i] * g[i];
  }
  return Math.sqrt(squares);
}
