// Where a NaN or infinity began: the run stops at the very operation, in forward, backward or update, and says why.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Script, Session, type Stop } from "../history/debugged.ts";

interface Model {
  readonly fields: string;
  readonly forward: string;
  readonly loss?: string;
  readonly optimizer?: string;
  readonly input?: string;
  readonly target?: string;
}

/** Four samples of three numbers, batches of two. */
function model({ fields, forward, loss = "F.mseLoss", optimizer, input, target }: Model): string {
  return `import { nn, F, optim, data, tensor, defineTraining, type Tensor } from "gradient-debugger";
class M extends nn.Module {
  ${fields}
  forward(x: Tensor): Tensor {
    ${forward}
  }
}
const input = ${input ?? "[[1, 2, 3], [4, 5, 6], [1, 0, 1], [2, 2, 2]]"};
export default defineTraining({
  model: () => new M(),
  data: data.arrays({ input, target: ${target ?? "[[1], [0], [1], [0]]"} }, { batchSize: 2, shuffle: false }),
  loss: ${loss},
  optimizer: (p) => ${optimizer ?? "optim.sgd(p, { learningRate: 0.01 })"},
  epochs: 3,
  seed: 1,
});
`;
}

interface Found {
  readonly stop: Stop;
  readonly description: string;
}

/** The first exception of a training. */
async function firstException(source: string): Promise<Found> {
  const found: Found[] = [];
  const script: Script = function* (session) {
    session.controller.exceptions.set([{ filter: "notFinite", condition: null }]);
    const stop = yield "continue";
    found.push({ stop, description: session.controller.exceptions.details?.description ?? "" });
    session.controller.exceptions.set([]);
  };
  await Session.train(source, script);
  assert.equal(found.length, 1, "it stopped once");
  assert.equal(found[0].stop.reason, "exception");
  return found[0];
}

describe("origin of a number that is not finite", () => {
  test("log(0) in forward, with its element, its sample and its line", async () => {
    const { stop, description } = await firstException(
      model({
        fields: "w = new nn.Linear(3, 1);",
        forward: "const y = this.w.forward(x);\n const p = x.select(1, 1).unsqueeze(1);\n return y.add(p.log());",
      }),
    );
    // the third sample has a 0 in its second place: it is the first of the second batch
    assert.equal(stop.point.iteration, 2);
    assert.equal(stop.name, "log forward");
    assert.equal(stop.text, "log(p[0,0] = 0) = −∞");
    assert.match(description, /^−∞ began in log forward, sample 0 of the batch, m\.model\.ts:7\.\n/);
    assert.match(description, /Only handed on by add \(line 7\), squared error/);
    assert.match(description, /The run stands at this operation\./);
  });

  test("a division by zero names both operands", async () => {
    const { stop } = await firstException(
      model({
        fields: "w = new nn.Linear(3, 1);",
        forward: "const s = x.select(1, 1).unsqueeze(1);\n return this.w.forward(x).div(s);",
      }),
    );
    assert.match(stop.text ?? "", /^w output\[0,0\] \/ s\[0,0\] = −?[\d.]+ \/ 0 = −?∞$/);
    assert.equal(stop.name, "div forward");
  });

  test("an exponential that overflows", async () => {
    const { stop } = await firstException(
      model({
        fields: "w = new nn.Linear(3, 1);",
        forward:
          "const z = x.mul(40);\n const e = z.exp();\n return this.w.forward(x).add(e.sum(1, { keepdim: true }));",
      }),
    );
    // 3 · 40 = 120 and e^120 = 1.3e52, beyond float32
    assert.equal(stop.text, "exp(z[0,2] = 120) = ∞");
    assert.equal(stop.name, "exp forward");
    assert.equal(stop.point.iteration, 1);
  });

  test("a matrix product says its row, its column and what overflowed", async () => {
    const { stop } = await firstException(
      model({
        fields: "w = new nn.Linear(3, 1);",
        forward:
          "const a = x.mul(1e20);\n const b = a.matmul(a.transpose(0, 1));\n return this.w.forward(x).add(b.sum());",
      }),
    );
    assert.match(
      stop.text ?? "",
      /^C\[0,0\] = row 0 of a · column 0 of transpose\(a\) = ∞: \(a\[0,2\] = 3e20\) · \(transpose\(a\)\[2,0\] = 3e20\) = 9e40 is beyond 3\.403e38/,
    );
    assert.equal(stop.name, "matmul forward");
  });

  test("sqrt at 0 is finite in forward and infinite in backward", async () => {
    const { stop, description } = await firstException(
      model({
        fields: "w = new nn.Linear(3, 1, { bias: false });",
        forward: "const y = this.w.forward(x.mul(0));\n return y.sqrt();",
      }),
    );
    assert.equal(stop.name, "sqrt backward");
    assert.match(stop.text ?? "", /^∂L\/∂y\[0,0\] = dy \/ \(2 · sqrt\(y\[0,0\] = −?0\)\) = −?[\d.e−]+ \/ 0 = −?∞$/);
    assert.match(
      description,
      /The gradient norm became NaN\.\nw\.weight became NaN because its gradient was not finite\./,
    );
  });

  test("a neighbour that adds a finite gradient to the same tensor is not taken for it", async () => {
    const { stop } = await firstException(
      model({
        fields: "w = new nn.Linear(3, 1, { bias: false });",
        // backward comes to the product first, whose part is finite; the square root's is not
        forward: "const y = this.w.forward(x.mul(0));\n const r = y.sqrt();\n const d = y.mul(2);\n return r.add(d);",
      }),
    );
    assert.equal(stop.name, "sqrt backward");
  });

  test("a step of 1e38 overflows in the update, and the weight's line is shown", async () => {
    const { stop, description } = await firstException(
      model({
        fields: "w = new nn.Linear(3, 1);",
        forward: "return this.w.forward(x);",
        optimizer: "optim.sgd(p, { learningRate: 1e38 })",
        target: "[[100], [100], [100], [100]]",
      }),
    );
    assert.equal(stop.name, "w.weight update");
    assert.match(stop.text ?? "", /^w\.weight\[0,0\] = w − η · g = −?[\d.]+ − 1e38 · \(−[\d.]+\) = ∞$/);
    assert.equal(stop.line, 3);
    assert.match(description, /update of w\.weight by SGD, m\.model\.ts:3/);
    assert.match(description, /The gradient was finite/);
  });

  test("an update by Adam names its moments", async () => {
    const { stop } = await firstException(
      model({
        fields: "w = new nn.Linear(3, 1);",
        forward: "return this.w.forward(x);",
        optimizer: "optim.adam(p, { learningRate: 1e39 })",
      }),
    );
    assert.match(
      stop.text ?? "",
      /^w\.weight\[0,0\] = −?[\d.]+ − η · m̂ \/ \(√v̂ \+ ε\) = .* with η = 1e39, g = .*, m = .*, v = /,
    );
  });

  test("a timestep of a recurrent layer: the sum of its state, t and the sample", async () => {
    const { stop, description } = await firstException(
      model({
        fields: 'rnn = new nn.RNN(1, 2, { nonlinearity: "relu" });\n head = new nn.Linear(2, 1);',
        // h_0 = 1, h_1 = 1e20 · 2, h_2 = 2e20 · 1e20 · 2 overflows
        forward: `this.rnn.weight_ih_l0.floats.array.fill(1);
          this.rnn.weight_hh_l0.floats.array.fill(1e20);
          this.rnn.bias_ih_l0.floats.array.fill(0);
          this.rnn.bias_hh_l0.floats.array.fill(0);
          const [h] = this.rnn.forward(x);
          return this.head.forward(h.select(1, -1));`,
        input: "[[[0],[0],[0]], [[1],[1],[1]], [[1],[2],[3]], [[1],[2],[3]]]",
      }),
    );
    assert.equal(stop.name, "rnn[t=2] forward");
    assert.match(description, /rnn step forward, in layer rnn, timestep 2, sample 1 of the batch/);
    assert.match(
      stop.text ?? "",
      /^h\[1,2,0\] = z_t\[1,0\] \+ row 0 of rnn\.weight_hh_l0 · h_\{t−1\}\[1\] = ∞: \(rnn\.weight_hh_l0\[0,0\] = 1e20\) · \(h_\{t−1\}\[1\]\[0\] = 2e20\) = 2e40/,
    );
  });

  test("an LSTM's weight that is NaN shows at the timestep that first reads it, and is named", async () => {
    const { stop, description } = await firstException(
      model({
        fields: "rnn = new nn.LSTM(1, 2);\n head = new nn.Linear(2, 1);",
        forward: `this.rnn.weight_hh_l0.floats.array[3] = NaN;
          const [h] = this.rnn.forward(x);
          return this.head.forward(h.select(1, -1));`,
        input: "[[[0],[0],[0]], [[1],[1],[1]], [[1],[2],[3]], [[1],[2],[3]]]",
      }),
    );
    // t = 0 begins from zeros and reads no W_hh
    assert.equal(stop.name, "rnn[t=1] forward");
    assert.equal(stop.text, "rnn.weight_hh_l0[1,1] = NaN was so before this iteration began");
    assert.match(description, /lstm gates forward, in layer rnn, timestep 1/);
  });

  test("a NaN in the batch is said to come from the data", async () => {
    const { stop } = await firstException(
      model({
        fields: "w = new nn.Linear(3, 1);",
        forward: "x.floats.array[4] = NaN;\n return this.w.forward(x);",
      }),
    );
    assert.equal(stop.text, "x[1,1] = NaN came so from the data");
  });

  test("an infinity that a mask puts there on purpose stops nothing, and is not taken for the origin", async () => {
    const healthy = model({
      fields: "w = new nn.Linear(3, 3);",
      forward:
        "const s = this.w.forward(x);\n return s.maskedFill(x.gt(5), -Infinity).softmax().sum(1, { keepdim: true });",
    });
    await Session.train(healthy, function* (session) {
      session.controller.exceptions.set([{ filter: "notFinite", condition: null }]);
      const stop = yield "continue";
      assert.fail(`it stopped: ${stop.text}`);
    });
    const { stop } = await firstException(
      model({
        fields: "w = new nn.Linear(3, 3);",
        forward:
          "const s = this.w.forward(x);\n const m = s.maskedFill(x.gt(0), -Infinity);\n return m.softmax().sum(1, { keepdim: true });",
      }),
    );
    assert.equal(stop.name, "softmax forward");
    assert.equal(stop.text, "softmax: all 3 elements of the row of m[0,0] are −∞, so p[0,0] = 0 / 0 = NaN");
  });

  test("it stops once, at the same place without history, and in hindsight", async () => {
    const source = model({
      fields: "w = new nn.Linear(3, 1);",
      forward: "const p = x.select(1, 1).unsqueeze(1);\n return this.w.forward(x).add(p.log());",
    });
    const stops: string[] = [];
    await Session.train(
      source,
      function* (session) {
        session.controller.exceptions.set([{ filter: "notFinite", condition: null }]);
        for (;;) {
          const stop = yield "continue";
          stops.push(`${stop.point.iteration} ${stop.name}: ${stop.text}`);
          assert.match(session.controller.exceptions.details?.description ?? "", /at the end of the phase/);
        }
      },
      { historyMegabytes: 0 },
    );
    assert.deepEqual(stops, ["2 end of loss: log(p[0,0] = 0) = −∞"]);
  });

  test("going on from behind the origin does not go back to it, and going back finds it again", async () => {
    const source = model({
      fields: "w = new nn.Linear(3, 1);",
      forward: "const p = x.select(1, 1).unsqueeze(1);\n const l = p.log();\n return this.w.forward(x).add(l);",
    });
    const seen: string[] = [];
    await Session.train(source, function* (session) {
      session.controller.exceptions.set([{ filter: "notFinite", condition: null }]);
      for (const command of ["continue", "stepOut", "stepBack", "stepIn", "stepOut", "reverseContinue"] as const) {
        const stop = yield command;
        seen.push(`${stop.point.iteration} ${stop.reason} ${stop.name}`);
      }
      const stop = yield "continue";
      assert.fail(`it stopped again: ${stop.name}`);
    });
    assert.deepEqual(seen, [
      "2 exception log forward",
      "2 step end of forward",
      "2 step add forward",
      "2 step squared error loss",
      "2 step end of loss",
      "2 exception log forward",
    ]);
  });

  test("after the stop the run goes on, and stepping back leads to the event before", async () => {
    const source = model({
      fields: "w = new nn.Linear(3, 1);",
      forward: "const p = x.select(1, 1).unsqueeze(1);\n const l = p.log();\n return this.w.forward(x).add(l);",
    });
    const names: string[] = [];
    await Session.train(source, function* (session) {
      session.controller.exceptions.set([{ filter: "notFinite", condition: null }]);
      names.push((yield "continue").name, (yield "stepBack").name, (yield "continue").name);
    });
    assert.deepEqual(names, ["log forward", "reshape forward", "log forward"]);
  });
});
