// Memory of the reference kernels: every buffer is an array of its own, and the garbage collector does the rest.

import type { FloatArray, FloatBuffer, IntBuffer, Memory } from "../kernels.ts";

export class ReferenceMemory implements Memory {
  private persistentBytes = 0;
  private iterationBytes = 0;
  private iterationPeak = 0;

  floats(length: number, persistent: boolean): FloatBuffer {
    const array = new Float64Array(length);
    this.count(array.byteLength, persistent);
    return new ReferenceFloats(array);
  }

  /** Filled with NaN, so that a test finds whoever reads what nobody has written. */
  empty(length: number, persistent: boolean): FloatBuffer {
    const buffer = this.floats(length, persistent);
    buffer.array.fill(Number.NaN);
    return buffer;
  }

  ints(length: number, persistent: boolean): IntBuffer {
    const array = new Int32Array(length);
    this.count(array.byteLength, persistent);
    return new ReferenceInts(array);
  }

  endIteration(): void {
    this.iterationBytes = 0;
  }

  usage(): { readonly persistent: number; readonly iteration: number } {
    return { persistent: this.persistentBytes, iteration: this.iterationPeak };
  }

  private count(bytes: number, persistent: boolean): void {
    if (persistent) {
      this.persistentBytes += bytes;
      return;
    }
    this.iterationBytes += bytes;
    this.iterationPeak = Math.max(this.iterationPeak, this.iterationBytes);
  }
}

class ReferenceFloats implements FloatBuffer {
  readonly kind = "floats";
  readonly ptr = 0;

  constructor(readonly array: FloatArray) {}

  get length(): number {
    return this.array.length;
  }

  get(i: number): number {
    return this.array[i];
  }

  set(i: number, value: number): void {
    this.array[i] = value;
  }

  load(values: ArrayLike<number>): void {
    this.array.set(values);
  }

  sub(start: number, length: number): FloatBuffer {
    return new ReferenceFloats(this.array.subarray(start, start + length));
  }
}

class ReferenceInts implements IntBuffer {
  readonly kind = "ints";
  readonly ptr = 0;

  constructor(readonly array: Int32Array) {}

  get length(): number {
    return this.array.length;
  }

  get(i: number): number {
    return this.array[i];
  }

  load(values: ArrayLike<number>): void {
    this.array.set(values);
  }

  sub(start: number, length: number): IntBuffer {
    return new ReferenceInts(this.array.subarray(start, start + length));
  }
}
