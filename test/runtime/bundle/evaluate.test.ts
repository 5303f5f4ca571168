// What a model file sees of the world while it runs.
import assert from "node:assert/strict";
import { Console } from "node:console";
import { PassThrough } from "node:stream";
import test from "node:test";
import { evaluateModel } from "../../../src/runtime/bundle/evaluate.ts";
import { bundle, noApi, Recorder } from "./project.ts";

test("the model file writes to the console it is given", async () => {
  const stdout = new PassThrough();
  const model = await bundle({ "m.model.ts": 'console.log("hello", 1); export default 2;' });
  assert.equal(evaluateModel(model, noApi, new Recorder(), new Console({ stdout })), 2);
  assert.equal(String(stdout.read()), "hello 1\n");
});

test("every evaluation makes the module anew", async () => {
  const model = await bundle({ "m.model.ts": "let n = 0; export default () => ++n;" });
  const values = [0, 1].map(() => {
    const next = evaluateModel(model, noApi, new Recorder(), console);
    assert.ok(typeof next === "function");
    return next();
  });
  assert.deepEqual(values, [1, 1]);
});

test("the API is the very object that was given", async () => {
  const api = { marker: {} };
  const model = await bundle({ "m.model.ts": 'import { marker } from "gradient-debugger"; export default marker;' });
  assert.equal(evaluateModel(model, api, new Recorder(), console), api.marker);
});

test("node's own modules are found from the model file", async () => {
  const model = await bundle({ "m.model.ts": 'import { createRequire } from "module"; export default createRequire;' });
  assert.equal(typeof evaluateModel(model, noApi, new Recorder(), console), "function");
});

test("a name that is only known at run time is refused with the reason", async () => {
  const model = await bundle(
    { "m.model.js": 'const name = "x" + 1; module.exports = () => require(name);' },
    "m.model.js",
  );
  const load = evaluateModel(model, noApi, new Recorder(), console);
  assert.ok(typeof load === "function");
  assert.throws(() => load(), {
    code: "MODULE_NOT_FOUND",
    message:
      '"x1" cannot be loaded while a model file runs: import it by a fixed name, so that it is found when the file is loaded.',
  });
});

test("a default export of undefined is undefined, whatever else is exported", async () => {
  const model = await bundle({ "m.model.ts": "export const a = 1; export default undefined;" });
  assert.equal(evaluateModel(model, noApi, new Recorder(), console), undefined);
});
