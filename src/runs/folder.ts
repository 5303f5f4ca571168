// Where the kept runs of a workspace lie, and what each is called on the disk. Knows nothing of what is in a file.
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A file that is only ever appended to. */
const runEnding = ".gdrun";
/** The run's name and tags, where somebody has changed them; replaced as a whole. */
const labelEnding = ".gdlabel";

/** @param workspace absolute path of the opened folder */
export function runsFolder(workspace: string): string {
  return join(workspace, ".gradient-debugger", "runs");
}

export function runFile(folder: string, id: string): string {
  return join(folder, checked(id) + runEnding);
}

export function labelFile(folder: string, id: string): string {
  return join(folder, checked(id) + labelEnding);
}

/** `20261130-205055-123-CharRNN-9f3a`: sorted by time when sorted by letters; no two are the same. */
export function newRunId(started: number, model: string): string {
  const time = new Date(started).toISOString().replace(/[-:Z]/g, "").replace("T", "-").replace(".", "-");
  const word = model.replace(/[^A-Za-z0-9]+/g, "").slice(0, 40) || "model";
  return `${time}-${word}-${randomBytes(3).toString("hex")}`;
}

/** Ids come from pages and commands too: this one may become part of a path. */
export function isRunId(id: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/.test(id);
}

/** Makes the folder; what is in it stays out of version control. @throws the error of the file system */
export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(join(folder, ".gitignore"), "# Kept runs of Gradient Debugger.\n*\n", { flag: "wx" });
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
  }
}

/** Ids of all runs, the newest first; none when there is no folder. */
export async function runIds(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    const ids = names.filter((name) => name.endsWith(runEnding)).map((name) => name.slice(0, -runEnding.length));
    return ids.filter(isRunId).sort().reverse();
  } catch (error) {
    if (isCode(error, "ENOENT")) return [];
    throw error;
  }
}

/** Takes a run and its label away for good. */
export async function removeRun(folder: string, id: string): Promise<void> {
  await rm(runFile(folder, id), { force: true });
  await rm(labelFile(folder, id), { force: true });
}

/** Writes a file so that whoever reads it sees the old or the new one, whenever this process ends. */
export async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  const draft = `${file}.${randomBytes(4).toString("hex")}.new`;
  try {
    await writeFile(draft, bytes);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function checked(id: string): string {
  if (!isRunId(id)) throw new Error(`"${id}" is not the id of a run`);
  return id;
}
