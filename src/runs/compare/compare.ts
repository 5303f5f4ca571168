// Two kept runs beside each other: their set-up, their layers, and where they part.
import type { StatisticsReport } from "../../protocol/events.ts";
import type { RunComparison } from "../../protocol/inspector/runs.ts";
import type { LibraryRun } from "../library.ts";
import type { KeptRun } from "../run.ts";
import { layerPairs } from "./layers.ts";
import { layerParting, recordPartings, tolerance } from "./parting.ts";
import { setupDifferences } from "./setup.ts";

/** @param iteration which to show side by side; the last that both have where it is null or not one of them */
export function compareRuns(a: LibraryRun, b: LibraryRun, iteration: number | null): RunComparison {
  const common = commonIterations(a.run, b.run);
  const shown = iteration !== null && common.includes(iteration) ? iteration : (common.at(-1) ?? null);
  const { compared, parting, beyond } = recordPartings(a.run.iterations, b.run.iterations);
  const model = a.run.header?.model;
  return {
    a: a.summary,
    b: b.summary,
    setup: setupDifferences(a.run, b.run),
    common,
    iteration: shown,
    layers: shown === null ? [] : layersAt(a.run, b.run, shown),
    compared,
    parting,
    partingBeyond: beyond,
    tolerance,
    layerParting: model === undefined ? null : layerParting(a.run.statistics(), b.run.statistics(), model),
  };
}

function commonIterations(a: KeptRun, b: KeptRun): readonly number[] {
  const others = new Set(b.statisticsIterations);
  return a.statisticsIterations.filter((iteration) => others.has(iteration));
}

function layersAt(a: KeptRun, b: KeptRun, iteration: number): RunComparison["layers"] {
  const [left, right] = [reportAt(a, iteration), reportAt(b, iteration)];
  if (a.header === null || b.header === null || left === null || right === null) return [];
  return layerPairs({ model: a.header.model, report: left }, { model: b.header.model, report: right });
}

function reportAt(run: KeptRun, iteration: number): StatisticsReport | null {
  for (const report of run.statistics()) if (report.iteration === iteration) return report;
  return null;
}
