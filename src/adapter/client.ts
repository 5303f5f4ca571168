// How this client writes places: lines and columns from 0 or 1, paths or URIs, its own spelling of a path.
import { realpathSync } from "node:fs";
import { basename, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import type { ErrorReport } from "../protocol/model.ts";
import type { SourceRange } from "../protocol/position.ts";
import { type Events, errors } from "./dap.ts";

export class Client {
  #firstLine = 1;
  #firstColumn = 1;
  #uris = false;
  /** As the client wrote it, by what is the same file: a symbolic link must not open as a second document. */
  readonly #spelling = new Map<string, string>();
  showsProgress = false;
  showsTypes = false;

  configure(args: Dap.InitializeRequestArguments): void {
    this.#firstLine = args.linesStartAt1 === false ? 0 : 1;
    this.#firstColumn = args.columnsStartAt1 === false ? 0 : 1;
    this.#uris = args.pathFormat === "uri";
    this.showsProgress = args.supportsProgressReporting === true;
    this.showsTypes = args.supportsVariableType === true;
  }

  line(line: number): number {
    return line - 1 + this.#firstLine;
  }

  column(column: number): number {
    return column - 1 + this.#firstColumn;
  }

  fromLine(line: number): number {
    return line + 1 - this.#firstLine;
  }

  fromColumn(column: number): number {
    return column + 1 - this.#firstColumn;
  }

  source(path: string): Dap.Source {
    const own = this.#spelling.get(fileKey(path)) ?? path;
    return { name: basename(own), path: this.#uris ? pathToFileURL(own).href : own };
  }

  /**
   * Absolute path of a source of the client.
   * @throws RequestError when it is not a file
   */
  path(source: Dap.Source | undefined): string {
    if (typeof source?.path !== "string") throw errors.badArguments(`"source.path" must be the path of a file`);
    const path = resolve(this.#uris ? filePath(source.path) : source.path);
    this.remember(path);
    return path;
  }

  /** The client calls this file so. */
  remember(path: string): void {
    this.#spelling.set(fileKey(path), path);
  }

  /** The error as lines of the console that lead to the user's own line. */
  output(error: ErrorReport): Events["output"] {
    const { source, stack } = error;
    const frames = stack.map((frame) => `    at ${frame.name} (${place(frame.source)})\n`);
    const output = `${errorLine(error)}\n${frames.join("")}`;
    if (source === null) return { category: "stderr", output };
    const { file, line, column } = source;
    return {
      category: "stderr",
      output,
      source: this.source(file),
      line: this.line(line),
      column: this.column(column),
    };
  }
}

/** `file:line:column: message`, or the message alone when the place is unknown. */
export function errorLine({ message, source }: ErrorReport): string {
  return source === null ? message : `${place(source)}: ${message}`;
}

/** Equal for two paths of the same file. */
export function fileKey(path: string): string {
  const real = realPath(path);
  return process.platform === "win32" ? real.toLowerCase() : real;
}

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    // A file that is not there has one path only.
    return resolve(path);
  }
}

function filePath(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    throw errors.badArguments(`"source.path" must be the URI of a file, but is "${uri}"`);
  }
}

function place({ file, line, column }: SourceRange): string {
  return `${file}:${line}:${column}`;
}
