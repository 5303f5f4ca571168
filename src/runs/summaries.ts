// What is known of the runs of a folder, in a small file beside them: large files are read once, and not in every window.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decode, encode } from "../protocol/inspector/inspectorWire.ts";
import type { RunSummary } from "../protocol/inspector/runs.ts";
import { type Check, isNumber, isText, isWhole, listOf, oneOf, orNull, shape } from "./file/check.ts";
import { replaceFile } from "./folder.ts";

export interface Known {
  /** Tells a file from what it was before: size and time, of the label too. */
  readonly version: string;
  readonly bytes: number;
  readonly summary: RunSummary;
}

/** Raised when summaries are made in another way: older ones are then forgotten. */
const form = 1;

/** By id; empty where there is no such file, or none that can be believed. */
export async function loadSummaries(folder: string): Promise<Map<string, Known>> {
  try {
    const value = decode(await readFile(fileOf(folder), "utf8"));
    return isFile(value) ? new Map(value.runs.map((known) => [known.summary.id, known])) : new Map();
  } catch {
    return new Map(); // it is made anew from the runs themselves
  }
}

/** Without the runs that are being written: nothing would tell that they are not any more. */
export async function saveSummaries(folder: string, known: ReadonlyMap<string, Known>): Promise<void> {
  const runs = [...known.values()].filter(({ summary }) => summary.state !== "running");
  try {
    await replaceFile(fileOf(folder), Buffer.from(encode({ form, runs }), "utf8"));
  } catch {
    // A folder that cannot be written: the runs are read again next time.
  }
}

function fileOf(folder: string): string {
  return join(folder, "summaries.json");
}

const isSummary: Check<RunSummary> = shape<RunSummary>({
  id: isText,
  name: isText,
  tags: listOf(isText),
  model: isText,
  file: isText,
  data: isText,
  optimizer: isText,
  seed: isNumber,
  learningRate: orNull(isNumber),
  started: isNumber,
  state: oneOf("running", "completed", "stopped", "failed", "interrupted"),
  iterations: isWhole,
  loss: orNull(isNumber),
  validationLoss: orNull(isNumber),
  notice: orNull(isText),
});

const isFile = shape<{ readonly form: typeof form; readonly runs: readonly Known[] }>({
  form: (value): value is typeof form => value === form,
  runs: listOf(shape<Known>({ version: isText, bytes: isWhole, summary: isSummary })),
});
