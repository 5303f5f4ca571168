// What the data tests share: opening a source on files that exist only in memory, and looking at an error.
import assert from "node:assert/strict";
import type { Batch, DataSet, DataSource, LoadedData, PlainArray } from "../../src/data/source.ts";
import { DataError } from "../../src/engine/errors.ts";
import { Random } from "../../src/engine/random.ts";

/** File contents by name. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

export function open(source: DataSource, files: Files = {}, seed = 1): LoadedData {
  const read = (name: string) => {
    assert.ok(source.files.includes(name), `${name} was read but not announced in files`);
    const content = files[name];
    return typeof content === "string" ? new TextEncoder().encode(content) : content;
  };
  return source.open(read, new Random(seed));
}

export function wholeBatch(set: DataSet | null): Batch {
  assert.ok(set !== null);
  return set.batch(Int32Array.from({ length: set.length }, (_, i) => i));
}

export function numbers(array: PlainArray): number[] {
  return Array.from(array.data);
}

/** Runs `action`, which must throw a DataError at this place with this in its message. */
export function assertDataError(
  action: () => unknown,
  expected: { file: string; row?: number; column?: number; message: RegExp },
): void {
  assert.throws(action, (error: unknown) => {
    assert.ok(error instanceof DataError, `not a DataError: ${String(error)}`);
    assert.match(error.message, expected.message);
    assert.deepEqual(
      { file: error.file, row: error.row, column: error.column },
      { file: expected.file, row: expected.row ?? 0, column: expected.column ?? 0 },
    );
    return true;
  });
}
