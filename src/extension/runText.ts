// The run in one line: texts of the status bar, the progress notification and the message at the end. Knows no VS Code.
import { basename } from "node:path";
import type { IterationRecord } from "../protocol/events.ts";
import type { InspectorState } from "../protocol/inspector/inspector.ts";
import type { Position } from "../protocol/position.ts";

/** Four significant digits; exponents where a plain number would be long. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** Speed over the newest records (their own time, pauses left out), or null while it is unknown. */
export function iterationsPerSecond(records: readonly IterationRecord[]): number | null {
  const newest = records.slice(-50);
  const milliseconds = newest.reduce((sum, record) => sum + record.milliseconds, 0);
  return milliseconds > 0 ? (newest.length / milliseconds) * 1000 : null;
}

/** `epoch 2/3 · iteration 37 · loss 1.234`, or null before the first iteration. */
export function progressText(state: InspectorState): string | null {
  const { last, model } = state;
  if (last === null) return null;
  const epochs = model === null ? "" : `/${model.epochs}`;
  return `epoch ${last.epoch}${epochs} · iteration ${last.iteration} · loss ${formatNumber(last.loss)}`;
}

/** Share of the run that is done, in percent. */
export function progressPercent(state: InspectorState): number {
  const total = state.model === null ? 0 : state.model.epochs * state.model.iterationsPerEpoch;
  return state.last === null || total <= 0 ? 0 : Math.min(100, (100 * state.last.iteration) / total);
}

/** What the status bar says, with VS Code's `$(icon)` notation; null hides the item. */
export function statusText(state: InspectorState): string | null {
  const { status } = state;
  const progress = progressText(state);
  switch (status.kind) {
    case "idle":
      return null;
    case "loading":
      return `$(loading~spin) loading ${basename(status.file)}`;
    case "running": {
      const speed = iterationsPerSecond(state.iterations);
      const rate = speed === null ? "" : ` · ${formatSpeed(speed)} it/s`;
      return progress === null ? "$(loading~spin) starting" : `$(pulse) ${progress}${rate}`;
    }
    case "paused":
      return `$(debug-pause) ${positionText(status.position)}`;
    case "finished":
      return progress === null ? "$(circle-slash) stopped" : `${finishedIcon(status.reason)} ${progress}`;
    case "failed":
      return "$(error) training failed";
  }
}

/** `epoch 2 · iteration 37 · backward rnn[t=12]` */
export function positionText(position: Position): string {
  const step = position.timestep === null ? "" : `[t=${position.timestep}]`;
  const what = position.parameter || `${position.layer}${step}`;
  return `epoch ${position.epoch} · iteration ${position.iteration} · ${position.phase} ${what}`.trimEnd();
}

/** The message at the end of a run, or null when there is nothing to say. */
export function finishedText(state: InspectorState): string | null {
  if (state.status.kind !== "finished") return null;
  const { reason, seconds, loss } = state.status;
  const name = state.model?.name ?? "the model";
  const iterations = state.last?.iteration ?? 0;
  const end = loss === null ? "" : `, loss ${formatNumber(loss)}`;
  const verb = reason === "completed" ? "Trained" : "Stopped training";
  return `${verb} ${name}: ${iterations} iterations in ${formatNumber(seconds)} s${end}.`;
}

function finishedIcon(reason: "completed" | "stopped"): string {
  return reason === "completed" ? "$(check)" : "$(circle-slash)";
}

function formatSpeed(speed: number): string {
  return speed >= 10 ? String(Math.round(speed)) : speed.toFixed(1);
}
