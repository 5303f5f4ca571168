// Live parity: PyTorch and ours at freshly drawn configurations. node --import tsx test/parity/live.ts [--seed N] [--rounds N] [--require]
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { ReferenceKernels } from "../../src/engine/kernels/reference/reference.ts";
import { Random } from "../../src/engine/random.ts";
import { builtKernels } from "../engine/builtKernels.ts";
import { checkLayer } from "./layerChecks.ts";
import { type LayerConfiguration, layerDeck } from "./layerConfigurations.ts";
import type { LayerCase } from "./layerFixtures.ts";
import {
  checkLoss,
  checkOptimizer,
  checkSchedule,
  type LossCase,
  type OptimizerRun,
  type OptimizerStart,
  type ScheduleCase,
  type Type,
} from "./trainingChecks.ts";
import { type TrainingConfiguration, trainingDeck } from "./trainingConfigurations.ts";

/** What one kind of configuration is measured as. */
interface Cases {
  readonly layer: LayerCase;
  readonly loss: LossCase;
  readonly optimizer: { readonly start: OptimizerStart; readonly run: OptimizerRun };
  readonly schedule: ScheduleCase;
}
type Configuration = LayerConfiguration | TrainingConfiguration;
type Measured = { [K in keyof Cases]: { readonly kind: K; readonly case: Cases[K] } }[keyof Cases];

/** What recordLive.py says of one configuration. */
interface Answer {
  /** How often the numbers were drawn again, because PyTorch's own two types disagreed at them. */
  readonly redrawn: number;
  /** Null when they disagreed every time. */
  readonly measured: Measured | null;
  readonly disagreement?: string;
}

interface KernelSet {
  readonly name: string;
  readonly type: Type;
  readonly tolerance: number;
  readonly kernels: () => Kernels;
}

const { values: given } = parseArgs({
  options: { seed: { type: "string" }, rounds: { type: "string" }, require: { type: "boolean" } },
});
process.exitCode = main();

function main(): number {
  const first = wholeOption("seed", Date.now() % 1_000_000, 0);
  const rounds = wholeOption("rounds", 1, 1);
  const python = ["python3", "/usr/bin/python3"].find((p) => spawnSync(p, ["-c", "import torch"]).status === 0);
  if (python === undefined) {
    console.log("PyTorch is not installed (Debian: apt-get install python3-torch), so nothing was compared.");
    return given.require || process.env.CI === "true" ? 1 : 0;
  }
  const sets: KernelSet[] = [
    { name: "reference", type: "float64", tolerance: 1e-9, kernels: () => new ReferenceKernels() },
    ...builtKernels().map((set) => ({ ...set, type: "float32" as const, tolerance: 1e-4 })),
  ];
  let [passed, failed] = [0, 0];
  for (let seed = first; seed < first + rounds; seed++) {
    const configurations = draw(seed);
    const { torch, answers } = ask(python, configurations, seed);
    const redrawn = answers.reduce((n, a) => n + a.redrawn, 0);
    console.log(
      `seed ${seed}: ${configurations.length} configurations, PyTorch ${torch}, ${sets.map((s) => `${s.type} ${s.name}`).join(", ")}; ${redrawn} draws at which PyTorch's own types disagree were replaced`,
    );
    configurations.forEach((configuration, i) => {
      const problems = compare(answers[i], sets);
      if (problems.length === 0) passed++;
      else failed++;
      for (const problem of problems)
        console.log(`FAILED, seed ${seed}, configuration ${i} ${JSON.stringify(configuration)}\n  ${problem}`);
    });
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

function wholeOption(name: "seed" | "rounds", otherwise: number, least: number): number {
  const value = given[name] === undefined ? otherwise : Number(given[name]);
  if (!Number.isInteger(value) || value < least)
    throw new Error(`--${name} must be a whole number of at least ${least}, but it is ${given[name]}`);
  return value;
}

function draw(seed: number): Configuration[] {
  const random = new Random(seed);
  const layers = layerDeck.flatMap(([count, draw]) => Array.from({ length: count }, () => draw(random)));
  return [...layers, ...trainingDeck.map((draw) => draw(random))];
}

function ask(
  python: string,
  configurations: readonly Configuration[],
  seed: number,
): { readonly torch: string; readonly answers: readonly Answer[] } {
  // far apart, since numbers that are drawn again take the next seed
  const input = JSON.stringify(configurations.map((c, i) => ({ ...c, seed: seed * 100_000 + i * 1000 })));
  const script = join(import.meta.dirname, "recorders", "recordLive.py");
  const run = spawnSync(python, ["-B", script], { input, encoding: "utf8", maxBuffer: 2 ** 30 });
  if (run.status !== 0) throw new Error(`seed ${seed}: ${script} failed\n${run.stderr}`, { cause: run.error });
  const [head, ...lines] = run.stdout.trim().split("\n");
  assert.equal(lines.length, configurations.length);
  const { torch }: { torch: string } = JSON.parse(head);
  return { torch, answers: lines.map((line): Answer => JSON.parse(line)) };
}

/** A line for each kernel set that disagrees. */
function compare({ measured, redrawn, disagreement }: Answer, sets: readonly KernelSet[]): string[] {
  if (measured === null) return [`at ${redrawn} draws PyTorch's own float32 and float64 disagree: ${disagreement}`];
  return sets.flatMap((set) => {
    try {
      check(measured, set);
      return [];
    } catch (error) {
      return [`${set.type}, ${set.name}: ${error instanceof Error ? error.message : error}`];
    }
  });
}

function check(measured: Measured, { type, tolerance, kernels }: KernelSet): void {
  switch (measured.kind) {
    case "layer":
      checkLayer(measured.case, type, kernels(), tolerance);
      break;
    case "loss":
      checkLoss(measured.case, type, kernels(), tolerance);
      break;
    case "optimizer":
      checkOptimizer(measured.case.start, measured.case.run, type, kernels(), tolerance);
      break;
    case "schedule":
      checkSchedule(measured.case);
  }
}
