// One pause: frames, scopes, values and expressions of the stopped runtime, under handles that die with the pause.
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import type { RuntimeEvent } from "../protocol/events.ts";
import type { EvaluateContext, FrameInfo, ValueInfo } from "../protocol/requests.ts";
import type { Client } from "./client.ts";
import { type Arguments, type Body, errors } from "./dap.ts";
import type { Runtime } from "./runtime/runtime.ts";

export type Stop = Extract<RuntimeEvent, { type: "stopped" }>;

/** Numbers for the client, never given twice, so that one from an earlier pause is told from a wrong one. */
export class Handles<Target> {
  readonly #what: string;
  readonly #targets = new Map<number, Target>();
  #last = 0;

  /** @param what name for error messages */
  constructor(what: string) {
    this.#what = what;
  }

  add(target: Target): number {
    this.#targets.set(++this.#last, target);
    return this.#last;
  }

  get(id: number): Target {
    const target = this.#targets.get(id);
    if (target !== undefined) return target;
    const given = Number.isInteger(id) && id >= 1 && id <= this.#last;
    throw given ? errors.staleHandle(this.#what, id) : errors.unknownHandle(this.#what, id);
  }

  drop(): void {
    this.#targets.clear();
  }
}

/** Something with children. `named` come first, then `indexed`; null: how many there are is not known. */
interface Container {
  readonly reference: number;
  readonly named: number | null;
  readonly indexed: number;
}

/** The handles of a session. */
export class PauseHandles {
  /** Runtime's frame numbers. */
  readonly frames = new Handles<number>("frame");
  readonly containers = new Handles<Container>("variables reference");

  drop(): void {
    this.frames.drop();
    this.containers.drop();
  }
}

const contexts: readonly string[] = ["hover", "watch", "repl", "variables", "clipboard"] satisfies EvaluateContext[];

/** More than any container has, and far from overflow when something is added to it. */
const everything = 2 ** 31 - 1;

export class Pause {
  readonly stop: Stop;
  readonly #runtime: Runtime;
  readonly #client: Client;
  readonly #handles: PauseHandles;
  #frames: Promise<Dap.StackFrame[]> | undefined;

  constructor(stop: Stop, runtime: Runtime, client: Client, handles: PauseHandles) {
    this.stop = stop;
    this.#runtime = runtime;
    this.#client = client;
    this.#handles = handles;
  }

  async stackTrace({ startFrame = 0, levels = 0 }: Arguments<"stackTrace">): Promise<Body<"stackTrace">> {
    this.#frames ??= this.#fetchFrames();
    const frames = await this.#frames;
    const end = levels > 0 ? startFrame + levels : frames.length;
    return { stackFrames: frames.slice(startFrame, end), totalFrames: frames.length };
  }

  async scopes({ frameId }: Arguments<"scopes">): Promise<Body<"scopes">> {
    const scopes = await this.#runtime.request("scopes", { frame: this.#handles.frames.get(frameId) });
    return {
      scopes: scopes.map(({ name, reference, expensive }) => {
        const variablesReference = this.#handles.containers.add({ reference, named: null, indexed: 0 });
        return { name, variablesReference, expensive };
      }),
    };
  }

  async variables(args: Arguments<"variables">): Promise<Body<"variables">> {
    const container = this.#handles.containers.get(args.variablesReference);
    const page = pageOf(container, args);
    if (page.count <= 0) return { variables: [] };
    const params = { reference: container.reference, ...page, ...written(args.format) };
    const children = await this.#runtime.request("children", params);
    return { variables: children.map((child) => this.#variable(child)) };
  }

  async evaluate({ expression, context = "repl", frameId, format }: Arguments<"evaluate">): Promise<Body<"evaluate">> {
    this.#checkExpression("expression", expression);
    if (frameId !== undefined) this.#handles.frames.get(frameId);
    const params = { expression, context: evaluateContext(context), ...written(format) };
    const info = await this.#runtime.request("evaluate", params);
    return { result: info.value, ...this.#value(info), ...this.#hint(info) };
  }

  async setVariable(args: Arguments<"setVariable">): Promise<Body<"setVariable">> {
    const { reference } = this.#handles.containers.get(args.variablesReference);
    const { name, value } = args;
    if (typeof name !== "string") throw errors.badArguments(`"name" must be the name of a variable`);
    this.#checkExpression("value", value);
    const info = await this.#runtime.request("setVariable", { reference, name, value, ...written(args.format) });
    return { value: info.value, ...this.#value(info) };
  }

  async setExpression(args: Arguments<"setExpression">): Promise<Body<"setExpression">> {
    const { expression, value, frameId } = args;
    this.#checkExpression("expression", expression);
    this.#checkExpression("value", value);
    if (frameId !== undefined) this.#handles.frames.get(frameId);
    const info = await this.#runtime.request("setExpression", { expression, value, ...written(args.format) });
    return { value: info.value, ...this.#value(info), ...this.#hint(info) };
  }

  async completions({ text, column, line, frameId }: Arguments<"completions">): Promise<Body<"completions">> {
    if (typeof text !== "string") throw errors.badArguments(`"text" must be the text to complete`);
    if (frameId !== undefined) this.#handles.frames.get(frameId);
    const lines = text.split("\n");
    const row = line === undefined ? 1 : this.#client.fromLine(line);
    const end = this.#client.fromColumn(column) - 1;
    if (!(end >= 0 && end <= (lines[row - 1]?.length ?? -1))) {
      throw errors.badArguments(`line ${line ?? this.#client.line(1)} of the text to complete has no column ${column}`);
    }
    const offset = lines.slice(0, row - 1).reduce((sum, before) => sum + before.length + 1, end);
    const found = await this.#runtime.request("completions", { text, offset });
    return {
      targets: found.map(({ label, type, detail, replaces }) => ({
        label,
        type,
        detail: detail || undefined,
        ...(replaces === 0 ? {} : { start: this.#client.column(offset - replaces + 1), length: replaces }),
      })),
    };
  }

  async readMemory({ memoryReference, offset = 0, count }: Arguments<"readMemory">): Promise<Body<"readMemory">> {
    if (typeof memoryReference !== "string") throw errors.badArguments(`"memoryReference" must be a text`);
    if (!Number.isSafeInteger(offset)) throw errors.badArguments(`"offset" must be a whole number, but is ${offset}`);
    if (!Number.isSafeInteger(count) || count < 0) {
      throw errors.badArguments(`"count" must be a whole number of at least 0, but is ${count}`);
    }
    const read = await this.#runtime.request("readMemory", { memory: memoryReference, offset, count });
    const { address, data, unreadableBytes } = read;
    return { address, data: data || undefined, unreadableBytes: unreadableBytes || undefined };
  }

  async exceptionInfo(): Promise<Body<"exceptionInfo">> {
    if (this.stop.reason !== "exception") throw errors.noException();
    const { filter, title, description, evaluateName } = await this.#runtime.request("exceptionInfo", {});
    const details = { typeName: filter, message: title, evaluateName: evaluateName || undefined };
    return { exceptionId: filter, description, breakMode: "always", details };
  }

  async dataBreakpointInfo(args: Arguments<"dataBreakpointInfo">): Promise<Body<"dataBreakpointInfo">> {
    const { variablesReference, name, frameId } = args;
    this.#checkExpression("name", name);
    if (frameId !== undefined) this.#handles.frames.get(frameId);
    const reference = variablesReference ? this.#handles.containers.get(variablesReference).reference : null;
    const { dataId, description } = await this.#runtime.request("dataBreakpointInfo", { reference, name });
    return { dataId, description, ...(dataId === null ? {} : { accessTypes: ["write"], canPersist: true }) };
  }

  async #fetchFrames(): Promise<Dap.StackFrame[]> {
    const frames = await this.#runtime.request("frames", {});
    return frames.map((frame) => this.#frame(frame));
  }

  #frame({ id, name, source }: FrameInfo): Dap.StackFrame {
    const handle = this.#handles.frames.add(id);
    if (source === null) return { id: handle, name, line: 0, column: 0, presentationHint: "label" };
    return {
      id: handle,
      name,
      source: this.#client.source(source.file),
      line: this.#client.line(source.line),
      column: this.#client.column(source.column),
      endLine: this.#client.line(source.endLine),
      endColumn: this.#client.column(source.endColumn),
    };
  }

  #variable(info: ValueInfo): Dap.Variable {
    const { name, value, evaluateName } = info;
    return { name, value, ...this.#value(info), ...this.#hint(info), evaluateName: evaluateName || undefined };
  }

  /** What a client needs to know to leave out "Set Value". */
  #hint({ changeable }: ValueInfo): Pick<Dap.Variable, "presentationHint"> {
    return changeable === false ? { presentationHint: { attributes: ["readOnly"] } } : {};
  }

  /** @throws RequestError unless it is a text that is not blank */
  #checkExpression(name: string, text: unknown): void {
    if (typeof text !== "string" || text.trim() === "") {
      throw errors.badArguments(`"${name}" must be an expression, but there is no expression in it`);
    }
  }

  #value(info: ValueInfo): Shown {
    const { reference, namedChildren, indexedChildren, type, memory } = info;
    const named = namedChildren + indexedChildren > 0 ? namedChildren : null;
    const variablesReference =
      reference === 0 ? 0 : this.#handles.containers.add({ reference, named, indexed: indexedChildren });
    return {
      type: this.#client.showsTypes ? type : undefined,
      variablesReference,
      namedVariables: namedChildren || undefined,
      indexedVariables: indexedChildren || undefined,
      memoryReference: memory,
    };
  }
}

/** What variables and results of expressions have in common. */
type Shown = Pick<
  Dap.Variable,
  "type" | "variablesReference" | "namedVariables" | "indexedVariables" | "memoryReference"
>;

/** Hexadecimal is all of a format that means something here. */
function written(format: Dap.ValueFormat | undefined): { hex?: boolean } {
  return format?.hex === true ? { hex: true } : {};
}

/** Children are numbered through, the named ones first; a filter counts within its own kind. */
function pageOf({ named, indexed }: Container, args: Arguments<"variables">): { start: number; count: number } {
  const { filter, start = 0, count = 0 } = args;
  const first = filter === "indexed" ? (named ?? 0) : 0;
  const namedSize = named ?? everything;
  const size = filter === "indexed" ? indexed : filter === "named" ? namedSize : namedSize + indexed;
  const rest = size - start;
  return { start: first + start, count: count > 0 ? Math.min(count, rest) : rest };
}

function evaluateContext(context: string): EvaluateContext {
  return isContext(context) ? context : "repl";
}

function isContext(context: string): context is EvaluateContext {
  return contexts.includes(context);
}
