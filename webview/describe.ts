// What the page says about a state, in words and numbers. Knows no page.
import { assertNever } from "../src/protocol/assertNever.ts";
import type { LayerReport, ParameterReport } from "../src/protocol/events.ts";
import type { InspectorCommand, InspectorState, RunStatus } from "../src/protocol/inspector/inspector.ts";
import type { ParameterInfo } from "../src/protocol/model.ts";
import { extent } from "./charts/series.ts";
import { formatCount, formatNumber, formatSeconds } from "./format.ts";

export type Tone = "quiet" | "active" | "paused" | "good" | "bad";

/** The run in two words, and what is worth adding. */
export function describeStatus(status: RunStatus): { label: string; detail: string; tone: Tone } {
  switch (status.kind) {
    case "idle":
      return { label: "Idle", detail: "", tone: "quiet" };
    case "loading":
      return { label: "Loading", detail: "", tone: "active" };
    case "running":
      return { label: "Running", detail: "", tone: "active" };
    case "paused":
      return status.text.startsWith("Paused")
        ? { label: status.text, detail: "", tone: "paused" }
        : { label: "Paused", detail: status.text, tone: "paused" };
    case "finished": {
      const detail = status.seconds > 0 ? `after ${formatSeconds(status.seconds)}` : "";
      return status.reason === "completed"
        ? { label: "Finished", detail, tone: "good" }
        : { label: "Stopped", detail, tone: "quiet" };
    }
    case "failed":
      return { label: "Failed", detail: "", tone: "bad" };
    default:
      return assertNever(status);
  }
}

/** Is a run going on? */
export function isActive({ status }: InspectorState): boolean {
  return status.kind === "loading" || status.kind === "running" || status.kind === "paused";
}

export interface ButtonState {
  readonly enabled: boolean;
  readonly tooltip: string;
}

/** What every button does, and whether it can now. Key names are VS Code's own defaults for a debug session. */
export function describeButtons(state: InspectorState): Record<InspectorCommand, ButtonState> {
  const { kind } = state.status;
  const active = isActive(state);
  const paused = kind === "paused";
  const cannotPause = kind === "running" && !state.debug;
  const step = (does: string): ButtonState => ({
    enabled: paused,
    tooltip: paused ? does : `${does} — at a pause`,
  });
  return {
    train: { enabled: !active, tooltip: "Train the open model file at full speed" },
    debug: { enabled: !active, tooltip: "Train the open model file under the debugger: breakpoints, pauses, steps" },
    stop: { enabled: active, tooltip: "Stop: end the run" },
    continue: { enabled: paused, tooltip: "Continue (F5): run to the next breakpoint" },
    pause: {
      enabled: kind === "running" && state.debug,
      tooltip: cannotPause
        ? "Pause needs a debug session: this run was started with Train"
        : "Pause (F6): stop at the next operation",
    },
    stepInto: step("Step Into (F11): the next operation or timestep"),
    stepOver: step("Step Over (F10): the next layer, all of its timesteps at once"),
    stepOut: step("Step Out (Shift+F11): the end of this phase"),
  };
}

/**
 * Layers that own something: a container whose children are reported too is left out, since its numbers are theirs
 * again, unless it has parameters of its own.
 */
export function ownLayers<T extends { readonly layer: string }>(
  reports: readonly T[],
  parameters: readonly ParameterInfo[],
): readonly T[] {
  const owners = new Set(parameters.map((parameter) => parameter.layer));
  return reports.filter(
    ({ layer }) => owners.has(layer) || !reports.some((other) => other.layer !== layer && isWithin(other.layer, layer)),
  );
}

/** Is `layer` this layer or inside it? Everything is inside the model itself, whose path is empty. */
export function isWithin(layer: string, container: string): boolean {
  return container === "" || layer === container || layer.startsWith(`${container}.`);
}

export type Verdict = "none" | "frozen" | "still" | "small" | "healthy" | "large" | "fromZero" | "notFinite";

/**
 * An update of about a thousandth of the weight's norm is the usual rule of thumb (Karpathy, CS231n "Neural Networks
 * Part 3", ratio of weights to updates); a factor of ten on either side still counts as healthy.
 */
export const healthyRatio = { low: 1e-4, high: 1e-2 };

export function judgeUpdate(report: ParameterReport | undefined, trainable: boolean): Verdict {
  if (!trainable) return "frozen";
  const ratio = report?.updateRatio ?? null;
  const norm = report?.updateNorm ?? null;
  if (report === undefined || norm === null) return "none";
  if (Number.isNaN(norm) || !Number.isFinite(norm)) return "notFinite";
  if (norm === 0) return "still";
  if (report.weightNormBefore === 0) return "fromZero";
  if (ratio === null) return "none";
  if (!Number.isFinite(ratio)) return "notFinite";
  return ratio < healthyRatio.low ? "small" : ratio > healthyRatio.high ? "large" : "healthy";
}

/** Words and a sign of its own shape for each, so that nothing hangs on colour alone. */
export const verdictText: Record<Verdict, { sign: string; words: string; help: string }> = {
  none: { sign: "", words: "", help: "The update of this iteration has not run yet" },
  frozen: { sign: "❄", words: "frozen", help: "Not trainable: the optimizer leaves it as it is" },
  still: { sign: "=", words: "no update", help: "The update was exactly zero" },
  small: { sign: "▼", words: "too small", help: "Below 1e-4 of the weight: it hardly learns" },
  healthy: { sign: "●", words: "healthy", help: "Between 1e-4 and 1e-2 of the weight, around the usual 1e-3" },
  large: { sign: "▲", words: "too large", help: "Above 1e-2 of the weight: it may be unstable" },
  fromZero: { sign: "○", words: "from zero", help: "The weight was zero before, so there is no ratio" },
  notFinite: { sign: "✕", words: "not finite", help: "NaN or infinity" },
};

/** How a curve went, in a sentence. */
export function describeCurve(name: string, points: readonly { readonly x: number; readonly y: number }[]): string {
  const finite = points.filter((point) => Number.isFinite(point.y));
  if (finite.length === 0) return `${name}: no values yet.`;
  const first = finite[0];
  const last = finite[finite.length - 1];
  const [low, high] = extent(finite.map((point) => point.y)) ?? [first.y, first.y];
  const at = (x: number): string => `iteration ${formatCount(x)}`;
  return (
    `${name}: ${formatNumber(first.y)} at ${at(first.x)}, ${formatNumber(last.y)} at ${at(last.x)}; ` +
    `lowest ${formatNumber(low)}, highest ${formatNumber(high)}.`
  );
}

/** Iterations whose value is NaN or infinite; the first of them, or null. */
export function firstNotFinite(points: readonly { readonly x: number; readonly y: number }[]): number | null {
  return points.find((point) => !Number.isFinite(point.y))?.x ?? null;
}

/** How the gradient changes on its way back through time, in a sentence; empty until two timesteps are known. */
export function describeTimesteps(gradNorms: readonly (number | null)[]): string {
  const reached = gradNorms.flatMap((norm, t) => (norm === null ? [] : [{ t, norm }]));
  const broken = reached.filter(({ norm }) => !Number.isFinite(norm)).map(({ t }) => t);
  if (broken.length === 1) return `Not finite at t = ${broken[0]}.`;
  if (broken.length > 1) return `Not finite from t = ${broken[broken.length - 1]} back to t = ${broken[0]}.`;
  if (reached.length < 2) return "";
  const latest = reached[reached.length - 1];
  return describeFlow(`From t = ${latest.t} back to t = ${reached[0].t} it`, latest.norm, reached[0].norm);
}

/** How the gradient changes from the last layer that has one back to the first. */
export function describeLayers(layers: readonly LayerReport[]): string {
  const known = (key: "outputGradNorm" | "parameterGradNorm"): readonly LayerReport[] =>
    layers.filter((report) => report[key] !== null);
  const key = known("outputGradNorm").length > 1 ? "outputGradNorm" : "parameterGradNorm";
  const reached = known(key);
  if (reached.length < 2) return "";
  const first = reached[0];
  const last = reached[reached.length - 1];
  const symbol = key === "outputGradNorm" ? "‖∂L/∂y‖" : "‖∂L/∂W‖";
  return describeFlow(`From ${last.layer} back to ${first.layer}, ${symbol}`, last[key] ?? 0, first[key] ?? 0);
}

function describeFlow(way: string, from: number, to: number): string {
  if (!Number.isFinite(from) || !Number.isFinite(to)) return `${way} is not finite.`;
  if (!(from > 0)) return "";
  if (to === 0) return `${way} falls to exactly zero.`;
  const shrinks = to < from;
  const factor = formatNumber(shrinks ? from / to : to / from);
  return `${way} ${shrinks ? "shrinks" : "grows"} by a factor of ${factor}.`;
}
