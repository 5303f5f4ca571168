// Whether somebody watches the model at play or not: a training comes out the same, bit for bit, also when it goes back in time.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PlayingReport } from "../../../src/protocol/inspector/playing.ts";
import { Playing } from "../../../src/runtime/playing/playing.ts";
import { type Command, Session, type Stop } from "../history/debugged.ts";
import { accumulating, charModel, charRNN, convolution, statefulLSTM, text } from "../history/models.ts";

const data = { "text.txt": text };

/** Everything that a forward pass can leave behind: chance, fields, collections, output, and a clock that is read. */
const chancy = charModel("new nn.RNN(4, 6)", {
  top: "let said = 0;",
  forward: `
    this.count = (this.count ?? 0) + 1;
    this.seen ??= new Map();
    this.seen.set(this.count, Math.random());
    this.log ??= [];
    if (this.log.push(this.count) > 40) this.log.length = 0;
    console.log("forward", this.count, this.seen.get(this.count));
    const h = this.rnn.forward(this.embed.forward(tokens))[0];
    const scale = 1 + 0.01 * Math.random() + (Date.now() > 0 ? 0 : 1);
    return this.head.forward(F.dropout(h, 0.2, true).mul(scale));`,
});

/** A surface, drawn for a model with running statistics. */
const moons = `import { F, data, defineTraining, nn, optim } from "gradient-debugger";
class Model extends nn.Module {
  a = new nn.Linear(2, 6);
  norm = new nn.BatchNorm1d(6);
  drop = new nn.Dropout(0.3);
  b = new nn.Linear(6, 1);
  forward(x) { return this.b.forward(this.drop.forward(F.tanh(this.norm.forward(this.a.forward(x))))); }
}
export default defineTraining({
  model: () => new Model(),
  data: data.generate((random, i) => ({ input: [random.normal(i % 2), random.normal()], target: [i % 2] }), { samples: 30, batchSize: 6, validation: 0.2, targetType: "float" }),
  loss: F.binaryCrossEntropyWithLogits,
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0.1, momentum: 0.9 }),
  epochs: 4,
  seed: 2,
});
`;

/** With iterations after the last journey, so that it is looked at. */
const longLSTM = statefulLSTM.replace("epochs: 5,", "epochs: 9,");

const models = { charRNN, statefulLSTM: longLSTM, accumulating, convolution, chancy, moons };

interface Outcome {
  readonly losses: readonly number[];
  readonly validations: readonly number[];
  /** Of every number there is, at each stop. */
  readonly hashes: readonly string[];
  readonly lines: readonly string[];
  readonly said: readonly string[];
  readonly memory: { readonly persistent: number; readonly iteration: number };
}

/** Goes back and forth through a run; between any two iterations of which none is repeated the model is looked at. */
async function outcome(source: string, watched: boolean): Promise<Outcome & { readonly reports: PlayingReport[] }> {
  const reports: PlayingReport[] = [];
  const hashes: string[] = [];
  const journey: readonly Command[] = ["stepIn", "stepOver", { goTo: 9 }, { goTo: 3 }, { goTo: 10 }];
  let clock = 0;
  const session = await Session.train(
    source,
    function* (session): Generator<Command, void, Stop> {
      const { controller } = session;
      const playing = new Playing({
        get travels() {
          return controller.travels;
        },
        send: (report) => reports.push(report),
        saveRest: () => session.saveAside(),
        now: () => clock,
      });
      if (watched) {
        session.onBetween = (run) => {
          // a minute between two iterations: it is always time for another look
          clock += 60_000;
          playing.between(run, false);
        };
      }
      for (const command of journey) {
        yield command;
        hashes.push(session.hash());
      }
    },
    { data },
  );
  hashes.push(session.hash());
  return {
    reports,
    hashes,
    losses: session.records.map(({ loss }) => loss),
    validations: session.validations.map(({ loss }) => loss),
    lines: session.lines,
    said: session.said,
    memory: session.run.engine.kernels.memory.usage(),
  };
}

describe("a training that is watched at play", { concurrency: false }, () => {
  for (const [name, source] of Object.entries(models)) {
    test(`${name} comes out as it does unwatched, at every stop of a journey and at the end`, async () => {
      const { reports: none, ...alone } = await outcome(source, false);
      const { reports, ...watched } = await outcome(source, true);
      assert.deepEqual(none, []);
      const pictures = reports.filter((report) => report.kind !== "about");
      // on the way to iteration 10 nobody looks
      assert.ok(pictures.length >= Math.max(2, alone.losses.length - 10), `${pictures.length} looks`);
      assert.ok(pictures.every(({ kind }) => kind === pictures[0].kind && kind !== "unavailable"));
      const { memory: memoryAlone, ...rest } = alone;
      const { memory, ...restWatched } = watched;
      // The lines that forward() writes while it is looked at are kept back by the worker, which is not in this test.
      assert.deepEqual({ ...restWatched, lines: [] }, { ...rest, lines: [] });
      assert.equal(memory.persistent, memoryAlone.persistent, "persistent memory");
      // a surface computes 256 places at once, however small the batches of training are
      const room = pictures[0].kind === "surface" ? 65_536 : 0;
      assert.ok(memory.iteration <= memoryAlone.iteration + room, `${memory.iteration} > ${memoryAlone.iteration}`);
    });
  }

  test("what is shown of an iteration that is run again is not shown a second time", async () => {
    const { reports } = await outcome(charRNN, true);
    const iterations = reports.flatMap((report) => ("iteration" in report ? [report.iteration] : []));
    assert.equal(new Set(iterations).size, iterations.length, iterations.join());
    assert.deepEqual(
      iterations,
      [...iterations].sort((a, b) => a - b),
    );
  });
});
