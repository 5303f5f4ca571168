// Compiles the AssemblyScript kernels into dist/kernels.simd.wasm and dist/kernels.relaxed.wasm.

import { mkdir, readdir, rename, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../../..");
const sources = join(here, "assembly");

/** Features on top of the compiler's defaults; `madd` in simd.ts looks at relaxed-simd. */
const variants = { simd: "simd,threads", relaxed: "simd,threads,relaxed-simd" };

/** Builds what is older than its sources. @returns the paths of the two modules. */
export async function buildKernels() {
  const newest = await newestSource();
  const outputs = {};
  for (const [variant, features] of Object.entries(variants)) {
    const output = join(root, "dist", `kernels.${variant}.wasm`);
    outputs[variant] = output;
    if ((await modifiedAt(output)) < newest) await compile(output, features);
  }
  return outputs;
}

async function compile(output, features) {
  // loaded only when there is something to compile: it is slow to load
  const { default: asc } = await import("assemblyscript/asc");
  await mkdir(dirname(output), { recursive: true });
  // renamed when complete, so that a process beside this one never reads half a module
  const unfinished = `${output}.${process.pid}`;
  const { error, stdout, stderr } = await asc.main([
    relative(root, join(sources, "index.ts")),
    ...["--baseDir", root, "--outFile", relative(root, unfinished), "--enable", features],
    // the host owns the memory; shared, so that its views stay valid when it grows
    ...["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
    ...["-O3", "--noAssert", "--runtime", "stub"],
  ]);
  if (error) throw new Error(`${relative(root, output)} could not be built\n${stdout}${stderr}`);
  await rename(unfinished, output);
}

/** This script counts too: it holds the compiler's options. */
async function newestSource() {
  const files = (await readdir(sources, { recursive: true })).map((name) => join(sources, name));
  const times = await Promise.all([...files, fileURLToPath(import.meta.url)].map(modifiedAt));
  return Math.max(...times);
}

/** Milliseconds; 0 when the file is not there. */
async function modifiedAt(path) {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (error.code === "ENOENT") return 0;
    throw error;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const path of Object.values(await buildKernels())) console.log(relative(process.cwd(), path));
}
