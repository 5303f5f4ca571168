// The one WebAssembly memory and what lies in it: persistent buffers and those of the iteration that runs.
// Knows nothing of what the numbers mean.

import { ModelError } from "../errors.ts";
import type { FloatBuffer, IntBuffer, Memory } from "./kernels.ts";

const PAGE = 65536;
/** The last page of the 4 GiB stays unused, so that the address after a buffer's end never wraps to 0. */
export const LARGEST_MEMORY = 65535 * PAGE;
/** A cache line, and a multiple of every vector. */
const ALIGNMENT = 64;
/** Arenas grow by at least this much; pages that nobody writes to cost nothing. */
const CHUNK = 4 * 1024 * 1024;

/** Part of the memory that one arena hands out from the start on. */
interface Chunk {
  readonly start: number;
  end: number;
  next: number;
  /** What lies below has been handed out before and may hold old numbers. */
  used: number;
}

export class WasmMemory implements Memory {
  private readonly persistent = new Arena();
  private readonly iteration = new Arena();
  private readonly maximumBytes: number;
  private top = 0;
  private iterationPeak = 0;

  /** Growable, shared (so that a view outlives growth), one page to begin with. */
  readonly memory: WebAssembly.Memory;
  private readonly views: Views;
  /** Fills bytes with 0; set once the kernels that can do it have been started on `memory`. */
  private zero: (address: number, bytes: number) => void = (address, bytes) => {
    new Uint8Array(this.memory.buffer, address, bytes).fill(0);
  };

  constructor(maximumBytes: number) {
    const pages = Math.floor(Math.min(maximumBytes, LARGEST_MEMORY) / PAGE);
    this.maximumBytes = pages * PAGE;
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: pages, shared: true });
    this.views = new Views(this.memory);
    // address 0 stands for "no buffer", so the first line is given to nobody
    this.persistent.addChunk(ALIGNMENT, PAGE);
    this.top = PAGE;
  }

  useZero(zero: (address: number, bytes: number) => void): void {
    this.zero = zero;
  }

  floats(length: number, persistent: boolean): FloatBuffer {
    return new WasmFloats(this.views, this.allocate(length * 4, persistent, true), length);
  }

  empty(length: number, persistent: boolean): FloatBuffer {
    return new WasmFloats(this.views, this.allocate(length * 4, persistent, false), length);
  }

  ints(length: number, persistent: boolean): IntBuffer {
    return new WasmInts(this.views, this.allocate(length * 4, persistent, true), length);
  }

  endIteration(): void {
    this.iterationPeak = Math.max(this.iterationPeak, this.iteration.bytes);
    this.iteration.rewind();
  }

  usage(): { readonly persistent: number; readonly iteration: number } {
    return { persistent: this.persistent.bytes, iteration: Math.max(this.iterationPeak, this.iteration.bytes) };
  }

  /** @throws ModelError when the memory is full. */
  private allocate(bytes: number, persistent: boolean, cleared: boolean): number {
    const arena = persistent ? this.persistent : this.iteration;
    const size = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    const chunk = arena.find(size) ?? this.grow(arena, size, bytes);
    const address = chunk.next;
    const stale = Math.min(chunk.used - address, size);
    if (cleared && stale > 0) this.zero(address, stale);
    arena.take(chunk, size);
    return address;
  }

  private grow(arena: Arena, size: number, wanted: number): Chunk {
    const extended = arena.last?.end === this.top ? arena.last : undefined;
    const missing = extended ? size - (extended.end - extended.next) : size;
    const start = this.top;
    // a whole chunk if there is room, else just what is missing
    if (!this.growTo(start + Math.max(missing, CHUNK)) && !this.growTo(start + missing)) {
      throw this.outOfMemory(wanted);
    }
    if (!extended) return arena.addChunk(start, this.top);
    extended.end = this.top;
    return extended;
  }

  private growTo(end: number): boolean {
    const pages = Math.ceil((end - this.top) / PAGE);
    if (this.top + pages * PAGE > this.maximumBytes) return false;
    try {
      this.memory.grow(pages);
    } catch (error) {
      // the system has no more to give, which is the same to the user as our own limit
      if (error instanceof RangeError) return false;
      throw error;
    }
    this.top += pages * PAGE;
    return true;
  }

  private outOfMemory(wanted: number): ModelError {
    const persistent = this.persistent.bytes;
    const iteration = this.iteration.bytes;
    return new ModelError(
      `out of memory: ${bytesText(wanted)} wanted, ${bytesText(persistent + iteration)} in use ` +
        `(${bytesText(persistent)} by parameters and optimizer, ${bytesText(iteration)} by this iteration) ` +
        `of at most ${bytesText(this.maximumBytes)}. Use a smaller batch, shorter sequences or a smaller model.`,
    );
  }
}

/** Chunks that are filled from the start, first fit, and emptied all at once. */
class Arena {
  private readonly chunks: Chunk[] = [];
  bytes = 0;

  get last(): Chunk | undefined {
    return this.chunks.at(-1);
  }

  addChunk(start: number, end: number): Chunk {
    const chunk = { start, end, next: start, used: start };
    this.chunks.push(chunk);
    return chunk;
  }

  find(size: number): Chunk | undefined {
    return this.chunks.find((chunk) => chunk.end - chunk.next >= size);
  }

  take(chunk: Chunk, size: number): void {
    chunk.next += size;
    chunk.used = Math.max(chunk.used, chunk.next);
    this.bytes += size;
  }

  rewind(): void {
    for (const chunk of this.chunks) chunk.next = chunk.start;
    this.bytes = 0;
  }
}

/** All of the memory as floats and as whole numbers; made anew when it has grown. */
class Views {
  private f: Float32Array = new Float32Array(0);
  private i: Int32Array = new Int32Array(0);

  constructor(private readonly memory: WebAssembly.Memory) {}

  /** @param end byte address that must lie within the view */
  floats(end: number): Float32Array {
    if (end > this.f.byteLength) this.f = new Float32Array(this.memory.buffer);
    return this.f;
  }

  ints(end: number): Int32Array {
    if (end > this.i.byteLength) this.i = new Int32Array(this.memory.buffer);
    return this.i;
  }
}

/** Copying less than this element by element is faster than a call of TypedArray's `set`. */
const shortCopy = 64;

/** Views of one buffer are made when somebody looks: most of an iteration are only passed from kernel to kernel. */
class WasmFloats implements FloatBuffer {
  readonly kind = "floats";
  private view: Float32Array | undefined;

  constructor(
    private readonly views: Views,
    readonly ptr: number,
    readonly length: number,
  ) {}

  get array(): Float32Array {
    this.view ??= this.all.subarray(this.ptr / 4, this.ptr / 4 + this.length);
    return this.view;
  }

  get(i: number): number {
    return this.all[this.ptr / 4 + i];
  }

  set(i: number, value: number): void {
    this.all[this.ptr / 4 + i] = value;
  }

  load(values: ArrayLike<number>): void {
    copyInto(this.all, this.ptr / 4, values);
  }

  sub(start: number, length: number): FloatBuffer {
    return new WasmFloats(this.views, this.ptr + 4 * start, length);
  }

  private get all(): Float32Array {
    return this.views.floats(this.ptr + 4 * this.length);
  }
}

class WasmInts implements IntBuffer {
  readonly kind = "ints";
  private view: Int32Array | undefined;

  constructor(
    private readonly views: Views,
    readonly ptr: number,
    readonly length: number,
  ) {}

  get array(): Int32Array {
    this.view ??= this.all.subarray(this.ptr / 4, this.ptr / 4 + this.length);
    return this.view;
  }

  get(i: number): number {
    return this.all[this.ptr / 4 + i];
  }

  load(values: ArrayLike<number>): void {
    copyInto(this.all, this.ptr / 4, values);
  }

  sub(start: number, length: number): IntBuffer {
    return new WasmInts(this.views, this.ptr + 4 * start, length);
  }

  private get all(): Int32Array {
    return this.views.ints(this.ptr + 4 * this.length);
  }
}

function copyInto(to: Float32Array | Int32Array, at: number, values: ArrayLike<number>): void {
  if (values.length > shortCopy) to.set(values, at);
  else for (let i = 0; i < values.length; i++) to[at + i] = values[i];
}

/** "1,234,567 bytes (1.2 MB)", or without the bracket below a kilobyte. */
function bytesText(bytes: number): string {
  const exact = `${bytes.toLocaleString("en")} bytes`;
  const [unit, divisor] = bytes >= 1e9 ? ["GB", 1e9] : bytes >= 1e6 ? ["MB", 1e6] : ["kB", 1e3];
  return bytes < 1e3 ? exact : `${exact} (${(bytes / Number(divisor)).toFixed(1)} ${unit})`;
}
