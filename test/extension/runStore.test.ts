// The store of the run: whose events count, what listeners hear and when, how a run ends.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { batchMilliseconds, type Run, RunStore, type StoreChange } from "../../src/extension/runStore.ts";
import { record, started } from "./samples.ts";

const run = (file: string): Run => ({ file, debug: false, ask: async () => null, stop: async () => {} });

function listen(store: RunStore): StoreChange[] {
  const heard: StoreChange[] = [];
  store.onChange((change) => heard.push(change));
  return heard;
}

test("events reach the state at once and listeners in one batch", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const store = new RunStore();
  const feed = store.begin(run("/a.model.ts"), performance.now());
  const heard = listen(store);
  feed.accept(started);
  feed.accept({ type: "iterations", records: [record(1)] });
  assert.equal(store.state.last?.iteration, 1);
  assert.deepEqual(heard, []);
  mock.timers.tick(batchMilliseconds);
  assert.deepEqual(heard, [{ type: "events", events: [started, { type: "iterations", records: [record(1)] }] }]);
  mock.timers.tick(10 * batchMilliseconds);
  assert.equal(heard.length, 1);
  mock.timers.reset();
});

test("flush tells what has gathered and nothing twice", () => {
  const store = new RunStore();
  const feed = store.begin(run("/a.model.ts"), performance.now());
  const heard = listen(store);
  feed.accept(started);
  store.flush();
  store.flush();
  assert.deepEqual(heard, [{ type: "events", events: [started] }]);
});

test("a new run drops the state of the one before, whose waiting events are told first", () => {
  const store = new RunStore();
  store.begin(run("/a.model.ts"), performance.now()).accept(started);
  const heard = listen(store);
  store.begin(run("/b.model.ts"), performance.now());
  store.flush();
  assert.deepEqual(heard, [{ type: "events", events: [started] }, { type: "reset" }]);
  assert.deepEqual(store.state.status, { kind: "loading", file: "/b.model.ts" });
  assert.equal(store.state.model, null);
  assert.equal(store.lastFile, "/b.model.ts");
});

test("events of a replaced run are not heard, nor is its end", () => {
  const store = new RunStore();
  const before = store.begin(run("/a.model.ts"), performance.now());
  const second = run("/b.model.ts");
  store.begin(second, performance.now());
  before.accept(started);
  before.close();
  assert.equal(store.state.status.kind, "loading");
  assert.equal(store.active, second);
});

test("a run that ends without a word counts as stopped", () => {
  const store = new RunStore();
  const feed = store.begin(run("/a.model.ts"), performance.now());
  feed.accept({ type: "iterations", records: [record(7)] });
  feed.close();
  assert.equal(store.active, null);
  const { status } = store.state;
  assert.equal(status.kind === "finished" && status.reason, "stopped");
  assert.equal(status.kind === "finished" && status.loss, record(7).loss);
});

test("closing after the end changes nothing", () => {
  const store = new RunStore();
  const feed = store.begin(run("/a.model.ts"), performance.now());
  feed.accept({ type: "failed", error: { message: "no", source: null, stack: [], detail: "" } });
  assert.equal(store.active, null);
  feed.close();
  assert.equal(store.state.status.kind, "failed");
});

test("the time to the first iteration is taken once in each run", () => {
  const store = new RunStore();
  const feed = store.begin(run("/a.model.ts"), performance.now() - 500);
  assert.equal(store.commandToFirstIteration, null);
  feed.accept({ type: "iterations", records: [] });
  assert.equal(store.commandToFirstIteration, null);
  feed.accept({ type: "iterations", records: [record(1)] });
  const first = store.commandToFirstIteration;
  assert.ok(first !== null && first >= 500);
  feed.accept({ type: "iterations", records: [record(2)] });
  assert.equal(store.commandToFirstIteration, first);
  store.begin(run("/a.model.ts"), performance.now());
  assert.equal(store.commandToFirstIteration, null);
});

test("a disposed listener hears nothing more", () => {
  const store = new RunStore();
  const heard: StoreChange[] = [];
  store.onChange((change) => heard.push(change)).dispose();
  store.begin(run("/a.model.ts"), performance.now());
  assert.deepEqual(heard, []);
});
