// A kept run as the inspector shows one: the state that its events would have led to.
import type { RuntimeEvent } from "../protocol/events.ts";
import { type InspectorState, loadingState, reduce } from "../protocol/inspector/inspector.ts";
import type { LibraryRun } from "./library.ts";

/** @throws Error when nothing of the run can be read */
export function stateOf({ run, summary }: LibraryRun): InspectorState {
  const { header, end, marks, flow } = run;
  if (header === null) throw new Error(`${summary.name} cannot be opened: ${run.broken}.`);
  const { id, name, started } = summary;
  let state = loadingState(header.model.file, header.debug);
  const events: RuntimeEvent[] = [
    { type: "started", model: header.model },
    { type: "iterations", records: run.iterations },
    ...run.validations,
  ];
  for (const event of events) state = reduce(state, event);
  for (const report of run.statistics()) state = reduce(state, { type: "statistics", report });
  state = { ...state, marks, flow, kept: { id, name, started } };
  if (end === null) return { ...state, status: { kind: "idle" } };
  if (end.reason === "failed") {
    const error = { message: end.message, source: null, stack: [], detail: end.message };
    return reduce(state, { type: "failed", error });
  }
  const { reason, seconds, loss } = end;
  return reduce(state, { type: "finished", reason, iterations: run.length, seconds, loss });
}
