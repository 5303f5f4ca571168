// Line and function breakpoints: remembers what the client asked for and places it on the loaded model.
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { matchPattern, parsePattern } from "../../protocol/breakpoints/pattern.ts";
import type { BundledModel, ModelInfo } from "../../protocol/model.ts";
import type { BreakpointSpec } from "../../protocol/requests.ts";
import { type Client, fileKey } from "../client.ts";
import type { Events } from "../dap.ts";
import { type LinePlace, Places } from "./places.ts";
import { problemIn, problemOf, type Texts, textsOf } from "./texts.ts";

/** What breakpoints are placed on. */
type Target =
  /** No model yet. */
  | { readonly kind: "pending" }
  /** Started without debugging. */
  | { readonly kind: "off" }
  /** `info` comes when the model has been made. */
  | { readonly kind: "model"; readonly model: BundledModel; readonly places: Places; readonly info: ModelInfo | null };

/** Not placed: "pending" may come to be. */
interface Nowhere {
  readonly verified: false;
  readonly reason: "pending" | "failed";
  readonly message: string;
}

type Place = Extract<LinePlace, { verified: true }> | Nowhere;

interface Common {
  readonly id: number;
  readonly texts: Texts;
  /** What went wrong with it in the run, or null. */
  failure: string | null;
}

interface Line extends Common {
  readonly kind: "line";
  readonly path: string;
  /** Lines and columns count from 1. */
  readonly line: number;
  readonly column: number | undefined;
  place: Place;
}

interface ByName extends Common {
  readonly kind: "function";
  readonly pattern: string;
  place: { readonly verified: true } | Nowhere;
}

type Placed = Line | ByName;

const pending: Nowhere = { verified: false, reason: "pending", message: "the model has not been loaded yet" };
const off = nowhere("this run was started without debugging: it does not stop");

export class Breakpoints {
  readonly #client: Client;
  readonly #files = new Map<string, readonly Line[]>();
  #functions: readonly ByName[] = [];
  #target: Target = { kind: "pending" };
  #lastId = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Replaces the breakpoints of one file. One that has not changed keeps its number, and its count of hits with it. */
  set(path: string, asked: readonly Dap.SourceBreakpoint[]): Dap.Breakpoint[] {
    const before = [...(this.#files.get(fileKey(path)) ?? [])];
    const lines = asked.map((breakpoint): Line => {
      const line = this.#client.fromLine(breakpoint.line);
      const column = breakpoint.column === undefined ? undefined : this.#client.fromColumn(breakpoint.column);
      const texts = textsOf(breakpoint);
      const place = this.#placeLine(path, line, column, texts);
      const old = take(before, (candidate) => candidate.line === line && candidate.column === column, texts);
      return { kind: "line", path, line, column, texts, place, ...(old ?? this.#new()) };
    });
    this.#files.set(fileKey(path), lines);
    return lines.map((line) => this.#report(line));
  }

  /** Replaces the function breakpoints. */
  setFunctions(asked: readonly Dap.FunctionBreakpoint[]): Dap.Breakpoint[] {
    const before = [...this.#functions];
    this.#functions = asked.map(({ name, ...given }): ByName => {
      const texts = textsOf(given);
      const place = this.#placeFunction(name, texts);
      const old = take(before, (candidate) => candidate.pattern === name, texts);
      return { kind: "function", pattern: name, texts, place, ...(old ?? this.#new()) };
    });
    return this.#functions.map((breakpoint) => this.#report(breakpoint));
  }

  /** Places everything on another program. Returns the breakpoints that have changed by it. */
  bind(model: BundledModel, debug: boolean): Dap.Breakpoint[] {
    this.#target = debug ? { kind: "model", model, places: new Places(model), info: null } : { kind: "off" };
    return this.#changedBy((breakpoint) => {
      breakpoint.failure = null;
    });
  }

  /** The model exists, so its layers are known. Returns the breakpoints that have changed by it. */
  started(info: ModelInfo): Dap.Breakpoint[] {
    if (this.#target.kind === "model") this.#target = { ...this.#target, info };
    return this.#changedBy(() => {});
  }

  /** A breakpoint could not be looked at in the run; it stays. Returns it, and a line for the console that leads to it. */
  failed(id: number, message: string): { breakpoint: Dap.Breakpoint; output: Events["output"] } | null {
    const placed = this.#all().find((candidate) => candidate.id === id);
    if (placed === undefined) return null;
    placed.failure = message;
    const what = placed.texts.logMessage === null ? "condition" : "logpoint";
    const text = placed.texts.condition ?? placed.texts.logMessage ?? "";
    const breakpoint = this.#report(placed);
    const output = `breakpoint ${what} “${text}”: ${message}; it does not hold where this happens, and training goes on\n`;
    const place = placed.kind === "line" ? { source: breakpoint.source, line: breakpoint.line } : {};
    return { breakpoint, output: { category: "stderr", output, ...place } };
  }

  /** Those that have a place, as a runtime is told of them. Function breakpoints find theirs in the runtime. */
  get specs(): BreakpointSpec[] {
    return this.#all().flatMap((placed): BreakpointSpec[] => {
      const { id, texts } = placed;
      if (placed.kind === "function")
        return placed.place.verified || placed.place.reason === "pending"
          ? [{ id, kind: "function", pattern: placed.pattern, ...texts }]
          : [];
      if (!placed.place.verified) return [];
      const { sites, phases } = placed.place;
      return [{ id, kind: "line", sites: sites.map((site) => site.id), phases, ...texts }];
    });
  }

  /** Where breakpoints are possible from the first line to the last, both included: one location for each phase. */
  locations(path: string, firstLine: number, lastLine: number): Dap.BreakpointLocation[] {
    if (this.#target.kind !== "model") return [];
    return this.#target.places.locations(path, firstLine, lastLine).map(({ site, column, endLine, endColumn }) => ({
      line: this.#client.line(site.range.line),
      column: this.#client.column(column),
      endLine: this.#client.line(endLine),
      endColumn: this.#client.column(endColumn),
    }));
  }

  #all(): readonly Placed[] {
    return [...[...this.#files.values()].flat(), ...this.#functions];
  }

  #new(): Pick<Common, "id" | "failure"> {
    return { id: ++this.#lastId, failure: null };
  }

  #changedBy(change: (placed: Placed) => void): Dap.Breakpoint[] {
    return this.#all().flatMap((placed) => {
      const before = JSON.stringify(this.#report(placed));
      change(placed);
      if (placed.kind === "line") placed.place = this.#placeLine(placed.path, placed.line, placed.column, placed.texts);
      else placed.place = this.#placeFunction(placed.pattern, placed.texts);
      const now = this.#report(placed);
      return JSON.stringify(now) === before ? [] : [now];
    });
  }

  #placeLine(path: string, line: number, column: number | undefined, texts: Texts): Place {
    const target = this.#target;
    if (target.kind === "off") return off;
    const problem = problemOf(texts, (name) => this.#mayBeVariable(name));
    if (problem !== null) return nowhere(problem);
    if (target.kind === "pending") return pending;
    const place = target.places.find(path, line, column);
    return place.verified ? place : nowhere(place.message);
  }

  #placeFunction(pattern: string, texts: Texts): ByName["place"] {
    const target = this.#target;
    if (target.kind === "off") return off;
    const problem =
      problemIn("function breakpoint", pattern, parsePattern) ?? problemOf(texts, (name) => this.#mayBeVariable(name));
    if (problem !== null) return nowhere(problem);
    if (target.kind === "pending") return pending;
    const { info } = target;
    if (info === null) return { ...pending, message: "the model has not been made yet" };
    const names = {
      model: info.name,
      layers: info.layers.flatMap(({ path }) => (path === "" ? [] : [path])),
      parameters: info.parameters.map(({ name }) => name),
    };
    const mismatch = problemIn("function breakpoint", pattern, (text) => matchPattern(parsePattern(text), names));
    return mismatch === null ? { verified: true } : nowhere(mismatch);
  }

  /** A word that is nowhere in the program is no variable of it. */
  #mayBeVariable(name: string): boolean {
    if (this.#target.kind !== "model") return true;
    const word = name.replaceAll("$", "\\$");
    return new RegExp(`(?<![\\p{L}\\p{N}_$])${word}(?![\\p{L}\\p{N}_$])`, "u").test(this.#target.model.code);
  }

  #report(placed: Placed): Dap.Breakpoint {
    const { id, place, failure } = placed;
    const message = failure === null ? {} : { message: failure };
    if (placed.kind === "function") {
      return place.verified ? { id, verified: true, ...message } : { id, ...place };
    }
    const source = this.#client.source(placed.path);
    const line = this.#client.line(placed.line);
    if (!placed.place.verified) return { id, ...placed.place, source, line };
    const { sites, column } = placed.place;
    const at = { source, line: this.#client.line(sites[0].range.line) };
    // A column moves the mark into the line, so it is said only to who asked for one.
    if (placed.column === undefined) return { id, verified: true, ...at, ...message };
    return { id, verified: true, ...at, column: this.#client.column(column), ...message };
  }
}

function nowhere(message: string): Nowhere {
  return { verified: false, reason: "failed", message };
}

/** Takes the first that is the same out of the list; each serves once. */
function take<T extends Placed>(
  before: T[],
  isSame: (candidate: T) => boolean,
  texts: Texts,
): Pick<Common, "id" | "failure"> | null {
  const i = before.findIndex(
    (candidate) => isSame(candidate) && JSON.stringify(candidate.texts) === JSON.stringify(texts),
  );
  if (i < 0) return null;
  const [{ id, failure }] = before.splice(i, 1);
  return { id, failure };
}
