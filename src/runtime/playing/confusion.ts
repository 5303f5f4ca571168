// Which classes a classifier takes for which, over its validation set, and the samples that it finds hardest.
import type { ConfusionReport, PictureShape, WorstExample } from "../../protocol/inspector/playing.ts";
import { type DataSet, evaluate } from "../../training/aside.ts";
import type { TrainingRun } from "../../training/run.ts";
import { describeInput, pictureBytes, pictureShape } from "./inputs.ts";
import { isClassifier, type Probe, type Subject } from "./probe.ts";
import { base64, classNames, draw, largest, softmax } from "./samples.ts";

const mostSamples = 2000;
const mostClasses = 40;
/** Milliseconds: of a slow model fewer samples are counted. */
const patience = 300;
/** Of the hardest samples overall, and with those of every cell of the table. */
const hardest = 20;
const mostWorst = 60;

interface Judged {
  readonly index: number;
  readonly truth: number;
  readonly predicted: number;
  readonly probability: number;
  readonly loss: number;
}

/** For inputs of one class each. */
export function confusion(run: TrainingRun, probe: Probe): Subject | null {
  const { input, output, target } = probe;
  const width = output[1] ?? 0;
  const fits = output.length === 2 && target.shape.length === 1 && width >= 2 && width <= mostClasses;
  if (!fits || !isClassifier(probe)) return null;
  const validated = run.validation !== null && run.validation.length > 0;
  const set = validated ? (run.validation ?? run.data.train) : run.data.train;
  const indices = draw(set.length, mostSamples);
  const picture = pictureShape(run, input);
  return {
    about: {
      kind: "confusion",
      classes: classNames(width, run.data.classes),
      set: validated ? "validation" : "training",
      samples: set.length,
      picture,
    },
    early: false,
    compute: (now) => compute(run, set, indices, width, picture, now),
  };
}

function compute(
  run: TrainingRun,
  set: DataSet,
  indices: Int32Array,
  width: number,
  picture: PictureShape | null,
  now: () => number,
): Omit<ConfusionReport, "iteration" | "epoch"> {
  const end = now() + patience;
  const judged: Judged[] = [];
  evaluate(run, set, indices, ({ target }, { floats }, first) => {
    const labels = target.ints.array;
    for (let i = 0; i < target.length; i++) {
      const p = softmax(floats.array.subarray(i * width, (i + 1) * width));
      const predicted = largest(p);
      const truth = labels[i];
      judged.push({
        index: indices[first + i],
        truth,
        predicted,
        probability: p[predicted],
        loss: -Math.log(p[truth]),
      });
    }
    return now() < end;
  });
  const counts = new Array<number>(width * width).fill(0);
  for (const { truth, predicted } of judged) counts[truth * width + predicted]++;
  const loss = judged.reduce((sum, { loss }) => sum + loss, 0) / judged.length;
  const worst = worstOf(judged, width).map((found) => example(run, set, found, picture));
  return { kind: "confusion", samples: judged.length, counts, loss, worst };
}

/** The hardest samples, and the hardest of each cell that has none among them while there is room. */
function worstOf(judged: readonly Judged[], width: number): readonly Judged[] {
  // a loss that is no number is the worst of all
  const badness = ({ loss }: Judged) => (Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss);
  const sorted = [...judged].sort((a, b) => (badness(b) > badness(a) ? 1 : badness(b) < badness(a) ? -1 : 0));
  const cell = ({ truth, predicted }: Judged) => truth * width + predicted;
  const chosen = sorted.slice(0, hardest);
  const cells = new Set(chosen.map(cell));
  for (const next of sorted.slice(hardest)) {
    if (chosen.length >= mostWorst) break;
    if (cells.has(cell(next))) continue;
    cells.add(cell(next));
    chosen.push(next);
  }
  return chosen;
}

function example(run: TrainingRun, set: DataSet, judged: Judged, picture: PictureShape | null): WorstExample {
  const { input } = set.batch(Int32Array.of(judged.index));
  return {
    ...judged,
    features: picture === null ? describeInput(run, input) : "",
    picture: picture === null ? null : base64(pictureBytes(input, picture)),
  };
}
