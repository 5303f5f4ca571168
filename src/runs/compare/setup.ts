// What two runs were set up with differently, in words.
import { basename } from "node:path";
import type { RunComparison } from "../../protocol/inspector/runs.ts";
import type { ModelInfo } from "../../protocol/model.ts";
import type { RunHeader } from "../file/record.ts";
import type { KeptRun } from "../run.ts";

type Differences = RunComparison["setup"];
type Describe = (header: RunHeader, run: KeptRun) => string;

const aspects: Readonly<Record<string, Describe>> = {
  model: ({ model }) => model.name,
  "model file": ({ model }) => basename(model.file),
  seed: ({ model }) => String(model.seed),
  data: ({ model }) => model.data ?? "",
  optimizer: ({ model }) => model.optimizer,
  "learning rate at the start": (_, run) => String(run.iterations[0]?.learningRate ?? ""),
  epochs: ({ model }) => String(model.epochs),
  "iterations per epoch": ({ model }) => String(model.iterationsPerEpoch),
  parameters: ({ model }) => model.parameterCount.toLocaleString("en"),
  "started with": ({ debug }) => (debug ? "Debug Training" : "Train Model"),
  version: ({ writer }) => writer.version,
};

export function setupDifferences(a: KeptRun, b: KeptRun): Differences {
  const [left, right] = [a.header, b.header];
  if (left === null || right === null) return [];
  const told = Object.entries(aspects)
    .map(([what, describe]) => ({ what, a: describe(left, a), b: describe(right, b) }))
    .filter((each) => each.a !== each.b);
  return [...told, ...sourceDifference(left, right), ...layerDifferences(left.model, right.model)];
}

/** The text of the model file itself cannot be shown: only its checksum is kept. */
function sourceDifference(a: RunHeader, b: RunHeader): Differences {
  if (a.source === b.source || a.source === "" || b.source === "" || a.model.file !== b.model.file) return [];
  return [
    { what: "text of the model file", a: `version ${a.source.slice(0, 7)}`, b: `version ${b.source.slice(0, 7)}` },
  ];
}

/** Layers by their type, parameters by their shape and whether they are trained. */
function layerDifferences(a: ModelInfo, b: ModelInfo): Differences {
  return [
    ...differing(named(a.layers, typeOf), named(b.layers, typeOf)).filter(({ what }) => what !== ""),
    ...differing(named(a.parameters, shapeOf), named(b.parameters, shapeOf)),
  ];
}

type Part = ModelInfo["layers"][number] | ModelInfo["parameters"][number];

function typeOf({ path, type }: ModelInfo["layers"][number]): readonly [string, string] {
  return [path, type];
}

function shapeOf({ name, shape, trainable }: ModelInfo["parameters"][number]): readonly [string, string] {
  return [name, `[${shape.join(", ")}]${trainable ? "" : ", frozen"}`];
}

function named<T extends Part>(
  parts: readonly T[],
  entry: (part: T) => readonly [string, string],
): ReadonlyMap<string, string> {
  return new Map(parts.map(entry));
}

function differing(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): Differences {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((what) => a.get(what) !== b.get(what))
    .map((what) => ({ what, a: a.get(what) ?? "none", b: b.get(what) ?? "none" }));
}
