// The picture of a tensor: which numbers it is made of at which moment, and that it says them right and in little room.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { optim } from "../../../src/api.ts";
import { encode } from "../../../src/protocol/inspector/inspectorWire.ts";
import type {
  TensorAnswer,
  TensorPart,
  TensorPicture,
  TensorQuestion,
} from "../../../src/protocol/inspector/tensorPicture.ts";
import { largestPicture } from "../../../src/protocol/inspector/tensorPicture.ts";
import { TensorPictures } from "../../../src/runtime/inspect/picture/answer.ts";
import { histograms } from "../../../src/runtime/inspect/picture/histogram.ts";
import { blocks, everyNth, lookedAt, survey } from "../../../src/runtime/inspect/picture/numbers.ts";
import { draw } from "../../../src/runtime/inspect/picture/picture.ts";
import type { Pause } from "../../../src/runtime/inspect/scopes.ts";
import type { TrainingRun } from "../../../src/training/run.ts";
import { Recorder, smallRun } from "../../training/small.ts";
import { type Paused, pausing } from "./paused.ts";

const numbers = (...values: number[]) => ({ array: Float64Array.from(values), minus: null, length: values.length });

describe("numbers", () => {
  test("are surveyed in one pass: moments of the finite ones, the largest first, what is not finite before them", () => {
    const { statistics, largest, places } = survey(numbers(3, 0, -4, Number.NaN, 0, Number.POSITIVE_INFINITY), 1, 3);
    // mean (3 + 0 − 4 + 0) / 4; Σx²/4 − mean² = 25/4 − 1/16
    assert.deepEqual(statistics, {
      count: 6,
      norm: 5,
      mean: -0.25,
      std: Math.sqrt(25 / 4 - 1 / 16),
      min: -4,
      max: 3,
      zeros: 2 / 6,
      nonFinite: 2,
    });
    assert.equal(largest, 4);
    assert.deepEqual(places, [3, 5, 2]);
  });

  test("of a difference are those of one array minus the other", () => {
    const difference = { array: Float32Array.of(5, 1), minus: Float32Array.of(2, 5), length: 2 };
    assert.equal(survey(difference, 1, 1).statistics.norm, 5);
    assert.deepEqual(survey(difference, 1, 1).places, [1]);
  });

  test("in blocks are the largest of each, with their sign, and NaN where there is one", () => {
    const values = numbers(1, -2, 0, 0, 3, 4, Number.NaN, 0, -9, 8, 7, 1);
    const place = { offset: 0, width: 4, window: { row: 0, column: 0, rows: 3, columns: 4 }, every: 1 };
    // rows 0–1 | 2, columns 0–1 | 2–3
    assert.deepEqual(blocks(values, place, { rows: 2, columns: 2 }), [4, Number.NaN, -9, 7]);
  });

  test("of a huge tensor are every n-th, and n meets every column", () => {
    assert.equal(everyNth(lookedAt, 64), 1);
    const every = everyNth(lookedAt * 4, 64);
    assert.ok(every >= 4 && every % 2 === 1, `${every}`);
  });
});

describe("histograms", () => {
  test("count every finite element once, on both axes", () => {
    const values = numbers(-1, -0.1, 0, 1e-9, 0.5, 1, Number.NaN);
    const { linear, logarithmic } = histograms(values, 1, -1, 1);
    for (const { edges, counts } of [linear, logarithmic]) {
      assert.equal(edges.length, counts.length + 1);
      assert.equal(
        counts.reduce((a, b) => a + b),
        6,
      );
      assert.deepEqual([edges[0], edges.at(-1)], [-1, 1]);
      assert.ok(edges.every((edge, i) => i === 0 || edge > edges[i - 1]));
    }
    // each in the bin whose edges are around it
    for (const x of [-1, -0.1, 0.5, 1]) {
      const within = logarithmic.edges.findIndex((edge, i) => i > 0 && x >= logarithmic.edges[i - 1] && x <= edge);
      assert.ok(logarithmic.counts[within - 1] + (logarithmic.counts[within] ?? 0) > 0, `${x}`);
    }
    assert.equal(logarithmic.counts[(logarithmic.counts.length - 1) / 2], 2, "0 and 1e-9");
  });

  test("of one value only have a bin around it", () => {
    for (const value of [0, 3, -2]) {
      const { linear, logarithmic } = histograms(numbers(value, value), 1, value, value);
      assert.equal(
        linear.counts.reduce((a, b) => a + b),
        2,
      );
      assert.equal(
        logarithmic.counts.reduce((a, b) => a + b),
        2,
      );
    }
  });
});

describe("a picture", () => {
  const cube = { array: Float32Array.from({ length: 24 }, (_, i) => i), minus: null, length: 24 };

  test("shows one slice of the last two dimensions, and statistics of the whole", () => {
    const picture = draw(cube, [2, 3, 4], { name: "x", part: "after", slice: [1] });
    assert.deepEqual(picture.slice, [1]);
    assert.deepEqual([picture.rows, picture.columns], [3, 4]);
    assert.deepEqual(picture.values, [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
    assert.equal(picture.statistics.count, 24);
    assert.equal(picture.largest, 23);
    assert.deepEqual(picture.extremes[0], { index: [1, 2, 3], value: 23 });
  });

  test("shows a window", () => {
    const window = { row: 1, column: 2, rows: 2, columns: 9 };
    const picture = draw(cube, [2, 3, 4], { name: "x", part: "after", slice: [0], window });
    assert.deepEqual(picture.window, { row: 1, column: 2, rows: 2, columns: 2 });
    assert.deepEqual(picture.values, [6, 7, 10, 11]);
  });

  test("takes a question that makes no sense for the beginning", () => {
    const slice = [7, Number.NaN];
    const window = { row: -1, column: 99, rows: 0, columns: Number.NaN };
    const picture = draw(cube, [2, 3, 4], { name: "x", part: "after", slice, window, rows: -3, columns: 0.5 });
    assert.deepEqual(picture.slice, [0]);
    assert.deepEqual(picture.window, { row: 0, column: 0, rows: 1, columns: 4 });
    assert.deepEqual(picture.values, [3]);
  });

  test("of a scalar, a vector and nothing at all", () => {
    const of = (shape: number[], length: number) =>
      draw({ array: new Float32Array(length).fill(2), minus: null, length }, shape, { name: "x", part: "after" });
    assert.deepEqual([of([], 1).rows, of([], 1).columns, of([], 1).values], [1, 1, [2]]);
    assert.deepEqual(of([], 1).extremes, [{ index: [], value: 2 }]);
    assert.deepEqual([of([5], 5).rows, of([5], 5).columns], [1, 5]);
    assert.deepEqual([of([0, 3], 0).values, of([0, 3], 0).extremes], [[], []]);
  });

  test("is small, whatever the tensor", () => {
    const length = 5000 * 4000;
    const huge = { array: Float32Array.from({ length }, (_, i) => Math.fround(Math.sin(i))), minus: null, length };
    const picture = draw(huge, [5000, 4000], { name: "x", part: "after", rows: 1e9, columns: 1e9 });
    assert.deepEqual([picture.rows, picture.columns], [largestPicture, largestPicture]);
    assert.ok(picture.every > 1);
    // sin over many periods
    assert.ok(Math.abs(picture.statistics.norm / Math.sqrt(length / 2) - 1) < 1e-3);
    const bytes = encode(picture).length;
    assert.ok(bytes < 1e6, `${bytes} bytes`);
    const usual = encode(draw(huge, [5000, 4000], { name: "x", part: "after" })).length;
    assert.ok(usual < 260_000, `${usual} bytes`);
  });
});

/** Answers at the pauses of `pausing`. */
function picturesOf(paused: Paused, now = () => 0): TensorPictures {
  const pictures = new TensorPictures({
    run: () => paused.run,
    pause: () => paused.pause,
    pastOf: (tensor) => paused.inspector.pastOf(tensor),
    now,
  });
  return pictures;
}

function look(paused: Paused, name: string, part: TensorPart): TensorPicture {
  const answer = picturesOf(paused).answer({ name, part });
  assert.ok(answer.kind === "picture", JSON.stringify(answer));
  return answer.picture;
}

function whyNot(paused: Paused, name: string, part: TensorPart): string {
  const answer = picturesOf(paused).answer({ name, part });
  assert.ok(answer.kind === "missing", `${name} ${part} is there`);
  return answer.parts.find((each) => each.part === part)?.missing ?? "";
}

const near = (a: readonly number[], b: readonly number[]) => {
  assert.equal(a.length, b.length);
  for (const [i, x] of a.entries()) assert.ok(Math.abs(x - b[i]) <= 1e-8 * (1 + Math.abs(b[i])), `${x}, ${b[i]}`);
};

describe("a parameter at a pause", () => {
  const name = "head.bias";
  const weights = ({ run }: Paused) => [...run.parameters].find(([, own]) => own === name)?.[0].toFlatArray() ?? [];

  test("before its update has its weights as those before it, and in forward neither gradient nor update", () => {
    pausing({
      "2 forward head linear": (paused) => {
        near(look(paused, name, "before").values, weights(paused));
        assert.match(whyNot(paused, name, "gradient"), /backward pass has not come to it yet/);
        for (const part of ["update", "after"] as const) {
          assert.match(whyNot(paused, name, part), /update has not come to it yet/);
        }
      },
      "2 backward head linear": (paused) => {
        const gradient = paused.run.engine.tape.find(({ operation }) => operation === "linear");
        assert.ok(gradient !== undefined);
        const own = [...paused.run.parameters].find(([, each]) => each === name)?.[0].grad?.toFlatArray() ?? [];
        assert.ok(own.some((x) => x !== 0));
        near(look(paused, name, "gradient").values, own);
        near(look(paused, name, "before").values, weights(paused));
      },
    });
  });

  test("in the update phase has its update as soon as that has come to it, and not before", () => {
    let before: number[] = [];
    pausing({
      "2 end backward": (paused) => {
        before = weights(paused);
      },
      "2 update rnn.bias_hh_l0": (paused) => {
        near(look(paused, name, "before").values, before);
        assert.match(whyNot(paused, name, "after"), /has not come to it yet/);
      },
      "2 update head.bias": (paused) => {
        const after = weights(paused);
        assert.notDeepEqual(after, before);
        near(look(paused, name, "before").values, before);
        near(look(paused, name, "after").values, after);
        near(
          look(paused, name, "update").values,
          after.map((x, i) => x - before[i]),
        );
        const { parameter, iteration, parts } = look(paused, name, "update");
        assert.deepEqual([parameter, iteration], [true, 2]);
        assert.deepEqual(
          parts.map(({ part, missing }) => [part, missing === ""]),
          [
            ["before", true],
            ["gradient", true],
            ["update", true],
            ["after", true],
            ["difference", false],
          ],
        );
      },
    });
  });

  test("says that the weights before an update were not kept, where they were not", () => {
    pausing(
      { "2 update head.bias": (paused) => assert.match(whyNot(paused, name, "update"), /were not kept/) },
      { keepWeights: false },
    );
  });

  test("is compared with where the run began", () => {
    const recorder = new Recorder();
    const run = smallRun({}, { observer: recorder, iterations: 2 });
    const pictures = new TensorPictures({
      run: () => run,
      pause: () => standing(run),
      pastOf: () => ({ kind: "none" }),
      now: () => 0,
    });
    const parameter = [...run.parameters].find(([, own]) => own === name)?.[0];
    const first = parameter?.toFlatArray() ?? [];
    pictures.started(run);
    run.run();
    const answer = pictures.answer({ name, part: "difference" });
    assert.ok(answer.kind === "picture");
    near(
      answer.picture.values,
      (parameter?.toFlatArray() ?? []).map((x, i) => x - first[i]),
    );
    assert.ok(answer.picture.statistics.norm > 0);
  });

  test("that is frozen says so", () => {
    pausing(
      {
        "1 end update": (paused) => {
          const [parameter] = [...paused.run.parameters].find(([, own]) => own === name) ?? [];
          assert.ok(parameter !== undefined);
          parameter.requiresGrad = false;
          paused.run.updated.delete(name);
          for (const part of ["gradient", "update", "after"] as const)
            assert.match(whyNot(paused, name, part), /frozen/);
          near(look(paused, name, "before").values, weights(paused));
          parameter.requiresGrad = true;
        },
      },
      { iterations: 1 },
    );
  });
});

/** A pause after the last iteration. */
function standing(run: TrainingRun): Pause {
  return { run, event: { kind: "entry" }, frame: null };
}

describe("a symbol of the equation at a pause", () => {
  test("has its values, its gradient, and its difference to the iteration before", () => {
    let before: number[] = [];
    const hidden = ({ run }: Paused) => run.calls.get("rnn")?.outputs[0].select(1, 1);
    pausing({
      "1 backward rnn[t=1] rnn step": (paused) => {
        before = hidden(paused)?.toFlatArray() ?? [];
        assert.match(whyNot(paused, "h_t", "difference"), /nothing in the iteration before/);
      },
      "2 backward rnn[t=1] rnn step": (paused) => {
        const h = hidden(paused)?.toFlatArray() ?? [];
        const picture = look(paused, "h_t", "after");
        assert.equal(picture.parameter, false);
        near(picture.values, h);
        near(
          look(paused, "h_t", "gradient").values,
          paused.run.calls.get("rnn")?.outputs[0].grad?.select(1, 1).toFlatArray() ?? [],
        );
        near(
          look(paused, "h_t", "difference").values,
          h.map((x, i) => x - before[i]),
        );
        assert.deepEqual(
          picture.parts.map(({ part }) => part),
          ["gradient", "after", "difference"],
        );
      },
      "2 forward embed embedding": (paused) => {
        const tokens = paused.run.batch?.input.toFlatArray() ?? [];
        near(look(paused, "tokens", "after").values, tokens);
        assert.match(whyNot(paused, "tokens", "gradient"), /whole numbers have no gradient/);
      },
      "2 update head.bias": (paused) => {
        const state = paused.run.optimizer.state(paused.run.optimizer.parameters.length - 1);
        const m = state.find(([letter]) => letter === "m")?.[1];
        near(look(paused, "m", "after").values, [...(m?.array ?? [])]);
      },
    });
  });

  test("that is not there is named in the error, as is a part that is none", () => {
    pausing({
      "1 forward head linear": (paused) => {
        const pictures = picturesOf(paused);
        assert.throws(() => pictures.answer({ name: "q", part: "after" }), /no tensor called q; choose a parameter/);
        const wrong = { name: "W", part: "middle" } as unknown as TensorQuestion;
        assert.throws(() => pictures.answer(wrong), /before, gradient, update, after, difference, but "middle"/);
      },
    });
  });
});

describe("while the run goes on", () => {
  /** Trains, asking at the end of each iteration; `milliseconds` pass for each picture. */
  function training(question: TensorQuestion, milliseconds: number, iterations: number, keepWeights = true) {
    let [clock, reads] = [0, 0];
    const answers: TensorAnswer[] = [];
    const recorder = new Recorder();
    recorder.wantsWeightsBefore = () => keepWeights;
    const run: TrainingRun = smallRun(
      { epochs: iterations },
      {
        iterations,
        observer: Object.assign(recorder, {
          iterationEnded: (run: TrainingRun) => {
            clock += 100;
            reads = 0;
            pictures.iterationEnded(run);
            answers.push(pictures.answer(question));
          },
        }),
      },
    );
    const pictures = new TensorPictures({
      run: () => run,
      pause: () => null,
      pastOf: () => ({ kind: "none" }),
      // the second reading in an iteration is after the picture
      now: () => clock + Math.min(1, reads++) * milliseconds,
    });
    run.run();
    return answers;
  }

  test("a parameter's picture is pending first, then made at the end of an iteration, with its update", () => {
    const answers = training({ name: "head.bias", part: "update" }, 0, 12);
    assert.equal(answers[0].kind, "pending");
    const picture = answers[1];
    assert.ok(picture.kind === "picture");
    assert.equal(picture.picture.iteration, 2);
    assert.ok(picture.picture.statistics.norm > 0);
    assert.ok(picture.picture.parts.every(({ part, missing }) => missing === "" || part === "difference"));
  });

  test("pictures are made at most so often that they take 1 % of the time", () => {
    // 100 ms an iteration: not before 400 ms, and after a picture of 20 ms not before 2,000 ms
    const made = (milliseconds: number, iterations = 41) =>
      training({ name: "head.bias", part: "update" }, milliseconds, iterations).filter(({ kind }) => kind === "picture")
        .length;
    assert.ok(made(0) >= 8 && made(0) <= 11, `${made(0)}`);
    assert.ok(made(20) >= 1 && made(20) <= 3, `${made(20)}`);
    // one that was held up for a second is no reason to wait for longer than 3,000 ms after it
    assert.ok(made(1000, 100) >= 2 && made(1000, 100) <= 3, `${made(1000, 100)}`);
  });

  test("waits for an update whose weights before it were kept", () => {
    assert.ok(training({ name: "head.bias", part: "update" }, 0, 8, false).every(({ kind }) => kind === "pending"));
  });

  test("a symbol has to wait for a pause, and the error says so", () => {
    const run = smallRun({ optimizer: (p) => optim.sgd(p, { learningRate: 0.1 }) });
    const pictures = new TensorPictures({
      run: () => run,
      pause: () => null,
      pastOf: () => ({ kind: "none" }),
      now: () => 0,
    });
    assert.throws(() => pictures.answer({ name: "h_t", part: "after" }), /h_t exists only while the run is paused/);
  });
});
