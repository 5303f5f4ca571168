// The kept runs of one folder: lists, opens, names, tags and removes them, and keeps the folder within its bound.
import type { Stats } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import type { RunSummary } from "../protocol/inspector/runs.ts";
import { isCode, isRunId, labelFile, removeRun, runFile, runIds } from "./folder.ts";
import { type Label, noLabel, readLabel, writeLabel } from "./label.ts";
import { isWrittenElsewhere } from "./recording/writing.ts";
import { KeptRun } from "./run.ts";
import { type Known, loadSummaries, saveSummaries } from "./summaries.ts";
import { summaryOf } from "./summary.ts";

/** So many runs that were opened stay in memory. */
const openedLimit = 4;

export interface LibraryRun {
  readonly run: KeptRun;
  readonly summary: RunSummary;
}

export class RunLibrary {
  readonly folder: string;
  readonly #isOwn: (id: string) => boolean;
  /** Loaded when it is first needed. */
  #known: Promise<Map<string, Known>> | null = null;
  /** Has anything been learnt that is not in the file of summaries? */
  #learnt = false;
  readonly #opened = new Map<string, LibraryRun & { readonly version: string }>();

  /** `isOwn` tells the runs that this process is writing. */
  constructor(folder: string, isOwn: (id: string) => boolean) {
    this.folder = folder;
    this.#isOwn = isOwn;
  }

  /** All runs, the newest first. Files that have not changed are not read again. */
  async list(): Promise<readonly RunSummary[]> {
    const all: RunSummary[] = [];
    const ids = await runIds(this.folder);
    for (const id of ids) {
      const known = await this.#know(id);
      if (known !== null) all.push(known.summary);
    }
    await this.#remember(ids);
    return all;
  }

  /** @throws Error that says that there is no such run any more */
  async open(id: string): Promise<LibraryRun> {
    const file = await this.#stat(id);
    if (file === null) throw new Error("This run is not there any more.");
    const version = await this.#version(id, file);
    const opened = this.#opened.get(id);
    if (opened?.version === version && opened.summary.state !== "running") return opened;
    const read = { ...(await this.#read(id, file)), version };
    this.#opened.delete(id);
    this.#opened.set(id, read);
    for (const old of [...this.#opened.keys()].slice(0, -openedLimit)) this.#opened.delete(old);
    return read;
  }

  async has(id: string): Promise<boolean> {
    return isRunId(id) && (await this.#stat(id)) !== null;
  }

  /** Absolute paths of what there is of a run on the disk. */
  async filesOf(id: string): Promise<readonly string[]> {
    const label = labelFile(this.folder, id);
    const labelled = await stat(label).catch(() => null);
    return [runFile(this.folder, id), ...(labelled === null ? [] : [label])];
  }

  /** Gives a name, tags or both; what is left out stays. */
  async label(id: string, change: Partial<Label>): Promise<void> {
    await writeLabel(this.folder, id, { ...(await readLabel(this.folder, id)), ...change });
  }

  async remove(id: string): Promise<void> {
    await removeRun(this.folder, id);
    this.#opened.delete(id);
  }

  /**
   * Removes the oldest runs until all together have at most so many bytes. Those that have tags or are being written stay.
   * Returns how many bytes the rest has.
   */
  async makeRoom(bytes: number): Promise<number> {
    const runs: { readonly id: string; readonly bytes: number; readonly stays: boolean }[] = [];
    for (const id of await runIds(this.folder)) {
      const known = await this.#know(id);
      if (known === null) continue;
      const stays = known.summary.tags.length > 0 || known.summary.state === "running";
      runs.push({ id, bytes: known.bytes, stays });
    }
    let total = runs.reduce((sum, run) => sum + run.bytes, 0);
    for (const run of runs.reverse()) {
      if (total <= bytes) break;
      if (run.stays) continue;
      await this.remove(run.id);
      total -= run.bytes;
    }
    return total;
  }

  /** `CharRNN 3`: one more than the highest number that a run of this model has. */
  async nextName(model: string): Promise<string> {
    const numbers = (await this.list())
      .map(({ name }) => name)
      .filter((name) => name.startsWith(`${model} `))
      .map((name) => Number(name.slice(model.length + 1)))
      .filter(Number.isSafeInteger);
    return `${model} ${Math.max(0, ...numbers) + 1}`;
  }

  async #know(id: string): Promise<Known | null> {
    const file = await this.#stat(id);
    if (file === null) return null;
    const version = await this.#version(id, file);
    const all = await this.#summaries();
    const known = all.get(id);
    // Nothing tells that somebody has stopped writing but the clock.
    if (known?.version === version && known.summary.state !== "running") return known;
    const { summary } = await this.#read(id, file);
    const fresh = { version, bytes: file.size, summary };
    all.set(id, fresh);
    this.#learnt ||= summary.state !== "running";
    return fresh;
  }

  #summaries(): Promise<Map<string, Known>> {
    this.#known ??= loadSummaries(this.folder);
    return this.#known;
  }

  /** Forgets runs that are gone, and writes down what is new. */
  async #remember(ids: readonly string[]): Promise<void> {
    const all = await this.#summaries();
    for (const id of all.keys()) if (!ids.includes(id)) all.delete(id);
    if (!this.#learnt) return;
    this.#learnt = false;
    await saveSummaries(this.folder, all);
  }

  async #read(id: string, { mtimeMs, birthtimeMs }: Stats): Promise<LibraryRun> {
    const run = new KeptRun(id, await readFile(runFile(this.folder, id)));
    const label = await readLabel(this.folder, id).catch(() => noLabel);
    const writer = run.header?.writer;
    const written =
      run.end === null && (this.#isOwn(id) || (writer !== undefined && isWrittenElsewhere(writer, mtimeMs)));
    return { run, summary: summaryOf(run, { label, written, created: birthtimeMs }) };
  }

  async #version(id: string, file: Stats): Promise<string> {
    const label = await stat(labelFile(this.folder, id)).catch(() => null);
    return [file.size, file.mtimeMs, label?.size, label?.mtimeMs].join(" ");
  }

  async #stat(id: string): Promise<Stats | null> {
    try {
      return await stat(runFile(this.folder, id));
    } catch (error) {
      if (isCode(error, "ENOENT")) return null; // removed by somebody in the meantime
      throw error;
    }
  }
}
