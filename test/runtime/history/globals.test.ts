// Math, Date, performance and crypto as a model file sees them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { evaluateModel } from "../../../src/runtime/bundle/evaluate.ts";
import { ModelGlobals } from "../../../src/runtime/history/globals.ts";
import { bundle, noApi, Recorder } from "../bundle/project.ts";

async function exported(source: string, globals: ModelGlobals): Promise<unknown> {
  return evaluateModel(await bundle({ "m.model.ts": source }), noApi, new Recorder(), console, globals);
}

describe("the globals of a model file", () => {
  test("are those of JavaScript in everything but chance and time", async () => {
    const globals = new ModelGlobals({ record: true });
    const value = await exported(
      `const id = crypto.randomUUID();
export default [
  Math.max(1, 2), Math.PI, Math instanceof Object, new Date(0).getTime(), new Date("2020-01-01").getUTCFullYear(),
  new Date() instanceof Date, typeof Date(), Date.UTC(1970, 0, 1), performance.timeOrigin > 0,
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id), typeof crypto.subtle.digest,
  Math.abs(Date.now() - new Date().getTime()) < 1000,
];`,
      globals,
    );
    assert.deepEqual(value, [2, Math.PI, true, 0, 2020, true, "string", 0, true, true, "function", true]);
  });

  test("give the same chance for the same seed, and another for another", async () => {
    const draw = async (seed: number) => {
      const globals = new ModelGlobals({ record: false });
      globals.seed(seed);
      return exported("export default Array.from({ length: 1000 }, () => Math.random());", globals);
    };
    const drawn = await draw(1);
    assert.ok(Array.isArray(drawn) && new Set(drawn).size === 1000);
    assert.ok(drawn.every((x) => x >= 0 && x < 1));
    // mean of 1000 uniform numbers: 0.5 ± 4 · 0.289/√1000
    assert.ok(Math.abs(drawn.reduce((sum, x) => sum + x, 0) / 1000 - 0.5) < 0.037);
    assert.deepEqual(await draw(1), drawn);
    assert.notDeepEqual(await draw(2), drawn);
  });

  test("may be names of the model file's own", async () => {
    const source =
      "const performance = 1; class Date {} const crypto = 3; export default [performance, Date.name, crypto];";
    assert.deepEqual(await exported(source, new ModelGlobals({ record: true })), [1, "Date", 3]);
  });

  test("replay what was read of the clock, up to where a new branch begins", async () => {
    const globals = new ModelGlobals({ record: true });
    const now = await exported("export default () => performance.now();", globals);
    assert.ok(typeof now === "function");
    const back = globals.save();
    const first = [now(), now(), now()];
    back();
    assert.deepEqual([now(), now()], first.slice(0, 2));
    globals.forgetFuture();
    assert.ok(now() > first[2], "the third reading is a new one");
    back();
    assert.deepEqual([now(), now()], first.slice(0, 2));
  });
});
