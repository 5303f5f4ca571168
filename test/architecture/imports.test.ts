// Who may import whom: reads every import of src and webview, type imports too, and fails on any other edge or on a cycle.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { test } from "node:test";

const root = resolve(import.meta.dirname, "../..");

/** Area → the areas it may import. `src/api.ts` is an area of its own. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "src/engine": [],
  "src/nn": ["src/engine"],
  "src/optim": ["src/engine"],
  "src/data": ["src/engine"],
  "src/training": ["src/nn", "src/optim", "src/data", "src/engine"],
  "src/diagnosis": ["src/training"],
  "src/api": ["src/engine", "src/nn", "src/optim", "src/data", "src/training", "src/diagnosis"],
  "src/protocol": [],
  "src/runtime": ["src/api", "src/training", "src/diagnosis", "src/protocol"],
  "src/adapter": ["src/protocol"],
  "src/runs": ["src/protocol"],
  "src/extension": ["src/protocol", "src/adapter", "src/runs", "src/diagnosis"],
  "src/cli": ["src/api", "src/runtime", "src/adapter", "src/protocol"],
  webview: ["src/protocol"],
};

/** Areas that run in a browser too, so they may not touch Node. */
const freeOfNode = [
  "src/engine",
  "src/nn",
  "src/optim",
  "src/data",
  "src/training",
  "src/diagnosis",
  "src/api",
  "src/protocol",
  "webview",
];

/** Packages that belong to certain areas; any other package is free where Node is. */
const packages: Readonly<Record<string, readonly string[]>> = {
  vscode: ["src/extension"],
  "@vscode/debugadapter": ["src/adapter"],
  "@vscode/debugprotocol": ["src/adapter"],
  "chart.js": ["webview"],
  katex: ["webview"],
  "@dagrejs/dagre": ["webview"],
  "@vscode/webview-ui-toolkit": ["webview"],
  "esbuild-wasm": ["src/runtime"],
  "csv-parse": ["src/data"],
  "@aws-crypto/crc32c": ["src/runs"],
  pbf: ["src/runs"],
};

interface Import {
  readonly from: string;
  readonly target: string;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((f) => f.endsWith(".ts") && !f.endsWith(".d.ts") && !f.includes(`assembly${sep}`))
    .map((f) => join(folder, f));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const pattern = /^\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm;
  return [...text.matchAll(pattern)].map((m) => ({ from: file, target: m[1] ?? m[2] ?? m[3] }));
}

function areaOf(file: string): string {
  const parts = file.split(sep);
  if (parts[0] === "webview") return "webview";
  return parts.length === 2 ? `src/${parts[1].replace(/\.ts$/, "")}` : `src/${parts[1]}`;
}

const all = [...sources("src"), ...sources("webview")].flatMap(importsOf);
const own = all
  .filter(({ target }) => target.startsWith("."))
  .map(({ from, target }) => ({ from, to: relative(root, resolve(root, dirname(from), target)) }))
  .filter(({ from, to }) => areaOf(from) !== areaOf(to));

test("the imports of every area were found", () => {
  const areas = new Set(all.map(({ from }) => areaOf(from)));
  for (const area of [
    "src/nn",
    "src/training",
    "src/runtime",
    "src/adapter",
    "src/extension",
    "src/cli",
    "src/api",
    "webview",
  ]) {
    assert.ok(areas.has(area), `no import was read in ${area}`);
  }
});

test("every area is in the table", () => {
  const areas = new Set(all.map(({ from }) => areaOf(from)));
  assert.deepEqual(
    [...areas].filter((a) => !(a in allowed)),
    [],
  );
});

test("every import between areas is one that the table allows", () => {
  const wrong = own.filter(({ from, to }) => !allowed[areaOf(from)].includes(areaOf(to)));
  assert.deepEqual(wrong, []);
});

test("areas do not import each other in a circle", () => {
  const edges = new Map<string, Set<string>>();
  for (const { from, to } of own) edges.set(areaOf(from), (edges.get(areaOf(from)) ?? new Set()).add(areaOf(to)));
  const done = new Set<string>();
  const visit = (area: string, path: readonly string[]) => {
    assert.ok(!path.includes(area), `circle: ${[...path, area].join(" → ")}`);
    if (done.has(area)) return;
    for (const next of edges.get(area) ?? []) visit(next, [...path, area]);
    done.add(area);
  };
  for (const area of edges.keys()) visit(area, []);
});

test("what may run in a browser imports nothing of Node", () => {
  const wrong = all.filter(({ from, target }) => target.startsWith("node:") && freeOfNode.includes(areaOf(from)));
  assert.deepEqual(wrong, []);
});

test("packages are imported only where they belong", () => {
  const name = (target: string) =>
    target
      .split("/")
      .slice(0, target.startsWith("@") ? 2 : 1)
      .join("/");
  const foreign = all.filter(({ target }) => !target.startsWith(".") && !target.startsWith("node:"));
  const wrong = foreign.filter(({ from, target }) => {
    const places = packages[name(target)];
    return places === undefined ? freeOfNode.includes(areaOf(from)) : !places.includes(areaOf(from));
  });
  assert.deepEqual(wrong, []);
});
