// Exception filters, data breakpoints and the origin of a NaN on real models, end to end over stdio.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { ProcessClient } from "./processClient.ts";

const cli = join(import.meta.dirname, "../../dist/cli.cjs");
const thread = { threadId: 1 };

/** Two iterations an epoch. In the fifth iteration p is 0. */
const source = `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";
class Tiny extends nn.Module {
  rnn = new nn.RNN(2, 4); // 3
  head = new nn.Linear(4, 1);
  count = 0;
  forward(x: Tensor): Tensor {
    this.count++;
    const [h] = this.rnn.forward(x);
    const p = h.select(1, -1).square().add(1).mul(this.count === 5 ? 0 : 1);
    const logs = p.log(); // 10
    return this.head.forward(logs);
  }
}
const input = Array.from({ length: 8 }, (_, i) => [[i, 1], [0, i], [1, -i]].map((step) => step.map((v) => v / 8)));
export default defineTraining({
  model: () => new Tiny(),
  data: data.arrays({ input, target: input.map(([[a]]) => [2 * a]) }, { batchSize: 4 }),
  loss: F.mseLoss,
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0.1 }),
  epochs: 4,
  seed: 1,
});
`;

function modelFile(): string {
  const file = join(mkdtempSync(join(tmpdir(), "gradient-")), "tiny.model.ts");
  writeFileSync(file, source);
  return file;
}

async function stopAfter(client: ProcessClient, request: () => Promise<unknown>) {
  const stopped = client.waitForEvent("stopped");
  await request();
  const { body } = (await stopped) as Dap.StoppedEvent;
  return { body, frames: (await client.stackTraceRequest(thread)).body.stackFrames };
}

describe("watching a real run over stdio", { concurrency: false }, () => {
  test("log(0) stops at its operation in its iteration, and exceptionInfo explains it", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const { body, frames } = await stopAfter(client, () => client.begin({ program: modelFile() }));
    assert.equal(body.reason, "exception");
    assert.equal(body.text, "log forward: log(p[0,0] = 0) = −∞");
    assert.deepEqual([frames[0].name, frames[0].line], ["log forward", 10]);
    assert.ok(frames.some(({ name }) => name === "iteration 5"));
    const info = (await client.exceptionInfoRequest(thread)).body;
    assert.equal(info.exceptionId, "notFinite");
    assert.equal(info.breakMode, "always");
    assert.match(
      info.description ?? "",
      /^−∞ began in log forward, sample 0 of the batch, tiny\.model\.ts:10\.\nlog\(p\[0,0\] = 0\) = −∞\n/,
    );
    assert.match(info.description ?? "", /Only handed on by linear \(line 11\), squared error/);
    assert.equal(info.details?.typeName, "notFinite");
    // one step back: the statement before
    const back = await stopAfter(client, () => client.send("stepBack", thread));
    assert.deepEqual([back.body.reason, back.frames[0].name], ["step", "mul forward"]);
    const again = await stopAfter(client, () => client.continueRequest(thread));
    assert.equal(again.body.text, "log forward: log(p[0,0] = 0) = −∞");
    await client.disconnectRequest({});
    assert.equal(await client.ended, 0);
  });

  test("a filter that is switched off stops nothing", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const terminated = client.waitForEvent("terminated");
    await client.initializeRequest();
    const initialized = client.waitForEvent("initialized");
    await Promise.all([initialized, client.send("launch", { program: modelFile() })]);
    await client.send("setExceptionBreakpoints", { filters: [] });
    await client.configurationDoneRequest({});
    await terminated;
    await client.disconnectRequest({});
  });

  test("a parameter picked in the variables view stops at its next update", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const { frames } = await stopAfter(client, () => client.begin({ program: modelFile() }, [10]));
    const { scopes } = (await client.scopesRequest({ frameId: frames[0].id })).body;
    const parameters = scopes.find(({ name }) => name === "Parameters");
    assert.ok(parameters !== undefined);
    const { variablesReference } = parameters;
    await client.variablesRequest({ variablesReference });
    const info = (await client.send("dataBreakpointInfo", {
      variablesReference,
      name: "rnn.weight_hh_l0",
    })) as Dap.DataBreakpointInfoResponse;
    assert.equal(info.body.dataId, "parameter:rnn.weight_hh_l0");
    const h = (await client.send("dataBreakpointInfo", { name: "h" })) as Dap.DataBreakpointInfoResponse;
    assert.equal(h.body.dataId, "activation:rnn");
    const sum = (await client.send("dataBreakpointInfo", { name: "h.sum()" })) as Dap.DataBreakpointInfoResponse;
    assert.equal(sum.body.dataId, null);
    const answer = (await client.send("setDataBreakpoints", {
      breakpoints: [{ dataId: info.body.dataId, accessType: "write", condition: "changes > 1e-9" }],
    })) as Dap.SetDataBreakpointsResponse;
    const [breakpoint] = answer.body.breakpoints;
    assert.equal(breakpoint.verified, true);
    const program = frames[0].source?.path ?? "";
    await client.setBreakpointsRequest({ source: { path: program }, breakpoints: [] });
    const hit = await stopAfter(client, () => client.continueRequest(thread));
    assert.equal(hit.body.reason, "data breakpoint");
    assert.deepEqual(hit.body.hitBreakpointIds, [breakpoint.id]);
    assert.deepEqual([hit.frames[0].name, hit.frames[0].line], ["rnn.weight_hh_l0 update", 3]);
    assert.match(hit.body.text ?? "", /norm [\d.]+ → [\d.]+, changes [\d.e−]+, .* \(stops when changes > 1e-9\)$/);
    await client.disconnectRequest({});
  });

  test("debugFromIteration runs past breakpoints of earlier iterations, and a stop goes back to the origin", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const launch = { program: modelFile(), debugFromIteration: 5 };
    const first = await stopAfter(client, () => client.begin(launch, [11]));
    assert.equal(first.body.reason, "breakpoint");
    assert.ok(first.frames.some(({ name }) => name === "iteration 5"));
    await client.setBreakpointsRequest({ source: { path: launch.program }, breakpoints: [] });
    // line 10 has run already: the run goes back to it, within the iteration
    const { body, frames } = await stopAfter(client, () => client.continueRequest(thread));
    assert.deepEqual([body.reason, frames[0].line], ["exception", 10]);
    await client.disconnectRequest({});
  });

  test("a run without debugging says once that it is not finite any more, and from where to debug it", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const terminated = client.waitForEvent("terminated");
    await client.begin({ program: modelFile(), ...{ noDebug: true } });
    await terminated;
    const said = client.outputs.filter(({ category }) => category === "important");
    assert.deepEqual(
      said.map(({ output }) => output),
      [
        'The loss is not finite from iteration 5 on. To stop where it began, debug with "debugFromIteration": 4 and "seed": 1.\n',
      ],
    );
    await client.disconnectRequest({});
  });
});
