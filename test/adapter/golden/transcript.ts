// Writes down what a client sees at every stop, and compares it with the file kept beside the tests. Knows no model.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import type { RawClient } from "../protocol/rawClient.ts";

/** Set to write the files anew: `GOLDEN=write npm run test:unit -- golden`; the differences are then to be read in Git. */
const rewrite = process.env.GOLDEN === "write";

export class Transcript {
  readonly #lines: string[] = [];
  readonly #client: RawClient;
  /** Source text, so that a line of it stands beside its number. */
  readonly #source: readonly string[];

  constructor(client: RawClient, source: string) {
    this.#client = client;
    this.#source = source.split("\n");
  }

  /** A line that explains what follows. */
  note(text: string): void {
    this.#lines.push("", `# ${text}`);
  }

  /** Notes the stop that `act` leads to. */
  async stop(name: string, act: () => Promise<unknown>): Promise<void> {
    const [{ reason, text }] = await Promise.all([this.#client.next("stopped"), act()]);
    const { stackFrames } = await this.#client.ask("stackTrace", { threadId: 1 });
    this.#lines.push(`${name} → ${reason}: ${text}`, ...stackFrames.map((frame: Dap.StackFrame) => this.#frame(frame)));
  }

  /** One of the requests that move the run. */
  step(command: string, args: object = { threadId: 1 }): Promise<void> {
    return this.stop(command, () => this.#client.ask(command, args));
  }

  /** Compares what has been noted with the file of this name, or writes it. */
  check(name: string): void {
    const file = join(import.meta.dirname, `${name}.txt`);
    const text = `${this.#lines.join("\n").trim()}\n`;
    if (rewrite) writeFileSync(file, text);
    const kept = existsSync(file) ? readFileSync(file, "utf8") : "";
    assert.equal(text, kept, `the transcript differs from ${name}.txt; GOLDEN=write writes it anew`);
  }

  #frame({ name, line, column, source }: Dap.StackFrame): string {
    if (source === undefined) return `    ${name}`;
    return `    ${name}  ${source.name}:${line}:${column}  ${this.#source[line - 1].trim()}`;
  }
}
