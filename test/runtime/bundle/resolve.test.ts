// The "exports" of a package, by the table of Node's documentation.
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { exportTarget, resolveImport } from "../../../src/runtime/bundle/resolve.ts";
import { project } from "./project.ts";

const cases: [what: string, exports: unknown, subpath: string, target: string | null][] = [
  ["a string", "./a.js", ".", "./a.js"],
  ["a string has no subpaths", "./a.js", "./b", null],
  ["conditions", { types: "./a.d.ts", import: "./a.mjs", default: "./a.js" }, ".", "./a.mjs"],
  ["conditions in their order", { default: "./a.js", import: "./a.mjs" }, ".", "./a.js"],
  ["conditions within conditions", { node: { types: "./t", import: "./n.mjs" }, default: "./a.js" }, ".", "./n.mjs"],
  ["conditions that end nowhere", { node: { types: "./t" }, default: "./a.js" }, ".", "./a.js"],
  ["conditions that none holds", { browser: "./b.js" }, ".", null],
  ["alternatives", [null, { deno: "./d.js" }, "./a.js"], ".", "./a.js"],
  ["a subpath", { ".": "./a.js", "./b": { import: "./b.mjs" } }, "./b", "./b.mjs"],
  ["a subpath that is not exported", { ".": "./a.js" }, "./b", null],
  ["a pattern", { "./lib/*": "./dist/*.js" }, "./lib/x/y", "./dist/x/y.js"],
  ["a pattern with an end", { "./*.js": "./dist/*.mjs" }, "./x.js", "./dist/x.mjs"],
  ["the longest pattern", { "./*": "./a/*", "./x/*": "./b/*" }, "./x/y", "./b/y"],
  ["an exact name before a pattern", { "./*": "./a/*", "./x": "./b" }, "./x", "./b"],
  ["a pattern that is forbidden", { "./*": "./a/*", "./private/*": null }, "./private/y", null],
];

for (const [what, exports, subpath, target] of cases) {
  test(`exports: ${what}`, () => assert.equal(exportTarget(exports, subpath), target));
}

test("the nearest node_modules wins, and a broken manifest is none", () => {
  const folder = project({
    "node_modules/p/package.json": '{"exports":{"import":"./outer.mjs"}}',
    "node_modules/p/outer.mjs": "",
    "a/node_modules/p/package.json": '{"exports":{"import":"./inner.mjs"}}',
    "a/node_modules/p/inner.mjs": "",
    "node_modules/broken/package.json": "{",
    "a/m.ts": "",
  });
  const importer = join(folder, "a", "m.ts");
  assert.equal(resolveImport("p", importer), join(folder, "a/node_modules/p/inner.mjs"));
  assert.equal(resolveImport("p", join(folder, "m.ts")), join(folder, "node_modules/p/outer.mjs"));
  assert.equal(resolveImport("broken", importer), null);
  assert.equal(resolveImport("./nothing", importer), null);
  assert.equal(resolveImport("#alias", importer), null);
});

test("an exact file comes before one that could be meant", () => {
  const folder = project({ "x.js": "", "x.ts": "", "x/index.ts": "", "y/index.tsx": "" });
  const importer = join(folder, "m.ts");
  assert.equal(resolveImport("./x.js", importer), join(folder, "x.js"));
  assert.equal(resolveImport("./x", importer), join(folder, "x.ts"));
  assert.equal(resolveImport("./y", importer), join(folder, "y", "index.tsx"));
  assert.equal(resolveImport(join(folder, "x"), importer), join(folder, "x.ts"));
});
