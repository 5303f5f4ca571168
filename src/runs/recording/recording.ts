// One run from its first event to its last, kept in a folder: what comes before the file is there waits for it.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { RuntimeEvent } from "../../protocol/events.ts";
import type { ModelInfo } from "../../protocol/model.ts";
import type { RunHeader } from "../file/record.ts";
import { newRunId, prepareFolder, runFile } from "../folder.ts";
import type { RunLibrary } from "../library.ts";
import { Recorder } from "./recorder.ts";
import { thisWriter } from "./writing.ts";

/** Smaller than this no run's bound is, in bytes, however much the others have. */
const least = 1024 * 1024;
/** The older runs leave at least this share of the room to a new one. */
const share = 1 / 4;

export interface RecordingOptions {
  readonly library: RunLibrary;
  readonly model: ModelInfo;
  readonly debug: boolean;
  /** Bound of all runs of the folder together. */
  readonly bytes: number;
  /** Of the program that writes. */
  readonly version: string;
  /** Called once, at the first error; the run goes on without being kept. */
  onError(error: Error): void;
}

export class Recording {
  readonly id: string;
  /** Resolves when the file has been begun, or cannot be. */
  readonly begun: Promise<void>;
  #recorder: Recorder | null = null;
  /** Null when nothing waits for the file any more. */
  #waiting: RuntimeEvent[] | null = [];

  constructor(options: RecordingOptions) {
    const started = Date.now();
    this.id = newRunId(started, options.model.name);
    this.begun = this.#begin(options, started).catch((error: unknown) => {
      this.#waiting = null;
      options.onError(error instanceof Error ? error : new Error(String(error)));
    });
  }

  accept(event: RuntimeEvent): void {
    if (this.#waiting === null) this.#recorder?.accept(event);
    else this.#waiting.push(event);
  }

  /** Resolves when all of it is on the disk. */
  async close(): Promise<void> {
    await this.begun;
    await this.#recorder?.close();
  }

  async #begin({ library, model, debug, bytes, version, onError }: RecordingOptions, started: number): Promise<void> {
    await prepareFolder(library.folder);
    const others = await library.makeRoom(bytes * (1 - share));
    const [name, source] = await Promise.all([library.nextName(model.name), checksum(model.file)]);
    const header: RunHeader = { name, model, debug, started, source, writer: thisWriter(version) };
    const file = runFile(library.folder, this.id);
    this.#recorder = new Recorder({ file, header, bytes: Math.max(least, bytes - others), onError });
    for (const event of this.#waiting ?? []) this.#recorder.accept(event);
    this.#waiting = null;
  }
}

/** SHA-256, hexadecimal; empty when the file cannot be read. */
async function checksum(file: string): Promise<string> {
  try {
    return createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
  } catch {
    return ""; // a run of another machine's file: the comparison leaves it out
  }
}
