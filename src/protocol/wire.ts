// Events as JSON: a loss of NaN must arrive as NaN, and JSON has no word for it. Knows nothing of who sends them.
import type { RuntimeEvent } from "./events.ts";

/** Name of the DAP event whose body is an encoded runtime event. */
export const forwardedEvent = "gradientDebugger.runtime";

/** What JSON carries. A number that is not finite travels as `{ "$number": "NaN" }`. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const nonFinite = "$number";

/** Equal to the event itself, but for numbers that are not finite. */
export function encodeEvent(event: RuntimeEvent): Json {
  return encode(event);
}

/** Any plain data in the same way. */
export function encode(value: object): Json {
  return JSON.parse(JSON.stringify(value, escapeNumber));
}

/** The data again that `encode` was given. */
export function decode(body: Json): unknown {
  return JSON.parse(JSON.stringify(body), restoreNumber);
}

/** The event that `encodeEvent` was given, also when it has been through JSON. */
export function decodeEvent(body: Json): RuntimeEvent {
  return JSON.parse(JSON.stringify(body), restoreNumber);
}

function escapeNumber(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? { [nonFinite]: String(value) } : value;
}

function restoreNumber(_key: string, value: unknown): unknown {
  return typeof value === "object" && value !== null && nonFinite in value ? Number(value[nonFinite]) : value;
}
