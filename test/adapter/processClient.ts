// A DAP client that starts the adapter as a process of its own sees that process end, and checks every message sent.
import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { after } from "node:test";
import { DebugClient } from "@vscode/debugadapter-testsupport";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { misnumbered, violations } from "./conformance.ts";
import { readMessages } from "./protocol/messages.ts";

const clients: ProcessClient[] = [];

// A test that fails leaves its process behind, and the runner would wait for it.
after(() => {
  for (const { child } of clients) child.kill("SIGKILL");
  for (const { log } of clients) assert.deepEqual([...misnumbered(log), ...violations(log)].slice(0, 3), []);
});

export class ProcessClient extends DebugClient {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Exit code; null after a signal. */
  readonly ended: Promise<number | null>;
  /** All of stderr so far. */
  errors = "";
  /** Everything the adapter has sent, in order. */
  readonly log: Dap.ProtocolMessage[] = [];
  readonly outputs: Dap.OutputEvent["body"][] = [];

  /** @param args of Node */
  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    super("", "", "gradient-debugger");
    this.child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    this.child.stderr.on("data", (data: Buffer) => {
      this.errors += data.toString();
    });
    this.ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.on("output", (event: Dap.OutputEvent) => this.outputs.push(event.body));
    readMessages(this.child.stdout, (message) => this.log.push(message));
    this.defaultTimeout = 20_000;
    this.connect(this.child.stdout, this.child.stdin);
    clients.push(this);
  }

  /** From initialize to the start of the run, with breakpoints on these lines of the program. */
  async begin(launch: { readonly program: string }, lines: readonly number[] = []): Promise<Dap.Breakpoint[]> {
    await this.initializeRequest();
    const initialized = this.waitForEvent("initialized");
    await Promise.all([initialized, this.send("launch", launch)]);
    const breakpoints = lines.map((line) => ({ line }));
    const { body } = await this.setBreakpointsRequest({ source: { path: launch.program }, breakpoints });
    await this.configurationDoneRequest({});
    return body.breakpoints;
  }

  /** All console text of a category so far. */
  text(category: string): string {
    return this.outputs.flatMap((body) => (body.category === category ? [body.output] : [])).join("");
  }
}
