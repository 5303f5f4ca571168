// The kernel sets that the tests run: both WebAssembly modules, freshly built, and helpers that fill and compare buffers.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { buildKernels } from "../../../src/engine/kernels/build.mjs";
import type { FloatBuffer, IntBuffer, Kernels } from "../../../src/engine/kernels/kernels.ts";
import { ReferenceKernels } from "../../../src/engine/kernels/reference/reference.ts";
import { WasmKernels } from "../../../src/engine/kernels/wasm.ts";
import { Random } from "../../../src/engine/random.ts";

export interface Variant {
  readonly name: string;
  create(options?: { maximumBytes?: number }): WasmKernels;
}

const paths = await buildKernels();
const simd = await readFile(paths.simd);
const relaxed = await readFile(paths.relaxed);
// Node 20 has relaxed SIMD behind this flag; later versions know no such flag and need none
if (!WebAssembly.validate(relaxed)) setFlagsFromString("--experimental-wasm-relaxed-simd");

/** The plain module, and the relaxed one where the engine has relaxed SIMD. */
export const variants: readonly Variant[] = [
  { name: "plain", create: (options) => WasmKernels.create({ simd, relaxed: null }, options) },
  ...(WebAssembly.validate(relaxed)
    ? [
        {
          name: "relaxed",
          create: (options?: { maximumBytes?: number }) => WasmKernels.create({ simd, relaxed }, options),
        },
      ]
    : []),
];

/** One variant beside the reference, with buffers that hold the same numbers in both. */
export class Pair {
  readonly random = new Random(7);
  readonly reference = new ReferenceKernels();

  constructor(readonly wasm: Kernels) {}

  /** The values, rounded to float32, in a buffer of each. */
  floats(values: ArrayLike<number>): Both {
    const rounded = Float32Array.from(values);
    const [w, r] = [this.wasm, this.reference].map((kernels) => {
      const buffer = kernels.memory.floats(rounded.length, false);
      buffer.array.set(rounded);
      return buffer;
    });
    return { w, r };
  }

  /** `length` normally distributed numbers. */
  normal(length: number): Both {
    return this.floats(Float32Array.from({ length }, () => this.random.normal()));
  }

  ints(values: readonly number[]): { readonly w: IntBuffer; readonly r: IntBuffer } {
    const [w, r] = [this.wasm, this.reference].map((kernels) => {
      const buffer = kernels.memory.ints(values.length, false);
      buffer.array.set(values);
      return buffer;
    });
    return { w, r };
  }
}

export interface Both {
  readonly w: FloatBuffer;
  readonly r: FloatBuffer;
}

export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** |actual − expected| ≤ absolute + relative · |expected|; NaN and infinities must be the same. */
export function assertNumberClose(actual: number, expected: number, tolerance: Tolerance, where: string): void {
  if (Object.is(actual, expected) || actual === expected) return;
  const bound = tolerance.absolute + tolerance.relative * Math.abs(expected);
  const error = Math.abs(actual - expected);
  assert.ok(
    Number.isFinite(expected) && error <= bound,
    `${where}: ${actual} where the reference has ${expected}, error ${error} > ${bound}`,
  );
}

/** Every element of the wasm buffer against the reference's. */
export function assertClose({ w, r }: Both, tolerance: Tolerance, where: string): void {
  assert.equal(w.length, r.length, where);
  for (let i = 0; i < w.length; i++) assertNumberClose(w.array[i], r.array[i], tolerance, `${where}, element ${i}`);
}
