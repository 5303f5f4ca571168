// The float32 kernels as the build left them in dist: plain SIMD always, relaxed SIMD where this Node has it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { WasmKernels } from "../../src/engine/kernels/wasm.ts";

const dist = join(import.meta.dirname, "../../dist");

export function builtKernels(): { readonly name: string; readonly kernels: () => WasmKernels }[] {
  const simd = readFileSync(join(dist, "kernels.simd.wasm"));
  const relaxed = readFileSync(join(dist, "kernels.relaxed.wasm"));
  // Node 20 has relaxed SIMD behind this flag; later versions know no such flag and need none
  if (!WebAssembly.validate(relaxed)) setFlagsFromString("--experimental-wasm-relaxed-simd");
  const list = [{ name: "plain SIMD", kernels: () => WasmKernels.create({ simd, relaxed: null }) }];
  if (WebAssembly.validate(relaxed))
    list.push({ name: "relaxed SIMD", kernels: () => WasmKernels.create({ simd, relaxed }) });
  return list;
}
