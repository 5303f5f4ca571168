// The confusion table against the model itself: counts, losses, the hardest samples and what they look like.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ConfusionAbout, ConfusionReport } from "../../../src/protocol/inspector/playing.ts";
import type { DataSet } from "../../../src/training/aside.ts";
import type { TrainingRun } from "../../../src/training/run.ts";
import { scoresOf, softmaxOf, watch } from "./watched.ts";

function modelFile(source: string, inputs: number, classes: number, forward?: string): string {
  return `import { F, data, defineTraining, nn, optim, type Tensor } from "gradient-debugger";
class Model extends nn.Module {
  a = new nn.Linear(${inputs}, 8);
  drop = new nn.Dropout(0.5);
  b = new nn.Linear(8, ${classes});
  forward(x: Tensor): Tensor {
    ${forward ?? "return this.b.forward(this.drop.forward(F.tanh(this.a.forward(x))));"}
  }
}
export default defineTraining({
  model: () => new Model(),
  data: ${source},
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.adam(parameters, { learningRate: 0.05 }),
  epochs: 3,
  seed: 5,
});
`;
}

const generated = (shape: string, validation: number) =>
  `data.generate((random, i) => ({ input: ${shape}, target: random.integer(4) }), { samples: 90, batchSize: 7, validation: ${validation}, targetType: "int" })`;
const numbers = generated("Array.from({ length: 5 }, () => random.normal())", 0.3);

interface Judged {
  readonly truth: number;
  readonly predicted: number;
  readonly probability: number;
  readonly loss: number;
}

/** Every sample of a set, judged by hand. */
function judge(run: TrainingRun, set: DataSet): Judged[] {
  const { input, target } = set.batch(Int32Array.from({ length: set.length }, (_, i) => i));
  const width = input.data.length / set.length;
  const inputs = Array.from({ length: set.length }, (_, i) =>
    Array.from(input.data.subarray(i * width, (i + 1) * width)),
  );
  return scoresOf(run, inputs).map((scores, i) => {
    const p = softmaxOf(scores);
    const predicted = p.indexOf(Math.max(...p));
    return { truth: target.data[i], predicted, probability: p[predicted], loss: -Math.log(p[target.data[i]]) };
  });
}

type Check = (run: TrainingRun, about: ConfusionAbout, report: ConfusionReport) => void;

async function tables(source: string, check: Check, data: Readonly<Record<string, string>> = {}) {
  const abouts: ConfusionAbout[] = [];
  const reports: ConfusionReport[] = [];
  await watch(source, {
    data,
    seen: (run, report) => {
      if (report.kind === "about" && report.about.kind === "confusion") abouts.push(report.about);
      else if (report.kind === "confusion") {
        check(run, abouts[0], report);
        reports.push(report);
      } else assert.fail(`a report of the kind ${report.kind}`);
    },
  });
  assert.ok(reports.length > 5, `${reports.length} tables`);
  return { about: abouts[0], reports };
}

const near = (a: number, b: number, what: string) => assert.ok(Math.abs(a - b) < 1e-5, `${what}: ${a} and ${b}`);

describe("the confusion table", { concurrency: false }, () => {
  test("counts every sample of the validation set, and lists the largest losses first", async () => {
    const { about } = await tables(modelFile(numbers, 5, 4), (run, about, report) => {
      assert.ok(run.validation !== null);
      const judged = judge(run, run.validation);
      const counts = new Array<number>(16).fill(0);
      for (const { truth, predicted } of judged) counts[truth * 4 + predicted]++;
      assert.deepEqual(report.counts, counts);
      assert.equal(report.samples, about.samples);
      near(report.loss, judged.reduce((sum, { loss }) => sum + loss, 0) / judged.length, "mean loss");
      const losses = judged.map(({ loss }) => loss).sort((a, b) => b - a);
      report.worst.slice(0, 20).forEach((example, i) => {
        near(example.loss, losses[i], `loss of the ${i + 1}. example`);
        const own = judged[example.index];
        assert.deepEqual([example.truth, example.predicted], [own.truth, own.predicted]);
        near(example.probability, own.probability, "probability");
      });
      const cells = (examples: readonly Judged[]) =>
        new Set(examples.map(({ truth, predicted }) => 4 * truth + predicted));
      assert.deepEqual([...cells(report.worst)].sort(), [...cells(judged)].sort(), "every cell has an example");
    });
    assert.deepEqual(about, {
      kind: "confusion",
      classes: ["0", "1", "2", "3"],
      set: "validation",
      samples: 27,
      picture: null,
    });
  });

  test("is of the training set where nothing is held out, and says so", async () => {
    const source = modelFile(generated("Array.from({ length: 5 }, () => random.normal())", 0), 5, 4);
    const { about } = await tables(source, (run, _, report) => {
      const judged = judge(run, run.data.train);
      assert.equal(
        report.counts.reduce((a, b) => a + b, 0),
        judged.length,
      );
      near(report.loss, judged.reduce((sum, { loss }) => sum + loss, 0) / judged.length, "mean loss");
    });
    assert.deepEqual([about.set, about.samples], ["training", 90]);
  });

  test("of a table names classes and features as the table does, in its units", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => [20 + i, 0.25 * ((i * 11) % 17), (i * 5) % 8, ["a", "b"][i % 2]]);
    const table = ["stem length,width,spots,kind", ...rows.map((row) => row.join(","))].join("\n");
    const source = modelFile('data.csv("plants.csv", { target: "kind", batchSize: 10, validation: 0.25 })', 3, 2);
    const { about, reports } = await tables(source, () => {}, { "plants.csv": table });
    assert.deepEqual(about.classes, ["a", "b"]);
    const texts = new Set(
      rows.map(([length, width, spots]) => `stem length ${length}, width ${width}, spots ${spots}`),
    );
    const examples = reports.at(-1)?.worst ?? [];
    assert.ok(examples.length > 0);
    for (const { features, picture } of examples) {
      assert.equal(picture, null);
      assert.ok(texts.has(features), features);
    }
  });

  test("of pictures sends the hardest ones, pixel by pixel between their darkest and their brightest", async () => {
    const image = "[Array.from({ length: 9 }, () => Array.from({ length: 8 }, () => random.normal()))]";
    const forward =
      "return this.b.forward(this.drop.forward(F.tanh(this.a.forward(x.reshape(Math.round(x.length / 72), 72)))));";
    const { about } = await tables(modelFile(generated(image, 0.3), 72, 4, forward), (run, _, report) => {
      assert.ok(run.validation !== null);
      for (const { index, picture, features } of report.worst.slice(0, 5)) {
        assert.equal(features, "");
        assert.ok(picture !== null);
        const pixels: ArrayLike<number> = run.validation.batch(Int32Array.of(index)).input.data;
        const [low, high] = [Math.min(...Array.from(pixels)), Math.max(...Array.from(pixels))];
        const expected = Array.from(pixels, (x) => Math.round((255 * (x - low)) / (high - low)));
        assert.deepEqual([...Buffer.from(picture, "base64")], expected);
      }
    });
    assert.deepEqual(about.picture, { rows: 9, columns: 8, channels: 1 });
  });

  test("is not made for more classes than fit on a page, or for classes of every timestep", async () => {
    const many = modelFile(numbers.replace("random.integer(4)", "random.integer(41)"), 5, 41);
    assert.deepEqual((await watch(many)).reports, []);
    const each = modelFile(
      generated("Array.from({ length: 3 }, () => Array.from({ length: 5 }, () => random.normal()))", 0.3).replace(
        "target: random.integer(4)",
        "target: [0, 1, 2]",
      ),
      5,
      4,
    );
    assert.deepEqual((await watch(each)).reports, []);
  });
});
