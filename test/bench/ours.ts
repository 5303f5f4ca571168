// One workload in our own engine, as "Train Model" runs it: bundled model file, worker, records and statistics.
// Usage: node --import tsx ours.ts WORKLOAD SECONDS WARM_UP_STEPS LEAST_STEPS THREADS. Prints one line of JSON.
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { WorkerRuntimes } from "../../src/adapter/runtime/workerRuntime.ts";
import type { IterationRecord } from "../../src/protocol/events.ts";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const [workload, ...numbers] = process.argv.slice(2);
const [seconds, warmUp, least, threads] = numbers.map(Number);
const runtimes = new WorkerRuntimes({ dist: here("../../dist") });
const bundle = await runtimes.bundle(here(`./models/${workload}.model.ts`));
if (!bundle.ok) throw new Error(bundle.errors.map((error) => error.message).join("\n"));

const relaxedSimd = await workerHasRelaxedSimd();
const launch = { stopOnEntry: false, debug: false, seed: 1, epochs: null, threads, breakpoints: [] };
const run = runtimes.start(bundle.model, launch);
const times: number[] = [];
/** Wall time of the first and the last record that counts: statistics, messages and loading of batches are in between. */
let first = 0;
let last = 0;
await new Promise<void>((resolve, reject) => {
  let began = 0;
  let steps = 0;
  run.onEvent((event) => {
    const now = performance.now();
    if (event.type === "failed") reject(new Error(event.error.message));
    if (event.type === "finished") reject(new Error(`the training ended after ${event.iterations} iterations`));
    if (event.type !== "iterations") return;
    began ||= now;
    steps += event.records.length;
    if (first > 0) count(event.records, now);
    // the same warm-up as the other contenders'
    else if (steps >= warmUp && now > began + (seconds * 1000) / 3) first = now;
    if (times.length >= least && now > first + seconds * 1000) resolve();
  });
});
await runtimes.dispose();

times.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    engine: "gradient-debugger",
    workload,
    medianMs: times[times.length >> 1],
    meanMs: (last - first) / times.length,
    steps: times.length,
    details: { relaxedSimd, threads },
  }),
);

function count(records: readonly IterationRecord[], now: number): void {
  for (const record of records) times.push(record.milliseconds);
  last = now;
}

/** What the kernels ask before they choose between their two modules, asked in a thread such as theirs. */
function workerHasRelaxedSimd(): Promise<boolean> {
  const program = `
    const { parentPort, workerData } = require("node:worker_threads");
    parentPort.postMessage(WebAssembly.validate(require("node:fs").readFileSync(workerData)));`;
  return new Promise((resolve, reject) => {
    new Worker(program, { eval: true, execArgv: [], workerData: here("../../dist/kernels.relaxed.wasm") })
      .once("message", resolve)
      .once("error", reject);
  });
}
