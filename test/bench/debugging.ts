// What the debugger costs, on the char-RNN: runs in turns without and with it, and how long a step and a step back take.
// Usage: node --import tsx debugging.ts ROUNDS SECONDS_A_RUN. Prints one line of JSON. The client talks to a session in this
// process over streams; training runs in its worker, from the built dist/.
import { fileURLToPath } from "node:url";
import { WorkerRuntimes } from "../../src/adapter/runtime/workerRuntime.ts";
import { decodeEvent, forwardedEvent } from "../../src/protocol/wire.ts";
import { isEvent } from "../adapter/conformance.ts";
import { RawClient } from "../adapter/protocol/rawClient.ts";
import { type DebuggingCosts, medianOf, type RunCost, spreadOf } from "./report.ts";

const program = fileURLToPath(new URL("./models/char-rnn-adam.model.ts", import.meta.url));
/** `const [h] = this.rnn.forward(x)` */
const recurrentLine = 10;
const [rounds, seconds] = process.argv.slice(2).map(Number);
/** Steps that are measured, after as many others. */
const steps = 200;
const stepsBack = 30;

const runtimes = new WorkerRuntimes({ dist: fileURLToPath(new URL("../../dist", import.meta.url)) });

/** The three that are compared. */
const modes: Readonly<Record<"plain" | "debug" | "condition", () => Promise<RawClient>>> = {
  plain: () => begin({ noDebug: true }),
  debug: () => begin({}),
  condition: () => begin({}, "gradNorm > 1e9"),
};

const costs: Record<keyof typeof modes, RunCost[]> = { plain: [], debug: [], condition: [] };
const names = Object.keys(costs) as (keyof typeof modes)[];
for (let round = 0; round < rounds; round++) {
  // another one begins in every round
  for (const i of names.keys()) {
    const name = names[(i + round) % names.length];
    costs[name].push(await runCost(await modes[name]()));
  }
}
const iterationMs = medianOf(costs.plain.map(({ medianMs }) => medianMs));
const ratio = (name: "debug" | "condition", by: keyof RunCost) =>
  spreadOf(costs[name].map((cost, round) => cost[by] / costs.plain[round][by]));
const stepping = await steppingCosts();
const result: DebuggingCosts = {
  iterationMs,
  debug: { byMedianStep: ratio("debug", "medianMs"), byWallTime: ratio("debug", "meanMs") },
  condition: { byMedianStep: ratio("condition", "medianMs"), byWallTime: ratio("condition", "meanMs") },
  stepMs: spreadOf(stepping.steps),
  stepBackIterations: spreadOf(stepping.back.map((ms) => ms / iterationMs)),
};
console.log(JSON.stringify(result));
await runtimes.dispose();

async function begin(launch: object, condition?: string): Promise<RawClient> {
  const client = new RawClient(runtimes);
  await client.ask("initialize", { adapterID: "gradient-debugger" });
  await client.ask("launch", { program, seed: 1, threads: 1, __forwardEvents: true, ...launch });
  if (condition !== undefined) await setBreakpoint(client, [{ line: recurrentLine, condition }]);
  await client.ask("configurationDone");
  return client;
}

async function setBreakpoint(client: RawClient, breakpoints: readonly { line: number; condition?: string }[]) {
  const { breakpoints: placed } = await client.ask("setBreakpoints", { source: { path: program }, breakpoints });
  for (const { verified, message } of placed) if (!verified) throw new Error(message);
}

/** A third of the time warms up, the rest is measured. */
async function runCost(client: RawClient): Promise<RunCost> {
  const times: number[] = [];
  let [began, first, last] = [0, 0, 0];
  await new Promise<void>((resolve, reject) => {
    client.onMessage = (message) => {
      if (!isEvent(message)) return;
      if (message.event === "stopped" || message.event === "terminated") reject(new Error(JSON.stringify(message)));
      if (message.event !== forwardedEvent) return;
      const event = decodeEvent(message.body);
      if (event.type !== "iterations") return;
      const now = performance.now();
      began ||= now;
      if (first > 0) {
        for (const { milliseconds } of event.records) times.push(milliseconds);
        last = now;
      } else if (now > began + (1000 * seconds) / 3) first = now;
      if (first > 0 && now > first + 1000 * seconds) resolve();
    };
  });
  client.onMessage = null;
  await client.ask("disconnect");
  return { medianMs: medianOf(times), meanMs: (last - first) / times.length };
}

/** Milliseconds from the request to the event that says where it has stopped. */
async function steppingCosts(): Promise<{ readonly steps: number[]; readonly back: number[] }> {
  const client = await begin({ epochs: 1_000_000 });
  // some way into the run, as users are when they step
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const stopped = client.next("stopped");
  await setBreakpoint(client, [{ line: recurrentLine }]);
  await stopped;
  await setBreakpoint(client, []);
  const forth: number[] = [];
  const back: number[] = [];
  for (let i = 0; i < 2 * steps; i++) forth.push(await stepCost(client, "stepIn"));
  for (let i = 0; i < 2 * stepsBack; i++) back.push(await stepCost(client, "stepBack"));
  await client.ask("disconnect");
  return { steps: forth.slice(steps), back: back.slice(stepsBack) };
}

async function stepCost(client: RawClient, command: string): Promise<number> {
  const stopped = client.next("stopped");
  const began = performance.now();
  const answered = client.ask(command, { threadId: 1 });
  await stopped;
  const took = performance.now() - began;
  await answered;
  return took;
}
