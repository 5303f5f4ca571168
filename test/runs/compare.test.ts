// Two runs beside each other: what they were set up with, their layers, and the first iteration and layer where they part.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StatisticsReport } from "../../src/protocol/events.ts";
import type { RunComparison } from "../../src/protocol/inspector/runs.ts";
import type { ModelInfo } from "../../src/protocol/model.ts";
import { compareRuns } from "../../src/runs/compare/compare.ts";
import { isBeyond } from "../../src/runs/compare/parting.ts";
import type { RunHeader, RunRecord } from "../../src/runs/file/record.ts";
import { noLabel } from "../../src/runs/label.ts";
import type { LibraryRun } from "../../src/runs/library.ts";
import { KeptRun } from "../../src/runs/run.ts";
import { summaryOf } from "../../src/runs/summary.ts";
import { columns, fileOf, header, model, parameterReport, record, report, statistics } from "./samples.ts";

interface Made {
  readonly header?: Partial<RunHeader>;
  readonly model?: Partial<ModelInfo>;
  readonly losses?: readonly number[];
  readonly reports?: readonly StatisticsReport[];
}

function made(id: string, { header: other, model: otherModel, losses = [], reports = [] }: Made): LibraryRun {
  const records: RunRecord[] = [
    { kind: "header", header: { ...header, ...other, model: { ...model, ...otherModel } } },
    columns(...losses.map((loss, i) => record(i + 1, loss))),
    ...reports.map((each): RunRecord => ({ kind: "statistics", report: each })),
  ];
  const run = new KeptRun(id, fileOf(records));
  return { run, summary: summaryOf(run, { label: noLabel, written: false, created: 0 }) };
}

function compare(a: Made, b: Made, iteration: number | null = null): RunComparison {
  return compareRuns(made("a", a), made("b", b), iteration);
}

test("equal runs differ in nothing and part nowhere", () => {
  const both: Made = { losses: [3, 2, Number.NaN], reports: [report(1), report(2)] };
  const { setup, parting, partingBeyond, layerParting, compared, common, iteration } = compare(both, both);
  assert.deepEqual(
    { setup, parting, partingBeyond, layerParting, compared, common, iteration },
    {
      ...{ setup: [], parting: null, partingBeyond: null, layerParting: null },
      ...{ compared: 3, common: [1, 2], iteration: 2 },
    },
  );
});

test("the set-up names what differs, with both values", () => {
  const { setup } = compare(
    { losses: [1] },
    {
      header: { source: "beef123456", debug: true },
      model: {
        seed: 8,
        optimizer: "adam",
        layers: [...model.layers, { path: "extra", type: "ReLU", source: null, recurrent: false }],
        parameters: model.parameters.map((p) => (p.name === "hidden.bias" ? { ...p, trainable: false } : p)),
      },
      losses: [1],
    },
  );
  assert.deepEqual(setup, [
    { what: "seed", a: "7", b: "8" },
    { what: "optimizer", a: "sgd", b: "adam" },
    { what: "started with", a: "Train Model", b: "Debug Training" },
    { what: "text of the model file", a: "version 00ff", b: "version beef123" },
    { what: "extra", a: "none", b: "ReLU" },
    { what: "hidden.bias", a: "[3]", b: "[3], frozen" },
  ]);
});

test("the loss parts in its last bit, and later by more than one in a hundred", () => {
  const { parting, partingBeyond } = compare(
    { losses: [3, 2, 1, 0.5] },
    { losses: [3, 2 + Number.EPSILON * 2, 1.01, 0.49] },
  );
  assert.deepEqual(parting, { iteration: 2, quantity: "loss", a: 2, b: 2 + Number.EPSILON * 2 });
  // 1.01 - 1 is 0.0099 of 1.01; 0.01 is 0.02 of 0.5
  assert.deepEqual(partingBeyond, { iteration: 4, quantity: "loss", a: 0.5, b: 0.49 });
});

test("a number that is none is beyond one that is, and not beyond another", () => {
  assert.equal(isBeyond(Number.NaN, 1), true);
  assert.equal(isBeyond(Number.NaN, Number.NaN), false);
  assert.equal(isBeyond(Number.POSITIVE_INFINITY, 1), true);
  assert.equal(isBeyond(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY), false);
  assert.equal(isBeyond(0, -0), false);
  assert.equal(isBeyond(0, 1e-9), true);
});

test("only iterations that both runs kept are compared", () => {
  const { compared, parting } = compare({ losses: [1, 2] }, { losses: [1, 2, 3] });
  assert.equal(compared, 2);
  assert.equal(parting, null);
  const { common, iteration, layers, layerParting } = compare(
    { losses: [1], reports: [report(1), report(3)] },
    { losses: [1], reports: [report(2), report(4, () => 5)] },
  );
  assert.deepEqual(
    { common, iteration, layers, layerParting },
    { common: [], iteration: null, layers: [], layerParting: null },
  );
});

test("the layer that parts first is named, with the stage of the iteration and the last one that was the same", () => {
  const other = report(4);
  const changed = {
    ...other,
    parameters: other.parameters.map((each) =>
      each.name === "hidden.bias"
        ? { ...each, gradient: statistics(9), values: statistics(9) }
        : each.name === "output.weight"
          ? { ...each, values: statistics(9) }
          : each,
    ),
  };
  const { layerParting } = compare({ reports: [report(1), report(2), report(4)] }, { reports: [report(2), changed] });
  assert.deepEqual(layerParting, {
    ...{ iteration: 4, sameAt: 2, stage: "gradients", parameter: "hidden.bias", layer: "hidden" },
    ...{ differing: 1, compared: 3 },
  });
});

test("runs of different seeds part with the weights before the first update", () => {
  const { layerParting } = compare({ reports: [report(1)] }, { reports: [report(1, () => 5)] });
  assert.deepEqual(layerParting, {
    ...{ iteration: 1, sameAt: null, stage: "weights before the update", parameter: "hidden.weight" },
    ...{ layer: "hidden", differing: 3, compared: 3 },
  });
});

test("layers stand side by side with their parameters taken together, at the iteration that was asked for", () => {
  const sizes: Readonly<Record<string, number>> = { "hidden.weight": 3, "hidden.bias": 4, "output.weight": 12 };
  const first = report(1, (name) => sizes[name]);
  const frozen = {
    ...report(1),
    parameters: [
      { ...parameterReport("hidden.weight", 6), gradient: null, updateNorm: null, updateRatio: null },
      { ...parameterReport("output.weight", 6), gradient: statistics(1, 2) },
    ],
  };
  const { layers, iteration } = compare(
    { reports: [first, report(2)] },
    {
      reports: [frozen, report(2)],
      model: { parameters: model.parameters.filter(({ name }) => name !== "hidden.bias") },
    },
    1,
  );
  assert.equal(iteration, 1);
  // √(3² + 4²) = 5; gradients half of it; every update is a thousandth
  const [hidden, output] = layers;
  assert.equal(hidden.layer, "hidden");
  assert.deepEqual([hidden.a?.weightNorm, hidden.a?.gradNorm], [5, 2.5]);
  assert.ok(Math.abs((hidden.a?.updateRatio ?? 0) - 0.001) < 1e-12);
  assert.deepEqual(hidden.b, { weightNorm: 6, gradNorm: null, updateRatio: null });
  assert.equal(output.a?.weightNorm, 12);
  assert.deepEqual(output.b?.gradNorm, Number.NaN);
});
