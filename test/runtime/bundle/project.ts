// A workspace in a temporary folder, its bundle, and a recorder for what the bundle says while it runs.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BundledModel, ErrorReport, Site } from "../../../src/protocol/model.ts";
import type { SourceRange } from "../../../src/protocol/position.ts";
import { createBundler } from "../../../src/runtime/bundle/bundler.ts";
import { evaluateModel } from "../../../src/runtime/bundle/evaluate.ts";
import type { Instrumentation } from "../../../src/runtime/bundle/instrumentation.ts";

export const wasmFile = createRequire(import.meta.url).resolve("esbuild-wasm/esbuild.wasm");
export const bundler = createBundler(readFileSync(wasmFile));

const root = realpathSync(mkdtempSync(join(tmpdir(), "gradient debugger ")));
process.on("exit", () => rmSync(root, { recursive: true, force: true }));
let projects = 0;

/** Writes the files, by path with "/", and returns the folder. */
export function project(files: Readonly<Record<string, string>>): string {
  const folder = join(root, `project ${++projects}`);
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}

export async function bundle(files: Readonly<Record<string, string>>, model = "m.model.ts"): Promise<BundledModel> {
  const result = await bundler.bundle(join(project(files), model));
  assert.ok(result.ok, result.ok ? "" : result.errors.map(({ detail }) => detail).join("\n"));
  return result.model;
}

export async function bundleErrors(
  files: Readonly<Record<string, string>>,
  model = "m.model.ts",
): Promise<readonly ErrorReport[]> {
  const result = await bundler.bundle(join(project(files), model));
  assert.ok(!result.ok, "the bundle should have failed");
  return result.errors;
}

/** What stands in the file at this range. */
export function textOf(range: SourceRange): string {
  const lines = readFileSync(range.file, "utf8").split("\n");
  const taken = lines.slice(range.line - 1, range.endLine);
  taken[taken.length - 1] = taken[taken.length - 1].slice(0, range.endColumn - 1);
  taken[0] = taken[0].slice(range.column - 1);
  return taken.join("\n");
}

export function siteText(site: Site): string {
  return `${site.kind} | ${site.within} | ${textOf(site.range)}`;
}

/** Keeps one current site as the runtime does, and every call. */
export class Recorder implements Instrumentation {
  current = -1;
  readonly statements: number[] = [];
  readonly entered: { readonly site: number; readonly self: unknown }[] = [];
  readonly names: { readonly site: number; readonly values: Readonly<Record<string, unknown>> }[] = [];

  at(site: number): void {
    this.current = site;
    this.statements.push(site);
  }

  enter(site: number, self?: unknown): number {
    const previous = this.current;
    this.current = site;
    this.entered.push({ site, self });
    return previous;
  }

  leave(previous: number): void {
    this.current = previous;
  }

  exit<T>(previous: number, value: T): T {
    this.current = previous;
    return value;
  }

  named(site: number, values: Readonly<Record<string, unknown>>): void {
    this.names.push({ site, values });
  }
}

export const noApi = { defineTraining: (definition: unknown) => definition };

export interface Run {
  readonly value: unknown;
  readonly recorder: Recorder;
  readonly model: BundledModel;
}

/** Bundles and evaluates one file; `probe()` in it returns the text of the current site. */
export async function run(source: string): Promise<Run> {
  const model = await bundle({ "m.model.ts": source });
  const recorder = new Recorder();
  const probe = () => (recorder.current < 0 ? "none" : textOf(model.sites[recorder.current].range));
  const value = evaluateModel(model, { ...noApi, probe }, recorder, console);
  return { value, recorder, model };
}
