// Files a run needs: the kernels beside the program, and the data beside the model file.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { DataError, type SecondThreadData, WasmKernels } from "../training/engine.ts";

/** The kernel modules from the folder that the build filled. */
export function kernelBinaries(dist: string): { readonly simd: Uint8Array; readonly relaxed: Uint8Array } {
  const read = (name: string) => readFileSync(join(dist, name));
  return { simd: read("kernels.simd.wasm"), relaxed: read("kernels.relaxed.wasm") };
}

/** Two threads leave nothing for the editor on a machine of two processors. */
const defaultThreads = availableParallelism() >= 4 ? 2 : 1;

export interface KernelOptions {
  /** 2: a second thread for large products, with the same bits; it ends with the thread that asked for it. */
  readonly threads?: number | undefined;
  /** The kernels that give the same bits on every machine: no fused multiply-add, which not every processor has. */
  readonly deterministic?: boolean | undefined;
}

/** The float32 kernels. */
export function loadKernels(
  dist: string,
  { threads = defaultThreads, deterministic = false }: KernelOptions = {},
): WasmKernels {
  const { simd, relaxed } = kernelBinaries(dist);
  const kernels = WasmKernels.create({ simd, relaxed: deterministic ? null : relaxed });
  if (threads < 2) return kernels;
  const workerData: KernelThreadData = { ...kernels.useSecondThread(), dist };
  const worker = new Worker(join(dist, "kernelThread.cjs"), { workerData });
  worker.unref();
  return kernels;
}

/** `workerData` of dist/kernelThread.cjs. */
export interface KernelThreadData extends SecondThreadData {
  readonly dist: string;
}

/** Reads data files relative to the model file. @throws DataError naming the path that was tried */
export function dataReader(modelFile: string): (file: string) => Uint8Array {
  return (file) => {
    const path = resolve(dirname(modelFile), file);
    try {
      return readFileSync(path);
    } catch (error) {
      const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
      const reason = missing
        ? "does not exist"
        : `cannot be read (${error instanceof Error ? error.message : String(error)})`;
      throw new DataError(`the data file ${path} ${reason}; paths are relative to the model file`, file);
    }
  };
}
