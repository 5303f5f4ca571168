// Checks messages against the protocol's schema, one by one and as a conversation. Knows nothing of the adapter.
import { readFileSync } from "node:fs";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { Ajv, type ValidateFunction } from "ajv";
import { type ProtocolSchema, protocolSchema } from "./protocol/schema.ts";

/**
 * What is wrong with these messages, one line each; empty when nothing is. Unknown properties are wrong, too. With the
 * environment variable DAP_SCHEMA, the path of a `debugAdapterProtocol.json`, they are held against that one as well.
 */
export function violations(messages: readonly Dap.ProtocolMessage[]): string[] {
  return messages.flatMap((message) => {
    const name = typeName(message);
    return schemas().flatMap((schema) => {
      const validate = schema.validator(name);
      if (validate(message)) return [];
      const wrong = (validate.errors ?? []).map(({ instancePath, message: what, params }) => {
        return `${instancePath || "the message"} ${what} ${JSON.stringify(params)}`;
      });
      return `${name}: ${wrong.join("; ")} in ${JSON.stringify(message).slice(0, 500)}`;
    });
  });
}

/** Messages of one session that do not count up from 1, one line each. */
export function misnumbered(sent: readonly Dap.ProtocolMessage[]): string[] {
  return sent.flatMap(({ seq }, i) => (seq === i + 1 ? [] : [`message ${i + 1} has the number ${seq}`]));
}

/**
 * What is wrong with the answers to these requests, one line each: every request has one response, with its number and
 * its command, and there is no other response.
 */
export function misanswered(
  requests: readonly { readonly seq: number; readonly command: string }[],
  sent: readonly Dap.ProtocolMessage[],
): string[] {
  const wrong: string[] = [];
  const answers = new Map<number, string[]>();
  for (const response of sent.filter(isResponse)) {
    answers.set(response.request_seq, [...(answers.get(response.request_seq) ?? []), response.command]);
  }
  for (const { seq, command } of requests) {
    const got = answers.get(seq) ?? [];
    answers.delete(seq);
    if (got.length !== 1) wrong.push(`request ${seq} (${command}) has ${got.length} responses`);
    else if (got[0] !== command) wrong.push(`request ${seq} (${command}) is answered as ${got[0]}`);
  }
  return [...wrong, ...[...answers.keys()].map((seq) => `there is a response to ${seq}, which nobody has sent`)];
}

export function isEvent(message: Dap.ProtocolMessage): message is Dap.Event {
  return message.type === "event";
}

export function isResponse(message: Dap.ProtocolMessage): message is Dap.Response {
  return message.type === "response";
}

class Schema {
  readonly #ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, validateFormats: false });
  readonly #names: ReadonlySet<string>;

  constructor(schema: ProtocolSchema) {
    this.#ajv.addSchema(schema, "dap");
    this.#names = new Set(Object.keys(schema.definitions));
  }

  validator(name: string): ValidateFunction {
    const known = this.#names.has(name) || name.endsWith("Event") ? name : "Response";
    const validate = this.#ajv.getSchema(`dap#/definitions/${known}`);
    if (validate === undefined) throw new Error(`the protocol has no message ${name}`);
    return validate;
  }
}

let loaded: readonly Schema[] | undefined;

function schemas(): readonly Schema[] {
  const file = process.env.DAP_SCHEMA;
  loaded ??= [protocolSchema(), ...(file ? [JSON.parse(readFileSync(file, "utf8"))] : [])].map((s) => new Schema(s));
  return loaded;
}

/** `StoppedEvent`, `SetBreakpointsResponse`, `ErrorResponse`; plain `Event` and `Response` for what is our own. */
function typeName(message: Dap.ProtocolMessage): string {
  if (isEvent(message)) return isOwn(message.event) ? "Event" : `${capital(message.event)}Event`;
  if (!isResponse(message)) throw new Error(`neither event nor response: ${JSON.stringify(message)}`);
  if (!message.success) return "ErrorResponse";
  return isOwn(message.command) ? "Response" : `${capital(message.command)}Response`;
}

/** The protocol's own names are single words. */
function isOwn(name: string): boolean {
  return /[./]/.test(name);
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
