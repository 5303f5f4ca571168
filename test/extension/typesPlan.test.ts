// Where the editor's types go, and how a model file refers to them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { planTypes, referenceLine, typesText } from "../../src/extension/create/typesPlan.ts";

const plan = (model: string, folder: string | null, files: readonly string[]) =>
  planTypes(model, folder, (path) => files.includes(path));

test("without a tsconfig the types go to the workspace folder and the model file has to name them", () => {
  assert.deepEqual(plan("/w/nets/deep/a.model.ts", "/w", []), { folder: "/w", gathered: false });
  assert.equal(
    referenceLine("/w/nets/deep/a.model.ts", "/w"),
    '/// <reference path="../../gradient-debugger-env.d.ts" />\n',
  );
  assert.equal(referenceLine("/w/a.model.ts", "/w"), '/// <reference path="./gradient-debugger-env.d.ts" />\n');
});

test("the nearest tsconfig or jsconfig has them beside it, and gathers them for model files in its own folder", () => {
  const files = ["/w/tsconfig.json", "/w/nets/jsconfig.json"];
  assert.deepEqual(plan("/w/nets/deep/a.model.ts", "/w", files), { folder: "/w/nets", gathered: false });
  assert.deepEqual(plan("/w/nets/a.model.ts", "/w", files), { folder: "/w/nets", gathered: true });
  assert.deepEqual(plan("/w/a.model.ts", "/w", files), { folder: "/w", gathered: true });
});

test("nothing above the workspace folder is looked at", () => {
  assert.deepEqual(plan("/w/a.model.ts", "/w", ["/tsconfig.json"]), { folder: "/w", gathered: false });
});

test("a file outside every workspace folder has the types beside it", () => {
  assert.deepEqual(plan("/elsewhere/a.model.ts", null, []), { folder: "/elsewhere", gathered: false });
  assert.deepEqual(plan("/elsewhere/a.model.ts", "/w", []), { folder: "/elsewhere", gathered: false });
});

test("an installed package brings its own types", () => {
  assert.equal(plan("/w/nets/a.model.ts", "/w", ["/w/node_modules/gradient-debugger/package.json"]), null);
});

test("the text is the declarations under a header, without their source map", () => {
  const text = typesText("declare module 'x' {\r\n}\r\n\r\n//# sourceMappingURL=api.d.ts.map");
  assert.match(text, /^\/\/ .*do not edit\.\ndeclare module 'x' \{\n\}\n$/);
});
