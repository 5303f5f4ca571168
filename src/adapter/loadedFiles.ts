// Notices that a file has been edited since its model was loaded: the run goes on with the text that it was loaded with.
import { readFileSync, statSync } from "node:fs";

interface Loaded {
  /** Null when it could not be read. */
  readonly text: string | null;
  /** Of the file that was last looked into. */
  stamp: string;
}

export class LoadedFiles {
  readonly #files: ReadonlyMap<string, Loaded>;
  readonly #told = new Set<string>();

  /** @param paths of files that have just been loaded */
  constructor(paths: readonly string[]) {
    this.#files = new Map(paths.map((path) => [path, { stamp: stampOf(path), text: textOf(path) }]));
  }

  /** Paths of files whose text has become another one, each told once. */
  changed(): string[] {
    return [...this.#files].flatMap(([path, file]) => {
      if (this.#told.has(path) || !isAnother(path, file)) return [];
      this.#told.add(path);
      return [path];
    });
  }
}

/** A file that was saved as it was has another time, so it is read before anything is said. */
function isAnother(path: string, file: Loaded): boolean {
  const stamp = stampOf(path);
  if (stamp === file.stamp) return false;
  file.stamp = stamp;
  return textOf(path) !== file.text;
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.mtimeMs} ${stat.size}`;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
