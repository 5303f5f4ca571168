// Random requests made from the protocol's schema: mostly right, often slightly wrong, sometimes nonsense. Knows no adapter.
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { Random } from "../../../src/engine/random.ts";
import { type JsonSchema, protocolSchema } from "./schema.ts";

export interface AnyRequest {
  readonly command: string;
  readonly args: unknown;
}

export interface RequestOptions {
  readonly seed: number;
  /** Paths of files, those of the model among them. */
  readonly paths: readonly string[];
  /** Console lines, conditions and values to choose from. */
  readonly expressions: readonly string[];
  /** Commands beside the protocol's own, with arguments to choose from. */
  readonly own: Readonly<Record<string, readonly unknown[]>>;
}

/** Requests that the adapter sends to the client, and those that end a session, which the test does itself. */
const excluded: ReadonlySet<string> = new Set([
  "runInTerminal",
  "startDebugging",
  "disconnect",
  "initialize",
  "launch",
]);

/** How often a command comes, 1 when it is not here: those that move the run come often, those that end it seldom. */
const weights: ReadonlyMap<string, number> = new Map(
  Object.entries({
    stepIn: 6,
    next: 6,
    stepOut: 4,
    continue: 4,
    pause: 6,
    stackTrace: 8,
    scopes: 8,
    variables: 12,
    evaluate: 8,
    setBreakpoints: 6,
    terminate: 0.02,
    restart: 0.05,
    cancel: 0.3,
  }),
);

/** Requests that let a paused run go on, or replace it. */
export const moving: ReadonlySet<string> = new Set([
  ...["continue", "next", "stepIn", "stepOut", "stepBack", "reverseContinue"],
  ...["goto", "restartFrame", "restart", "terminate", "cancel"],
]);

const junk: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  2 ** 31,
  "",
  "x",
  "\u0000",
  "💥",
  [],
  [null],
  {},
  { a: 1 },
];

export class RequestGenerator {
  readonly #random: Random;
  readonly #options: RequestOptions;
  readonly #definitions = protocolSchema().definitions;
  readonly #commands: readonly string[];
  /** What the adapter has given: references of values, other numbers, handles that are texts. */
  readonly #known = { references: [1], ids: [1], texts: ["0"] };

  constructor(options: RequestOptions) {
    this.#random = new Random(options.seed);
    this.#options = options;
    const requests = Object.keys(this.#definitions).flatMap((name) => /^(\w+)Request$/.exec(name)?.[1] ?? []);
    const own = Object.keys(options.own);
    const commands = requests.map((name) => name[0].toLowerCase() + name.slice(1));
    this.#commands = [...commands.filter((name) => !excluded.has(name)), ...own, "constructor", "fly"];
  }

  /** @param still the run is to stay where it is */
  next(still = false): AnyRequest {
    let command = this.#command();
    while (still && moving.has(command)) command = this.#command();
    const right = this.#arguments(command);
    const chance = this.#random.uniform();
    if (chance < 0.05) return { command, args: this.#pick(junk) };
    return { command, args: chance < 0.35 ? this.#spoilt(right) : right };
  }

  /** Takes the handles out of a message, so that requests can use them. */
  learn(message: Dap.ProtocolMessage): void {
    const visit = (value: unknown, key: string): void => {
      const isHandle = /id$|reference$/i.test(key);
      if (typeof value === "number" && isHandle && value > 0) remember(this.#numbers(key), value);
      else if (typeof value === "string" && isHandle) remember(this.#known.texts, value);
      else if (typeof value === "object" && value !== null) for (const [k, v] of Object.entries(value)) visit(v, k);
    };
    // the numbers of errors are no handles
    if (!("success" in message) || message.success === true) visit("body" in message ? message.body : null, "");
  }

  /** A number that the adapter has given, the newest as a rule. */
  get frame(): number {
    return this.#known.ids.at(-1 - this.below(2)) ?? 1;
  }

  below(n: number): number {
    return this.#random.integer(n);
  }

  #numbers(property: string): number[] {
    return property === "variablesReference" ? this.#known.references : this.#known.ids;
  }

  #command(): string {
    const total = this.#commands.reduce((sum, name) => sum + (weights.get(name) ?? 1), 0);
    let at = this.#random.uniform() * total;
    for (const name of this.#commands) {
      at -= weights.get(name) ?? 1;
      if (at < 0) return name;
    }
    return "fly";
  }

  #arguments(command: string): unknown {
    if (Object.hasOwn(this.#options.own, command)) return this.#pick(this.#options.own[command]);
    const name = command === "restart" ? "none" : `${command[0].toUpperCase()}${command.slice(1)}Arguments`;
    const schema = this.#definitions[name];
    return schema === undefined ? {} : this.#value(schema, "", 0);
  }

  #value(schema: JsonSchema, property: string, depth: number): unknown {
    if (schema.$ref !== undefined) {
      const definition = this.#definitions[schema.$ref.slice("#/definitions/".length)];
      return depth > 4 || definition === undefined ? {} : this.#value(definition, property, depth + 1);
    }
    if (schema.const !== undefined) return schema.const;
    if (schema.anyOf !== undefined) return this.#value(this.#pick(schema.anyOf), property, depth);
    switch (schema.type) {
      case "object":
        return this.#object(schema, depth);
      case "array":
        return Array.from({ length: this.below(4) }, () => this.#value(schema.items ?? {}, property, depth + 1));
      case "string":
        return this.#text(property);
      case "integer":
      case "number":
        return this.#number(property);
      case "boolean":
        return this.below(2) === 0;
      default:
        return this.#pick(junk);
    }
  }

  #object({ properties = {}, required = [] }: JsonSchema, depth: number): Record<string, unknown> {
    const chosen = Object.entries(properties).filter(([name]) => required.includes(name) || this.below(3) > 0);
    return Object.fromEntries(chosen.map(([name, schema]) => [name, this.#value(schema, name, depth + 1)]));
  }

  #text(property: string): string {
    const { paths, expressions } = this.#options;
    if (property === "path") return this.#pick(paths);
    if (/reference$|id$/i.test(property)) return this.#pick(this.#known.texts);
    if (/expression|condition|message|value|text|name/i.test(property)) return this.#pick(expressions);
    return this.#pick(["", "x", "repl", "hover", "indexed", "named", "notFinite", ...expressions]);
  }

  #number(property: string): number {
    if (property === "threadId") return this.below(20) === 0 ? this.below(5) : 1;
    if (/id$|reference$/i.test(property) && this.below(8) > 0) return this.#pick(this.#numbers(property));
    if (/line|column/i.test(property)) return this.below(30);
    return this.#pick([0, 1, 2, 3, 10, 100, -1, -100, 1e6, 2 ** 31 - 1, 2 ** 53, this.below(1000)]);
  }

  /** One part of it replaced by something else, or left out. */
  #spoilt(value: unknown): unknown {
    if (typeof value !== "object" || value === null || this.below(4) === 0) return this.#pick(junk);
    const keys = Object.keys(value);
    if (keys.length === 0) return this.#pick(junk);
    const key = this.#pick(keys);
    const copy: Record<string, unknown> = { ...value };
    if (this.below(4) === 0) delete copy[key];
    else copy[key] = this.#spoilt(copy[key]);
    return Array.isArray(value) ? keys.map((k) => copy[k]) : copy;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}

/** The newest ones are the likeliest to be valid still. */
function remember<T>(list: T[], value: T): void {
  list.push(value);
  if (list.length > 40) list.shift();
}
