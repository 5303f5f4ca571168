// Values over stdio on a real model: changed, completed, read as bytes, written in other formats, compared with the step before.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { stopped } from "./fakeRuntime.ts";
import { ProcessClient } from "./processClient.ts";
import { StreamClient } from "./streamClient.ts";

const cli = join(import.meta.dirname, "../../dist/cli.cjs");
const thread = { threadId: 1 };

const source = `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";

class Tiny extends nn.Module {
  rnn = new nn.RNN(2, 4);
  head = new nn.Linear(4, 1);

  forward(x: Tensor): Tensor {
    const [h] = this.rnn.forward(x); // 8
    const last = h.select(1, -1); // 9
    return this.head.forward(last); // 10
  }
}

const input = Array.from({ length: 8 }, (_, i) => [[i, 1], [0, i], [1, -i]].map((step) => step.map((v) => v / 8)));

export default defineTraining({
  model: () => new Tiny(),
  data: data.arrays({ input, target: input.map(([[a]]) => [2 * a]) }, { batchSize: 4 }),
  loss: F.mseLoss, // 18
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0.1, momentum: 0.5 }),
  epochs: 3,
  seed: 1,
});
`;

function modelFile(): string {
  const file = join(mkdtempSync(join(tmpdir(), "gradient-")), "tiny.model.ts");
  writeFileSync(file, source);
  return file;
}

/** A session that stands at the head of the first iteration, in forward. */
async function paused(launch: object = {}): Promise<ProcessClient> {
  const client = new ProcessClient([cli, "dap"]);
  const program = modelFile();
  await stop(client, () => client.begin({ program, ...launch }, [10]));
  await client.setBreakpointsRequest({ source: { path: program }, breakpoints: [] });
  return client;
}

async function stop(client: ProcessClient, request: () => Promise<unknown>): Promise<void> {
  const stopped = client.waitForEvent("stopped");
  await request();
  await stopped;
}

async function leave(client: ProcessClient): Promise<void> {
  await client.disconnectRequest({});
  assert.equal(await client.ended, 0);
}

async function evaluate(client: ProcessClient, expression: string, context = "watch"): Promise<string> {
  return (await client.evaluateRequest({ expression, context })).body.result;
}

async function setExpression(client: ProcessClient, expression: string, value: string) {
  const body: Dap.SetExpressionResponse["body"] = (await client.send("setExpression", { expression, value })).body;
  return body;
}

async function scope(client: ProcessClient, name: string): Promise<{ reference: number; variables: Dap.Variable[] }> {
  const [{ id: frameId }] = (await client.stackTraceRequest(thread)).body.stackFrames;
  const found = (await client.scopesRequest({ frameId })).body.scopes.find((candidate) => candidate.name === name);
  assert.ok(found !== undefined, `there is no scope ${name}`);
  const reference = found.variablesReference;
  return { reference, variables: (await client.variablesRequest({ variablesReference: reference })).body.variables };
}

describe("values over stdio", { concurrency: false }, () => {
  test("capabilities name what can be done with them", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const capabilities = (await client.initializeRequest()).body;
    for (const name of [
      "supportsSetVariable",
      "supportsSetExpression",
      "supportsCompletionsRequest",
      "supportsReadMemoryRequest",
      "supportsValueFormattingOptions",
    ] as const) {
      assert.equal(capabilities?.[name], true, name);
    }
    await leave(client);
  });

  test("a weight, one of its elements and the learning rate are set, and training goes on with them", async () => {
    const client = await paused();
    const { reference, variables } = await scope(client, "Parameters");
    const bias = variables.find(({ name }) => name === "rnn.bias_hh_l0");
    assert.equal(bias?.presentationHint, undefined);
    assert.equal(bias?.evaluateName, 'parameter("rnn.bias_hh_l0")');
    const set = await client.setVariableRequest({
      variablesReference: reference,
      name: "rnn.bias_hh_l0",
      value: "0.5",
    });
    assert.match(set.body.value, /mean 0\.5 ± 0/);
    assert.equal(set.body.indexedVariables, 4);
    const { variablesReference = 0 } = set.body;
    const element = await client.setVariableRequest({ variablesReference, name: "2", value: "-1 / 4" });
    assert.equal(element.body.value, "-0.25");
    assert.equal(await evaluate(client, "this.rnn.bias_hh_l0.toFlatArray().join(' ')"), '"0.5 0.5 -0.25 0.5"');
    const rate = await setExpression(client, "optimizer.learningRate", "0");
    assert.equal(rate.value, "0");
    const weights = await evaluate(client, "this.rnn.weight_ih_l0.toFlatArray().join(' ')");
    // the end of this iteration's update, through those of forward, loss and backward
    for (let i = 0; i < 4; i++) await stop(client, () => client.stepOutRequest(thread));
    assert.equal(await evaluate(client, "phase"), '"update"');
    assert.equal(
      await evaluate(client, "this.rnn.weight_ih_l0.toFlatArray().join(' ')"),
      weights,
      "a rate of 0 learns nothing",
    );
    await leave(client);
  });

  test("what is refused says why and changes nothing, and what cannot be set is read-only", async () => {
    const client = await paused();
    const before = await evaluate(client, "this.head.weight.toFlatArray().join(' ')");
    const refused: readonly (readonly [string, string, RegExp])[] = [
      [
        "this.head.weight",
        "this.rnn.bias_hh_l0",
        /this\.head\.weight has shape \[1, 4\], but the value has shape \[4\]/,
      ],
      [
        "this.head.weight[0, 4]",
        "1",
        /index 4 is out of range for dimension 1 of shape \[1, 4\]: it goes from -4 to 3/,
      ],
      ["this.head.weight", "1e39", /float32, whose largest number is 3\.403e\+38/],
      ["optimizer.learningRate", "-0.1", /learning rate must be a number of at least 0, but it is -0\.1/],
      ["h.norm()", "1", /cannot be changed: the run does not compute with it/],
      ["this.head.weight", "nothing", /there is no nothing at this pause/],
      ["this.head.weight", " ", /there is no expression/],
    ];
    for (const [expression, value, message] of refused) {
      await assert.rejects(setExpression(client, expression, value), message);
    }
    await assert.rejects(
      client.setVariableRequest({ variablesReference: 4711, name: "x", value: "1" }),
      /no variables reference 4711/,
    );
    assert.equal(await evaluate(client, "this.head.weight.toFlatArray().join(' ')"), before);
    const { variables } = await scope(client, "Run");
    for (const { name, presentationHint } of variables)
      assert.deepEqual(presentationHint, { attributes: ["readOnly"] }, name);
    await leave(client);
  });

  test("completions know layers, parameters, tensors and methods", async () => {
    const client = await paused();
    const labels = async (text: string, more: object = {}) => {
      const { body } = await client.completionsRequest({ text, column: text.length + 1, ...more });
      return body.targets.map(({ label }) => label);
    };
    assert.ok((await labels("")).includes("last"), "the user's own variables are there");
    assert.deepEqual(await labels("this.r"), ["rnn"]);
    assert.ok((await labels("this.rnn.")).includes("weight_hh_l0"));
    assert.deepEqual(await labels("h.nor"), ["norm"]);
    const { body } = await client.completionsRequest({ text: "1 +\nlearn", line: 2, column: 6 });
    assert.deepEqual(body.targets, [
      { label: "learningRate", type: "variable", detail: "number", start: 5, length: 5 },
    ]);
    await assert.rejects(
      client.completionsRequest({ text: "h", column: 9 }),
      /line 1 of the text to complete has no column 9/,
    );
    await leave(client);
  });

  test("memory is the tensor's float32 bytes, and ends where it ends", async () => {
    const client = await paused();
    const { memoryReference = "" } = (await client.evaluateRequest({ expression: "this.rnn.weight_ih_l0" })).body;
    const read = async (offset: number, count: number) => {
      const args = { memoryReference, offset, count };
      const { body }: Dap.ReadMemoryResponse = await client.send("readMemory", args);
      return body;
    };
    const numbers = JSON.parse(
      JSON.parse(await evaluate(client, "JSON.stringify(this.rnn.weight_ih_l0.toFlatArray())")),
    );
    const all = await read(0, 32);
    const bytes = Buffer.from(all?.data ?? "", "base64");
    assert.deepEqual(
      Array.from({ length: 8 }, (_, i) => bytes.readFloatLE(4 * i)),
      numbers,
    );
    assert.equal(all?.unreadableBytes, undefined);
    assert.match(all?.address ?? "", /^0x[1-9a-f][0-9a-f]*$/);
    assert.deepEqual(await read(28, 8), {
      address: `0x${(Number(all?.address) + 28).toString(16)}`,
      data: bytes.subarray(28).toString("base64"),
      unreadableBytes: 4,
    });
    assert.deepEqual([(await read(40, 8))?.data, (await read(40, 8))?.unreadableBytes], [undefined, 8]);
    assert.deepEqual([(await read(-8, 4))?.data, (await read(-8, 4))?.unreadableBytes], [undefined, 4]);
    await assert.rejects(read(0, -1), /"count" must be a whole number of at least 0, but is -1/);
    await assert.rejects(read(0.5, 4), /"offset" must be a whole number, but is 0\.5/);
    await stop(client, () => client.stepInRequest(thread));
    await assert.rejects(read(0, 4), /is not of this pause/);
    await leave(client);
  });

  test("the difference to the iteration before is a child, and the console draws a histogram", async () => {
    const client = await paused();
    // into the second iteration: forward, loss, backward, update, forward
    for (let i = 0; i < 5; i++) await stop(client, () => client.stepOutRequest(thread));
    assert.equal(await evaluate(client, "iteration"), "2");
    const { variablesReference } = (await client.evaluateRequest({ expression: "this.rnn.weight_hh_l0" })).body;
    const { variables } = (await client.variablesRequest({ variablesReference, filter: "named" })).body;
    const difference = variables.find(({ name }) => name === "previous-step difference");
    assert.match(difference?.value ?? "", /^norm [\d.e-]+ {2}ratio [\d.e-]+ {2}by the update of iteration 1$/);
    assert.equal(difference?.indexedVariables, 4);
    assert.match(
      await evaluate(client, "this.rnn.weight_hh_l0", "repl"),
      /^Tensor \[4, 4\] .*\n\S+ ▕.*▏ \S+\n *▲ mean \S+$/,
    );
    assert.doesNotMatch(await evaluate(client, "this.rnn.weight_hh_l0", "hover"), /\n/);
    assert.match(await evaluate(client, "this.head.bias = 3", "repl"), /^3$/);
    await leave(client);
  });

  test("precision is a launch option, from 1 to 17 digits", async () => {
    const client = await paused({ precision: 9 });
    assert.match(await evaluate(client, "h.norm()"), /^\d\.\d{7,8}$/);
    await leave(client);
    const other = new ProcessClient([cli, "dap"]);
    await assert.rejects(
      other.begin({ program: modelFile(), ...{ precision: 40 } }),
      /"precision" of the launch configuration must be a whole number of digits from 1 to 17, but is 40/,
    );
    other.child.kill();
  });
});

test("hexadecimal is passed on to the runtime, and nothing when it is off", async () => {
  const client = new StreamClient();
  const runtime = await client.begin();
  runtime.emit(stopped("step"));
  await client.next("stopped");
  await client.evaluateRequest({ expression: "h", format: { hex: true } });
  await client.evaluateRequest({ expression: "h", format: { hex: false } });
  assert.deepEqual(
    runtime.requests.map(({ params }) => params),
    [
      { expression: "h", context: "repl", hex: true },
      { expression: "h", context: "repl" },
    ],
  );
});
