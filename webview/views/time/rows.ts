// The rows of the heatmaps of time, from the statistics of an iteration and the answer of `chain`. Knows no page.

import type { TimestepReport } from "../../../src/protocol/events.ts";
import type { EventPlace } from "../../../src/protocol/history.ts";
import type { ChainPart, ChainReport, ChainTimestep } from "../../../src/protocol/inspector/chain.ts";
import type { InspectorState } from "../../../src/protocol/inspector/inspector.ts";
import type { Ramp } from "./heatmap/colours.ts";

type Values = readonly (number | null)[];

export interface Row {
  /** Short, stands beside the row: `l0`, `W_hi`. */
  readonly label: string;
  /** What the values are, for people who ask: `‖∂h_T/∂h_t‖ by W_hi alone`. */
  readonly title: string;
  readonly ramp: Ramp;
  /** By timestep; null where nothing is known yet. */
  readonly values: Values;
  /** Of the iteration before, as long as this one is half-done. */
  readonly before: Values | null;
  /** Where its cells lead, apart from timestep and phase. */
  readonly place: Pick<EventPlace, "part" | "gate" | "call">;
}

/** One level of a layer in one direction, in one call. */
export interface Part {
  /** `l0_reverse`; empty for a layer that has only one. */
  readonly name: string;
  readonly reversed: boolean;
  /** ‖∂L/∂h_t‖ first, then the paths through the gates when they are wanted. */
  readonly rows: readonly Row[];
  /** The Jacobian's norms, once they have been asked for. */
  readonly chain: ChainPart | null;
}

/** What one figure shows. */
export interface LayerInTime {
  /** Path of the layer; empty for a recurrence that is the model itself. */
  readonly layer: string;
  readonly length: number;
  readonly parts: readonly Part[];
  /** Timestep that the run stands at, in this layer. */
  readonly cursor: number | null;
}

export function layersInTime(
  { statistics, previous, status }: InspectorState,
  chains: ReadonlyMap<string, ChainReport>,
  gates: boolean,
): readonly LayerInTime[] {
  const position = status.kind === "paused" ? status.position : null;
  const before = new Map(numbered(previous?.timesteps).map((each) => [keyOf(each), each.report]));
  const layers = new Map<string, { length: number; parts: Part[] }>();
  for (const each of numbered(statistics?.timesteps)) {
    const { layer, report, calls } = each;
    const found = layers.get(layer) ?? { length: report.gradNorms.length, parts: [] };
    const chain = each.call === calls - 1 ? partOf(chains.get(layer), each.part) : null;
    const half = report.gradNorms.includes(null);
    found.parts.push(partInTime(each, chain, half ? (before.get(keyOf(each))?.gradNorms ?? null) : null, gates));
    found.length = Math.max(found.length, report.gradNorms.length);
    layers.set(layer, found);
  }
  return [...layers].map(([layer, { length, parts }]) => {
    return { layer, length, parts, cursor: position?.layer === layer ? position.timestep : null };
  });
}

interface Numbered {
  readonly layer: string;
  /** `l0_reverse`, or empty when the report does not say. */
  readonly part: string;
  /** Of how many calls of this layer which one. */
  readonly call: number;
  readonly calls: number;
  readonly report: TimestepReport;
}

/** A report's name is the layer's path, with level and direction behind it where there are several. */
function numbered(reports: readonly TimestepReport[] = []): readonly Numbered[] {
  const totals = new Map<string, number>();
  for (const { layer } of reports) totals.set(layer, (totals.get(layer) ?? 0) + 1);
  const seen = new Map<string, number>();
  return reports.map((report) => {
    const call = seen.get(report.layer) ?? 0;
    seen.set(report.layer, call + 1);
    const [layer, part = ""] = report.layer.split(" ");
    return { layer, part, call, calls: totals.get(report.layer) ?? 1, report };
  });
}

function keyOf({ report, call }: Numbered): string {
  return `${report.layer} ${call}`;
}

/** A layer that has only one part does not say its name. */
function partOf(chain: ChainReport | undefined, name: string): ChainPart | null {
  return chain?.parts.find((part) => part.name === name) ?? (name === "" ? (chain?.parts[0] ?? null) : null);
}

function partInTime(
  { part, call, calls, report }: Numbered,
  chain: ChainPart | null,
  before: Values | null,
  gates: boolean,
): Part {
  const place = { ...(part === "" ? {} : { part }), ...(call === 0 ? {} : { call }) };
  const label = [part.replace("_reverse", " ←") || "h_t", ...(calls > 1 ? [`(${call + 1})`] : [])].join(" ");
  const gradient: Row = {
    label,
    title: "‖∂L/∂h_t‖",
    ramp: "gradient",
    values: report.gradNorms,
    before,
    place,
  };
  const paths = chain !== null && gates ? pathRows(chain, report.gradNorms.length, place) : [];
  return { name: part, reversed: part.endsWith("_reverse"), rows: [gradient, ...paths], chain };
}

/** What each gate alone carries back: rows of norms of Jacobians, all beginning at 1 (or 0) at T. */
function pathRows({ gates, timesteps }: ChainPart, length: number, place: Row["place"]): Row[] {
  if (gates.length === 0) return [];
  const isLstm = gates.includes("f");
  const row = (label: string, title: string, gate: string, of: (step: ChainTimestep) => number | null): Row => {
    const values: (number | null)[] = Array.from({ length }, () => null);
    for (const step of timesteps) values[step.t] = of(step);
    return { label, title, ramp: "jacobian", values, before: null, place: { ...place, gate } };
  };
  const kept = isLstm
    ? row("f only", "‖∂c_T/∂c_t‖ through the forget gates, without any weights", "f", ({ keptNorm }) => keptNorm)
    : row("z only", "‖∂h_T/∂h_t‖ through the update gates, without any weights", "z", ({ keptNorm }) => keptNorm);
  const cell = isLstm ? [row("c_t", "‖∂h_T/∂c_t‖ with h_t held fixed", "c", ({ cellNorm }) => cellNorm)] : [];
  const alone = gates.map((gate, i) => {
    const title = `‖∂h_T/∂h_t‖ when W_h${gate} alone carries it, beside the path without weights`;
    return row(`W_h${gate}`, title, gate, ({ gateNorms }) => gateNorms[i] ?? null);
  });
  return [...cell, kept, ...alone];
}
