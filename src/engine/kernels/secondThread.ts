// A second thread for large matrix products: both threads take pieces of the columns until none is left. Knows Atomics, no
// kind of worker.
//
// Every element of a product is summed in the same order whichever thread computes it, so the bits are the same with one
// thread and with two. When the system gives the second thread no processor the first one computes everything itself.
import type { KernelExports } from "./wasmExports.ts";

/** Bytes of the shared control block. */
export const secondThreadBytes = 128;

/** A product without its columns: they begin at `first` and are `count`. */
type PieceOf = (wasm: KernelExports, args: Int32Array, first: number, count: number) => void;

/** The kernels that are shared, called with the arguments that stand in the control block. */
const products: readonly PieceOf[] = [
  (wasm, [m, , k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, accumulate], first, count) =>
    wasm.gemm(m, count, k, a, aRow, aColumn, b + first * bColumn, bRow, bColumn, c + 4 * first, cRow, accumulate === 1),
  (wasm, [m, , k, a, aRow, aColumn, b, c, cRow, accumulate], first, count) =>
    wasm.gemmPacked(m, count, k, a, aRow, aColumn, b + 4 * first * k, c + 4 * first, cRow, accumulate === 1),
];
const gemmProduct = 0;
const gemmPackedProduct = 1;

/** Places in the control block. */
const state = 0;
const asleep = 1;
/** 1 while the second thread may read the arguments. */
const busy = 2;
const nextPiece = 3;
const donePieces = 4;
const product = 5;
const firstArgument = 6;
const mostArguments = 12;

/** Values of `state`. */
const idle = 0;
const writing = 1;
const job = 2;
const stop = 3;

/** Columns of c are cut into so many pieces: each packs the left operand anew, and a late thread holds up one of them. */
const pieces = 4;
/** Products below this many multiplications are not worth the hand-over (measured: about 2 µs when awake, 30 µs asleep). */
const worthwhile = 1e6;
/** How often the first thread looks whether the second has let go: some microseconds, more than it takes one that runs. */
const shortWait = 500;
/**
 * After looking so often for a last piece, about a millisecond, something else must have the second thread's processor. It
 * would be late again and again, so the first thread goes on alone for a while.
 */
const longWait = 150_000;
const leastPenalty = 64;
const mostPenalty = 4096;
/** How often the second thread looks for a job before it goes to sleep: about a millisecond, the time between two products. */
const looks = 150_000;

/** The first thread's side. */
export class SecondThread {
  private readonly control: Int32Array;
  private alive = true;
  /** How many products the first thread computes alone, because the second was late; and how many after it is late again. */
  private alone = 0;
  private penalty = leastPenalty;

  constructor(control: SharedArrayBuffer) {
    this.control = new Int32Array(control);
  }

  /** Is it worth sharing a product of this size? */
  takes(m: number, n: number, k: number): boolean {
    if (!this.alive || n < 8 * pieces || m * n * k < worthwhile) return false;
    return this.alone === 0 || --this.alone === 0;
  }

  /** Computes c = a·b with both threads. Blocks until it is done. */
  gemm(wasm: KernelExports, args: Parameters<KernelExports["gemm"]>): void {
    if (this.begin(gemmProduct, args)) this.finish(wasm);
    else wasm.gemm(...args);
  }

  /** The same with b packed. */
  gemmPacked(wasm: KernelExports, args: Parameters<KernelExports["gemmPacked"]>): void {
    if (this.begin(gemmPackedProduct, args)) this.finish(wasm);
    else wasm.gemmPacked(...args);
  }

  /** Ends the second thread's loop. */
  stop(): void {
    this.alive = false;
    Atomics.store(this.control, state, stop);
    Atomics.notify(this.control, state);
  }

  /** Offers a product; false when the second thread has not yet let go of the one before. */
  private begin(which: number, args: readonly (number | boolean)[]): boolean {
    const { control } = this;
    // first said, then looked: the second thread does the reverse, so one of the two sees the other
    Atomics.store(control, state, writing);
    for (let i = 0; Atomics.load(control, busy) === 1; i++) {
      if (i < shortWait) continue;
      Atomics.store(control, state, idle);
      return false;
    }
    control[product] = which;
    for (let i = 0; i < args.length; i++) control[firstArgument + i] = Number(args[i]);
    Atomics.store(control, nextPiece, 0);
    Atomics.store(control, donePieces, 0);
    Atomics.store(control, state, job);
    if (Atomics.load(control, asleep) === 1) Atomics.notify(control, state);
    return true;
  }

  private finish(wasm: KernelExports): void {
    const { control } = this;
    takePieces(control, wasm);
    let waited = 0;
    while (Atomics.load(control, donePieces) !== pieces) waited++;
    Atomics.store(control, state, idle);
    if (waited > longWait) {
      this.alone = this.penalty;
      this.penalty = Math.min(2 * this.penalty, mostPenalty);
    } else if (this.penalty > leastPenalty) this.penalty--;
  }
}

/** The second thread's side: computes what it is given until it is told to stop. */
export function serveProducts(buffer: SharedArrayBuffer, wasm: KernelExports): void {
  const control = new Int32Array(buffer);
  for (;;) {
    let now = Atomics.load(control, state);
    for (let i = 0; i < looks && now !== job && now !== stop; i++) now = Atomics.load(control, state);
    if (now === stop) return;
    if (now !== job) {
      Atomics.store(control, asleep, 1);
      Atomics.wait(control, state, now);
      Atomics.store(control, asleep, 0);
      continue;
    }
    Atomics.store(control, busy, 1);
    if (Atomics.load(control, state) === job) takePieces(control, wasm);
    Atomics.store(control, busy, 0);
    while (Atomics.load(control, state) === job);
  }
}

/** Computes pieces of the product in the control block until none is left. */
function takePieces(control: Int32Array, wasm: KernelExports): void {
  const compute = products[control[product]];
  const args = control.subarray(firstArgument, firstArgument + mostArguments);
  const n = args[1];
  // whole tiles of 8 columns
  const width = Math.ceil(n / (8 * pieces)) * 8;
  for (let i = Atomics.add(control, nextPiece, 1); i < pieces; i = Atomics.add(control, nextPiece, 1)) {
    const count = Math.min(width, n - i * width);
    if (count > 0) compute(wasm, args, i * width, count);
    Atomics.add(control, donePieces, 1);
  }
}
