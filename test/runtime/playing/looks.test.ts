// When a run is looked at, what that costs, what it leaves behind, and what happens when the model does not bear it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type PlayingReport, type PlayingState, played } from "../../../src/protocol/inspector/playing.ts";
import { charModel, text } from "../history/models.ts";
import { picturesOf, type WatchOptions, watch } from "./watched.ts";

interface Parts {
  readonly forward?: string;
  readonly made?: string;
  readonly top?: string;
  readonly epochs?: number;
}

/** Five iterations an epoch. */
function modelFile({ forward = "", made = "new Model()", top = "", epochs = 4 }: Parts = {}): string {
  return `import { F, data, defineTraining, nn, optim, type Tensor } from "gradient-debugger";
${top}
class Model extends nn.Module {
  a = new nn.Linear(2, 4);
  norm = new nn.BatchNorm1d(4);
  drop = new nn.Dropout(0.5);
  b = new nn.Linear(4, 1);
  forward(x: Tensor): Tensor {
    ${forward}
    return this.b.forward(this.drop.forward(F.tanh(this.norm.forward(this.a.forward(x)))));
  }
}
export default defineTraining({
  model: () => ${made},
  data: data.generate((random, i) => ({ input: [random.normal(i % 2), random.normal()], target: [i % 2] }), { samples: 40, batchSize: 8, targetType: "float" }),
  loss: F.binaryCrossEntropyWithLogits,
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0.1 }),
  epochs: ${epochs},
  seed: 2,
});
`;
}

const kinds = (reports: readonly PlayingReport[]) => reports.map(({ kind }) => kind);
const iterations = (reports: readonly PlayingReport[]) =>
  reports.flatMap((report) => ("iteration" in report ? [report.iteration] : []));

/** What came out of a training: its losses and, as one, all of its last numbers. */
async function outcome(source: string, options: WatchOptions) {
  const { session } = await watch(source, options);
  return { losses: session.records.map(({ loss }) => loss), hash: session.hash() };
}

describe("a look at the model at play", { concurrency: false }, () => {
  test("takes at most one hundredth of the time, however long each one takes", async () => {
    const clock = { step: 4, report: 20 };
    const { looks } = await watch(modelFile({ epochs: 600 }), { clock });
    // of the first three most is the compiler's work
    const later = looks.slice(3);
    assert.ok(later.length >= 5, `${later.length} looks`);
    const last = later[later.length - 1];
    const looking = later.reduce((sum, { from, to }) => sum + to - from, 0) - (last.to - last.from);
    // up to the last look, whose pause the end of the run has cut short
    const share = looking / (last.from - later[0].from);
    assert.ok(share <= 0.01, `${share} of the time`);
    later.slice(1).forEach(({ from }, i) => {
      assert.ok(from - later[i].to >= 100 * clock.report, "a hundred times as long as the look before");
    });
  });

  test("that costs nothing comes at most every half second, and once more at the end", async () => {
    const { looks, reports, session } = await watch(modelFile({ epochs: 100 }), { clock: { step: 4, report: 0 } });
    for (const [i, { from }] of looks.slice(1).entries()) assert.ok(from - looks[i].to >= 500);
    // half a second is 125 of these iterations
    assert.deepEqual(iterations(reports), [0, 125, 250, 375, 500]);
    assert.equal(session.run.iteration, 500);
    const short = await watch(modelFile({ epochs: 30 }), { clock: { step: 4, report: 0 } });
    assert.deepEqual(iterations(short.reports), [0, 125, 150]);
  });

  test("comes after every iteration that was paused in, as long as it is quick", async () => {
    const paused = (run: { readonly iteration: number }) => run.iteration > 3;
    const quick = await watch(modelFile({ epochs: 2 }), { clock: { step: 1, report: 10 }, paused });
    assert.deepEqual(iterations(quick.reports), [0, 4, 5, 6, 7, 8, 9, 10]);
    const slow = await watch(modelFile({ epochs: 2 }), { clock: { step: 1, report: 60 }, paused });
    // the first look's time says nothing, the second one's does: only the end is still shown
    assert.deepEqual(iterations(slow.reports), [0, 4, 10]);
  });

  test("runs the model in evaluation mode, and leaves every module in the mode it was in", async () => {
    const source = modelFile({
      made: "frozen(new Model())",
      top: "const frozen = (model) => { model.norm.eval(); return model; };",
      forward: "console.log('training:', this.training, this.norm.training, this.drop.training);",
    });
    const { session } = await watch(source, {
      seen: (run) => {
        const modes = run.model.namedModules().map(([path, { training }]) => `${path} ${training}`);
        assert.deepEqual(modes, [" true", "a true", "norm false", "drop true", "b true"]);
      },
    });
    const said = new Map<string, number>();
    for (const line of session.lines) said.set(line, (said.get(line) ?? 0) + 1);
    assert.deepEqual([...said.keys()].sort(), ["training: false false false", "training: true false true"]);
    assert.equal(said.get("training: true false true"), 20, "once for each iteration");
  });

  test("stops at no breakpoint in forward()", async () => {
    const source = modelFile({ epochs: 1 });
    const breakpoint = (session: Parameters<NonNullable<WatchOptions["breakpoints"]>>[0]) => [
      {
        kind: "line" as const,
        id: 1,
        sites: session.sitesOf("return this.b.forward"),
        phases: ["forward" as const],
        condition: null,
        hitCondition: null,
        logMessage: null,
      },
    ];
    const commands = ["continue", "continue", "continue", "continue"] as const;
    const watched = await watch(source, { breakpoints: breakpoint, commands });
    const alone = await watch(source, { breakpoints: breakpoint, commands, watched: false });
    assert.deepEqual(watched.stops, alone.stops);
    assert.deepEqual(watched.stops, [0, 1, 2, 3, 4]);
    assert.ok(picturesOf(watched, "surface").length > 3);
  });

  test("that forward() does not bear is given up with its reason, and the training goes on as if unwatched", async () => {
    const always = 'if (x.shape[0] !== 8) throw new Error("only batches of 8");';
    const later = 'if (!this.training && ++looks > 40) throw new Error("enough");';
    for (const [source, expected, reason] of [
      [modelFile({ forward: always }), ["unavailable"], "only batches of 8"],
      [modelFile({ forward: later, top: "let looks = 0;" }), ["about", "surface", "unavailable"], "enough"],
    ] as const) {
      const { reports, session } = await watch(source);
      assert.deepEqual([...new Set(kinds(reports))], expected);
      const last = reports.at(-1);
      assert.ok(last?.kind === "unavailable" && last.message.includes(reason), JSON.stringify(last));
      assert.equal(kinds(reports).filter((kind) => kind === "unavailable").length, 1, "said once");
      assert.equal(session.records.length, 20);
      assert.ok(session.run.model.namedModules().every(([, { training }]) => training));
      const { losses, hash } = await outcome(source, { watched: false });
      assert.deepEqual(
        session.records.map(({ loss }) => loss),
        losses,
      );
      assert.equal(session.hash(), hash);
    }
  });

  test("after going back sees the same again, and the inspector drops what came later", async () => {
    const source = charModel("new nn.LSTM(4, 6, { dropout: 0.3, numLayers: 2 })");
    const play = async (commands: NonNullable<WatchOptions["commands"]>) => {
      let state: PlayingState | null = null;
      const kept: (readonly number[])[] = [];
      const { reports } = await watch(source, {
        data: { "text.txt": text },
        commands,
        seen: (_, report) => {
          state = played(state, report);
          kept.push(iterations(state.pictures));
        },
      });
      return { reports, kept };
    };
    const straight = await play([]);
    const { reports, kept } = await play([
      "stepIn",
      ...Array.from({ length: 40 }, () => "stepOut" as const),
      { goTo: 3 },
    ]);
    const seen = iterations(reports);
    const turn = seen.findIndex((iteration, i) => i > 0 && iteration < seen[i - 1]);
    assert.ok(turn > 3, `it goes back in ${seen.join()}`);
    assert.equal(seen[turn], 3);
    assert.deepEqual(kept[turn + 1], [1, 2, 3], "one more report than pictures: what they are about");
    const known = new Map(straight.reports.map((report) => ["iteration" in report ? report.iteration : -1, report]));
    for (const report of reports) if ("iteration" in report) assert.deepEqual(report, known.get(report.iteration));
  });
});
