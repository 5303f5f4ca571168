// Agreement of RNN, LSTM and GRU with PyTorch: outputs, final states, every gradient, and the weights after 20 steps of Adam.
import assert from "node:assert/strict";
import { test } from "node:test";
import { testLayers } from "./layerChecks.ts";
import { readLayerCases } from "./layerFixtures.ts";

const groups = readLayerCases("recurrent");

test("each kind is there with several layers, both directions, initial states, masks, and without bias, and is trained", () => {
  assert.deepEqual(
    groups.map(({ group }) => group),
    ["gru", "lstm", "rnn"],
  );
  for (const { group, cases } of groups) {
    const has = (what: string, found: (c: (typeof cases)[number]) => boolean) =>
      assert.ok(cases.some(found), `${group} has no case ${what}`);
    has("of two layers", (c) => c.options.numLayers === 2);
    has("in both directions", (c) => c.options.bidirectional === true);
    has("without bias", (c) => c.options.bias === false);
    has("with initial states", (c) => c.inputs.length === (group === "lstm" ? 3 : 2));
    has("with a mask", (c) => "mask" in c.call);
    assert.ok(cases.every((c) => c.optimizer?.[0] === "adam"));
  }
});
testLayers(groups);
