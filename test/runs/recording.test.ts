// A run on its way to the disk: what is kept of it, what a reader sees, and what happens when the disk does not take it.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { RuntimeEvent } from "../../src/protocol/events.ts";
import type { FlowGraph, FlowNode, FlowValues } from "../../src/protocol/inspector/flow.ts";
import type { Position } from "../../src/protocol/position.ts";
import { runFile } from "../../src/runs/folder.ts";
import { RunLibrary } from "../../src/runs/library.ts";
import { Recorder } from "../../src/runs/recording/recorder.ts";
import { Recording } from "../../src/runs/recording/recording.ts";
import { KeptRun } from "../../src/runs/run.ts";
import { stateOf } from "../../src/runs/state.ts";
import { header, iterations, model, record, report, temporary } from "./samples.ts";

const finished: RuntimeEvent = { type: "finished", reason: "completed", iterations: 4, seconds: 2, loss: 0.25 };

async function kept(context: TestContext, events: readonly RuntimeEvent[], bytes = 1e9): Promise<KeptRun> {
  const file = join(temporary(context), "run");
  const onError = (error: Error) => assert.fail(error);
  const recorder = new Recorder({ file, header, bytes, onError });
  for (const event of events) recorder.accept(event);
  await recorder.close();
  return new KeptRun("run", readFileSync(file));
}

test("iterations, statistics, validation and the end are there again, bit for bit", async (context) => {
  const loss = 0.1 + 0.2;
  const run = await kept(context, [
    { type: "iterations", records: [record(1, loss), record(2, Number.NaN)] },
    { type: "statistics", report: report(1) },
    iterations(3, 4),
    { type: "validation", epoch: 1, iteration: 4, loss: 0.75, accuracy: null },
    finished,
  ]);
  assert.equal(run.broken, null);
  assert.deepEqual(run.header, header);
  assert.deepEqual(run.iterations, [record(1, loss), record(2, Number.NaN), record(3), record(4)]);
  assert.deepEqual([...run.statistics()], [report(1)]);
  assert.deepEqual(run.validations, [{ type: "validation", epoch: 1, iteration: 4, loss: 0.75, accuracy: null }]);
  assert.equal(run.end?.reason, "completed");
  assert.equal(run.end?.seconds, 2);
});

test("what was reported of iterations that the run has gone back from is not read again", async (context) => {
  const run = await kept(context, [
    iterations(1, 2, 3, 4),
    { type: "statistics", report: report(2) },
    { type: "statistics", report: report(4) },
    { type: "validation", epoch: 1, iteration: 4, loss: 1, accuracy: 1 },
    { type: "rewound", iteration: 2 },
    { type: "iterations", records: [record(3, 9)] },
    { type: "statistics", report: report(3) },
    { type: "rewound", iteration: 2 },
    { type: "iterations", records: [record(3, 8)] },
  ]);
  assert.deepEqual(run.iterations, [record(1), record(2), record(3, 8)]);
  assert.deepEqual(
    [...run.statistics()].map(({ iteration }) => iteration),
    [2],
  );
  assert.deepEqual(run.validations, []);
  assert.deepEqual(
    run.marks.map(({ kind, iteration }) => [kind, iteration]),
    [["branch", 3]],
  );
  assert.equal(run.end, null);
});

test("a step leaves no mark, a breakpoint does, and so does a number that stops being finite", async (context) => {
  const position: Position = {
    epoch: 1,
    iteration: 2,
    event: 5,
    kind: "operation",
    phase: "backward",
    layer: "hidden",
    layerType: "Linear",
    operation: "linear",
    timestep: null,
    parameter: "",
    source: null,
  };
  const stop = (reason: "step" | "breakpoint") =>
    ({ type: "stopped", reason, position, text: "Paused on breakpoint", breakpoints: [] }) as const;
  const run = await kept(context, [
    stop("step"),
    stop("breakpoint"),
    { type: "notFinite", iteration: 3, what: "loss" },
  ]);
  assert.deepEqual(
    run.marks.map(({ kind, iteration }) => [kind, iteration]),
    [
      ["breakpoint", 2],
      ["finding", 3],
    ],
  );
});

test("the user's own tensors are not kept, nor is a report that is half done", async (context) => {
  const variable = { ...report(1).parameters[0], shape: [1], file: "a.ts", line: 1 };
  const run = await kept(context, [
    { type: "statistics", report: { ...report(1), variables: [variable] } },
    { type: "statistics", report: { ...report(2), complete: false } },
  ]);
  assert.deepEqual([...run.statistics()], [report(1)]);
});

const node: FlowNode = {
  key: "a",
  kind: "layer",
  group: -1,
  layer: "hidden",
  title: "Linear",
  times: 1,
  call: 1,
  calls: 1,
  timesteps: 0,
  frozen: "no",
  loss: false,
  shape: [4, 3],
  source: null,
};
const edge = { from: 0, to: 1, shape: [4, 3], whole: false, loop: false };

test("the network as it ran is kept, with the numbers of the end; a graph that cannot be is not believed", async (context) => {
  const graph = (id: number, to = 1): FlowGraph => ({
    ...{ id, nodes: [node, { ...node, key: "b" }], groups: [], edges: [{ ...edge, to }] },
  });
  const values: FlowValues = {
    ...{ graph: 2, iteration: 3, values: [0.5], gradients: [null], current: [], currentGroup: -1, chains: [] },
    forward: ["done", "done"],
    backward: ["none", "never"],
  };
  const begun: RuntimeEvent[] = [{ type: "flow", graph: graph(1) }];
  assert.deepEqual((await kept(context, begun)).flow, { graph: graph(1), values: null });
  const whole = [...begun, { type: "flow", graph: graph(2) }, { type: "flowValues", values }] as const;
  assert.deepEqual((await kept(context, [...whole, finished])).flow, { graph: graph(2), values });
  const rewound = await kept(context, [...whole, { type: "rewound", iteration: 1 }]);
  assert.deepEqual(rewound.flow, { graph: graph(2), values: null });
  assert.equal((await kept(context, [{ type: "flow", graph: graph(1, 2) }])).flow, null, "an edge to no node");
});

test("a file that reaches its bound says so, takes nothing more but the end, and still forgets what was rewound", async (context) => {
  const validation = (iteration: number) =>
    ({ type: "validation", epoch: 1, iteration, loss: iteration, accuracy: 1 }) as const;
  const numbers = Array.from({ length: 100 }, (_, i) => i + 1);
  const run = await kept(
    context,
    [
      ...numbers.flatMap((i) => [iterations(i), validation(i)]),
      { type: "rewound", iteration: 10 },
      { type: "iterations", records: [record(11, 7)] },
      validation(11),
      { ...finished, iterations: 11 },
    ],
    3000,
  );
  const { fullFrom } = run;
  assert.ok(fullFrom !== null && fullFrom > 10 && fullFrom < 100, `${fullFrom}`);
  assert.deepEqual(
    run.validations.map(({ iteration }) => iteration),
    numbers.slice(0, 10),
  );
  assert.deepEqual(run.iterations, [record(11, 7)], "the newest is part of the end");
});

const options = (library: RunLibrary, onError: (error: Error) => void) => ({
  ...{ library, model, debug: true, bytes: 1e8, version: "test", onError },
});

test("events that come before the file is there are kept too; the folder keeps itself out of version control", async (context) => {
  const folder = join(temporary(context), ".gradient-debugger/runs");
  const library = new RunLibrary(folder, () => false);
  const recording = new Recording(options(library, assert.fail));
  recording.accept(iterations(1, 2));
  await recording.begun;
  recording.accept(iterations(3, 4));
  recording.accept(finished);
  await recording.close();
  const opened = await library.open(recording.id);
  assert.equal(opened.run.iterations.length, 4);
  assert.equal(opened.summary.name, "TinyMLP 1");
  assert.equal(opened.run.header?.source, "", "the model file of this test does not exist");
  assert.match(readFileSync(join(folder, ".gitignore"), "utf8"), /^\*$/m);
  const state = stateOf(opened);
  assert.equal(state.status.kind, "finished");
  assert.equal(state.debug, true);
  assert.equal(state.kept?.name, "TinyMLP 1");
  assert.equal(state.iterations.length, 4);

  const next = new Recording(options(library, assert.fail));
  await next.close();
  assert.equal((await library.open(next.id)).summary.name, "TinyMLP 2");
});

test("what has happened reaches the disk while the run goes on, and the file says that somebody is at it", async (context) => {
  const file = join(temporary(context), "run");
  const recorder = new Recorder({ file, header, bytes: 1e9, onError: (error) => assert.fail(error) });
  recorder.accept(iterations(1, 2, 3));
  for (const patience = Date.now() + 20_000; ; ) {
    const length = existsSync(file) ? new KeptRun("run", readFileSync(file)).iterations.length : 0;
    if (length === 3) break;
    assert.ok(Date.now() < patience, `${length} of 3 iterations are on the disk`);
    await new Promise((done) => setTimeout(done, 20));
  }
  await recorder.close();
  assert.equal(new KeptRun("run", readFileSync(file)).end, null, "it did not say how it ended");
});

test("a folder that cannot be written is told once, and the events of the run go nowhere", async (context) => {
  const base = temporary(context);
  // A file where the folder should be: root, which tests may run as, is let into read-only folders.
  writeFileSync(join(base, "runs"), "");
  const errors: Error[] = [];
  const library = new RunLibrary(join(base, "runs/inside"), () => false);
  const recording = new Recording(options(library, (error) => errors.push(error)));
  for (let i = 1; i < 5; i++) recording.accept(iterations(i));
  recording.accept(finished);
  await recording.close();
  assert.equal(errors.length, 1);
  assert.match(errors[0].message, /ENOTDIR|EEXIST/);
});

test("a disk that stops taking bytes is told once; what was written before can be read", async (context) => {
  const folder = temporary(context);
  const errors: Error[] = [];
  const file = runFile(folder, "a");
  mkdirSync(file); // it cannot be opened for writing
  const recorder = new Recorder({ file, header, bytes: 1e9, onError: (error) => errors.push(error) });
  recorder.accept(iterations(1));
  recorder.accept(finished);
  recorder.accept(finished);
  await recorder.close();
  assert.equal(errors.length, 1);
  assert.deepEqual(readdirSync(folder), ["a.gdrun"]);
});

test("no run is written into the file of another one", async (context) => {
  const folder = temporary(context);
  const file = runFile(folder, "a");
  writeFileSync(file, "mine");
  chmodSync(file, 0o644);
  const errors: Error[] = [];
  const recorder = new Recorder({ file, header, bytes: 1e9, onError: (error) => errors.push(error) });
  await recorder.close();
  assert.match(errors[0].message, /EEXIST/);
  assert.equal(readFileSync(file, "utf8"), "mine");
});
