// The inspector's reducer and the form in which its messages travel.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { IterationRecord, RuntimeEvent, StatisticsReport } from "../../src/protocol/events.ts";
import {
  afterReload,
  historyLimit,
  type InspectorState,
  initialState,
  loadingState,
  reduce,
  thin,
} from "../../src/protocol/inspector/inspector.ts";
import {
  decode,
  decodeFromWebview,
  decodeToWebview,
  encode,
  encodeToWebview,
} from "../../src/protocol/inspector/inspectorWire.ts";
import type { ErrorReport, ModelInfo } from "../../src/protocol/model.ts";
import type { Position } from "../../src/protocol/position.ts";

const model: ModelInfo = {
  name: "MLP",
  file: "/w/mlp.model.ts",
  layers: [],
  parameters: [],
  parameterCount: 0,
  epochs: 2,
  iterationsPerEpoch: 10,
  seed: 1,
  optimizer: "SGD",
};

const position: Position = {
  epoch: 1,
  iteration: 3,
  event: 4,
  kind: "operation",
  phase: "backward",
  layer: "rnn",
  layerType: "RNN",
  operation: "rnn step",
  timestep: 12,
  parameter: "",
  source: null,
};

const error: ErrorReport = { message: "no", source: null, stack: [], detail: "" };

function record(iteration: number, loss = 1): IterationRecord {
  return { iteration, epoch: 1, loss, gradNorm: 1, learningRate: 0.1, milliseconds: 2 };
}

function statistics(iteration: number, complete: boolean): StatisticsReport {
  const parts = { parameters: [], layers: [], timesteps: [], variables: [] };
  return { iteration, epoch: 1, complete, loss: 1, gradNorm: null, ...parts };
}

function play(events: readonly RuntimeEvent[], state: InspectorState = initialState): InspectorState {
  return events.reduce(reduce, state);
}

const iterations = (from: number, to: number): RuntimeEvent => ({
  type: "iterations",
  records: Array.from({ length: to - from + 1 }, (_, i) => record(from + i)),
});

test("a run goes from loading over running and paused to finished", () => {
  const loading = loadingState("/w/mlp.model.ts", true);
  assert.deepEqual(loading.status, { kind: "loading", file: "/w/mlp.model.ts" });
  const running = play([{ type: "started", model }], loading);
  assert.deepEqual([running.status.kind, running.model, running.debug], ["running", model, true]);
  const paused = play([{ type: "stopped", reason: "step", position, text: "rnn", breakpoints: [] }], running);
  assert.deepEqual(paused.status, { kind: "paused", position, text: "rnn" });
  const on = play([{ type: "continued" }], paused);
  assert.equal(on.status.kind, "running");
  const finished = play([{ type: "finished", reason: "completed", iterations: 20, seconds: 1.5, loss: 0.5 }], on);
  assert.deepEqual(finished.status, { kind: "finished", reason: "completed", seconds: 1.5, loss: 0.5 });
});

test("a failed run stays failed when its end is reported", () => {
  const state = play([
    { type: "started", model },
    { type: "failed", error },
    { type: "finished", reason: "stopped", iterations: 0, seconds: 0, loss: null },
  ]);
  assert.deepEqual(state.status, { kind: "failed", error });
});

test("a second start drops the curves of the first run and keeps that it is a debug session", () => {
  const first = play([{ type: "started", model }, iterations(1, 5)], loadingState("f", true));
  const second = play([{ type: "started", model }, iterations(1, 2)], first);
  assert.deepEqual(
    [second.iterations.map((r) => r.iteration), second.last?.iteration, second.debug],
    [[1, 2], 2, true],
  );
});

test("a new branch of history drops what was reported of later iterations", () => {
  const validation = (iteration: number): RuntimeEvent => ({
    type: "validation",
    epoch: 1,
    iteration,
    loss: 1,
    accuracy: null,
  });
  const events = [{ type: "started", model } as const, iterations(1, 9), validation(4), validation(8)];
  const state = play([...events, { type: "rewound", iteration: 5 }]);
  assert.deepEqual(
    state.iterations.map((r) => r.iteration),
    [1, 2, 3, 4, 5],
  );
  assert.deepEqual([state.last?.iteration, state.validations.map((v) => v.iteration)], [5, [4]]);
  const anew = play([iterations(6, 7)], state);
  assert.deepEqual([anew.last?.iteration, anew.iterations.length], [7, 7]);
  const begin = play([{ type: "rewound", iteration: 0 }], anew);
  assert.deepEqual([begin.iterations, begin.last, begin.validations], [[], null, []]);
});

test("output changes nothing, not even the object", () => {
  const state = play([{ type: "started", model }]);
  assert.equal(reduce(state, { type: "output", category: "stdout", text: "hi", source: null }), state);
});

test("an empty batch keeps the newest record", () => {
  assert.equal(play([iterations(1, 3), { type: "iterations", records: [] }]).last?.iteration, 3);
});

test("the report to compare with is the last complete one of an earlier iteration", () => {
  const at = (iteration: number, complete: boolean): RuntimeEvent => ({
    type: "statistics",
    report: statistics(iteration, complete),
  });
  const halfDone = play([at(4, true), at(5, false)]);
  assert.deepEqual([halfDone.statistics?.iteration, halfDone.previous?.iteration], [5, 4]);
  // Another report of the same iteration, and one after an iteration that never completed, leave it as it is.
  assert.equal(play([at(5, true)], halfDone).previous?.iteration, 4);
  assert.equal(play([at(6, false)], halfDone).previous?.iteration, 4);
  assert.equal(play([at(5, true), at(6, false)], halfDone).previous?.iteration, 5);
});

test("a history of a hundred thousand iterations stays within the limit, is evenly spaced and keeps its ends", () => {
  let state = initialState;
  for (let from = 1; from <= 100_000; from += 500) state = play([iterations(from, from + 499)], state);
  const kept = state.iterations.map((r) => r.iteration);
  assert.ok(kept.length <= historyLimit, `${kept.length} records`);
  assert.ok(kept.length > historyLimit / 2, `${kept.length} records`);
  assert.deepEqual([kept[0], kept.at(-1), state.last?.iteration], [1, 100_000, 100_000]);
  // 100 000 / 4000 = 25, so every 32nd up to the last thinning; what came after it is still dense.
  const gaps = kept.slice(1).map((iteration, i) => iteration - kept[i]);
  assert.equal(Math.max(...gaps.slice(0, -1)), 32);
});

test("thinning keeps powers of two apart and the newest, and leaves short lists alone", () => {
  const list = Array.from({ length: 10 }, (_, i) => ({ iteration: i + 1 }));
  assert.equal(thin(list, 10), list);
  // Stride 2 from 1: 1 3 5 7 9, and 10 as the newest, is 6; stride 4: 1 5 9 and 10.
  assert.deepEqual(
    thin(list, 5).map((item) => item.iteration),
    [1, 5, 9, 10],
  );
});

test("validations are kept without the name of the event", () => {
  const state = play([{ type: "validation", epoch: 1, iteration: 10, loss: 0.4, accuracy: null }]);
  assert.deepEqual(state.validations, [{ epoch: 1, iteration: 10, loss: 0.4, accuracy: null }]);
});

test("after a reload of the window the last run is shown, but not as if it still ran", () => {
  const running = play([{ type: "started", model }, iterations(1, 5)]);
  const shown = afterReload(running, initialState);
  assert.deepEqual([shown.status.kind, shown.iterations.length, shown.model], ["idle", 5, model]);
  const failed = play([{ type: "failed", error }], running);
  assert.equal(afterReload(failed, initialState).status.kind, "failed");
});

test("after the page alone was away the host's state counts", () => {
  const kept = play([{ type: "started", model }, iterations(1, 5)]);
  const host = play([iterations(6, 9)], kept);
  assert.equal(afterReload(kept, host), host);
  const loading = loadingState("other", false);
  assert.equal(afterReload(kept, loading), loading);
  assert.equal(afterReload(initialState, initialState), initialState);
});

test("NaN, infinities and null arrive as what they were", () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null, 0, 1.5, "NaN", "\u0000NaN"];
  assert.deepEqual(decode(encode(values)), values);
});

test("messages to the page survive the way", () => {
  const events: RuntimeEvent[] = [{ type: "iterations", records: [record(1, Number.NaN)] }];
  assert.deepEqual(decodeToWebview(encodeToWebview({ type: "events", events })), { type: "events", events });
  const hydrate = { type: "hydrate" as const, state: loadingState("f", true) };
  assert.deepEqual(decodeToWebview(encodeToWebview(hydrate)), hydrate);
  const show = { type: "show" as const, parameter: "rnn.weight_hh_l0" };
  assert.deepEqual(decodeToWebview(encodeToWebview(show)), show);
});

test("what is no message of the host is refused", () => {
  const noise = [
    null,
    7,
    "hello",
    "{",
    [],
    {},
    { type: "hydrate" },
    { type: "hydrate", state: {} },
    { type: "events" },
    { type: "show" },
  ];
  for (const data of noise) assert.equal(decodeToWebview(data), null, JSON.stringify(data));
});

test("unknown and broken events are left out, the others kept", () => {
  const message = {
    type: "events",
    events: [{ type: "telepathy" }, { type: "iterations" }, { type: "toString" }, null, { type: "continued" }],
  };
  assert.deepEqual(decodeToWebview(message), { type: "events", events: [{ type: "continued" }] });
});

test("of the page only commands it may give are accepted", () => {
  assert.deepEqual(decodeFromWebview({ type: "ready" }), { type: "ready" });
  assert.deepEqual(decodeFromWebview({ type: "command", command: "stepInto" }), {
    type: "command",
    command: "stepInto",
  });
  assert.deepEqual(decodeFromWebview({ type: "reveal", file: "/f", line: 3 }), { type: "reveal", file: "/f", line: 3 });
  const noise = [null, "ready", { type: "command", command: "constructor" }, { type: "reveal", file: "/f", line: "3" }];
  for (const data of noise) assert.equal(decodeFromWebview(data), null, JSON.stringify(data));
});
