// Breakpoints with conditions, counts, messages, names and phases on a real model, end to end over stdio.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { ProcessClient } from "./processClient.ts";

const cli = join(import.meta.dirname, "../../dist/cli.cjs");
const thread = { threadId: 1 };

/** Three timesteps, two iterations an epoch. */
const source = `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";
class Tiny extends nn.Module {
  rnn = new nn.RNN(2, 4); // 3
  head = new nn.Linear(4, 1);
  forward(x: Tensor): Tensor {
    const [h] = this.rnn.forward(x);
    const last = h.select(1, -1); // 7
    return this.head.forward(last);
  }
}
const input = Array.from({ length: 8 }, (_, i) => [[i, 1], [0, i], [1, -i]].map((step) => step.map((v) => v / 8)));
export default defineTraining({
  model: () => new Tiny(),
  data: data.arrays({ input, target: input.map(([[a]]) => [2 * a]) }, { batchSize: 4 }),
  loss: F.mseLoss,
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0.1 }),
  epochs: 3,
  seed: 1,
});
`;

interface Asked {
  readonly lines?: readonly Dap.SourceBreakpoint[];
  readonly functions?: readonly Dap.FunctionBreakpoint[];
}

interface Outcome {
  readonly client: ProcessClient;
  readonly program: string;
  readonly answers: readonly Dap.Breakpoint[];
  /** `1 rnn[t=0] forward`: iteration and name of every stop, until the end of training. */
  readonly stops: readonly string[];
  readonly bodies: readonly Dap.StoppedEvent["body"][];
}

/** Debugs to the end with these breakpoints, going on at every stop. */
async function debug({ lines = [], functions = [] }: Asked): Promise<Outcome> {
  const client = new ProcessClient([cli, "dap"]);
  const program = join(mkdtempSync(join(tmpdir(), "gradient-")), "tiny.model.ts");
  writeFileSync(program, source);
  const stops: string[] = [];
  const bodies: Dap.StoppedEvent["body"][] = [];
  const terminated = client.waitForEvent("terminated");
  client.on("stopped", (event: Dap.StoppedEvent) => {
    bodies.push(event.body);
    void client.stackTraceRequest(thread).then(({ body }) => {
      const iteration = body.stackFrames.find(({ name }) => name.startsWith("iteration"))?.name.split(" ")[1];
      stops.push(`${iteration} ${body.stackFrames[0].name}`);
      return client.continueRequest(thread);
    });
  });
  await client.initializeRequest();
  await Promise.all([client.waitForEvent("initialized"), client.send("launch", { program })]);
  const { body } = await client.setBreakpointsRequest({ source: { path: program }, breakpoints: [...lines] });
  await client.setFunctionBreakpointsRequest({ breakpoints: [...functions] });
  await client.configurationDoneRequest({});
  await terminated;
  await client.disconnectRequest({});
  assert.equal(await client.ended, 0);
  return { client, program, answers: body.breakpoints, stops, bodies };
}

describe("breakpoints over stdio", () => {
  test("with conditions and hit counts stop where they hold", async () => {
    const { stops, bodies, answers } = await debug({
      lines: [
        { line: 6, condition: 't === 1 && phase === "backward" && iteration % 3 === 0' },
        { line: 7, condition: "last.norm() >= 0", hitCondition: "4" },
      ],
    });
    // line 7 is hit in forward and backward: its fourth hit is the backward pass of iteration 2
    assert.deepEqual(stops, ["2 select backward", "3 rnn[t=1] backward", "6 rnn[t=1] backward"]);
    assert.deepEqual(
      bodies.map(({ hitBreakpointIds }) => hitBreakpointIds),
      [1, 0, 0].map((i) => [answers[i].id]),
    );
  });

  test("log without stopping, with the line that logs", async () => {
    const lines = [{ line: 6, logMessage: "{iteration} {phase} {h}", condition: "iteration < 3" }];
    const { client, stops, program } = await debug({ lines });
    assert.deepEqual(stops, []);
    const logs = client.outputs.filter(({ line }) => line === 6);
    assert.ok(logs.every(({ category, source }) => category === "console" && source?.path === program));
    const written = logs
      .map(({ output }) => output)
      .join("")
      .trimEnd()
      .split("\n");
    assert.deepEqual(
      written.map((line) => line.replace(/-?\d+\.\d[\d.e-]*/g, "0.0")),
      ["1 forward", "1 backward", "2 forward", "2 backward"].map(
        (begin) => `${begin} [4, 3, 4] norm 0.0 mean 0.0 std 0.0`,
      ),
    );
  });

  test("by name stop at layers, timesteps, phases and parameters", async () => {
    const { stops, bodies } = await debug({
      functions: [
        { name: "rnn[t=2] forward", condition: "iteration === 1" },
        { name: "h*d backward", hitCondition: "2" },
        { name: "rnn.bias_*", condition: "iteration === 6" },
      ],
    });
    assert.deepEqual(stops, [
      "1 rnn[t=2] forward",
      "2 head backward",
      "6 rnn.bias_ih_l0 update",
      "6 rnn.bias_hh_l0 update",
    ]);
    assert.ok(bodies.every(({ reason }) => reason === "function breakpoint"));
  });

  test("of a name that no layer has are refused when the model is there", async () => {
    const { client } = await debug({ functions: [{ name: "rmn" }, { name: "head", condition: "iteration > 99" }] });
    const changed = client.log.flatMap((message) =>
      message.type === "event" && "event" in message && message.event === "breakpoint" && "body" in message
        ? [message.body as Dap.BreakpointEvent["body"]]
        : [],
    );
    assert.deepEqual(
      changed.map(({ breakpoint: { verified, message } }) => [verified, message]),
      [
        [false, "function breakpoint, column 1: no layer and no parameter is named like “rmn”; did you mean rnn?"],
        [true, undefined],
      ],
    );
  });

  test("at a column stop in its phase only; a layer's line in the update", async () => {
    const { stops } = await debug({
      lines: [
        // `    const last = h.select(1, -1); // 7`: the statement goes from column 5 to its semicolon in column 33
        { line: 7, column: 5, hitCondition: "<= 2" },
        { line: 7, column: 33, hitCondition: "1" },
        { line: 3, hitCondition: "1" },
      ],
    });
    assert.deepEqual(stops, ["1 select forward", "1 select backward", "1 rnn.weight_ih_l0 update", "2 select forward"]);
  });

  test("with a condition that cannot be read are refused where it was written, and one that fails stops nothing", async () => {
    const { client, stops, answers, program } = await debug({
      lines: [
        { line: 6, condition: "loss > " },
        { line: 7, condition: "lst.norm() > 1" },
        { line: 8, condition: "last.nrom() > 1" },
      ],
    });
    assert.deepEqual(stops, []);
    assert.deepEqual(
      answers.map(({ verified }) => verified),
      [false, false, true],
    );
    assert.match(answers[0].message ?? "", /^condition, column 8: a value is expected/);
    assert.match(answers[1].message ?? "", /^condition, column 1: nothing is called “lst”/);
    const errors = client.outputs.filter(({ category }) => category === "stderr");
    assert.equal(errors.length, 1);
    assert.match(errors[0].output, /“last\.nrom\(\) > 1”: last has no method nrom\(\); did you mean norm/);
    assert.deepEqual([errors[0].line, errors[0].source?.path], [8, program]);
    assert.match(client.text("console"), /completed: 6 iterations/);
  });
});
