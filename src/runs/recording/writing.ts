// Tells whether a run is still being written, by this process or by another one.
import { hostname } from "node:os";
import type { Writer } from "../file/record.ts";
import { beatEvery } from "./recorder.ts";

/** Beats that may be left out: a computer sleeps, a disk is slow. */
const missedBeats = 20;

/** What a run of this process says of its writer. */
export function thisWriter(version: string): Writer {
  return { host: hostname(), process: process.pid, version };
}

/**
 * Does another process still write to the file? In doubt yes: such a run is not removed. The process must live (on this
 * machine that can be seen; its number may be another one's by now) and must have touched the file lately.
 *
 * @param modified when the file was last written to or touched, milliseconds since 1970
 */
export function isWrittenElsewhere(writer: Writer, modified: number, now: number = Date.now()): boolean {
  if (now - modified > missedBeats * beatEvery) return false;
  if (writer.host !== hostname()) return true;
  return writer.process !== process.pid && isAlive(writer.process);
}

function isAlive(process: number): boolean {
  try {
    globalThis.process.kill(process, 0);
    return true;
  } catch (error) {
    // There is one, but it is somebody else's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
