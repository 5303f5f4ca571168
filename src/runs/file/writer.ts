// Appends records to the file of one run without anybody waiting for the disk. Knows nothing of what a run is.
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { encodeRecord, magic } from "./format.ts";
import type { RunRecord } from "./record.ts";

/** So much may wait for a slow disk, in bytes; then it is given up. */
const patience = 64 * 1024 * 1024;

export class RecordWriter {
  readonly #file: string;
  readonly #onError: (error: Error) => void;
  #handle: FileHandle | null = null;
  #waiting: Uint8Array[] = [magic];
  #waitingBytes = magic.length;
  #bytes = magic.length;
  /** What is being written; flushes queue up behind it. */
  #writing: Promise<void> = Promise.resolve();
  #broken = false;

  /** `onError` is called once, at the first error; nothing is written after it. */
  constructor(file: string, onError: (error: Error) => void) {
    this.#file = file;
    this.#onError = onError;
  }

  /** Of the file, with what waits to be written. */
  get bytes(): number {
    return this.#bytes;
  }

  get broken(): boolean {
    return this.#broken;
  }

  /** It reaches the disk with the next flush. */
  append(record: RunRecord): void {
    if (this.#broken) return;
    const bytes = encodeRecord(record);
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#bytes += bytes.length;
    if (this.#waitingBytes > patience) this.#fail(new Error("the disk is too slow"));
  }

  /** Resolves when everything that was appended before is in the file. Never rejects. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Tells other processes that this one is still at it. */
  touch(): void {
    const now = new Date();
    // It matters as little as a beat that is left out.
    void this.#handle?.utimes(now, now).catch(() => {});
  }

  async close(): Promise<void> {
    await this.flush();
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close().catch(() => {});
  }

  async #write(): Promise<void> {
    if (this.#broken || this.#waiting.length === 0) return;
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    try {
      // Exclusively: no run is ever appended to a file that another one has begun.
      this.#handle ??= await open(
        this.#file,
        constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL,
      );
      await this.#handle.appendFile(bytes);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#waiting = [];
    this.#onError(error);
  }
}
