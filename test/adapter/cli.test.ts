// `gradient-debugger dap` on a real model, end to end: the built command, a real worker, a client on its stdin and stdout.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { tiny } from "./clients/models.ts";
import { ProcessClient } from "./processClient.ts";

const cli = join(import.meta.dirname, "../../dist/cli.cjs");
const thread = { threadId: 1 };

function modelFile(change: (source: string) => string = (same) => same): string {
  const file = join(mkdtempSync(join(tmpdir(), "gradient-")), "tiny.model.ts");
  writeFileSync(file, change(tiny));
  return file;
}

/** Runs `request` and gives the stack of the stop that follows. */
async function stopAfter(client: ProcessClient, request: () => Promise<unknown>): Promise<Dap.StackFrame[]> {
  const stopped = client.waitForEvent("stopped");
  await request();
  await stopped;
  return (await client.stackTraceRequest(thread)).body.stackFrames;
}

async function evaluate(client: ProcessClient, expression: string): Promise<string> {
  return (await client.evaluateRequest({ expression, context: "watch" })).body.result;
}

describe("gradient-debugger dap", { concurrency: false }, () => {
  test("walks forward, loss, backward and update of a recurrent network, timestep by timestep", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const program = modelFile();
    let [top, ...outer] = await stopAfter(client, async () => {
      const breakpoints = await client.begin({ program }, [8]);
      assert.deepEqual([breakpoints[0].verified, breakpoints[0].line], [true, 9]);
    });
    assert.deepEqual([top.line, top.source?.path], [9, program]);
    assert.deepEqual(
      outer.map(({ name }) => name),
      ["forward", "iteration 1", "epoch 1"],
    );
    await client.setBreakpointsRequest({ source: { path: program }, breakpoints: [] });
    const walk: string[] = [];
    while (outer.some(({ name }) => name === "iteration 1")) {
      walk.push(`${top.line} ${top.name}`);
      [top, ...outer] = await stopAfter(client, () => client.stepInRequest(thread));
    }
    const steps = walk.filter((step) => /\[t=|loss$|update$/.test(step));
    assert.deepEqual(steps, [
      "9 rnn[t=0] forward",
      "9 rnn[t=1] forward",
      "9 rnn[t=2] forward",
      "20 squared error loss",
      "9 rnn[t=2] backward",
      "9 rnn[t=1] backward",
      "9 rnn[t=0] backward",
      "4 rnn.weight_ih_l0 update",
      "4 rnn.weight_hh_l0 update",
      "4 rnn.bias_ih_l0 update",
      "4 rnn.bias_hh_l0 update",
      "5 head.weight update",
      "5 head.bias update",
    ]);
    await client.terminateRequest({});
    await client.disconnectRequest({});
    assert.equal(await client.ended, 0);
  });

  test("steps over a layer at a time and out of a phase at a time, and hits a breakpoint in backward, too", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const program = modelFile();
    const top = async (request: () => Promise<unknown>) => (await stopAfter(client, request))[0].name;
    await top(() => client.begin({ program }, [9]));
    assert.equal(await top(() => client.nextRequest(thread)), "rnn forward");
    assert.equal(await top(() => client.nextRequest(thread)), "select forward");
    assert.equal(await top(() => client.stepOutRequest(thread)), "end of forward");
    assert.equal(await top(() => client.stepOutRequest(thread)), "end of loss");
    assert.match(await evaluate(client, "loss"), /^\d[\d.e-]*$/);
    assert.equal(await top(() => client.continueRequest(thread)), "rnn[t=2] backward");
    assert.equal(await top(() => client.stepOutRequest(thread)), "end of backward");
    assert.ok(Number(await evaluate(client, "this.rnn.weight_hh_l0.grad.norm()")) > 0);
    assert.equal(await top(() => client.stepOutRequest(thread)), "end of update");
    await client.disconnectRequest({});
    assert.equal(await client.ended, 0);
  });

  test("shows scopes, and a tensor by statistics and shape", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const frames = await stopAfter(client, () => client.begin({ program: modelFile() }, [11]));
    const { scopes } = (await client.scopesRequest({ frameId: frames[0].id })).body;
    for (const name of ["Gradients", "Activations", "Parameters", "Optimizer", "Run"]) {
      assert.ok(
        scopes.some((scope) => scope.name === name),
        name,
      );
    }
    const { body } = await client.evaluateRequest({ expression: "h", context: "hover" });
    assert.match(body.result, /\[4, 3, 4\]/);
    assert.equal(body.indexedVariables, 4);
    const page = { variablesReference: body.variablesReference, filter: "indexed", start: 1, count: 2 } as const;
    const { variables } = (await client.variablesRequest(page)).body;
    assert.deepEqual(
      variables.map(({ name, indexedVariables }) => [name, indexedVariables]),
      [
        ["1", 3],
        ["2", 3],
      ],
    );
    await client.continueRequest(thread);
    await client.disconnectRequest({});
    assert.equal(await client.ended, 0);
  });

  test("runs to the end without debugging and says what was reached", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const terminated = client.waitForEvent("terminated");
    const exited = client.waitForEvent("exited");
    await client.begin({ program: modelFile(), ...{ noDebug: true, epochs: 2 } });
    assert.equal((await exited).body.exitCode, 0);
    await terminated;
    // 8 samples in batches of 4: 2 iterations an epoch.
    assert.match(client.text("console"), /completed: 4 iterations in [\d.]+ s, loss [\d.]+\n$/);
    await client.disconnectRequest({});
  });

  test("says a syntax error with its place, and ends by itself when the client has gone", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const program = modelFile((same) => same.replace("class Tiny", "class class Tiny"));
    await assert.rejects(client.launch({ program }), (error: Error) => error.message.startsWith(`${program}:3:7: `));
    client.child.stdin.end();
    assert.equal(await client.ended, 0);
  });

  test("says wrong shapes with both shapes at the user's line", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const program = modelFile((same) => same.replace("nn.Linear(4, 1)", "nn.Linear(5, 1)"));
    const exited = client.waitForEvent("exited");
    await client.begin({ program, ...{ noDebug: true } });
    assert.equal((await exited).body.exitCode, 1);
    const error = client.outputs.find(({ category }) => category === "stderr");
    assert.deepEqual([error?.line, error?.source?.path], [11, program]);
    assert.match(error?.output ?? "", /:11:\d+: .*4.*5|:11:\d+: .*5.*4/);
    await client.disconnectRequest({});
  });

  test("ends an endless loop in forward within a second", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const program = modelFile((same) => same.replace("const last =", "for (;;); const last ="));
    await stopAfter(client, () => client.begin({ program }, [9]));
    await client.setBreakpointsRequest({ source: { path: program }, breakpoints: [] });
    await client.continueRequest(thread);
    await client.pauseRequest(thread);
    const terminated = client.waitForEvent("terminated");
    const before = performance.now();
    await client.terminateRequest({});
    await terminated;
    assert.ok(performance.now() - before < 1000);
    await client.disconnectRequest({});
    assert.equal(await client.ended, 0);
  });
});
