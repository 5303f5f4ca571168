// The one-line texts of a run.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  finishedText,
  formatNumber,
  iterationsPerSecond,
  positionText,
  progressPercent,
  progressText,
  statusText,
} from "../../src/extension/runText.ts";
import { initialState, loadingState } from "../../src/protocol/inspector/inspector.ts";
import { position, record, running } from "./samples.ts";

test("numbers keep four digits, and exponents only where they are needed", () => {
  const shown = [0, 1.23456, 1234.56, 0.00123456, 0.000123456, 12345678, -0.5].map(formatNumber);
  assert.deepEqual(shown, ["0", "1.235", "1235", "0.001235", "1.23e-4", "1.23e+7", "-0.5"]);
  assert.deepEqual([NaN, -Infinity].map(formatNumber), ["NaN", "-Infinity"]);
});

test("the speed is the mean over the newest records", () => {
  assert.equal(iterationsPerSecond([]), null);
  // 2 iterations in 4 ms + 6 ms = 200 each second
  assert.equal(iterationsPerSecond([record(1, 4), record(2, 6)]), 200);
});

test("progress names epoch, iteration and loss, and its percentage counts iterations", () => {
  assert.equal(progressText(initialState), null);
  assert.equal(progressText(running), "epoch 1/2 · iteration 3 · loss 1.235");
  // iteration 3 of 2 epochs × 10
  assert.equal(progressPercent(running), 15);
  assert.equal(progressPercent(initialState), 0);
});

test("the status bar has a text for every state of a run, and none before the first", () => {
  assert.equal(statusText(initialState), null);
  assert.equal(statusText(loadingState("/work/char.model.ts", false)), "$(loading~spin) loading char.model.ts");
  assert.equal(statusText({ ...running, last: null }), "$(loading~spin) starting");
  assert.equal(statusText(running), "$(pulse) epoch 1/2 · iteration 3 · loss 1.235 · 250 it/s");
  const paused = { kind: "paused", position, text: "" } as const;
  assert.equal(statusText({ ...running, status: paused }), "$(debug-pause) epoch 1 · iteration 3 · backward rnn[t=4]");
  const finished = { kind: "finished", reason: "completed", seconds: 2, loss: 1 } as const;
  assert.equal(statusText({ ...running, status: finished }), "$(check) epoch 1/2 · iteration 3 · loss 1.235");
  const error = { message: "no", source: null, stack: [], detail: "" };
  assert.equal(statusText({ ...running, status: { kind: "failed", error } }), "$(error) training failed");
});

test("a position outside every layer is its phase alone, and an update names its parameter", () => {
  assert.equal(positionText({ ...position, layer: "", timestep: null }), "epoch 1 · iteration 3 · backward");
  const update = { ...position, phase: "update", parameter: "rnn.bias_hh_l0" } as const;
  assert.equal(positionText(update), "epoch 1 · iteration 3 · update rnn.bias_hh_l0");
});

test("the last message says how a run ended", () => {
  assert.equal(finishedText(running), null);
  const completed = { kind: "finished", reason: "completed", seconds: 1.5, loss: 0.25 } as const;
  assert.equal(finishedText({ ...running, status: completed }), "Trained CharRNN: 3 iterations in 1.5 s, loss 0.25.");
  const stopped = { kind: "finished", reason: "stopped", seconds: 1.5, loss: null } as const;
  assert.equal(finishedText({ ...running, status: stopped }), "Stopped training CharRNN: 3 iterations in 1.5 s.");
});
