// Builds everything that is shipped into dist/: `node esbuild.mjs [--production]`.
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { pageOptions } from "./webview/build.mjs";

const root = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(root, "dist");
const at = (...names) => path.join(root, ...names);

/**
 * Bundles are CommonJS: VS Code loads an extension with `require`. There `import.meta.url` is undefined, so code that
 * looks for a file of dist/ (a kernel, the worker) goes by `__dirname`, which is dist/ in every bundle.
 *
 * @type {Record<string, { entry: string, external?: string[], banner?: string }>}
 */
const nodeBundles = {
  extension: { entry: "src/extension/extension.ts", external: ["vscode"] },
  worker: { entry: "src/runtime/worker.ts" },
  kernelThread: { entry: "src/runtime/kernelThread.ts" },
  bundler: { entry: "src/runtime/bundle/worker.ts" },
  cli: { entry: "src/cli/main.ts", banner: "#!/usr/bin/env node" },
};

/** Production leaves out source maps and writes the code shorter. */
export async function build({ production = false } = {}) {
  const started = Date.now();
  mkdirSync(dist, { recursive: true });
  await Promise.all([buildKernels(), buildExamples(), buildCode(production), buildTypes()]);
  copyFileSync(at("node_modules/esbuild-wasm/esbuild.wasm"), path.join(dist, "esbuild.wasm"));
  removeOlderThan(started);
}

/** Removes what an earlier build left, once this one has succeeded. Kernels are written only when their sources changed. */
function removeOlderThan(time) {
  for (const name of readdirSync(dist).filter((file) => !file.startsWith("kernels."))) {
    const file = path.join(dist, name);
    if (statSync(file).mtimeMs < time - 1000) rmSync(file, { recursive: true });
  }
}

async function buildKernels() {
  const kernels = await import("./src/engine/kernels/build.mjs");
  await kernels.buildKernels();
}

async function buildExamples() {
  const examples = await import("./media/buildExamples.mjs");
  examples.buildExamples();
}

/** Types of `import … from "gradient-debugger"`, for npm users and for the file that the extension writes. */
async function buildTypes() {
  const { buildDeclarations } = await import("./src/buildDeclarations.mjs");
  const text = buildDeclarations(at("src/api.ts"), "gradient-debugger", at("tsconfig.json"));
  writeFileSync(path.join(dist, "api.d.ts"), text);
}

function buildCode(production) {
  /** @type {import("esbuild").BuildOptions} */
  const common = {
    absWorkingDir: root,
    bundle: true,
    minifySyntax: production,
    minifyWhitespace: production,
    sourcemap: !production,
    legalComments: "none",
    logLevel: "warning",
  };
  // Names are not shortened: a layer's type, as users see it, is its class's name. esbuild's `keepNames` would keep them
  // too, but at a cost for every closure that a training step makes.
  const forNode = Object.entries(nodeBundles).map(([name, { entry, external = [], banner }]) => ({
    ...common,
    entryPoints: [entry],
    outfile: path.join(dist, `${name}.cjs`),
    format: "cjs",
    platform: "node",
    target: "node20",
    external,
    ...(banner === undefined ? {} : { banner: { js: banner } }),
  }));
  const page = {
    ...common,
    ...pageOptions,
    entryPoints: ["webview/main.ts"],
    outfile: path.join(dist, "webview.js"),
    minifyIdentifiers: production,
  };
  return Promise.all([...forNode, page].map((options) => esbuild.build(options)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const started = performance.now();
  try {
    await build({ production: process.argv.includes("--production") });
    const files = readdirSync(dist).filter((name) => !name.endsWith(".map"));
    console.log(`dist/ in ${((performance.now() - started) / 1000).toFixed(1)} s: ${files.join(", ")}`);
  } catch (error) {
    // esbuild has printed its own messages, with file and line.
    if (!(error instanceof Error && "errors" in error)) console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
