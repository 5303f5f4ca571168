// Gives esbuild its files: the WebAssembly build of esbuild sees no file system, so every import is answered here.
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, dirname, extname, relative } from "node:path";
import type { Loader, OnLoadResult, OnResolveArgs, OnResolveResult, Plugin } from "esbuild-wasm/lib/browser.js";
import { isRelative, resolveImport } from "./resolve.ts";

/** What a model file imports from; the runtime hands it over. */
export const apiName = "gradient-debugger";

/** esbuild's name for the files on disk, and its prefix in error messages and source maps. */
const disk = "disk";
export const diskPrefix = `${disk}:`;

/** A module that only passes the model's default export on, so that esbuild itself misses one that is not there. */
const entry = "entry";
export const entryPoint = "model";
export const entryFile = `${entry}:${entryPoint}`;

const loaders: Readonly<Record<string, Loader>> = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".js": "js",
  ".mjs": "js",
  ".cjs": "js",
  ".jsx": "jsx",
  ".json": "json",
};

/** Is this file part of the user's own program, not of a package it uses? */
export function isOfWorkspace(file: string, model: string): boolean {
  // Seen from the model, because a model can itself lie in an installed package: the examples do.
  return !relative(dirname(model), file).split(/[\\/]/).includes("node_modules");
}

/**
 * @param model absolute path of the model file
 * @param texts text by absolute path: of files that need not be read, and after the build of all of the workspace's
 */
export function filesPlugin(model: string, texts: Map<string, string>): Plugin {
  return {
    name: "files",
    setup(build) {
      build.onResolve({ filter: /.*/ }, (args) => resolveForBuild(args, model));
      build.onLoad({ filter: /.*/, namespace: entry }, () => ({
        contents: `export { default } from ${JSON.stringify(model)};`,
        loader: "js",
      }));
      build.onLoad({ filter: /.*/, namespace: disk }, ({ path }) => load(path, model, texts));
    },
  };
}

function resolveForBuild(args: OnResolveArgs, model: string): OnResolveResult {
  if (args.kind === "entry-point") return { path: args.path, namespace: entry };
  if (args.namespace === entry) return { path: model, namespace: disk };
  if (args.path === apiName || isBuiltin(args.path)) return { path: args.path, external: true };
  const path = resolveImport(args.path, args.importer);
  if (path !== null) return { path, namespace: disk };
  // Packages ask for optional companions and catch the error; that error has to come when they ask.
  if (args.kind !== "import-statement" && !isOfWorkspace(args.importer, model)) {
    return { path: args.path, external: true };
  }
  return { errors: [{ text: notFound(args.path, args.importer) }] };
}

function notFound(specifier: string, importer: string): string {
  if (isRelative(specifier)) {
    return `There is no file "${specifier}" beside ${basename(importer)}. Check the name and the folder.`;
  }
  if (specifier.startsWith("#") || specifier.includes(":")) return `"${specifier}" cannot be found by a model file.`;
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  return `The package "${name}" is not installed where ${basename(importer)} can see it, or has no "${specifier}". Install it with: npm install ${name}`;
}

function load(path: string, model: string, texts: Map<string, string>): OnLoadResult {
  const loader = loaders[extname(path)];
  if (loader === undefined) {
    const known = Object.keys(loaders).join(", ");
    return { errors: [{ text: `${basename(path)} cannot be loaded as code: it must end in one of ${known}.` }] };
  }
  try {
    const contents = texts.get(path) ?? readFileSync(path, "utf8").replace(/^\uFEFF/, "");
    if (isOfWorkspace(path, model)) texts.set(path, contents);
    return { contents, loader };
  } catch (error) {
    return { errors: [{ text: `${path} cannot be read: ${reason(error)}.` }] };
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  return code === "EACCES" ? "this user has no permission to read it" : String(error);
}
