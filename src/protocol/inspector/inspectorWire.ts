// Messages between host and inspector page as they travel: NaN and infinities survive, what is not a message is refused.
import type { RuntimeEvent } from "../events.ts";
import { isFlow } from "./flow.ts";
import type { FromWebview, InspectorCommand, InspectorState, RunStatus, ToWebview } from "./inspector.ts";
import { isHistory } from "./parameterHistory.ts";
import { isPlayingState } from "./playing.ts";
import { isQuestion } from "./questions.ts";

/**
 * A value as text. VS Code sends messages to a page as JSON, in which NaN becomes null, and null means "not computed
 * yet" here: a run that has exploded would look like one that has not begun. So such numbers travel as marked text.
 */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "number" && !Number.isFinite(item)) return `${mark}${item}`;
    return typeof item === "string" && item.startsWith(mark) ? `${mark}${item}` : item;
  });
}

/** The value again; throws SyntaxError when the text is not JSON. */
export function decode(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item !== "string" || !item.startsWith(mark)) return item;
    return item.startsWith(mark + mark) ? item.slice(mark.length) : Number(item.slice(mark.length));
  });
}

/** What the host gives to `webview.postMessage`. */
export function encodeToWebview(message: ToWebview): string {
  return encode(message);
}

/** A message of the host, or null for anything else. Events of an unknown kind are left out, the others kept. */
export function decodeToWebview(data: unknown): ToWebview | null {
  const message = typeof data === "string" ? tryDecode(data) : data;
  if (!isRecord(message)) return null;
  if (message.type === "hydrate" && isInspectorState(message.state)) return { type: "hydrate", state: message.state };
  if (message.type === "events" && Array.isArray(message.events)) {
    return { type: "events", events: message.events.filter(isRuntimeEvent) };
  }
  if (message.type === "show" && typeof message.parameter === "string") {
    return { type: "show", parameter: message.parameter };
  }
  if (message.type === "keptRuns") {
    const { overlay } = message;
    return {
      type: "keptRuns",
      overlay: Array.isArray(overlay) ? overlay.filter((id) => typeof id === "string") : null,
    };
  }
  if (message.type === "answer" && typeof message.id === "number") return answerOf(message.id, message);
  return null;
}

/** A message of the page, or null for anything else. */
export function decodeFromWebview(data: unknown): FromWebview | null {
  if (!isRecord(data)) return null;
  const { type, command, file, line, id, question } = data;
  if (type === "ready") return { type };
  if (type === "command" && isCommand(command)) return { type, command };
  if (type === "ask" && typeof id === "number" && isRecord(question) && isQuestion(question)) {
    return { type, id, question };
  }
  if (type === "reveal" && typeof file === "string" && typeof line === "number") return { type, file, line };
  return null;
}

function answerOf(id: number, { ok, value, message }: Readonly<Record<string, unknown>>): ToWebview | null {
  if (ok === true) return { type: "answer", id, ok, value };
  return ok === false && typeof message === "string" ? { type: "answer", id, ok, message } : null;
}

/** Is this a state that `reduce` and the page can work with? Looks at the parts, not into every record. */
export function isInspectorState(value: unknown): value is InspectorState {
  return (
    isRecord(value) &&
    isRecord(value.status) &&
    typeof value.status.kind === "string" &&
    Object.hasOwn(statusKinds, value.status.kind) &&
    typeof value.debug === "boolean" &&
    Array.isArray(value.iterations) &&
    Array.isArray(value.validations) &&
    (value.playing === null || isPlayingState(value.playing)) &&
    Array.isArray(value.marks) &&
    isHistory(value.history) &&
    (value.flow === null || isFlow(value.flow)) &&
    [value.model, value.last, value.statistics, value.previous, value.equation].every(
      (part) => part === null || isRecord(part),
    )
  );
}

/** Begins no text that people write. */
const mark = "\u0000";

const statusKinds: Record<RunStatus["kind"], true> = {
  idle: true,
  loading: true,
  running: true,
  paused: true,
  finished: true,
  failed: true,
};

const commands: Record<InspectorCommand, true> = {
  train: true,
  debug: true,
  stop: true,
  continue: true,
  pause: true,
  stepInto: true,
  stepOver: true,
  stepOut: true,
};

/** What each event cannot do without. */
const eventParts: Record<RuntimeEvent["type"], (event: Readonly<Record<string, unknown>>) => boolean> = {
  started: (event) => isRecord(event.model),
  iterations: (event) => Array.isArray(event.records),
  statistics: (event) => isRecord(event.report),
  equation: (event) => event.report === null || isRecord(event.report),
  flow: (event) => isRecord(event.graph),
  flowValues: (event) => isRecord(event.values),
  validation: (event) => typeof event.iteration === "number",
  stopped: (event) => isRecord(event.position),
  continued: () => true,
  playing: (event) => isRecord(event.report),
  rewound: (event) => typeof event.iteration === "number",
  breakpointFailed: () => true,
  notFinite: (event) => typeof event.iteration === "number",
  output: () => true,
  failed: (event) => isRecord(event.error),
  finished: () => true,
};

function isRuntimeEvent(value: unknown): value is RuntimeEvent {
  return isRecord(value) && isEventType(value.type) && eventParts[value.type](value);
}

function isEventType(value: unknown): value is RuntimeEvent["type"] {
  return typeof value === "string" && Object.hasOwn(eventParts, value);
}

function isCommand(value: unknown): value is InspectorCommand {
  return typeof value === "string" && Object.hasOwn(commands, value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tryDecode(text: string): unknown {
  try {
    return decode(text);
  } catch {
    return null; // another sender's text: not for us
  }
}
