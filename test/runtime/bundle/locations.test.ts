// Errors of a running model file are reported at the user's own line.
import assert from "node:assert/strict";
import { basename } from "node:path";
import test from "node:test";
import { DataError, ModelError } from "../../../src/engine/errors.ts";
import type { BundledModel, ErrorReport } from "../../../src/protocol/model.ts";
import { evaluateModel, scriptName } from "../../../src/runtime/bundle/evaluate.ts";
import { SourceLocations } from "../../../src/runtime/bundle/locations.ts";
import { bundle, noApi, Recorder, textOf } from "./project.ts";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

async function reportOf(files: Record<string, string>): Promise<{ report: ErrorReport; model: BundledModel }> {
  const model = await bundle(files);
  const error = thrownBy(() => {
    const value = evaluateModel(model, noApi, new Recorder(), console);
    if (typeof value === "function") value();
  });
  return { report: new SourceLocations(model).report(error), model };
}

function at(report: ErrorReport): string {
  const { source } = report;
  return source ? `${basename(source.file)}:${source.line}:${source.column} ${textOf(source)}` : "nowhere";
}

test("a TypeError stands on the expression that failed, with the user's frames and no others", async () => {
  const { report } = await reportOf({
    "layers.ts": `import type { Nothing } from "./types";
export class Layer {
  forward(x: any): any {
    return x.missing.value;
  }
}
`,
    "m.model.ts": `import { Layer } from "./layers";

class Net {
  layer = new Layer();
  forward(x: object) {
    const y = [x].map((each) =>
      this.layer.forward(each),
    );
    return y;
  }
}

export default () => {
  new Net().forward({});
};
`,
  });
  assert.equal(report.message, "TypeError: Cannot read properties of undefined (reading 'value')");
  assert.equal(at(report), "layers.ts:4:22 value;");
  assert.deepEqual(
    report.stack.map(({ name, source }) => `${name} ${basename(source.file)}:${source.line}:${source.column}`),
    [
      "Layer.forward layers.ts:4:22",
      "Net.forward m.model.ts:7:18",
      "Net.forward m.model.ts:6:19",
      "m.model.ts m.model.ts:14:13",
    ],
  );
  assert.match(report.detail, /layers\.ts:4:22/);
  assert.match(report.detail, /Array\.map/);
  assert.ok(!report.detail.includes(scriptName));
});

test("an error while the file is evaluated stands there, also in a field and at the top", async () => {
  const field = await reportOf({
    "m.model.ts": "const nn: any = {};\nclass Net {\n  head = new nn.Linear(1, 2);\n}\nexport default new Net();\n",
  });
  assert.equal(at(field.report), "m.model.ts:3:10 new nn.Linear(1, 2)");
  assert.deepEqual(
    field.report.stack.map(({ name }) => name),
    ["Net", "Net", "m.model.ts"],
  );
  const top = await reportOf({ "m.model.ts": "// first\nexport default undefinedFunction(1);\n" });
  assert.match(at(top.report), /^m\.model\.ts:2:16 /);
  assert.equal(top.report.message, "ReferenceError: undefinedFunction is not defined");
});

test("a frame outside every site has the name that V8 gives it", async () => {
  const { report } = await reportOf({ "m.model.js": "", "m.model.ts": "export default null.x;" });
  assert.deepEqual(
    report.stack.map(({ name }) => name),
    ["m.model.ts"],
  );
});

test("deep recursion through the engine keeps the user's frame", async () => {
  const { report } = await reportOf({
    "node_modules/deep/package.json": "{}",
    "node_modules/deep/index.js":
      "module.exports = function deep(n) { if (n === 0) throw new Error('deep'); deep(n - 1); };",
    "m.model.ts": 'import deep from "deep";\nexport default () => deep(40);\n',
  });
  assert.equal(at(report), "m.model.ts:2:22 deep(40)");
});

test("a ModelError without a frame of the user stands on its site, on the one that was current, or on the file", async () => {
  const model = await bundle({ "m.model.ts": "export default () => {\n  f(1);\n  f(2);\n};\nfunction f(x) {}\n" });
  const locations = new SourceLocations(model);
  const id = (text: string) => model.sites.findIndex(({ range }) => textOf(range) === text);
  const error = new ModelError("matmul: [2, 3] and [4, 5] do not fit");
  assert.equal(at(locations.report(error)), "m.model.ts:1:1 e");
  assert.equal(at(locations.report(error, id("f(2);"))), "m.model.ts:3:3 f(2);");
  error.site = id("f(1);");
  assert.equal(at(locations.report(error, id("f(2);"))), "m.model.ts:2:3 f(1);");
  assert.equal(locations.report(error).message, "matmul: [2, 3] and [4, 5] do not fit");
  assert.deepEqual(locations.report(error).stack, []);
});

test("a DataError stands on the `data` of the model file and keeps file, row and column", async () => {
  const model = await bundle({
    "other.ts": 'import { defineTraining } from "gradient-debugger"; export const other = defineTraining({ data: 1 });',
    "m.model.ts": `import { defineTraining } from "gradient-debugger";
import { other } from "./other";
export default defineTraining({
  data: other,
});
`,
  });
  const report = new SourceLocations(model).report(new DataError('"x" is not a number', "iris.csv", 3, 2));
  assert.equal(report.message, 'iris.csv:3:2: "x" is not a number');
  assert.equal(at(report), "m.model.ts:4:3 data: other");
});

test("whatever else is thrown is shown as it is", async () => {
  const model = await bundle({ "m.model.ts": "export default () => { f(); };\nfunction f() {}\n" });
  const locations = new SourceLocations(model);
  assert.equal(locations.report("text").message, "The model file threw 'text', which is not an Error.");
  assert.equal(locations.report(undefined).message, "The model file threw undefined, which is not an Error.");
  assert.equal(locations.report({ code: 1 }, 1).message, "The model file threw { code: 1 }, which is not an Error.");
  assert.equal(at(locations.report({ code: 1 }, 1)), "m.model.ts:1:24 f();");
  assert.equal(locations.report(new Error()).message, "The model file threw an Error without a message.");
  assert.equal(locations.report(new RangeError("far")).message, "RangeError: far");
  const bare = Object.assign(new Error("no stack"), { stack: undefined });
  assert.deepEqual(locations.report(bare), { message: "no stack", source: null, stack: [], detail: "no stack" });
});

test("positions of code that the user did not write have no original", async () => {
  const model = await bundle({
    "node_modules/p/package.json": "{}",
    "node_modules/p/index.js": "module.exports = () => 7;",
    "m.model.ts": 'import p from "p";\nexport default p;\n',
  });
  const locations = new SourceLocations(model);
  const line = model.code.split("\n").findIndex((text) => text.includes("exports = () => 7")) + 1;
  assert.ok(line > 0);
  assert.equal(locations.original(1, 1), null);
  assert.equal(locations.original(line, model.code.split("\n")[line - 1].indexOf("7") + 1), null);
  assert.equal(locations.original(100_000, 1), null);
});
