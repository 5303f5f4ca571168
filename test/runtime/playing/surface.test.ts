// The decision surface against the model itself, place by place: two classes, several, a value, and data in other units.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Packed, type SurfaceAbout, type SurfaceReport, unpack } from "../../../src/protocol/inspector/playing.ts";
import type { TrainingRun } from "../../../src/training/run.ts";
import { picturesOf, scoresOf, softmaxOf, watch } from "./watched.ts";

interface Parts {
  readonly outputs?: number;
  /** TypeScript of the sample function's target; `random` and `i` are there. */
  readonly target: string;
  readonly loss: string;
  readonly targetType?: "float" | "int";
  readonly source?: string;
}

function modelFile({ outputs = 1, target, loss, targetType = "float", source }: Parts): string {
  const generate = `data.generate((random, i) => ({ input: [random.normal(i % 2), random.uniform(-4, 1)], target: ${target} }), { samples: 60, batchSize: 8, validation: 0.25, targetType: "${targetType}" })`;
  return `import { F, data, defineTraining, nn, optim, type Tensor } from "gradient-debugger";
class Model extends nn.Module {
  a = new nn.Linear(2, 6);
  norm = new nn.BatchNorm1d(6);
  drop = new nn.Dropout(0.4);
  b = new nn.Linear(6, ${outputs});
  forward(x: Tensor): Tensor {
    return this.b.forward(this.drop.forward(F.tanh(this.norm.forward(this.a.forward(x)))));
  }
}
export default defineTraining({
  model: () => new Model(),
  data: ${source ?? generate},
  loss: ${loss},
  optimizer: (parameters) => optim.adam(parameters, { learningRate: 0.05 }),
  epochs: 2,
  seed: 11,
});
`;
}

function numbersOf(packed: Packed): Float64Array {
  return unpack(packed, Buffer.from(packed.bytes, "base64"));
}

/** Half a step of the 254 that lie between the least and the largest value, and the rounding of the model's numbers. */
function tolerance({ low, high }: Packed): number {
  return (high - low) / 254 / 2 + 1e-6;
}

/** The middle of every cell of the grid, from the lowest row up, in the units of the axes. */
function places({ x, y, columns, rows }: SurfaceAbout): [number, number][] {
  return Array.from({ length: columns * rows }, (_, i) => [
    x.min + ((x.max - x.min) * ((i % columns) + 0.5)) / columns,
    y.min + ((y.max - y.min) * (Math.floor(i / columns) + 0.5)) / rows,
  ]);
}

type Check = (run: TrainingRun, about: SurfaceAbout, report: SurfaceReport) => void;

/** Trains, and checks every surface at the moment it is told. */
async function surfaces(
  source: string,
  check: Check,
  data: Readonly<Record<string, string>> = {},
): Promise<SurfaceAbout> {
  const abouts: SurfaceAbout[] = [];
  const watched = await watch(source, {
    data,
    seen: (run, report) => {
      if (report.kind === "about") {
        assert.equal(report.about.kind, "surface");
        if (report.about.kind === "surface") abouts.push(report.about);
      } else {
        assert.equal(report.kind, "surface");
        if (report.kind === "surface") check(run, abouts[0], report);
      }
    },
  });
  assert.equal(abouts.length, 1);
  const pictures = picturesOf(watched, "surface");
  assert.equal(pictures[0].iteration, 0, "the first is drawn before the first iteration");
  assert.ok(pictures.length > 5, `${pictures.length} surfaces`);
  assert.notEqual(pictures[0].values.bytes, pictures[pictures.length - 1].values.bytes, "training changes it");
  return abouts[0];
}

/** Largest difference of the surface from what the model says, as a share of what is allowed. */
function compare(report: SurfaceReport, expected: readonly number[]): void {
  const values = numbersOf(report.values);
  assert.equal(values.length, expected.length);
  const allowed = tolerance(report.values);
  expected.forEach((value, i) => {
    const difference = Math.abs(values[i] - value);
    assert.ok(difference <= allowed, `place ${i}: ${values[i]} and ${value} differ by ${difference}, above ${allowed}`);
  });
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

describe("the decision surface", { concurrency: false }, () => {
  test("of two classes is the probability of the second one, and counts the points on the right side", async () => {
    const source = modelFile({ target: "[i % 2]", loss: "F.binaryCrossEntropyWithLogits" });
    const about = await surfaces(source, (run, about, report) => {
      compare(
        report,
        scoresOf(run, places(about)).map(([z]) => sigmoid(z)),
      );
      const z = scoresOf(
        run,
        about.points.map(({ x, y }) => [x, y]),
      );
      const right = about.points.filter(({ target }, i) => z[i][0] > 0 === (target === 1)).length;
      assert.equal(report.right, right / about.points.length);
      assert.equal(report.winners, null);
    });
    assert.deepEqual(about.output, { kind: "two", classes: ["0", "1"] });
    assert.equal(about.points.length, 60);
    assert.equal(about.points.filter(({ validation }) => validation).length, 15, "a quarter is held out");
    const xs = about.points.map(({ x }) => x);
    const [low, high] = [Math.min(...xs), Math.max(...xs)];
    // a tenth of the range on either side
    assert.ok(Math.abs(about.x.min - (low - 0.1 * (high - low))) < 1e-6);
    assert.ok(Math.abs(about.x.max - (high + 0.1 * (high - low))) < 1e-6);
  });

  test("of three classes is the probability of the likeliest one, and which one that is", async () => {
    const source = modelFile({
      outputs: 3,
      target: "random.integer(3)",
      targetType: "int",
      loss: "F.crossEntropy",
    });
    const about = await surfaces(source, (run, about, report) => {
      const p = scoresOf(run, places(about)).map(softmaxOf);
      compare(
        report,
        p.map((row) => Math.max(...row)),
      );
      assert.ok(report.winners !== null);
      const winners = numbersOf(report.winners);
      p.forEach((row, i) => {
        const clear = [...row].sort((a, b) => b - a);
        if (clear[0] - clear[1] > 1e-5) assert.equal(Math.round(winners[i]), row.indexOf(clear[0]), `place ${i}`);
      });
    });
    assert.deepEqual(about.output, { kind: "classes", classes: ["0", "1", "2"] });
  });

  test("of two classes that are scored each is the probability of the second one too", async () => {
    const source = modelFile({ outputs: 2, target: "i % 2", targetType: "int", loss: "F.crossEntropy" });
    const about = await surfaces(source, (run, about, report) => {
      compare(
        report,
        scoresOf(run, places(about)).map((row) => softmaxOf(row)[1]),
      );
    });
    assert.equal(about.output.kind, "two");
  });

  test("of a model that predicts a number is that number", async () => {
    const source = modelFile({ target: "[random.normal()]", loss: "F.mseLoss" });
    const about = await surfaces(source, (run, about, report) => {
      compare(
        report,
        scoresOf(run, places(about)).map(([y]) => y),
      );
      assert.equal(report.right, null);
    });
    assert.deepEqual(about.output, { kind: "value", name: "output" });
  });

  test("of targets that are only −1 and 1 is the share of the way from one to the other", async () => {
    const source = modelFile({ target: "[i % 2 === 0 ? -1 : 1]", loss: "F.mseLoss" });
    const about = await surfaces(source, (run, about, report) => {
      compare(
        report,
        scoresOf(run, places(about)).map(([y]) => Math.min(1, Math.max(0, (y + 1) / 2))),
      );
    });
    assert.deepEqual(about.output, { kind: "two", classes: ["-1", "1"] });
  });

  test("of a table has the table's own units, names and classes, though the model sees them scaled", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [
      100 + 3 * i,
      0.001 * ((i * 7) % 40),
      ["ash", "oak", "elm"][i % 3],
    ]);
    const table = ["height,leaf width,tree", ...rows.map((row) => row.join(","))].join("\n");
    const source = modelFile({
      outputs: 3,
      target: "",
      loss: "F.crossEntropy",
      source: 'data.csv("trees.csv", { target: "tree", batchSize: 8, validation: 0.25 })',
    });
    const about = await surfaces(
      source,
      (run, about, report) => {
        const [x, y] = run.data.features ?? [];
        const scaled = places(about).map(([a, b]) => [(a - x.shift) / x.scale, (b - y.shift) / y.scale]);
        compare(
          report,
          scoresOf(run, scaled).map((row) => Math.max(...softmaxOf(row))),
        );
      },
      { "trees.csv": table },
    );
    assert.deepEqual([about.x.name, about.y.name], ["height", "leaf width"]);
    assert.ok(about.output.kind === "classes");
    assert.deepEqual([...about.output.classes].sort(), ["ash", "elm", "oak"]);
    const heights = about.points.map(({ x }) => Math.round(x)).sort((a, b) => a - b);
    assert.deepEqual(
      heights,
      rows.map(([height]) => height),
    );
  });

  test("is not drawn for three inputs, for several outputs without classes, or for a step of one's own", async () => {
    const wide = modelFile({ outputs: 2, target: "[0, 1]", loss: "F.mseLoss" });
    const three = modelFile({ target: "[i % 2]", loss: "F.binaryCrossEntropyWithLogits" })
      .replace("new nn.Linear(2, 6)", "new nn.Linear(3, 6)")
      .replace("input: [", "input: [i, ");
    const own = modelFile({ target: "[i % 2]", loss: "" }).replace(
      "loss: ,",
      "step: (model, batch) => F.mseLoss(model.forward(batch.input), batch.target),",
    );
    for (const source of [wide, three, own]) assert.deepEqual((await watch(source)).reports, []);
  });
});
