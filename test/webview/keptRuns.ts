// Kept runs as the window tells of them, for the tests of the panel: a list of every state, and comparisons by formula.
import type { LayerPair, RunComparison, RunCurves, RunSummary } from "../../src/protocol/inspector/runs.ts";
import { compareRuns } from "../../src/runs/compare/compare.ts";
import type { RunRecord } from "../../src/runs/file/record.ts";
import { noLabel } from "../../src/runs/label.ts";
import { KeptRun } from "../../src/runs/run.ts";
import { summaryOf } from "../../src/runs/summary.ts";
import { columns, fileOf, record } from "../runs/samples.ts";
import { charRnn } from "./runs.ts";

export const now = Date.now();

function summary(number: number, more: Partial<RunSummary> = {}): RunSummary {
  return {
    id: `run-${number}`,
    name: `CharRNN ${number}`,
    tags: [],
    model: "CharRNN",
    file: charRnn.file,
    data: "text moby-dick.txt, 1,156,000 characters",
    optimizer: "adam",
    seed: 40 + number,
    learningRate: 0.002,
    started: now - (9 - number) * 3_700_000,
    state: "completed",
    iterations: 3600,
    loss: 1.4 + 0.1 * number,
    validationLoss: 1.6,
    notice: null,
    ...more,
  };
}

/** The newest first, one of every state. */
export const list: readonly RunSummary[] = [
  summary(9, { state: "running", started: now - 20_000, loss: 2.31, iterations: 412 }),
  summary(8, { tags: ["baseline", "paper"], name: "CharRNN with a longer name that somebody gave it" }),
  summary(7, { state: "failed", loss: Number.NaN, iterations: 31 }),
  summary(6, { state: "stopped", iterations: 1200, learningRate: 2e-2 }),
  summary(5, {
    state: "interrupted",
    notice: "Read as far as it is whole: the last record is torn, after 48,211 of 48,900 bytes.",
  }),
  summary(4),
  summary(3),
  summary(2, {
    model: "",
    name: "20240101-101112-000-broken",
    notice: "Read as far as it is whole: the file is damaged after 8 of 500 bytes.",
    state: "interrupted",
    loss: null,
    learningRate: null,
    iterations: 0,
    data: "",
    optimizer: "",
  }),
];

export function curves(id: string): RunCurves {
  const iterations = Array.from({ length: 400 }, (_, i) => 9 * i + 1);
  const shift = Number(id.at(-1));
  return {
    id,
    name: list.find((run) => run.id === id)?.name ?? id,
    iterations,
    loss: iterations.map((i) => (4 + shift / 5) * i ** -0.2),
    gradNorm: iterations.map((i) => 3 * i ** -0.3),
    learningRate: iterations.map(() => 0.002),
    validation: [],
  };
}

const layer = (path: string, a: readonly (number | null)[], b: readonly (number | null)[]): LayerPair => ({
  layer: path,
  a: { weightNorm: a[0] ?? 0, gradNorm: a[1], updateRatio: a[2] },
  b: { weightNorm: b[0] ?? 0, gradNorm: b[1], updateRatio: b[2] },
});

const [b, , , , , a] = list;

export const parted: RunComparison = {
  a,
  b: { ...b, id: "run-9" },
  setup: [
    { what: "seed", a: "44", b: "49" },
    { what: "learning rate at the start", a: "0.002", b: "0.02" },
    { what: "text of the model file", a: "version 1a2b3c4", b: "version 99aa88b" },
  ],
  common: [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64],
  iteration: 64,
  layers: [
    layer("embed", [45.1, 0.021, 4e-4], [45.3, 0.3, 4e-3]),
    layer("rnn", [9.1, 0.52, 1.1e-3], [12.8, 0.6, 9e-3]),
    layer("encoder.layers.11.self_attn.out_proj", [5, 0, 0], [5, 1e-4, 1e-5]),
    layer("norm", [8, null, null], [8, 0.2, 1e-3]),
    layer("head", [3.3, 0.91, 2e-3], [3.3, Number.NaN, 2e-3]),
  ],
  compared: 412,
  parting: { iteration: 4, quantity: "loss", a: 3.121234, b: 3.121235 },
  partingBeyond: { iteration: 24, quantity: "gradNorm", a: 1.2, b: 1.3 },
  tolerance: 0.01,
  layerParting: {
    ...{ iteration: 3, sameAt: 2, stage: "gradients", parameter: "rnn.weight_hh_l0", layer: "rnn" },
    ...{ differing: 3, compared: 7 },
  },
};

/** Two runs of equal numbers, compared as the window does it. */
export function same(): RunComparison {
  const header = { name: "x", model: charRnn, debug: false, started: 0, source: "" };
  const writer = { host: "nowhere", process: 1, version: "test" };
  const records: RunRecord[] = [
    { kind: "header", header: { ...header, writer } },
    columns(record(1), record(2), record(3)),
  ];
  const [left, right] = ["a", "b"].map((id) => {
    const run = new KeptRun(id, fileOf(records));
    return { run, summary: { ...summaryOf(run, { label: noLabel, written: false, created: 0 }), name: `run ${id}` } };
  });
  return compareRuns(left, right, null);
}
