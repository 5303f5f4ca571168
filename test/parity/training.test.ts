// Agreement with PyTorch of every loss, optimizer and schedule (see recorders/recordTraining.py), in float32 and float64.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { optim } from "../../src/api.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { ReferenceKernels } from "../../src/engine/kernels/reference/reference.ts";
import { builtKernels } from "../engine/builtKernels.ts";
import {
  checkLoss,
  checkOptimizer,
  checkSchedule,
  type LossCase,
  lossModules,
  lossNames,
  type OptimizerRun,
  type OptimizerStart,
  optimizerNames,
  type ScheduleCase,
  type Type,
} from "./trainingChecks.ts";

function read<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", "training", `${name}.json`), "utf8"));
}

const losses = read<{ readonly cases: readonly LossCase[] }>("losses").cases;
const optimizers = read<OptimizerStart & { readonly runs: readonly OptimizerRun[] }>("optimizers");
const schedules = read<{ readonly cases: readonly ScheduleCase[] }>("schedules").cases;

function testAll(type: Type, kernels: () => Kernels, tolerance: number): void {
  for (const c of losses) {
    test(`F.${c.name} is PyTorch's in ${type}`, () => checkLoss(c, type, kernels(), tolerance));
    test(`nn, ${c.name} is PyTorch's in ${type}`, () =>
      checkLoss(c, type, kernels(), tolerance, (x, y, options) => new lossModules[c.loss](options).forward(x, y)));
  }
  for (const run of optimizers.runs) {
    test(`20 steps of ${run.name} lead to PyTorch's weights in ${type}`, () =>
      checkOptimizer(optimizers, run, type, kernels(), tolerance));
  }
}

describe("schedules", () => {
  for (const c of schedules) test(`20 steps of ${c.name} have PyTorch's learning rates`, () => checkSchedule(c));
});

test("the fixtures hold every loss, optimizer and schedule", () => {
  const used = (names: Iterable<string>) => [...new Set(names)].sort();
  assert.deepEqual(used(losses.map((c) => c.loss)), Object.keys(lossNames).sort());
  assert.deepEqual(used(optimizers.runs.map((r) => r.optimizer)), Object.keys(optimizerNames).sort());
  assert.deepEqual(used(schedules.map((c) => c.schedule)), Object.keys(optim.schedules).sort());
});

describe("float64", () => testAll("float64", () => new ReferenceKernels(), 1e-9));
for (const { name, kernels } of builtKernels()) describe(name, () => testAll("float32", kernels, 1e-4));
