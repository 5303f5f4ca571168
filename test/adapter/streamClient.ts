// A DAP client that talks to a session of this process over streams, remembers events, and checks every message sent.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { after } from "node:test";
import { DebugClient } from "@vscode/debugadapter-testsupport";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { GradientDebugSession } from "../../src/adapter/session.ts";
import { isEvent, isResponse, misnumbered, violations } from "./conformance.ts";
import { FakeFactory, type FakeRuntime, modelFile } from "./fakeRuntime.ts";
import { readMessages } from "./protocol/messages.ts";

const logs: Dap.ProtocolMessage[][] = [];

// A few say enough: one mistake is in many messages.
after(() => {
  assert.deepEqual(violations(logs.flat()).slice(0, 3), []);
  for (const log of logs) assert.deepEqual(misnumbered(log).slice(0, 3), []);
});

type EventBody = NonNullable<Dap.Event["body"]>;

export class StreamClient extends DebugClient {
  readonly factory = new FakeFactory();
  /** Everything the session has sent, in order. */
  readonly log: Dap.ProtocolMessage[] = [];
  shutdowns = 0;
  readonly #session: GradientDebugSession;
  readonly #input = new PassThrough();
  readonly #output = new PassThrough();
  readonly #unread = new Map<string, EventBody[]>();
  readonly #readers = new Map<string, (body: EventBody) => void>();

  constructor() {
    super("", "", "gradient-debugger");
    logs.push(this.log);
    this.#session = new GradientDebugSession(this.factory, () => {
      this.shutdowns += 1;
    });
    readMessages(this.#output, (message) => this.#take(message));
    this.connect(this.#output, this.#input);
    this.#session.start(this.#input, this.#output);
  }

  get runtime(): FakeRuntime {
    return this.factory.runtime;
  }

  /** Body of the earliest event of this name that has not been read. */
  async next(event: string): Promise<EventBody> {
    const unread = this.#unread.get(event)?.shift();
    if (unread !== undefined) return unread;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no event "${event}" within 5 s`)), 5000);
      this.#readers.set(event, (body) => {
        clearTimeout(timer);
        resolve(body);
      });
    });
  }

  /** Bodies of all events of this name so far. */
  events(event: string): EventBody[] {
    return this.log.filter(isEvent).flatMap((message) => (message.event === event ? [message.body ?? {}] : []));
  }

  /** All console text of a category so far. */
  text(category: string): string {
    return this.events("output")
      .filter((body) => body.category === category)
      .map((body) => body.output)
      .join("");
  }

  /** Names of events and responses so far, in order. */
  order(): string[] {
    return this.log.map((message) =>
      isEvent(message) ? message.event : isResponse(message) ? `${message.command}!` : message.type,
    );
  }

  /** The last response to this command. */
  response(command: string): Dap.Response {
    const response = this.log.filter(isResponse).findLast((message) => message.command === command);
    assert.ok(response !== undefined, `no response to ${command}`);
    return response;
  }

  /** Initialize, launch, breakpoints on these lines, configuration done: the run has been started after it. */
  async begin(launch: object = {}, lines: readonly number[] = [], initialize: object = {}): Promise<FakeRuntime> {
    await this.initializeRequest({ adapterID: "gradient-debugger", ...initialize });
    await this.send("launch", { program: modelFile, ...launch });
    await this.next("initialized");
    if (lines.length > 0) await this.setLines(lines);
    await this.configurationDoneRequest({});
    return this.runtime;
  }

  async setLines(lines: readonly number[], path = modelFile): Promise<Dap.Breakpoint[]> {
    const breakpoints = lines.map((line) => ({ line }));
    return (await this.setBreakpointsRequest({ source: { path }, breakpoints })).body.breakpoints;
  }

  /** Until everything that has been sent so far has arrived. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    await this.threadsRequest();
  }

  /** Bytes as they are. */
  writeRaw(text: string): void {
    this.#input.write(text);
  }

  /** As a client does that is killed. */
  hangUp(): void {
    this.#input.destroy();
  }

  #take(message: Dap.ProtocolMessage): void {
    this.log.push(message);
    if (!isEvent(message)) return;
    const body: EventBody = message.body ?? {};
    const reader = this.#readers.get(message.event);
    this.#readers.delete(message.event);
    if (reader !== undefined) reader(body);
    else this.#unread.set(message.event, [...(this.#unread.get(message.event) ?? []), body]);
  }
}
