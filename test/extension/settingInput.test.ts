// What is taken as a learning rate or a clip norm, and what is said of the rest.
import assert from "node:assert/strict";
import { test } from "node:test";
import { settingProblem, settingValue } from "../../src/extension/pause/settingInput.ts";

test("numbers are taken as people write them, with or without an exponent", () => {
  assert.equal(settingValue("learningRate", " 1e-3 "), 0.001);
  assert.equal(settingValue("learningRate", "0"), 0);
  assert.equal(settingValue("clipGradNorm", "2.5"), 2.5);
});

test("none ends the clipping, but is no learning rate", () => {
  assert.equal(settingValue("clipGradNorm", "none"), null);
  assert.equal(settingProblem("clipGradNorm", "none"), null);
  assert.match(settingProblem("learningRate", "none") ?? "", /at least 0/);
});

test("what is no number, or out of range, is told", () => {
  for (const text of ["", "  ", "fast", "-1", "NaN", "Infinity"]) {
    assert.match(settingProblem("learningRate", text) ?? "", /A number of at least 0/, text);
    assert.match(settingProblem("clipGradNorm", text) ?? "", /A number above 0, or none/, text);
  }
  assert.match(settingProblem("clipGradNorm", "0") ?? "", /above 0/);
});
