// Line and function breakpoints in a real run: where they stop, what their conditions see, what they count and log.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BreakpointSpec } from "../../../src/protocol/requests.ts";
import { Session, type Stop } from "../history/debugged.ts";

/** Three timesteps, two iterations an epoch, two epochs. */
const source = `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";
class Inner extends nn.Module {
  rnn = new nn.RNN(2, 4);
  forward(x: Tensor): Tensor {
    const [h] = this.rnn.forward(x); // rnn line
    return h;
  }
}
class Tiny extends nn.Module {
  encoder = new Inner();
  head = new nn.Linear(4, 1); // head made
  forward(x: Tensor): Tensor {
    const steps = 3; // nothing computed
    const h = this.encoder.forward(x); // encoder line
    const last = h.select(1, -1); // last line
    return this.head.forward(last); // head line
  }
}
const input = Array.from({ length: 8 }, (_, i) => [[i, 1], [0, i], [1, -i]].map((step) => step.map((v) => v / 8)));
export default defineTraining({
  model: () => new Tiny(),
  data: data.arrays({ input, target: input.map(([[a]]) => [2 * a]) }, { batchSize: 4, shuffle: false }),
  loss: F.mseLoss, // loss line
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0.1 }), // optimizer line
  epochs: 2,
  seed: 1,
});
`;

const everyPhase = ["forward", "loss", "backward", "update"] as const;

type Line = Partial<Omit<Extract<BreakpointSpec, { kind: "line" }>, "sites">> & { readonly at: string };
type Named = Partial<Omit<Extract<BreakpointSpec, { kind: "function" }>, "pattern">> & { readonly pattern: string };

function spec(session: Session, asked: Line | Named, id: number): BreakpointSpec {
  const texts = { id, condition: null, hitCondition: null, logMessage: null };
  if ("pattern" in asked) return { ...texts, ...asked, kind: "function" };
  const { at, ...rest } = asked;
  return { phases: everyPhase, ...texts, ...rest, kind: "line", sites: session.sitesAt(at) };
}

interface Outcome {
  readonly session: Session;
  readonly stops: readonly Stop[];
  /** `1 rnn[t=0] forward`: iteration and name of every stop. */
  readonly names: readonly string[];
}

/** Runs to the end with these breakpoints, numbered from 1, and notes every stop. */
async function hits(...asked: readonly (Line | Named)[]): Promise<Outcome> {
  const stops: Stop[] = [];
  const session = await Session.train(source, function* (session) {
    session.controller.setBreakpoints(asked.map((one, i) => spec(session, one, i + 1)));
    for (let last = false; !last; ) {
      const stop = yield "continue";
      stops.push(stop);
      last = stops.length >= 500;
    }
  });
  return { session, stops, names: stops.map(({ point, name }) => `${point.iteration} ${name}`) };
}

const first = (names: readonly string[]) => names.filter((name) => name.startsWith("1 "));

describe("a line breakpoint", () => {
  test("stops when a statement is entered forwards and backwards, once each", async () => {
    const { names, stops } = await hits({ at: "rnn line" });
    assert.deepEqual(first(names), ["1 encoder.rnn forward", "1 encoder.rnn[t=2] backward"]);
    assert.equal(names.length, 8);
    assert.deepEqual(stops[0].breakpoints, [1]);
  });

  test("in one phase only stops in no other", async () => {
    const forward = await hits({ at: "rnn line", phases: ["forward", "loss"] });
    assert.deepEqual(first(forward.names), ["1 encoder.rnn forward"]);
    const backward = await hits({ at: "rnn line", phases: ["backward"] });
    assert.deepEqual(first(backward.names), ["1 encoder.rnn[t=2] backward"]);
  });

  test("stops at a statement that computes nothing, when it is over", async () => {
    const { stops, names } = await hits({ at: "nothing computed" });
    assert.deepEqual(first(names), ["1 model forward"]);
    assert.equal(stops[0].reason, "breakpoint");
  });

  test("on the lines of loss, optimizer and a layer stops in loss and backward, and in the update", async () => {
    assert.deepEqual(first((await hits({ at: "loss line" })).names), [
      "1 squared error loss",
      "1 squared error backward",
    ]);
    assert.deepEqual(first((await hits({ at: "optimizer line" })).names), ["1 encoder.rnn.weight_ih_l0 update"]);
    assert.deepEqual(first((await hits({ at: "head made" })).names), ["1 head.weight update"]);
  });
});

describe("a condition", () => {
  test("on t stops at that timestep, forwards and backwards", async () => {
    const { names } = await hits({ at: "rnn line", condition: "t === 1" });
    assert.deepEqual(first(names), ["1 encoder.rnn[t=1] forward", "1 encoder.rnn[t=1] backward"]);
  });

  test("that names t is asked at each timestep, any other holds once for a statement", async () => {
    const timesteps = await hits({ at: "rnn line", condition: "(t === 0 || t === 2) && iteration == 2" });
    assert.deepEqual(timesteps.names, [
      "2 encoder.rnn[t=0] forward",
      "2 encoder.rnn[t=2] forward",
      "2 encoder.rnn[t=2] backward",
      "2 encoder.rnn[t=0] backward",
    ]);
    const once = await hits({ at: "rnn line", condition: "iteration % 3 === 0" });
    assert.deepEqual(once.names, ["3 encoder.rnn forward", "3 encoder.rnn[t=2] backward"]);
  });

  test("sees loss once it is known, gradNorm as far as backward has come, and the phase", async () => {
    assert.deepEqual(first((await hits({ at: "rnn line", condition: "loss > 0" })).names), [
      "1 encoder.rnn[t=2] backward",
    ]);
    const none = await hits({ at: "rnn line", condition: 'gradNorm > 1e6 && phase === "backward"' });
    assert.deepEqual(none.names, []);
    const some = await hits({ at: "rnn line", condition: 'gradNorm > 0 && phase === "backward"' });
    assert.deepEqual(first(some.names), ["1 encoder.rnn backward"]);
  });

  test("sees layer, operation, learningRate, epoch, event and the user's own variables and layers", async () => {
    const condition = `layer === "head" && operation === "linear" && learningRate === 0.1 && epoch === 2 && event > 3
      && last.shape[1] === 4 && last.norm() > 0 && this.head.weight.grad.norm() > 0`;
    assert.deepEqual((await hits({ at: "head line", condition })).names, ["3 head backward", "4 head backward"]);
    const parameters = 'parameters["head.bias"].length === 1 && parameter("head.weight").grad !== null';
    assert.deepEqual(first((await hits({ at: "head line", condition: parameters })).names), ["1 head backward"]);
  });

  test("on a variable that the line itself assigns is asked again when the line is over", async () => {
    const { stops, names, session } = await hits({
      at: "last line",
      condition: "last.norm() > 0",
      phases: ["forward"],
    });
    assert.deepEqual(first(names), ["1 model forward"]);
    assert.equal(stops[0].line, session.lineOf("last line"));
    assert.deepEqual(session.failures, []);
  });

  test("on a gradient that is not there yet does not hold, and nothing is said", async () => {
    const { names, session } = await hits({ at: "head line", condition: "last.grad.norm() > 0" });
    assert.deepEqual(first(names), ["1 head backward"]);
    assert.deepEqual(session.failures, []);
  });

  test("on a timestep's operands or on a gradient stops at the timestep where it comes to hold", async () => {
    const operands = await hits({ at: "rnn line", condition: "h_t.norm() > 0 && delta_t.norm() > 0 && t < 2" });
    assert.deepEqual(first(operands.names), ["1 encoder.rnn[t=1] backward", "1 encoder.rnn[t=0] backward"]);
    const condition = "t >= 0 && this.rnn.weight_hh_l0.grad.norm() > 0";
    const gradient = await hits({ at: "rnn line", condition, hitCondition: "1" });
    assert.deepEqual(gradient.names, ["1 encoder.rnn[t=2] backward"]);
    assert.deepEqual([...operands.session.failures, ...gradient.session.failures], []);
  });

  test("on a gradient alone is asked when the recurrent layer is over, so that it costs little", async () => {
    const { names } = await hits({ at: "rnn line", condition: "this.rnn.weight_hh_l0.grad.norm() > 0" });
    assert.deepEqual(first(names), ["1 encoder.rnn backward"]);
  });

  test("on weights is asked again at each parameter of the update", async () => {
    const condition = 'layer === "head" && this.head.bias.norm() !== 0.1234';
    assert.deepEqual(first((await hits({ at: "optimizer line", condition })).names), ["1 head.weight update"]);
  });

  test("that fails says so once, stops nothing, and goes on being asked", async () => {
    const { names, session } = await hits({
      at: "head line",
      condition: 'phase === "forward" ? last.nrm() > 0 : true',
    });
    assert.deepEqual(session.failures, [{ id: 1, message: "last has no method nrm(); did you mean norm?" }]);
    assert.equal(session.records.length, 4);
    assert.deepEqual(first(names), ["1 head backward"]);
  });

  test("on a variable of another function says that it has no value here", async () => {
    const { names, session } = await hits({ at: "rnn line", condition: "last.norm() > 0" });
    assert.deepEqual(names, []);
    assert.deepEqual(session.failures, [{ id: 1, message: "“last” has no value at this line" }]);
  });

  test("changes no bit of the run", async () => {
    const plain = await hits();
    const asked = await hits({
      at: "rnn line",
      condition:
        "h.softmax().std() > 1e9 || this.rnn.weight_hh_l0.mul(2).max() > 1e9 || (t >= 0 && (gradNorm > 1e9 || this.rnn.weight_hh_l0.grad.norm() > 1e9))",
    });
    assert.deepEqual(asked.names, []);
    const losses = ({ session }: Outcome) => session.records.map(({ loss, gradNorm }) => [loss, gradNorm]);
    assert.deepEqual(losses(asked), losses(plain));
  });
});

describe("a hit condition", () => {
  test("counts what would have stopped", async () => {
    const at = "rnn line";
    assert.deepEqual((await hits({ at, hitCondition: "3" })).names, ["2 encoder.rnn forward"]);
    assert.deepEqual((await hits({ at, hitCondition: ">= 7" })).names, [
      "4 encoder.rnn forward",
      "4 encoder.rnn[t=2] backward",
    ]);
    assert.deepEqual((await hits({ at, condition: "t === 1", hitCondition: "% 4" })).names, [
      "2 encoder.rnn[t=1] backward",
      "4 encoder.rnn[t=1] backward",
    ]);
  });

  test("keeps its count when other breakpoints change", async () => {
    const names: string[] = [];
    await Session.train(source, function* (session) {
      const counted = spec(session, { at: "rnn line", hitCondition: "5" }, 1);
      session.controller.setBreakpoints([counted, spec(session, { at: "loss line", phases: ["loss"] }, 2)]);
      names.push((yield "continue").name);
      session.controller.setBreakpoints([{ ...counted }]);
      const stop = yield "continue";
      names.push(`${stop.point.iteration} ${stop.name}`);
    });
    assert.deepEqual(names, ["squared error loss", "3 encoder.rnn forward"]);
  });

  test("counts the same after going back", async () => {
    const walk: string[] = [];
    await Session.train(source, function* (session) {
      session.controller.setBreakpoints([spec(session, { at: "rnn line", hitCondition: "> 3" }, 1)]);
      const note = (stop: Stop) => walk.push(`${stop.point.iteration} ${stop.name}`);
      note(yield "continue");
      note(yield "continue");
      note(yield "reverseContinue");
      note(yield "continue");
    });
    assert.deepEqual(walk, [
      "2 encoder.rnn[t=2] backward",
      "3 encoder.rnn forward",
      "2 encoder.rnn[t=2] backward",
      "3 encoder.rnn forward",
    ]);
  });
});

describe("a logpoint", () => {
  test("writes and does not stop, also of what its own line assigns", async () => {
    const { names, session } = await hits({
      at: "last line",
      logMessage: "\\{{iteration}\\} {phase} {last.shape} {last}",
      phases: ["forward", "backward"],
      condition: "iteration === 1",
    });
    assert.deepEqual(names, []);
    assert.equal(session.lines.length, 2);
    const number = String.raw`-?\d[\d.e-]*`;
    const tensor = String.raw`\[4, 4\] \[4, 4\] norm ${number} mean ${number} std ${number}`;
    assert.match(session.lines[0], new RegExp(`^\\{1\\} forward ${tensor}$`));
    assert.match(session.lines[1], new RegExp(`^\\{1\\} backward ${tensor}$`));
  });

  test("is not written again on the way back", async () => {
    const session = await Session.train(source, function* (session) {
      session.controller.setBreakpoints([
        spec(session, { at: "rnn line", logMessage: "{iteration} {phase}" }, 1),
        spec(session, { at: "loss line", phases: ["loss"] }, 2),
      ]);
      yield "continue";
      yield "continue";
      yield "reverseContinue";
    });
    assert.deepEqual(session.lines, ["1 forward", "1 backward", "2 forward"]);
  });
});

describe("a function breakpoint", () => {
  test("on a layer stops once a call, forwards and backwards", async () => {
    const { names, stops } = await hits({ pattern: "encoder" });
    assert.deepEqual(first(names), ["1 encoder.rnn forward", "1 encoder.rnn[t=2] backward"]);
    assert.deepEqual([stops[0].reason, stops[0].breakpoints], ["function breakpoint", [1]]);
  });

  test("with a pattern stops at all that it means, and once where they begin together", async () => {
    assert.deepEqual(first((await hits({ pattern: "encoder.*" })).names), [
      "1 encoder.rnn forward",
      "1 encoder.rnn[t=2] backward",
    ]);
    assert.deepEqual(first((await hits({ pattern: "**" })).names), [
      "1 encoder.rnn forward",
      "1 head forward",
      "1 head backward",
      "1 encoder.rnn[t=2] backward",
    ]);
  });

  test("with a timestep stops there, and with each at each", async () => {
    assert.deepEqual(first((await hits({ pattern: "encoder.rnn[t=1]" })).names), [
      "1 encoder.rnn[t=1] forward",
      "1 encoder.rnn[t=1] backward",
    ]);
    assert.deepEqual(first((await hits({ pattern: "encoder.rnn[t=*] backward" })).names), [
      "1 encoder.rnn[t=2] backward",
      "1 encoder.rnn[t=1] backward",
      "1 encoder.rnn[t=0] backward",
    ]);
  });

  test("in the update stops at the first parameter of a layer, on a parameter at its own", async () => {
    assert.deepEqual(first((await hits({ pattern: "encoder update" })).names), ["1 encoder.rnn.weight_ih_l0 update"]);
    assert.deepEqual(first((await hits({ pattern: "head.*" })).names), ["1 head.weight update", "1 head.bias update"]);
    assert.deepEqual(first((await hits({ pattern: "**.weight" })).names), ["1 head.weight update"]);
  });

  test("on the model stops at its call, on a phase when it begins", async () => {
    assert.deepEqual(first((await hits({ pattern: "Tiny backward" })).names), ["1 head backward"]);
    assert.deepEqual(first((await hits({ pattern: "backward" })).names), ["1 squared error backward"]);
    assert.deepEqual(first((await hits({ pattern: "update" })).names), ["1 encoder.rnn.weight_ih_l0 update"]);
  });

  test("takes a condition and a count of hits", async () => {
    const { names } = await hits({ pattern: "encoder.rnn", condition: "t === 2", hitCondition: "% 3" });
    assert.deepEqual(names, ["2 encoder.rnn[t=2] forward", "3 encoder.rnn[t=2] backward"]);
  });

  test("on what the model has not is never hit", async () => {
    assert.deepEqual((await hits({ pattern: "decoder" })).names, []);
  });

  test("that stops together with a line breakpoint names both", async () => {
    const { stops } = await hits({ at: "rnn line" }, { pattern: "encoder.rnn" });
    assert.deepEqual([stops[0].reason, stops[0].breakpoints], ["breakpoint", [1, 2]]);
  });
});
