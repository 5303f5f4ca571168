// Data breakpoints: on parameters, gradients, outputs of layers, timesteps and variables, with each kind of condition.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type DataBreakpointSpec, dataIdOf, parseDataId } from "../../../src/protocol/breakpoints/data.ts";
import { evaluate } from "../../../src/runtime/inspect/expression.ts";
import { targetOf } from "../../../src/runtime/triggers/data/targets.ts";
import { Tensor } from "../../../src/training/engine.ts";
import { type Script, Session, type Stop } from "../history/debugged.ts";

/** Three iterations an epoch, two epochs; in the fourth iteration the head's bias is set to zero. */
const source = `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";
class M extends nn.Module {
  count = 0;
  rnn = new nn.RNN(2, 3);
  head = new nn.Linear(3, 1);
  forward(x: Tensor): Tensor {
    this.count++;
    const [h] = this.rnn.forward(x);
    const gate = h.select(1, -1).mul(this.count === 4 ? 0 : 1);
    return this.head.forward(gate);
  }
}
const input = Array.from({ length: 6 }, (_, i) => [[i, 1], [0, i], [1, -i]].map((step) => step.map((v) => v / 6)));
export default defineTraining({
  model: () => new M(),
  data: data.arrays({ input, target: input.map(([[a]]) => [a]) }, { batchSize: 2, shuffle: false }),
  loss: F.mseLoss,
  optimizer: (p) => optim.sgd(p, { learningRate: 0.1 }),
  epochs: 2,
  seed: 1,
});
`;

function spec(dataId: string, condition: string | null = null, hitCondition: string | null = null): DataBreakpointSpec {
  return { id: 7, dataId, condition, hitCondition };
}

/** Every stop of a training with one data breakpoint. */
async function stopsOf(breakpoint: DataBreakpointSpec): Promise<Stop[]> {
  const stops: Stop[] = [];
  await Session.train(source, function* (session) {
    assert.deepEqual(session.controller.data.set([breakpoint]), [null]);
    for (;;) {
      const stop = yield "continue";
      assert.deepEqual([stop.reason, stop.breakpoints], ["data breakpoint", [7]]);
      stops.push(stop);
    }
  });
  return stops;
}

const places = (stops: readonly Stop[]) => stops.map(({ point, name }) => `${point.iteration} ${name}`);

describe("data breakpoints", () => {
  test("a parameter stops at each update, with the norm and the element that changed most", async () => {
    const stops = await stopsOf(spec("parameter:head.bias"));
    assert.deepEqual(
      places(stops),
      [1, 2, 3, 4, 5, 6].map((i) => `${i} head.bias update`),
    );
    assert.match(
      stops[1].text ?? "",
      /^head\.bias: changes [\d.e−]+, \[0\] −?[\d.]+ → −?[\d.]+ \(stops when changes > 0\)$/,
    );
    const [matrix] = await stopsOf(spec("parameter:rnn.weight_hh_l0", "changes > 0"));
    assert.match(
      matrix.text ?? "",
      /^rnn\.weight_hh_l0: norm [\d.]+ → [\d.]+, changes [\d.e−]+, \[\d,\d\] .* → .* \(stops when changes > 0\)$/,
    );
  });

  test("a change that is too small does not stop", async () => {
    assert.deepEqual(await stopsOf(spec("parameter:rnn.weight_hh_l0", "changes > 10")), []);
  });

  test("a gradient stops when backward is over", async () => {
    const stops = await stopsOf(spec("gradient:rnn.weight_ih_l0", "norm > 1e-6 && iteration === 2"));
    assert.deepEqual(places(stops), ["2 end of backward"]);
  });

  test("an output of a layer stops when the layer's call is over", async () => {
    const stops = await stopsOf(spec("activation:rnn"));
    // the first one has nothing to be compared with
    assert.deepEqual(
      places(stops),
      [2, 3, 4, 5, 6].map((i) => `${i} rnn forward`),
    );
  });

  test("one timestep of a recurrent layer stops there", async () => {
    const stops = await stopsOf(spec("activation:rnn[t=1]", "norm > 0 && iteration > 4"));
    assert.deepEqual(places(stops), ["5 rnn[t=1] forward"]);
    assert.match(stops[0].text ?? "", /^output of rnn at t = 1: norm/);
  });

  test("the gradient of a layer's output", async () => {
    const stops = await stopsOf(spec("activationGradient:rnn", "zero"));
    assert.deepEqual(places(stops), ["4 end of backward"]);
  });

  test("a variable that becomes zero stops once, at the event after its assignment", async () => {
    const stops = await stopsOf(spec("variable:M.forward/gate", "zero"));
    assert.equal(stops.length, 1);
    assert.equal(stops[0].point.iteration, 4);
    assert.match(
      stops[0].text ?? "",
      /^gate of M\.forward: norm [\d.]+ → 0, zero false → true, \[\d,\d\] −?[\d.]+ → −?0 \(stops when zero\)$/,
    );
  });

  test("a norm that leaves its band stops when it leaves, and again when it does so again", async () => {
    const stops = await stopsOf(spec("variable:M.forward/gate", "norm < 1e-4 or norm > 10"));
    assert.deepEqual(
      stops.map(({ point }) => point.iteration),
      [4],
    );
  });

  test("what is not finite", async () => {
    const changed = source.replace("this.count === 4 ? 0 : 1", "this.count === 5 ? 1e39 : 1");
    const stops: Stop[] = [];
    await Session.train(changed, function* (session) {
      session.controller.data.set([spec("activation:head", "not finite")]);
      stops.push(yield "continue");
      session.controller.data.set([]);
    });
    assert.deepEqual(places(stops), ["5 head forward"]);
    assert.match(stops[0].text ?? "", /finite true → false/);
  });

  test("a hit condition counts the times that the condition has held", async () => {
    const stops = await stopsOf(spec("parameter:head.bias", null, ">= 5"));
    assert.deepEqual(
      stops.map(({ point }) => point.iteration),
      [5, 6],
    );
  });

  test("set at a pause it compares with what is there now", async () => {
    const stops: Stop[] = [];
    await Session.train(source, function* (session) {
      session.controller.setBreakpoints([
        {
          id: 1,
          kind: "line",
          sites: session.sitesOf("const gate"),
          phases: ["forward"],
          condition: null,
          hitCondition: null,
          logMessage: null,
        },
      ]);
      yield "continue";
      session.controller.setBreakpoints([]);
      session.controller.data.set([spec("parameter:rnn.bias_hh_l0")]);
      stops.push(yield "continue");
      session.controller.data.set([]);
    });
    assert.deepEqual(places(stops), ["1 rnn.bias_hh_l0 update"]);
    assert.match(stops[0].text ?? "", /norm [\d.]+ → /);
  });

  test("says what does not exist, and what is no condition", async () => {
    await Session.train(source, function* (session) {
      const { data } = session.controller;
      const problem = (dataId: string, condition: string | null = null) => data.set([spec(dataId, condition)])[0];
      assert.match(problem("parameter:rnn.bais") ?? "", /no parameter rnn\.bais; there are rnn\.weight_ih_l0, /);
      assert.match(problem("activation:lstm") ?? "", /no layer lstm; there are rnn, head/);
      assert.match(problem("variable:N.forward/h") ?? "", /no function N\.forward/);
      assert.match(problem("weights") ?? "", /"weights" is not the name of anything/);
      assert.match(
        problem("parameter:head.bias", "nrom > 1") ?? "",
        /column 1: there is no “nrom” here; did you mean norm/,
      );
      assert.match(problem("parameter:head.bias", "norm >") ?? "", /a value is expected/);
      assert.match(problem("parameter:head.bias", "h.std() > 1") ?? "", /only numbers and the names/);
      yield "continue";
    });
  });

  test("going back and forth again stops at the same places", async () => {
    const seen: string[] = [];
    const script: Script = function* (session) {
      session.controller.data.set([spec("parameter:head.bias", "changes > 0", "% 2")]);
      for (const command of ["continue", "continue", "reverseContinue", "continue"] as const) {
        const stop = yield command;
        seen.push(`${stop.point.iteration} ${stop.text}`);
      }
      session.controller.data.set([]);
    };
    await Session.train(source, script);
    assert.deepEqual([seen[0], seen[1]], [seen[2], seen[3]]);
    assert.ok(seen[0].startsWith("2 ") && seen[1].startsWith("4 "), seen.join("\n"));
  });

  test("what is shown at a pause is known by a name that stays", async () => {
    const names: (string | null)[] = [];
    await Session.train(source, function* (session) {
      session.controller.data.set([spec("gradient:head.bias", "norm >= 0")]);
      yield "continue";
      const pause = { run: session.run, event: { kind: "phase" }, frame: null } as const;
      const model = { file: "", code: "", map: "", inputs: [], sites: [] };
      const nameOf = (expression: string) => {
        const value = evaluate(expression, pause);
        assert.ok(value instanceof Tensor, expression);
        const target = targetOf({ run: session.run, user: session.user, model }, value);
        return target === null ? null : dataIdOf(target);
      };
      names.push(
        nameOf("this.rnn.weight_hh_l0"),
        nameOf("this.head.bias.grad"),
        nameOf("output"),
        nameOf("this.rnn.weight_hh_l0.mul(2)"),
        nameOf("this.rnn.weight_hh_l0.select(0, 1)"),
      );
      session.controller.data.set([]);
    });
    assert.deepEqual(names, ["parameter:rnn.weight_hh_l0", "gradient:head.bias", "activation:head", null, null]);
  });

  test("every name of a target reads back as the same target", () => {
    const ids = [
      "parameter:rnn.weight_hh_l0",
      "gradient:head.bias",
      "activation:rnn",
      "activation:",
      "activation:encoder.0#1[t=12]",
      "activationGradient:rnn[t=0]",
      "variable:CharRNN.forward/h",
    ];
    for (const id of ids) {
      const target = parseDataId(id);
      assert.ok(target !== null, id);
      assert.equal(dataIdOf(target), id);
    }
    for (const wrong of ["", "parameter:", "weights", "activation:rnn[t=x]", "variable:h"])
      assert.equal(parseDataId(wrong), null, wrong);
  });
});
