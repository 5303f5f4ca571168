// Bytes of a text file as a string with one kind of line end. Knows nothing of what the text means.
import { DataError } from "../engine/errors.ts";

/** UTF-8 (a byte order mark is dropped); Windows line ends become `\n`. @throws DataError when it is not UTF-8. */
export function decodeText(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll("\r\n", "\n");
  } catch {
    throw new DataError("is not UTF-8 text; save it as UTF-8", file, lineOfFirstBadByte(bytes));
  }
}

/** Line, from 1, that does not decode by itself; a line end is never part of a longer UTF-8 sequence. */
function lineOfFirstBadByte(bytes: Uint8Array): number {
  const strict = new TextDecoder("utf-8", { fatal: true });
  for (let line = 1, start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start);
    const stop = end < 0 ? bytes.length : end + 1;
    try {
      strict.decode(bytes.subarray(start, stop));
    } catch {
      return line;
    }
    start = stop;
  }
  return 0;
}
