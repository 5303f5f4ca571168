// Turns what esbuild complains about into reports that say what is wrong, where, and what to do.
import { basename } from "node:path";
import type { Message } from "esbuild-wasm/lib/browser.js";
import type { ErrorReport } from "../../protocol/model.ts";
import type { SourceRange } from "../../protocol/position.ts";
import { diskPrefix, entryFile } from "./files.ts";

/** @param model absolute path of the model file */
export function buildErrors(messages: readonly Message[], model: string): ErrorReport[] {
  return messages.map((message) => {
    const text = explain(message, model);
    const source = message.location?.file === entryFile ? start(model) : range(message);
    return { message: text, source, stack: [], detail: detail(text, message) };
  });
}

export function noDefaultExport(model: string): ErrorReport {
  const message = `${basename(model)} has no default export. Let it end with: export default defineTraining({ model, data, loss, optimizer });`;
  return { message, source: start(model), stack: [], detail: message };
}

/** For what went wrong in the loader itself. */
export function internalError(error: unknown, model: string): ErrorReport {
  const message = `${basename(model)} could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
  const detail = error instanceof Error ? (error.stack ?? message) : message;
  return { message, source: start(model), stack: [], detail };
}

function explain(message: Message, model: string): string {
  const text = message.text.replaceAll(diskPrefix, "");
  if (message.pluginName !== "") return text;
  if (message.id === "empty-import-meta") {
    return `"import.meta" is not available in a model file. Data files are named relative to the model file.`;
  }
  if (text.startsWith("Top-level await")) {
    return `"await" outside an async function does not work in a model file. Let "data" open what is needed, or read it with readFileSync.`;
  }
  const missing = /^No matching export in "(.+)" for import "(.+)"$/.exec(text);
  if (missing === null)
    return /^(Unexpected|Expected|Unterminated|Invalid)/.test(text) ? `Syntax error: ${text}` : text;
  const [, file, name] = missing;
  return file === model && name === "default"
    ? noDefaultExport(model).message
    : `${basename(file)} exports nothing named "${name}". Check the name, or export it there.`;
}

function range({ location }: Message): SourceRange | null {
  if (!location?.file.startsWith(diskPrefix)) return null;
  // esbuild counts bytes of UTF-8, editors count UTF-16.
  const bytes = new TextEncoder().encode(location.lineText);
  const units = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to)).length;
  const column = units(0, location.column) + 1;
  const length = Math.max(1, units(location.column, location.column + location.length));
  return {
    file: location.file.slice(diskPrefix.length),
    line: location.line,
    column,
    endLine: location.line,
    endColumn: column + length,
  };
}

function start(file: string): SourceRange {
  return { file, line: 1, column: 1, endLine: 1, endColumn: 2 };
}

function detail(text: string, { location, notes }: Message): string {
  const lines = [text];
  if (location) lines.push(`    ${location.lineText}`, `    ${" ".repeat(location.column)}^`);
  for (const note of notes) lines.push(note.text, ...(note.location ? [`    ${note.location.lineText}`] : []));
  return lines.join("\n").replaceAll(diskPrefix, "");
}
