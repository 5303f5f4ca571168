// Recorded messages for the view of time: recurrent layers of every kind, half-done and whole, and the answers to its questions.

import type { RuntimeEvent, StatisticsReport, TimestepReport } from "../../../src/protocol/events.ts";
import type { ChainPart, ChainReport, ChainTimestep } from "../../../src/protocol/inspector/chain.ts";
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import type { SequenceInput, SequenceReport } from "../../../src/protocol/inspector/time.ts";
import type { ModelInfo } from "../../../src/protocol/model.ts";
import { charRnn, gradThroughTime, play, position, records, statisticsOf, wobble } from "../runs.ts";

export const sentence = "Call me Ishmael.\nSome years ago—never mind how long precisely";

export interface TimeScene {
  readonly model?: ModelInfo;
  readonly timesteps: readonly TimestepReport[];
  /** Of the iteration before. */
  readonly before?: readonly TimestepReport[];
  readonly phase?: "forward" | "backward";
  readonly timestep?: number;
}

/** A recurrent model whose layer is of this type. */
export function modelWith(type: "RNN" | "LSTM" | "GRU"): ModelInfo {
  const layers = charRnn.layers.map((layer) => (layer.path === "rnn" ? { ...layer, type, recurrent: true } : layer));
  return { ...charRnn, layers };
}

/** Paused in iteration 1805 after a whole iteration 1804. */
export function pausedInTime({
  model = charRnn,
  timesteps,
  before,
  phase = "backward",
  timestep,
}: TimeScene): InspectorState {
  return play(true, [
    { type: "started", model },
    { type: "iterations", records: records(model, 1804) },
    { type: "statistics", report: { ...statisticsOf(model, 1804, "complete"), timesteps: before ?? timesteps } },
    { type: "statistics", report: report(model, timesteps) },
    {
      type: "stopped",
      reason: "step",
      position: position({ phase, timestep: timestep ?? null, layer: "rnn" }),
      text: "Paused on step",
      breakpoints: [],
    },
  ]);
}

function report(model: ModelInfo, timesteps: readonly TimestepReport[]): StatisticsReport {
  return { ...statisticsOf(model, 1805, { backwardAt: 12 }), timesteps };
}

export function resumed(): RuntimeEvent {
  return { type: "continued" };
}

export const halfDone = pausedInTime({
  timesteps: [{ layer: "rnn", gradNorms: gradThroughTime(32, 12) }],
  before: [{ layer: "rnn", gradNorms: gradThroughTime(32, 0, 0.05) }],
  timestep: 12,
});

/** Two levels in both directions: backward has come through the second level's two directions, and half of the first. */
export const bidirectional = pausedInTime({
  model: modelWith("LSTM"),
  timesteps: [
    { layer: "rnn l0", gradNorms: Array.from({ length: 24 }, () => null) },
    {
      layer: "rnn l0_reverse",
      gradNorms: gradThroughTime(24, 0, 0.02)
        .toReversed()
        .map((x, t) => (t < 9 ? x : null)),
    },
    { layer: "rnn l1", gradNorms: gradThroughTime(24, 0) },
    { layer: "rnn l1_reverse", gradNorms: gradThroughTime(24, 0).toReversed() },
  ],
  before: ["l0", "l0_reverse", "l1", "l1_reverse"].map((part) => ({
    layer: `rnn ${part}`,
    gradNorms: part.endsWith("_reverse") ? gradThroughTime(24, 0, 0.03).toReversed() : gradThroughTime(24, 0, 0.03),
  })),
  timestep: 8,
});

export const long = pausedInTime({
  timesteps: [
    {
      layer: "rnn",
      gradNorms: Array.from({ length: 512 }, (_, t) =>
        t < 96 ? null : 0.09 * 0.97 ** (511 - t) * (1 + 0.3 * wobble(t)),
      ),
    },
  ],
  before: [{ layer: "rnn", gradNorms: Array.from({ length: 512 }, (_, t) => 0.05 * 0.97 ** (511 - t)) }],
  timestep: 96,
});

/** Explodes, then is not finite, and exactly zero before a padding. */
export const broken = pausedInTime({
  timesteps: [
    {
      layer: "rnn",
      gradNorms: Array.from({ length: 32 }, (_, t) => (t < 4 ? 0 : t < 10 ? Number.NaN : 1e-3 * 2.4 ** (31 - t))),
    },
  ],
  timestep: 0,
});

function chainPart(name: string, length: number, gates: readonly string[], decay: number): ChainPart {
  const T = name.endsWith("_reverse") ? 0 : length - 1;
  const isLstm = gates.includes("f");
  const timesteps = Array.from({ length }, (_, t): ChainTimestep => {
    const steps = Math.abs(T - t);
    const jacobianNorm = steps === 0 ? 1 : decay ** steps * (1 + 0.2 * wobble(t));
    return {
      t,
      gradNorm: t < 12 ? null : 0.01 * decay ** steps,
      jacobianNorm,
      cellNorm: isLstm ? (steps === 0 ? 0 : 0.6 * (decay + 0.08) ** steps) : null,
      keptNorm: gates.length === 0 ? null : (decay + 0.05) ** steps,
      gateNorms: gates.map((_, i) => (steps === 0 ? 1 : (decay - 0.1 - 0.05 * i) ** steps)),
    };
  });
  const reach =
    timesteps.filter(({ jacobianNorm, cellNorm }) => Math.max(jacobianNorm, cellNorm ?? 0) >= 0.01).length - 1;
  return { name, gates, reach, timesteps };
}

export function chainOf(
  layer: string,
  parts: readonly string[],
  length: number,
  gates: readonly string[] = [],
): ChainReport {
  return { layer, sample: 0, batch: 16, parts: parts.map((name) => chainPart(name, length, gates, 0.8)) };
}

export function sequenceOf(input: SequenceInput, sample = 0): SequenceReport {
  return { iteration: 1805, sample, batch: 16, input };
}

export function characters(length: number): SequenceInput {
  return { kind: "characters", steps: Array.from({ length }, (_, t) => sentence[t % sentence.length]) };
}

export function values(length: number, features: number): SequenceInput {
  const steps = Array.from({ length }, (_, t) =>
    Array.from({ length: Math.min(4, features) }, (_, f) => Math.sin(t / (3 + f)) + 0.2 * wobble(t + f)),
  );
  return { kind: "values", features, steps };
}
