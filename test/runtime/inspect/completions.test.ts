// Completions: names at the top, members after a dot, parameters inside their quotes.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CompletionInfo } from "../../../src/protocol/values.ts";
import { pausing } from "./paused.ts";

/** Completions at the bar. */
function complete(text: string): readonly CompletionInfo[] {
  let found: readonly CompletionInfo[] = [];
  const offset = text.indexOf("|");
  pausing({
    "1 end backward": (p) => {
      found = p.ask("completions", { text: text.replace("|", ""), offset });
    },
  });
  return found;
}

function labels(text: string): string[] {
  return complete(text).map(({ label }) => label);
}

describe("completions", () => {
  test("at the top are the names of the pause", () => {
    const all = labels("|");
    for (const name of ["this", "loss", "optimizer", "gradNorm", "iteration", "parameter", "previous", "F"]) {
      assert.ok(all.includes(name), name);
    }
    assert.deepEqual(labels("1 + gradN|"), ["gradNorm"]);
    assert.deepEqual(complete("1 + iter|")[0], { label: "iteration", type: "variable", detail: "number", replaces: 4 });
  });

  test("after a dot are the layers, parameters and methods of what stands before it", () => {
    assert.deepEqual(labels("this.|"), ["embed", "rnn", "head"]);
    assert.deepEqual(complete("this.rnn.weight_hh|"), [
      { label: "weight_hh_l0", type: "field", detail: "[6, 6]", replaces: 9 },
    ]);
    assert.deepEqual(labels("loss.mul(this.head.weight.no|"), ["norm"]);
    assert.ok(labels("2 * this.head.weight.grad[0].|").includes("mean"));
    assert.ok(labels("optimizer.|").includes("learningRate"));
    assert.ok(labels("F.crossE|").includes("crossEntropy"));
    assert.ok(labels("optimizer.groups[0].settings.|").includes("weightDecay"));
  });

  test("in the middle of a text see what stands before the cursor alone", () => {
    assert.deepEqual(labels("this.he| + 1"), ["head"]);
  });

  test("in quotes are the parameters, with the part that gives way", () => {
    assert.deepEqual(complete('parameter("rnn.weight_h|'), [
      { label: "rnn.weight_hh_l0", type: "value", detail: "[6, 6]", replaces: 12 },
    ]);
  });

  test("of what cannot be evaluated, or would change something, are none", () => {
    for (const text of ["nothing.|", "3.|", "this.zeroGrad().|", "1|"]) assert.deepEqual(labels(text), [], text);
  });
});
