// Recorded messages for the views of the model at play: text, confusion with pictures and with features, and nothing.
import type { RuntimeEvent } from "../../../src/protocol/events.ts";
import { type InspectorState, reduce } from "../../../src/protocol/inspector/inspector.ts";
import type {
  ConfusionAbout,
  ConfusionReport,
  PlayingAbout,
  PlayingPicture,
  PlayingReport,
  TextReport,
  WorstExample,
} from "../../../src/protocol/inspector/playing.ts";
import { charRnn, mlp, play, position, records, wobble } from "../runs.ts";
import { sentence } from "../time/runs.ts";

export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

/** A run of which these pictures were seen. */
export function playing(about: PlayingAbout, pictures: readonly PlayingPicture[]): InspectorState {
  const model = about.kind === "text" ? charRnn : mlp;
  const reports: PlayingReport[] = [{ kind: "about", about }, ...pictures];
  return play(true, [
    { type: "started", model },
    { type: "iterations", records: records(model, 400) },
    ...reports.map((report): RuntimeEvent => ({ type: "playing", report })),
  ]);
}

/** The run stands in this iteration, to which it may have gone back. */
export function standingIn(state: InspectorState, iteration: number): InspectorState {
  const event: RuntimeEvent = {
    type: "stopped",
    reason: "goto",
    position: position({ iteration, epoch: 1, phase: "forward" }),
    text: "Paused on step",
    breakpoints: [],
  };
  return reduce(state, event);
}

export function nothingToShow(message: string): InspectorState {
  return play(true, [
    { type: "started", model: mlp },
    { type: "iterations", records: records(mlp, 400) },
    { type: "playing", report: { kind: "unavailable", message } },
  ]);
}

/** The sentence with less and less of it wrong. */
export function textOf(iteration: number, wrong: number): TextReport {
  const characters = [...`${sentence}${sentence}`].slice(0, 120).map((character, i) => {
    return Math.abs(wobble(i + 3 * iteration)) < wrong ? "etaoin srh"[Math.abs(Math.round(9 * wobble(i)))] : character;
  });
  const probabilities = characters.map((_, i) => {
    return Math.round(1000 * Math.min(1, Math.max(0.004, Math.abs(wobble(2 * i)) ** (4 * wrong)))) / 1000;
  });
  return { kind: "text", iteration, epoch: 1, characters, probabilities };
}

const prompt = "Loomings.\n\nOnce upon a midnight ";

export const text = playing(
  { kind: "text", prompt, temperature: 0.8 },
  [40, 90, 150, 210, 300, 399].map((iteration, i) => textOf(iteration, 0.9 - 0.15 * i)),
);

export const brokenText = playing({ kind: "text", prompt, temperature: 0.8 }, [
  textOf(40, 0.5),
  { kind: "text", iteration: 90, epoch: 1, characters: [], probabilities: [] },
]);

const side = 28;

/** A ring or a bar, leaning as the number says. */
function drawing(i: number): string {
  const lean = 0.4 * wobble(i);
  const pixels = Array.from({ length: side * side }, (_, k) => {
    const [y, x] = [Math.floor(k / side) - 13.5, (k % side) - 13.5];
    const across = x + lean * y;
    const ink =
      i % 2 === 0 ? Math.abs(Math.hypot(across * 1.4, y) - 9) : Math.abs(across) + Math.max(0, Math.abs(y) - 9);
    return Math.round(255 * Math.max(0, Math.min(1, 2.2 - ink)));
  });
  return base64(Uint8Array.from(pixels));
}

const digits = Array.from({ length: 10 }, (_, i) => String(i));

export const digitsAbout: ConfusionAbout = {
  kind: "confusion",
  classes: digits,
  set: "validation",
  samples: 2000,
  picture: { rows: side, columns: side, channels: 1 },
};

export function tableOf(
  classes: readonly string[],
  iteration: number,
  right: number,
  worst: readonly WorstExample[],
): ConfusionReport {
  const n = classes.length;
  const counts = Array.from({ length: n * n }, (_, i) => {
    const [truth, predicted] = [Math.floor(i / n), i % n];
    const wrong = Math.max(0, Math.round((1 - right) * 60 * wobble(7 * truth + 3 * predicted)));
    return truth === predicted ? Math.round(200 * right) - truth : wrong;
  });
  const samples = counts.reduce((a, b) => a + b, 0);
  return {
    kind: "confusion",
    iteration,
    epoch: 1 + Math.floor(iteration / 125),
    samples,
    counts,
    loss: 1.2 - right,
    worst,
  };
}

/** Mistakes from the largest loss down. */
function mistakes(
  count: number,
  n: number,
  of: (i: number) => Pick<WorstExample, "features" | "picture">,
): WorstExample[] {
  return Array.from({ length: count }, (_, i) => ({
    index: 37 * i + 4,
    truth: i % n,
    predicted: (2 * i + 1) % n,
    probability: 0.99 - 0.02 * i,
    loss: 6.4 - 0.22 * i,
    ...of(i),
  }));
}

export const digitTables = playing(digitsAbout, [
  tableOf(digits, 25, 0.4, []),
  tableOf(digits, 150, 0.8, []),
  tableOf(
    digits,
    399,
    0.96,
    mistakes(24, 10, (i) => ({ features: "", picture: drawing(i) })),
  ),
]);

const flowers = ["Iris-setosa", "Iris-versicolor", "Iris-virginica"];

export const irisTable = playing(
  { kind: "confusion", classes: flowers, set: "validation", samples: 30, picture: null },
  [
    tableOf(flowers, 50, 0.7, []),
    {
      kind: "confusion",
      iteration: 390,
      epoch: 4,
      samples: 30,
      counts: [11, 0, 0, 0, 9, 1, 0, 1, 8],
      loss: 0.091,
      worst: mistakes(7, 3, (i) => ({
        features: `sepal length ${(5.1 + 0.2 * i).toFixed(1)}, sepal width 2.8, petal length ${(4.9 + 0.1 * i).toFixed(1)}, petal width 1.8`,
        picture: null,
      })),
    },
  ],
);

const many = Array.from({ length: 40 }, (_, i) => `kind ${i + 1}`);

export const manyClasses = playing(
  { kind: "confusion", classes: many, set: "training", samples: 9000, picture: null },
  [
    tableOf(
      many,
      399,
      0.9,
      mistakes(3, 40, () => ({ features: "a 1, b 2", picture: null })),
    ),
  ],
);
