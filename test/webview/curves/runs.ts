// Recorded messages for the curves: a long debug session with marks, one that went back, and kept runs to lay over it.
import type { IterationRecord, RuntimeEvent, StopReason } from "../../../src/protocol/events.ts";
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import type { RunCurves } from "../../../src/protocol/inspector/runs.ts";
import { charRnn, play, position, records, statisticsOf, wobble } from "../runs.ts";

export function stoppedAt(iteration: number, reason: StopReason, text: string, event = 40): RuntimeEvent {
  return { type: "stopped", reason, position: position({ iteration, event }), text, breakpoints: [] };
}

/** A learning rate that warms up and falls as a cosine does. */
export function scheduled(model = charRnn, count = 1804): IterationRecord[] {
  const total = model.epochs * model.iterationsPerEpoch;
  return records(model, count).map((record, i) => ({
    ...record,
    learningRate: i < 200 ? (2e-3 * (i + 1)) / 200 : 1e-3 * (1 + Math.cos((Math.PI * (i - 200)) / (total - 200))),
  }));
}

const hits: readonly RuntimeEvent[] = [
  stoppedAt(31, "breakpoint", "Paused on breakpoint"),
  stoppedAt(640, "breakpoint", "Paused on breakpoint"),
  ...[900, 903, 905, 911].map((iteration) => stoppedAt(iteration, "breakpoint", "Paused on breakpoint")),
  stoppedAt(1210, "data breakpoint", "head.bias has changed: norm 0.31 → 0.33"),
  stoppedAt(1500, "exception", "Exploding gradient: ‖∂L/∂w‖ = 12.4 is more than 10"),
];

function begun(count: number): RuntimeEvent[] {
  return [
    { type: "started", model: charRnn },
    { type: "iterations", records: scheduled(charRnn, count) },
    { type: "validation", epoch: 1, iteration: 1200, loss: 2.31, accuracy: 0.41 },
    { type: "statistics", report: statisticsOf(charRnn, count, "complete") },
  ];
}

/** Running under the debugger, having stopped here and there. */
export const debugged = (): InspectorState => play(true, [...begun(1804), ...hits, { type: "continued" }]);

/** The same, paused in iteration 1805. */
export const paused = (): InspectorState =>
  play(true, [...begun(1804), ...hits, stoppedAt(1805, "pause", "Paused on pause")]);

/** Where the run stands once it has gone back. */
export const wentBack = (iteration: number): RuntimeEvent[] => [
  { type: "continued" },
  stoppedAt(iteration, "goto", "Paused on goto", 0),
];

/** As long as `count`, with everything that can go wrong: NaN for a while, infinity, zero, one lone peak. */
export function broken(count: number): InspectorState {
  const odd = new Map([
    [Math.floor(count / 3), 80],
    [Math.floor(count / 2), 0],
    [Math.floor(count * 0.8), Number.POSITIVE_INFINITY],
  ]);
  const isLost = (i: number): boolean => i > count * 0.6 && i < count * 0.65;
  const list = scheduled(charRnn, count).map((record, i) => ({
    ...record,
    loss: isLost(i) ? Number.NaN : (odd.get(i) ?? record.loss),
    gradNorm: isLost(i) ? Number.NaN : record.gradNorm,
  }));
  return play(false, [
    { type: "started", model: charRnn },
    { type: "iterations", records: list },
  ]);
}

/** A kept run: the slower it learns, the more its curves differ from the first. */
export function kept(id: string, name: string, slowness: number, count = 2400): RunCurves {
  const list = records(charRnn, count, 4.17, 1.9 + slowness);
  return {
    id,
    name,
    iterations: list.map(({ iteration }) => iteration),
    loss: list.map(({ loss }, i) => loss + 0.05 * slowness * wobble(i)),
    gradNorm: list.map(({ gradNorm }) => gradNorm * (1 + slowness)),
    learningRate: list.map(() => 2e-3 / (1 + slowness)),
    validation: [1200, 2400].map((iteration) => ({ iteration, loss: 2.4 + slowness })),
  };
}
