// Makes one instrumented script of a model file and all that it imports. Runs nothing of it.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { EncodedSourceMap } from "@jridgewell/trace-mapping";
import type { BuildOptions, BuildResult, Message } from "esbuild-wasm/lib/browser.js";
import type { BundledModel, BundleResult } from "../../protocol/model.ts";
import { buildErrors, internalError, noDefaultExport } from "./buildErrors.ts";
import { diskPrefix, entryPoint, filesPlugin, isOfWorkspace } from "./files.ts";
import { instrument } from "./instrument.ts";

export interface Bundler {
  /** Starts esbuild and has it build something, after which a real build takes a tenth of the time. */
  warmUp(): Promise<void>;
  /**
   * Never rejects: whatever is wrong with the file is in the result.
   * @param file path of the model file
   */
  bundle(file: string): Promise<BundleResult>;
}

type Esbuild = typeof import("esbuild-wasm/lib/browser.js");

const options = {
  entryPoints: [entryPoint],
  bundle: true,
  write: false,
  outfile: "/model.js",
  format: "cjs",
  platform: "node",
  target: "es2022",
  // There is no loader behind `import()` in an evaluated script; as `require` it reaches what `require` reaches.
  supported: { "dynamic-import": false },
  charset: "utf8",
  sourcemap: "external",
  sourcesContent: false,
  metafile: true,
  logLevel: "silent",
} satisfies BuildOptions;

/** @param esbuildWasm the bytes of `esbuild.wasm`; used by the first bundler of a process or worker */
export function createBundler(esbuildWasm: Uint8Array): Bundler {
  return {
    async warmUp() {
      await build(await start(esbuildWasm), "/warm-up.ts", new Map([["/warm-up.ts", sample]]));
    },
    async bundle(file) {
      const model = resolve(file);
      try {
        return await build(await start(esbuildWasm), model, new Map());
      } catch (error) {
        return { ok: false, errors: [internalError(error, model)] };
      }
    },
  };
}

let started: Promise<Esbuild> | null = null;

/** esbuild can be initialised once only. */
function start(wasm: Uint8Array): Promise<Esbuild> {
  started ??= initialize(wasm);
  return started;
}

async function initialize(wasm: Uint8Array): Promise<Esbuild> {
  // The build for Node starts a `node` from the PATH, which somebody who only has an editor need not have; the one for
  // browsers runs in this thread, and looks for a browser's name of the global object for as long as it runs.
  Object.assign(globalThis, { self: globalThis });
  const { default: esbuild } = await import("esbuild-wasm/lib/browser.js");
  await esbuild.initialize({ wasmModule: new WebAssembly.Module(wasm), worker: false });
  return esbuild;
}

/** @param texts files that need not be read from disk; receives those of the workspace */
async function build(esbuild: Esbuild, model: string, texts: Map<string, string>): Promise<BundleResult> {
  const built = await esbuild.build({ ...options, plugins: [filesPlugin(model, texts)] }).catch(failure);
  if (built instanceof BuildFailure) return { ok: false, errors: buildErrors(built.messages, model) };
  // esbuild takes a file that neither imports nor exports for a script, and lets a script export anything.
  const isScript = built.metafile.inputs[diskPrefix + model]?.format === undefined;
  const errors = isScript ? [noDefaultExport(model)] : buildErrors(forbidden(built, model), model);
  return errors.length > 0 ? { ok: false, errors } : { ok: true, model: assemble(built, model, texts) };
}

class BuildFailure {
  constructor(readonly messages: readonly Message[]) {}
}

function failure(error: unknown): BuildFailure {
  if (error instanceof Error && "errors" in error && Array.isArray(error.errors)) return new BuildFailure(error.errors);
  throw error;
}

type Built = BuildResult<typeof options>;

/** Warnings about the user's own code that would become puzzling errors later. */
function forbidden({ warnings }: Built, model: string): Message[] {
  return warnings.filter(
    ({ id, location }) =>
      id === "empty-import-meta" && location !== null && isOfWorkspace(location.file.slice(diskPrefix.length), model),
  );
}

function assemble({ outputFiles, metafile }: Built, file: string, texts: Map<string, string>): BundledModel {
  const output = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
  const map: EncodedSourceMap = JSON.parse(output(".map"));
  const sources = map.sources.map((source) => (source?.startsWith(diskPrefix) ? fileUrl(source) : source));
  // Modules are strict, and esbuild does not say so; older packages need not be. The first line is esbuild's own, so
  // no mapping moves.
  const isStrict = Object.values(metafile.inputs).every(({ format }) => format !== "cjs");
  const code = (isStrict ? '"use strict"; ' : "") + output(".js");
  return { file, ...instrument(code, { ...map, sources }, texts), inputs: [...texts.keys()] };
}

function fileUrl(source: string): string {
  return pathToFileURL(source.slice(diskPrefix.length)).href;
}

/** Has a little of everything that model files are made of, so that all of it is compiled before it is needed. */
const sample = `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";
class Net extends nn.Module {
  first = new nn.Linear(4, 8);
  forward(x: Tensor, { scale = 1 } = {}): Tensor {
    for (const layer of [this.first]) x = layer.forward(x);
    if (scale > 1) return x.mul(scale);
    return F.relu(x);
  }
}
export default defineTraining({
  model: () => new Net(),
  data: data.csv("iris.csv", { target: "species", batchSize: 16 }),
  loss: (output, target) => F.crossEntropy(output, target),
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 1e-2 }),
});
`;
