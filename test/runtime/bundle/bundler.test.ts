// What a model file may import, and what the user is told when it cannot be bundled.
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { evaluateModel } from "../../../src/runtime/bundle/evaluate.ts";
import { bundle, bundleErrors, bundler, noApi, project, Recorder, textOf } from "./project.ts";

async function evaluate(files: Readonly<Record<string, string>>, model = "m.model.ts"): Promise<unknown> {
  return evaluateModel(await bundle(files, model), noApi, new Recorder(), console);
}

const imports: Record<string, Record<string, string>> = {
  "a TypeScript file without its extension": { "a.ts": "export default 7 as number;" },
  "a folder with an index": { "a/index.ts": "export default 7;" },
  "a file whose name has a dot": { "a.b.ts": "export default 7;" },
  "a TypeScript file by the name of its JavaScript": { "a.ts": "export default 7;" },
  "a CommonJS file": { "a.cjs": "module.exports = 7;" },
  "an ECMAScript module": { "a.mjs": "export default 7;" },
  JSON: { "a.json": "7" },
  "a package in CommonJS": { "node_modules/a/package.json": "{}", "node_modules/a/index.js": "module.exports = 7;" },
  "a package that is an ECMAScript module only": {
    "node_modules/a/package.json": '{"type":"module","exports":{".":{"import":"./lib/a.js"}}}',
    "node_modules/a/lib/a.js": 'import seven from "./seven.js"; export default seven;',
    "node_modules/a/lib/seven.js": "export default 7;",
  },
  "a package with only a module field": {
    "node_modules/a/package.json": '{"module":"esm.js"}',
    "node_modules/a/esm.js": "export default 7;",
  },
  "a package that asks for an optional companion": {
    "node_modules/a/package.json": "{}",
    "node_modules/a/index.js": 'let n = 1; try { n = require("companion"); } catch { n = 7; } module.exports = n;',
  },
};

const specifiers: Record<string, string> = {
  "a file whose name has a dot": "./a.b",
  "a TypeScript file by the name of its JavaScript": "./a.js",
  "a CommonJS file": "./a.cjs",
  "an ECMAScript module": "./a",
  JSON: "./a.json",
};

for (const [what, files] of Object.entries(imports)) {
  test(`a model file imports ${what}`, async () => {
    const specifier = specifiers[what] ?? (Object.keys(files)[0].startsWith("node_modules") ? "a" : "./a");
    const value = await evaluate({ ...files, "m.model.ts": `import seven from "${specifier}"; export default seven;` });
    assert.equal(value, 7);
  });
}

test("a deep import of an ECMAScript-only package with a pattern and a scope is found from a nested folder", async () => {
  const files = {
    "node_modules/@s/a/package.json": '{"exports":{"./*":{"import":"./lib/*.mjs"}}}',
    "node_modules/@s/a/lib/x/y.mjs": "export default 7;",
    "models/m.model.ts": 'export { default } from "@s/a/x/y";',
  };
  assert.equal(await evaluate(files, "models/m.model.ts"), 7);
});

test("node's own modules and the API are handed over when the script runs", async () => {
  const value = await evaluate({
    "m.model.ts": `import { basename } from "node:path"; import { sep } from "path";
      import { defineTraining } from "gradient-debugger"; import * as gd from "gradient-debugger";
      export default [basename("/a/b"), sep.length, defineTraining(1), gd.defineTraining(2)];`,
  });
  assert.deepEqual(value, ["b", 1, 1, 2]);
});

test("import() reaches files, packages and node's own modules", async () => {
  const value = await evaluate({
    "a.ts": "export const seven = 7;",
    "m.model.ts": `export default Promise.all([import("./a"), import("node:path"), import("gradient-debugger")])
      .then(([a, path, gd]) => [a.seven, path.basename("/a/b"), gd.defineTraining(3)]);`,
  });
  assert.deepEqual(await value, [7, "b", 3]);
});

test("a JavaScript model in CommonJS has its module.exports as default export", async () => {
  const files = {
    "m.model.js": 'const { defineTraining } = require("gradient-debugger"); module.exports = defineTraining(7);',
  };
  assert.equal(await evaluate(files, "m.model.js"), 7);
});

test("user code is strict, as modules are", async () => {
  assert.equal(await evaluate({ "m.model.ts": "function self() { return this; } export default self();" }), undefined);
});

test("classes keep the user's name where bundling would rename them", async () => {
  const files = {
    "a.ts": "export class Net { static make() { return new Net(); } }",
    "m.model.ts": `import { Net as Other } from "./a";
      class Net { }
      class Named { static name = "own"; self() { return Named; } }
      const make = () => class extends Net { };
      const names = [new Net(), Other.make(), new (make())()].map((x) => x.constructor.name);
      export default class { static names = [...names, Named.name, this.name]; }`,
  };
  assert.deepEqual(Reflect.get(Object(await evaluate(files)), "names"), ["Net", "Net", "", "own", "default"]);
});

test("inputs are the workspace's files, not those of packages", async () => {
  const model = await bundle({
    "a.ts": 'import b from "b"; export default b;',
    "node_modules/b/package.json": "{}",
    "node_modules/b/index.js": "module.exports = 7;",
    "c.json": "{}",
    "m.model.ts": 'import a from "./a"; import c from "./c.json"; export default [a, c];',
  });
  const folder = join(model.file, "..");
  assert.deepEqual(
    [...model.inputs].sort(),
    ["a.ts", "c.json", "m.model.ts"].map((name) => join(folder, name)),
  );
});

test("packages are not instrumented", async () => {
  const model = await bundle({
    "node_modules/b/package.json": "{}",
    "node_modules/b/index.js": "module.exports = function f() { return new (class A {})(); };",
    "node_modules/c/package.json": '{"exports":{"import":"./c.js"}}',
    "node_modules/c/c.js": "export const g = () => new (class A {})();",
    "m.model.ts": 'import f from "b"; import { g } from "c"; export default () => [f(), g()];',
  });
  assert.deepEqual(
    model.sites.map(({ range }) => textOf(range)),
    ["[f(), g()]"],
  );
});

test("a model inside an installed package is instrumented", async () => {
  const files = { "node_modules/p/m.model.ts": "export default () => 7;" };
  assert.equal((await bundle(files, "node_modules/p/m.model.ts")).sites.length, 1);
});

interface Failure {
  readonly files: Record<string, string>;
  readonly message: RegExp;
  /** `line:column text`, of the model file unless another file stands before it. */
  readonly at: string;
}

const failures: Record<string, Failure> = {
  "a syntax error, behind characters of several bytes": {
    files: { "m.model.ts": 'const first = 1;\nconst é = "日本𝄞", b = ;\nexport default b;' },
    message: /^Syntax error: Unexpected ";"$/,
    at: "2:23 ;",
  },
  "a syntax error in an imported file": {
    files: { "a.ts": "export const x = {;\n", "m.model.ts": 'export { x as default } from "./a";' },
    message: /^Syntax error: Expected identifier but found ";"$/,
    at: "a.ts 1:19 ;",
  },
  "an import of no file": {
    files: { "m.model.ts": '\n  import x from "./nope";\nexport default x;' },
    message: /^There is no file "\.\/nope" beside m\.model\.ts\. Check the name and the folder\.$/,
    at: '2:17 "./nope"',
  },
  "a package that is not installed": {
    files: { "m.model.ts": 'import x from "@scope/nope/deep";\nexport default x;' },
    message: /^The package "@scope\/nope" is not installed .* Install it with: npm install @scope\/nope$/,
    at: '1:15 "@scope/nope/deep"',
  },
  "an import of a name that is not exported": {
    files: { "a.ts": "export const x = 1;", "m.model.ts": 'import { y } from "./a";\nexport default y;' },
    message: /^a\.ts exports nothing named "y"\. Check the name, or export it there\.$/,
    at: "1:10 y",
  },
  "no default export": {
    files: { "m.model.ts": "export const x = 1;\n" },
    message: /^m\.model\.ts has no default export\. Let it end with: export default defineTraining\(/,
    at: "1:1 e",
  },
  "a file of data": {
    files: { "a.csv": "1,2", "m.model.ts": 'import a from "./a.csv";\nexport default a;' },
    message: /^a\.csv cannot be loaded as code: it must end in one of \.ts, /,
    at: '1:15 "./a.csv"',
  },
  "await at the top": {
    files: { "m.model.ts": "const x = await 1;\nexport default x;" },
    message: /^"await" outside an async function does not work in a model file\./,
    at: "1:11 await",
  },
  "import.meta": {
    files: { "m.model.ts": "export default import.meta.url;" },
    message: /^"import\.meta" is not available in a model file\./,
    at: "1:16 import.meta",
  },
  "malformed JSON": {
    files: { "a.json": '{\n  "x": \n}', "m.model.ts": 'import a from "./a.json";\nexport default a;' },
    message: /^Syntax error: Unexpected "}" in JSON$/,
    at: "a.json 3:1 }",
  },
};

for (const [what, { files, message, at }] of Object.entries(failures)) {
  test(`says where and what to do about ${what}`, async () => {
    const [error] = await bundleErrors(files);
    assert.match(error.message, message);
    assert.ok(error.source);
    const { line, column, file } = error.source;
    const place = `${line}:${column} ${textOf(error.source)}`;
    assert.equal(file.endsWith("m.model.ts") ? place : `${file.split(/[\\/]/).at(-1)} ${place}`, at);
    assert.ok(error.detail.includes(error.message));
    assert.ok(!error.detail.includes("disk:"));
  });
}

test("an empty file has no default export", async () => {
  const [error] = await bundleErrors({ "m.model.ts": "" });
  assert.match(error.message, /^m\.model\.ts has no default export\./);
  assert.equal(error.source?.line, 1);
});

test("a model file that is not there is named", async () => {
  const file = join(project({}), "gone.model.ts");
  const result = await bundler.bundle(file);
  assert.ok(!result.ok);
  assert.equal(result.errors[0].message, `${file} cannot be read: there is no such file.`);
  assert.equal(result.errors[0].source?.file, file);
});

test("every error of a file is reported", async () => {
  const errors = await bundleErrors({ "m.model.ts": 'import "./a"; import "./b";\nexport default 1;' });
  assert.equal(errors.length, 2);
});

test("a bundle after a failed one works", async () => {
  await bundleErrors({ "m.model.ts": "}" });
  assert.equal(await evaluate({ "m.model.ts": "export default 7;" }), 7);
});

test("bundles can be asked for at the same time", async () => {
  const values = await Promise.all([1, 2, 3].map((n) => evaluate({ "m.model.ts": `export default ${n};` })));
  assert.deepEqual(values, [1, 2, 3]);
});

test("a byte order mark moves no column", async () => {
  const model = await bundle({ "m.model.ts": "\uFEFFexport default () => 7;" });
  assert.equal(model.sites[0].range.column, 22);
});

test("warming up leaves nothing behind", async () => {
  await bundler.warmUp();
  assert.equal(await evaluate({ "m.model.ts": "export default 7;" }), 7);
});
