// The shipped examples load with the real API, and every layer they make knows its line.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as api from "../../../src/api.ts";
import { evaluateModel } from "../../../src/runtime/bundle/evaluate.ts";
import { bundler, Recorder, textOf } from "./project.ts";

const folder = fileURLToPath(new URL("../../../media/examples", import.meta.url));
const models = readdirSync(folder).filter((name) => name.endsWith(".model.ts"));

test("there are examples", () => assert.ok(models.length >= 3));

for (const name of models) {
  test(`${name} loads, and has a site for each \`new nn.\` and each part of its training`, async () => {
    const file = join(folder, name);
    const result = await bundler.bundle(file);
    assert.ok(result.ok);
    const { sites } = result.model;
    const created = sites.filter(({ kind }) => kind === "field").map(({ range }) => textOf(range));
    const written = readFileSync(file, "utf8").match(/new nn\.\w+/g) ?? [];
    assert.deepEqual(
      created.flatMap((text) => /^new nn\.\w+/.exec(text) ?? []),
      written,
    );
    const parts = sites.map(({ kind }) => kind).filter((kind) => kind !== "statement" && kind !== "field");
    assert.deepEqual(new Set(parts), new Set(["model", "data", "loss", "optimizer"]));
    assert.equal(typeof evaluateModel(result.model, api, new Recorder(), console), "object");
  });
}
