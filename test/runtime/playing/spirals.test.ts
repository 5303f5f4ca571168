// The example that shows a decision surface: it finds the line between its two arms while one looks on.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { picturesOf, watch } from "./watched.ts";

const example = fileURLToPath(new URL("../../../media/examples/spirals.model.ts", import.meta.url));

test("spirals.model.ts has more than 95 % of its points on the right side before half of its epochs", async () => {
  const source = readFileSync(example, "utf8");
  assert.match(source, /epochs: 2000,/);
  const half = source.replace("epochs: 2000,", "epochs: 1000,");
  // ten thousand iterations between two looks
  const watched = await watch(half, { clock: { step: 0.05, report: 0 } });
  const right = picturesOf(watched, "surface").map((picture) => picture.right ?? 0);
  assert.ok(right.length >= 5, `${right.length} surfaces`);
  assert.ok(right[0] < 0.7, `before the first iteration ${right[0]}`);
  const last = right[right.length - 1];
  assert.ok(last > 0.95, `in the end ${last}`);
});
