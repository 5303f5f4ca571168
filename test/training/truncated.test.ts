// Truncated backpropagation through time: states are carried from batch to batch, gradients are not.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { data, nn, type Tensor } from "../../src/api.ts";
import { Random } from "../../src/engine/random.ts";
import { smallRun } from "./small.ts";

const letters = "abcde";
const text = Array.from({ length: 101 }, (_, i) => letters[(i * i + (i >> 2)) % 5]).join("");
const read = () => new TextEncoder().encode(text);

class Carrying extends nn.Module {
  embed = new nn.Embedding(5, 3);
  rnn: nn.RNN | nn.LSTM;
  head = new nn.Linear(6, 5);
  readonly firstStates: number[][] = [];
  readonly lastStates: number[][] = [];

  constructor(make: (options: { stateful: boolean }) => nn.RNN | nn.LSTM, stateful: boolean) {
    super();
    this.rnn = make({ stateful });
  }

  forward(tokens: Tensor): Tensor {
    const [h] = this.rnn.forward(this.embed.forward(tokens));
    this.firstStates.push(h.select(1, 0).toFlatArray());
    this.lastStates.push(h.select(1, -1).toFlatArray());
    return this.head.forward(h);
  }
}

const source = (stateful: boolean) =>
  data.text("text.txt", {
    sequenceLength: 5,
    batchSize: 2,
    validation: 0,
    stateful,
    vocabularySize: 5,
    shuffle: false,
  });

describe("a text cut into streams", () => {
  test("row b of a batch continues row b of the batch before", () => {
    const { train } = source(true).open(read, new Random(0));
    // 100 targets make 20 sequences of 5, two streams of 10
    assert.equal(train.length, 20);
    const rows = (first: number) => {
      const { data: tokens } = train.batch(Int32Array.of(first, first + 1)).input;
      return [tokens.slice(0, 5), tokens.slice(5)].map((row) => Array.from(row, (t) => letters[t]).join(""));
    };
    assert.deepEqual(rows(0), [text.slice(0, 5), text.slice(50, 55)]);
    assert.deepEqual(rows(2), [text.slice(5, 10), text.slice(55, 60)]);
  });

  test("shuffling is refused, because the streams would break", () => {
    assert.throws(() => data.text("t.txt", { stateful: true, shuffle: true }), /stateful.*shuffle is true/);
  });
});

for (const [name, make] of [
  ["RNN", (o: { stateful: boolean }) => new nn.RNN(3, 6, o)],
  ["LSTM", (o: { stateful: boolean }) => new nn.LSTM(3, 6, o)],
] as const) {
  describe(`a stateful ${name}`, () => {
    const train = (stateful: boolean, epochs = 1) => {
      let model: Carrying | null = null;
      const run = smallRun(
        { model: () => (model = new Carrying(make, stateful)), data: source(true), epochs },
        { read },
      );
      return { run, model: () => model ?? assert.fail() };
    };

    test("begins each batch from the state that the batch before ended with", () => {
      const { run, model } = train(true);
      run.iterate(Int32Array.of(0, 1));
      const before = run.model.parameters().map((p) => p.toFlatArray());
      // without an update in between, the two halves are one long sequence
      const whole = (() => {
        const long = data.text("t.txt", {
          sequenceLength: 10,
          batchSize: 2,
          validation: 0,
          stateful: true,
          vocabularySize: 5,
        });
        const other = smallRun({ model: () => new Carrying(make, true), data: long }, { read });
        for (const [i, p] of other.model.parameters().entries()) p.floats.array.set(before[i]);
        other.evaluateLoss(Int32Array.of(0, 1));
        return other.model instanceof Carrying ? other.model.lastStates[0] : assert.fail();
      })();
      for (const [, m] of run.model.namedModules()) m.resetState();
      run.evaluateLoss(Int32Array.of(0, 1));
      run.evaluateLoss(Int32Array.of(2, 3));
      const last = model().lastStates.at(-1) ?? assert.fail();
      for (const [i, h] of last.entries()) assert.ok(Math.abs(h - whole[i]) < 1e-12, `${h} and ${whole[i]}`);
    });

    test("a layer that is not stateful begins from zeros", () => {
      const { run, model } = train(false);
      run.evaluateLoss(Int32Array.of(0, 1));
      run.evaluateLoss(Int32Array.of(2, 3));
      run.evaluateLoss(Int32Array.of(2, 3));
      assert.deepEqual(model().lastStates[1], model().lastStates[2]);
    });

    test("an epoch begins from zeros and trains on without growing", () => {
      const { run, model } = train(true, 40);
      run.run();
      const states = model().firstStates;
      assert.equal(states.length, 400);
      const usage = run.engine.kernels.memory.usage();
      run.iterate(Int32Array.of(0, 1));
      assert.deepEqual(run.engine.kernels.memory.usage(), usage);
    });
  });
}
