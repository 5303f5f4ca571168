// A client of a session in this process that decides every byte it sends, with a real worker behind it. Judges no answer.
import assert from "node:assert/strict";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import type { RuntimeFactory } from "../../../src/adapter/runtime/runtime.ts";
import { GradientDebugSession } from "../../../src/adapter/session.ts";
import { isEvent, isResponse, misanswered, misnumbered, violations } from "../conformance.ts";
import { frame, readMessages } from "./messages.ts";

export const dist = join(import.meta.dirname, "../../../dist");

type Body = NonNullable<Dap.Response["body"]>;

interface Waiting {
  readonly event: string;
  readonly take: (body: Body) => void;
}

export class RawClient {
  /** Everything the session has sent, in order. */
  readonly log: Dap.ProtocolMessage[] = [];
  readonly requests: { readonly seq: number; readonly command: string }[] = [];
  gone = false;
  /** Resolves when the session has ended. */
  readonly ended: Promise<void>;
  readonly #input = new PassThrough();
  readonly #answers = new Map<number, (response: Dap.Response) => void>();
  readonly #unread: Dap.Event[] = [];
  readonly #waiting: Waiting[] = [];
  /** Gets every message right when it comes. */
  onMessage: ((message: Dap.ProtocolMessage) => void) | null = null;
  #seq = 0;

  constructor(factory: RuntimeFactory) {
    const output = new PassThrough();
    this.ended = new Promise((resolve) => {
      new GradientDebugSession(factory, resolve).start(this.#input, output);
    });
    readMessages(output, (message) => this.#take(message));
  }

  /** The response, be it an error or not. */
  send(command: string, args?: unknown): Promise<Dap.Response> {
    const seq = ++this.#seq;
    this.requests.push({ seq, command });
    const response = new Promise<Dap.Response>((resolve) => this.#answers.set(seq, resolve));
    this.#input.write(frame({ seq, type: "request", command, arguments: args }));
    return response;
  }

  /** Body of the response. @throws Error with its message when it is an error */
  async ask(command: string, args?: unknown): Promise<Body> {
    const { success, message, body } = await this.send(command, args);
    if (!success) throw new Error(message);
    return body ?? {};
  }

  /** Body of the earliest event of this name that has not been read, or of the next one. */
  next(event: string): Promise<Body> {
    const index = this.#unread.findIndex((unread) => unread.event === event);
    if (index !== -1) return Promise.resolve(this.#unread.splice(index, 1)[0].body ?? {});
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no event "${event}" within 60 s`)), 60_000);
      const take = (body: Body) => {
        clearTimeout(timer);
        resolve(body);
      };
      this.#waiting.push({ event, take });
    });
  }

  /** Sends a request and waits for the stop that follows it. */
  async stopAfter(command: string, args: unknown = { threadId: 1 }): Promise<Dap.StackFrame[]> {
    await Promise.all([this.next("stopped"), this.ask(command, args)]);
    return (await this.ask("stackTrace", { threadId: 1 })).stackFrames;
  }

  /** From initialize to the start of the run, with breakpoints on these lines. */
  async begin(program: string, lines: readonly number[] = [], launch: object = {}): Promise<void> {
    await this.ask("initialize", { adapterID: "gradient-debugger" });
    await this.ask("launch", { program, ...launch });
    await this.next("initialized");
    const breakpoints = lines.map((line) => ({ line }));
    await this.ask("setBreakpoints", { source: { path: program }, breakpoints });
    await this.ask("configurationDone");
  }

  /** Bytes as they are. */
  write(text: string): void {
    this.#input.write(text);
  }

  /** As a client does that is killed. */
  hangUp(): void {
    this.gone = true;
    this.#input.end();
  }

  /** All console text of a category so far. */
  text(category: string): string {
    const outputs = this.log
      .filter(isEvent)
      .filter(({ event, body }) => event === "output" && body.category === category);
    return outputs.map(({ body }) => body.output).join("");
  }

  /** Every message is one of the protocol's, and every request has its one answer. */
  check(): void {
    assert.deepEqual(this.wrong().slice(0, 5), []);
  }

  /** What is wrong with all that the session has sent, a line each. */
  wrong(): string[] {
    return [...misnumbered(this.log), ...misanswered(this.requests, this.log), ...violations(this.log)];
  }

  #take(message: Dap.ProtocolMessage): void {
    this.log.push(message);
    this.onMessage?.(message);
    if (isResponse(message)) {
      this.#answers.get(message.request_seq)?.(message);
      this.#answers.delete(message.request_seq);
    } else if (isEvent(message)) {
      const index = this.#waiting.findIndex(({ event }) => event === message.event);
      if (index === -1) this.#unread.push(message);
      else this.#waiting.splice(index, 1)[0].take(message.body ?? {});
    }
  }
}
