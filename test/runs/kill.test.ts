// Real processes that keep runs are killed at random moments, 50 times: every earlier run opens, and the killed one up to its
// last whole record.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { magic } from "../../src/runs/file/format.ts";
import { runFile, runIds } from "../../src/runs/folder.ts";
import { RunLibrary } from "../../src/runs/library.ts";
import { KeptRun } from "../../src/runs/run.ts";
import { stateOf } from "../../src/runs/state.ts";
import { record, temporary } from "./samples.ts";

const kills = 50;
/** Processes at a time, and how long one lives at most, in milliseconds. */
const width = 4;
const longest = 2000;

test(`after ${kills} kills every run opens up to its last whole record`, { timeout: 240_000 }, async (context) => {
  const base = temporary(context);
  const folder = join(base, "runs");
  const program = join(base, "killed.cjs");
  const entry = join(import.meta.dirname, "killed.ts");
  await build({ entryPoints: [entry], outfile: program, bundle: true, platform: "node", format: "cjs" });
  const library = new RunLibrary(folder, () => false);
  const dead = new Set<string>();
  let next = 0;
  const lane = async () => {
    while (next < kills) {
      // One moment in each part of the longest life, so that beginnings, middles and ends are all hit.
      const moment = ((next++ + Math.random()) / kills) * longest;
      for (const id of await killAfter(program, folder, moment)) dead.add(id);
      // Others are being written at this very moment.
      const earlier = (await library.list()).filter(({ id }) => dead.has(id));
      for (const { id, model } of earlier) assert.ok(model === "TinyMLP" || isHeadless(folder, id), id);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));

  const runs = (await runIds(folder)).map((id) => checkRun(folder, id));
  assert.ok(runs.length >= kills / 4, `${runs.length} runs were begun`);
  assert.ok(runs.some(({ iterations }) => iterations.length > 100));
  assert.ok(runs.some(({ end }) => end === null));
  assert.ok(dead.size >= kills / 4, `${dead.size} runs were looked at while others were written`);
  context.diagnostic(`${runs.length} runs, ${runs.filter(({ broken }) => broken !== null).length} with a torn record`);
});

/** Ids of the runs that the process told of before it was killed. */
async function killAfter(program: string, folder: string, milliseconds: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [program, folder], { stdio: ["ignore", "pipe", "pipe"] });
  let [complaint, told] = ["", ""];
  child.stdout.on("data", (text) => {
    told += text;
  });
  child.stderr.on("data", (text) => {
    complaint += text;
  });
  await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  await new Promise((done) => setTimeout(done, milliseconds));
  const exit = once(child, "exit");
  assert.equal(child.exitCode, null, `it ended by itself: ${complaint}`);
  child.kill("SIGKILL");
  const [, signal] = await exit;
  assert.equal(signal, "SIGKILL");
  return told.split("\n").filter((line) => line !== "" && line !== "ready");
}

/** Killed before the header of its run was whole: there is nothing else in the file then. */
function isHeadless(folder: string, id: string): boolean {
  return wholeFrames(readFileSync(runFile(folder, id))).count === 0;
}

/** Everything that is whole is read, and nothing that was not written. */
function checkRun(folder: string, id: string): KeptRun {
  const bytes = readFileSync(runFile(folder, id));
  const { count, end } = wholeFrames(bytes);
  const run = new KeptRun(id, bytes);
  assert.equal(run.broken === null, end === bytes.length && count > 0, `${id}: ${run.broken}`);
  assert.deepEqual(
    run.iterations,
    run.iterations.map((_, i) => record(i + 1)),
    "iterations without a gap, each as it was",
  );
  const summary = { id, name: id, started: 0 };
  if (run.header !== null) assert.equal(stateFrom(run, summary.name).iterations.length, run.iterations.length);
  for (const { iteration, parameters } of run.statistics()) {
    assert.equal(parameters[99].weightNormBefore, iteration + 0.099);
  }
  return run;
}

function stateFrom(run: KeptRun, name: string) {
  const summary = { ...{ id: run.id, name, tags: [], model: "", file: "", data: "", optimizer: "", seed: 0 } };
  const rest = { learningRate: null, started: 0, iterations: 0, loss: null, validationLoss: null, notice: null };
  return stateOf({ run, summary: { ...summary, ...rest, state: "interrupted" } });
}

/** Counts the frames by their lengths alone, independently of the reader. */
function wholeFrames(bytes: Buffer): { readonly count: number; readonly end: number } {
  let [count, end] = [0, Math.min(bytes.length, magic.length)];
  while (end + 8 <= bytes.length && end + 8 + bytes.readUInt32LE(end) <= bytes.length) {
    end += 8 + bytes.readUInt32LE(end);
    count += 1;
  }
  return { count, end };
}
