// The layers of two runs side by side: what their own parameters are, taken together.
import type { ParameterReport, StatisticsReport } from "../../protocol/events.ts";
import type { LayerNumbers, LayerPair } from "../../protocol/inspector/runs.ts";
import type { ModelInfo } from "../../protocol/model.ts";

/** In the order of the first run's model, then what only the second has. */
export function layerPairs(
  a: { readonly model: ModelInfo; readonly report: StatisticsReport },
  b: { readonly model: ModelInfo; readonly report: StatisticsReport },
): readonly LayerPair[] {
  const [left, right] = [layersOf(a.model, a.report), layersOf(b.model, b.report)];
  return [...new Set([...left.keys(), ...right.keys()])].map((layer) => ({
    layer,
    a: left.get(layer) ?? null,
    b: right.get(layer) ?? null,
  }));
}

function layersOf(model: ModelInfo, report: StatisticsReport): ReadonlyMap<string, LayerNumbers> {
  const reports = new Map(report.parameters.map((parameter) => [parameter.name, parameter]));
  const layers = new Map<string, ParameterReport[]>();
  for (const { name, layer } of model.parameters) {
    const parameter = reports.get(name);
    if (parameter !== undefined) layers.set(layer, [...(layers.get(layer) ?? []), parameter]);
  }
  return new Map([...layers].map(([layer, parameters]) => [layer, numbersOf(parameters)]));
}

function numbersOf(parameters: readonly ParameterReport[]): LayerNumbers {
  const gradients = parameters.flatMap(({ gradient }) => gradient ?? []);
  // A frozen parameter of a layer has no update, and no part in the ratio.
  const updated = parameters.filter(({ updateNorm }) => updateNorm !== null);
  const before = together(updated.map(({ weightNormBefore }) => weightNormBefore));
  const broken = gradients.some(({ nonFinite }) => nonFinite > 0);
  return {
    weightNorm: together(parameters.map(({ weightNormAfter, values }) => weightNormAfter ?? values.norm)),
    gradNorm: gradients.length === 0 ? null : broken ? Number.NaN : together(gradients.map(({ norm }) => norm)),
    updateRatio: before > 0 ? together(updated.map(({ updateNorm }) => updateNorm ?? 0)) / before : null,
  };
}

/** Norm of several tensors as one: √Σ‖w‖². */
function together(norms: readonly number[]): number {
  return Math.sqrt(norms.reduce((sum, norm) => sum + norm * norm, 0));
}
