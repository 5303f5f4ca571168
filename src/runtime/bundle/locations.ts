// Says where in the user's files an error of a running model file happened. Reads no file.
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { BundledModel, ErrorReport, Site } from "../../protocol/model.ts";
import type { SourceRange } from "../../protocol/position.ts";
import { scriptName } from "./evaluate.ts";

/** Line and column count from 1. */
interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

type Frame = ErrorReport["stack"][number];

export class SourceLocations {
  readonly #model: BundledModel;
  readonly #map: TraceMap;

  constructor(model: BundledModel) {
    this.#model = model;
    this.#map = new TraceMap(model.map);
  }

  /**
   * @param line of the bundled script, from 1
   * @param column of the bundled script, from 1
   * @returns null for code that the user did not write
   */
  original(line: number, column: number): Location | null {
    const found = originalPositionFor(this.#map, { line, column: column - 1 });
    if (!found.source?.startsWith("file:")) return null;
    const file = fileURLToPath(found.source);
    return this.#model.inputs.includes(file) ? { file, line: found.line, column: found.column + 1 } : null;
  }

  /**
   * @param error whatever was thrown
   * @param site the site that was current then; a site that the error itself carries comes first
   */
  report(error: unknown, site = -1): ErrorReport {
    const message = messageOf(error);
    const text = stackOf(error);
    const stack = text.split("\n").flatMap((line) => this.#frame(line));
    const current = this.#model.sites[siteOf(error) ?? site]?.range ?? null;
    const known = (isDataError(error) ? this.#dataSite() : null) ?? stack[0]?.source ?? current;
    const source = known ?? (isModelError(error) ? this.#beginning() : null);
    return { message, source, stack, detail: text === "" ? message : this.#translate(text) };
  }

  #frame(line: string): Frame[] {
    const match = frame.exec(line);
    const place = match && this.original(Number(match[2]), Number(match[3]));
    if (!place) return [];
    const site = this.#innermost(place);
    const source = { ...place, ...(site ? endOf(site.range) : { endLine: place.line, endColumn: place.column + 1 }) };
    const name = site ? site.within : functionName(match[1]);
    return [{ name: name || basename(place.file), source }];
  }

  /** The smallest site around a position. */
  #innermost(place: Location): Site | null {
    const around = this.#model.sites.filter(({ range }) => contains(range, place));
    return around.reduce<Site | null>((best, site) => (best && contains(site.range, best.range) ? best : site), null);
  }

  /** Where the model file says what its data are. */
  #dataSite(): SourceRange | null {
    const sites = this.#model.sites.filter(({ kind }) => kind === "data");
    return (sites.find(({ range }) => range.file === this.#model.file) ?? sites[0])?.range ?? null;
  }

  /** Where a fault of the model file as a whole is shown. */
  #beginning(): SourceRange {
    return { file: this.#model.file, line: 1, column: 1, endLine: 1, endColumn: 2 };
  }

  /** The whole stack, with the user's positions instead of the script's. */
  #translate(text: string): string {
    return text.replace(position, (written, line, column) => {
      const place = this.original(Number(line), Number(column));
      return place ? `${place.file}:${place.line}:${place.column}` : written;
    });
  }
}

const position = new RegExp(`${scriptName}:(\\d+):(\\d+)`, "g");
/** `    at CharRNN.forward (gradient-debugger:model:30:12)`, or without name and brackets. */
const frame = new RegExp(`^\\s*at (?:(.*) \\()?${scriptName}:(\\d+):(\\d+)\\)?$`);

/** V8's name without what it says about how the call was made. */
function functionName(name = ""): string {
  return name.replace(/^(async |new |Object\.)+/, "").replace(/ \[as .*\]$/, "");
}

function endOf({ endLine, endColumn }: SourceRange): { endLine: number; endColumn: number } {
  return { endLine, endColumn };
}

function contains(range: SourceRange, { file, line, column }: Location): boolean {
  if (range.file !== file || line < range.line || line > range.endLine) return false;
  return (line > range.line || column >= range.column) && (line < range.endLine || column < range.endColumn);
}

// Errors are told apart by what they carry, not by their class: they may come out of another bundle or another thread.

function isError(error: unknown): error is Error {
  return error instanceof Error || Object.prototype.toString.call(error) === "[object Error]";
}

function isDataError(error: unknown): boolean {
  return isError(error) && error.name === "DataError";
}

function isModelError(error: unknown): boolean {
  return isError(error) && error.name === "ModelError";
}

function siteOf(error: unknown): number | null {
  return isError(error) && "site" in error && typeof error.site === "number" && error.site >= 0 ? error.site : null;
}

function stackOf(error: unknown): string {
  return isError(error) && typeof error.stack === "string" ? error.stack : "";
}

const plainNames: ReadonlySet<string> = new Set(["Error", "ModelError", "DataError"]);

function messageOf(error: unknown): string {
  if (!isError(error)) return `The model file threw ${inspect(error)}, which is not an Error.`;
  if (plainNames.has(error.name)) return error.message || `The model file threw an ${error.name} without a message.`;
  return error.message ? `${error.name}: ${error.message}` : error.name;
}
