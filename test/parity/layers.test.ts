// Agreement of single layers with PyTorch: outputs, loss, every gradient, running statistics, in float32 and float64.
import assert from "node:assert/strict";
import { test } from "node:test";
import { testLayers } from "./layerChecks.ts";
import { readLayerCases } from "./layerFixtures.ts";

const groups = readLayerCases("layers");

test("there are cases of every group of layers", () => {
  assert.deepEqual(
    groups.map(({ group, cases }) => [group, cases.length > 3]),
    ["activations", "attention", "convolutions", "norms", "transformers"].map((group) => [group, true]),
  );
});
testLayers(groups);
