// A kept run in words, as the view of runs shows it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runDescription, runFacts, stateIcons } from "../../src/extension/runs/runText.ts";
import { ago, type RunSummary } from "../../src/protocol/inspector/runs.ts";

const now = Date.UTC(2024, 5, 1, 12);
const hour = 3_600_000;

const run: RunSummary = {
  id: "a",
  name: "CharRNN 3",
  tags: ["baseline", "paper"],
  model: "CharRNN",
  file: "/work/char.model.ts",
  data: "text moby-dick.txt",
  optimizer: "adam",
  seed: 0,
  learningRate: 0.002,
  started: now - 2 * hour,
  state: "completed",
  iterations: 3600,
  loss: 1.23456,
  validationLoss: null,
  notice: null,
};

test("a row says the final loss, the tags and when it was", () => {
  assert.equal(runDescription(run, now), "loss 1.235 · #baseline · #paper · 2 hours ago");
  assert.equal(runDescription({ ...run, loss: Number.NaN, tags: [] }, now), "loss NaN · 2 hours ago");
  const torn: RunSummary = { ...run, loss: null, tags: [], state: "interrupted", notice: "torn" };
  assert.equal(runDescription(torn, now), "interrupted · 2 hours ago · ⚠");
});

test("every state has an icon of its own", () => {
  const icons = Object.values(stateIcons);
  assert.equal(new Set(icons).size, icons.length);
});

test("the tooltip has what is known, and no row for what is not", () => {
  const facts = new Map(runFacts(run));
  assert.equal(facts.get("Seed"), "0");
  assert.equal(facts.get("Learning rate"), "0.002");
  assert.equal(facts.get("File"), "char.model.ts");
  assert.equal(facts.get("Iterations"), "3,600");
  assert.equal(facts.has("Validation loss"), false);
  assert.equal(facts.has("Note"), false);
  const unknown = new Map(runFacts({ ...run, model: "", file: "", data: "", notice: "damaged" }));
  assert.equal(unknown.has("Seed"), false);
  assert.equal(unknown.get("Note"), "damaged");
});

test("times are told in the largest unit that fits", () => {
  const cases = [
    [10_000, "just now"],
    [60_000, "1 minute ago"],
    [hour - 1, "59 minutes ago"],
    [25 * hour, "yesterday"],
    [8 * 24 * hour, "last week"],
    [-hour, "just now"],
  ] as const;
  for (const [before, words] of cases) assert.equal(ago(now - before, now, "long"), words);
});
