// Name and tags that somebody has given to a run, in a small file beside it: the run's own file is never changed.
import { readFile } from "node:fs/promises";
import { decodeFrame, encodeRecord, framesOf, magic } from "./file/format.ts";
import { isCode, labelFile, replaceFile } from "./folder.ts";

export interface Label {
  /** Null: as the run calls itself. */
  readonly name: string | null;
  readonly tags: readonly string[];
}

export const noLabel: Label = { name: null, tags: [] };

/** The label of a run; none when there is none, or none that is whole. @throws the error of the file system */
export async function readLabel(folder: string, id: string): Promise<Label> {
  try {
    return labelOf(await readFile(labelFile(folder, id)));
  } catch (error) {
    if (isCode(error, "ENOENT")) return noLabel;
    throw error;
  }
}

export async function writeLabel(folder: string, id: string, { name, tags }: Label): Promise<void> {
  const bytes = Buffer.concat([magic, encodeRecord({ kind: "label", name, tags })]);
  await replaceFile(labelFile(folder, id), bytes);
}

/** The words of a line: separated by commas, each once, none empty. */
export function parseTags(line: string): readonly string[] {
  return [...new Set(line.split(",").map((tag) => tag.trim()))].filter((tag) => tag !== "");
}

function labelOf(bytes: Uint8Array): Label {
  let label = noLabel;
  for (const frame of framesOf(bytes)) {
    if (frame.kind !== "label") continue;
    const record = decodeFrame({ ...frame, kind: frame.kind });
    if (record !== null) label = { name: record.name, tags: record.tags ?? label.tags };
  }
  return label;
}
