// `npm run bench`: our training step against PyTorch's and TensorFlow.js's, process by process in turns, then how ours grows
// with its sizes. Prints tables; a run of everything is written to results.json beside this file.
// A shared machine's speed wanders, so what counts is the ratio of processes that ran one after the other.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Contender, type ContenderName, contendersOf, relaxedSimdOptions, type Timing } from "./contenders.ts";
import {
  type DebuggingCosts,
  type InspectorCosts,
  printDebugging,
  printInspector,
  printScaling,
  printSummary,
  type Result,
  type Round,
  type Series,
  summaryOf,
} from "./report.ts";
import { type Workload, workloads } from "./workloads.ts";

const resultsFile = fileURLToPath(new URL("results.json", import.meta.url));
const peers = ["ours", "torch", "tfjs"];
const usage = `usage: npm run bench -- [options]
  --workloads a,b   of ${workloads.map(({ name }) => name).join(",")}
  --peers a,b       of ${peers.join(",")}
  --rounds N        default 3
  --seconds S       measured time of a process, default 2
  --scaling         only how our step grows with its sizes
  --debugging       only what the debugger costs
  --inspector       only what the inspector costs
  --out FILE        where the figures go; default: results.json beside the script when everything ran, else nowhere`;

const options = parse();
const load = loadavg()[0];
if (load > 0.5) console.log(`the machine is busy (load ${load.toFixed(1)}): trust no figure of this run`);
const results = options.workloads.map((workload) => ({ workload, rounds: [] as Round[] }));
const contenders = results.length > 0 ? contendersOf(options.peers) : [];
for (let round = 0; round < options.rounds; round++) {
  for (const { workload, rounds } of results) rounds.push(runRound(workload, round));
}
const summary = results.map(summaryOf);
if (results.length > 0) printSummary(summary);
const torch = firstTiming(results, "torch")?.details;
if (torch?.referenceBlas === true) {
  console.log(
    `PyTorch computes with the reference BLAS (${torch.blas}, ${torch.gemmGflops} GFLOP/s): beating it means`,
  );
  console.log("nothing. Install an optimised one (Debian: libopenblas0-pthread) and measure again.");
} else if (torch !== undefined) {
  console.log(`PyTorch's BLAS: ${torch.blas}, ${torch.gemmGflops} GFLOP/s at 256³, one thread`);
}
const relaxedSimd = firstTiming(results, "ours")?.details.relaxedSimd;
if (relaxedSimd !== undefined) console.log(`ours: ${relaxedSimd ? "relaxed" : "plain"} SIMD, Node ${process.version}`);
const scaling = options.scaling ? measureScaling() : [];
printScaling(scaling);
const debugging = options.debugging ? measureDebugging() : null;
if (debugging !== null) printDebugging(debugging);
const inspector = options.inspector ? measureInspector() : null;
if (inspector !== null) printInspector(inspector);
if (options.out !== null) write(options.out, everything());
// alone it takes its own place among the figures of the others
else if (inspector !== null) write(resultsFile, { ...JSON.parse(readFileSync(resultsFile, "utf8")), inspector });
if (results.some(({ rounds }) => rounds.some((round) => Object.values(round).includes(null)))) process.exitCode = 1;

function parse() {
  try {
    const { values } = parseArgs({
      options: {
        workloads: { type: "string" },
        peers: { type: "string" },
        rounds: { type: "string", default: "3" },
        seconds: { type: "string", default: "2" },
        scaling: { type: "boolean", default: false },
        debugging: { type: "boolean", default: false },
        inspector: { type: "boolean", default: false },
        out: { type: "string" },
      },
    });
    const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
    if (!(Number.isInteger(rounds) && rounds >= 1)) throw new Error(`--rounds is ${values.rounds}`);
    if (!(seconds > 0)) throw new Error(`--seconds is ${values.seconds}`);
    const names = workloads.map(({ name }) => name);
    const only = values.scaling || values.debugging || values.inspector;
    const chosen = only ? [] : choose("--workloads", values.workloads, names);
    const all = !only && values.workloads === undefined && values.peers === undefined;
    return {
      workloads: workloads.filter(({ name }) => chosen.includes(name)),
      peers: choose("--peers", values.peers, peers),
      rounds,
      seconds,
      scaling: values.scaling || all,
      debugging: values.debugging || all,
      inspector: values.inspector || all,
      out: values.out ?? (all ? resultsFile : null),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}

/** @throws Error naming the first one that is not there */
function choose(option: string, given: string | undefined, known: readonly string[]): readonly string[] {
  const chosen = given?.split(",") ?? known;
  const unknown = chosen.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`${option}: there is no "${unknown}", only ${known.join(", ")}`);
  return chosen;
}

/** Each contender once; another one begins in every round. */
function runRound(workload: Workload, round: number): Round {
  const taking = contenders.filter((contender) => contender.takes(workload));
  const first = round % Math.max(1, taking.length);
  const order = [...taking.slice(first), ...taking.slice(0, first)];
  return Object.fromEntries(order.map((contender) => [contender.name, runOne(contender, workload)]));
}

/** One failure leaves a gap in the table and an exit code of 1, but not an hour's other figures in the dust. */
function runOne(contender: Contender, workload: Workload): Timing | null {
  try {
    const timing = contender.run(workload, options.seconds);
    console.log(`${workload.name}  ${contender.name}  ${timing.medianMs.toPrecision(4)} ms  (${timing.steps} steps)`);
    return timing;
  } catch (error) {
    console.error(`${workload.name}  ${contender.name}  ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

function firstTiming(all: readonly Result[], name: ContenderName): Timing | undefined {
  return all.flatMap(({ rounds }) => rounds.flatMap((round) => round[name] ?? []))[0];
}

function measureScaling(): readonly Series[] {
  console.log("\nhow our step grows …");
  const script = fileURLToPath(new URL("scaling.ts", import.meta.url));
  const args = [...relaxedSimdOptions(), "--import", "tsx", script, String(options.seconds / 5)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));
}

function measureDebugging(): DebuggingCosts {
  console.log("\nwhat the debugger costs …");
  const script = fileURLToPath(new URL("debugging.ts", import.meta.url));
  const args = [...relaxedSimdOptions(), "--import", "tsx", script, String(options.rounds), String(options.seconds)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));
}

function measureInspector(): InspectorCosts {
  console.log("\nwhat the inspector costs …");
  const script = fileURLToPath(new URL("inspector/measure.ts", import.meta.url));
  const args = [...relaxedSimdOptions(), "--import", "tsx", script, String(options.seconds)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));
}

function write(file: string, figures: object): void {
  writeFileSync(file, `${JSON.stringify(figures, fiveDigits, 2)}\n`);
}

/** More are noise. */
function fiveDigits(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(5)) : value;
}

function everything() {
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryGB: Math.round(totalmem() / 1e9),
      platform: `${process.platform} ${process.arch}`,
      node: process.version,
      /** Of the minute before; another process that computes makes every figure doubtful. */
      loadBefore: load,
    },
    relaxedSimd,
    blas: torch && { library: torch.blas, gemmGflops: torch.gemmGflops, reference: torch.referenceBlas },
    rounds: options.rounds,
    seconds: options.seconds,
    summary,
    results: results.map(({ workload, rounds }) => ({ workload: workload.name, rounds })),
    scaling,
    debugging,
    inspector,
  };
}
