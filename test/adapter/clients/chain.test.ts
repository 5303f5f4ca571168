// ∂h_T/∂h_t and changes while running, as a client meets them: the request, the scope, the console.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { WorkerRuntimes } from "../../../src/adapter/runtime/workerRuntime.ts";
import { dist, RawClient } from "../protocol/rawClient.ts";
import { endless, modelFile } from "./models.ts";

const runtimes = new WorkerRuntimes({ dist });
after(() => runtimes.dispose());

interface Variable {
  readonly name: string;
  readonly value: string;
  readonly variablesReference: number;
}

const gru = (source: string) => source.replace("nn.RNN(2, 4)", "nn.GRU(2, 4)");

async function variables(client: RawClient, variablesReference: number): Promise<Variable[]> {
  return (await client.ask("variables", { variablesReference })).variables;
}

async function scope(client: RawClient, frameId: number, name: string): Promise<Variable[]> {
  const { scopes } = await client.ask("scopes", { frameId });
  const found = scopes.find((candidate: { name: string }) => candidate.name === name);
  return found === undefined ? [] : variables(client, found.variablesReference);
}

describe("how far back a layer remembers", { concurrency: false }, () => {
  test("is answered as numbers for every timestep once the layer has run", async () => {
    const client = new RawClient(runtimes);
    const stopped = client.next("stopped");
    await client.begin(modelFile(gru), [11]);
    await stopped;
    const { parts, batch } = await client.ask("gradientDebugger/chain", { layer: "rnn", sample: 1 });
    assert.deepEqual([batch, parts.length, parts[0].name, parts[0].gates], [4, 1, "l0", ["r", "z", "n"]]);
    const timesteps: readonly { t: number; gradNorm: number | null; jacobianNorm: number }[] = parts[0].timesteps;
    assert.deepEqual(
      timesteps.map(({ t, gradNorm }) => [t, gradNorm]),
      [
        [0, null],
        [1, null],
        [2, null],
      ],
    );
    assert.equal(timesteps[2].jacobianNorm, 1);
    assert.ok(timesteps[0].jacobianNorm > 0 && timesteps[0].jacobianNorm < 1);
    await assert.rejects(
      client.ask("gradientDebugger/chain", { layer: "head" }),
      /no recurrent layer "head".*there is "rnn"/,
    );
    await client.ask("disconnect");
    await client.ended;
    client.check();
  });

  test("is seen by every client in the scope Memory, which a network without recurrence does not have", async () => {
    const client = new RawClient(runtimes);
    const stopped = client.next("stopped");
    await client.begin(modelFile(gru), [11]);
    await stopped;
    const [frame] = (await client.ask("stackTrace", { threadId: 1 })).stackFrames;
    const [rnn] = await scope(client, frame.id, "Memory");
    assert.equal(rnn.name, "rnn");
    assert.match(rnn.value, /^∂h_T\/∂h_t: at least 1 % over \d timesteps?/);
    const steps = await variables(client, rnn.variablesReference);
    assert.deepEqual(
      steps.map(({ name }) => name),
      ["t=0", "t=1", "t=2"],
    );
    assert.equal(steps[2].value, "‖∂h_T/∂h_t‖ 1");
    const norms = (await variables(client, steps[0].variablesReference)).map(({ name }) => name);
    assert.deepEqual(norms, [
      "‖∂h_T/∂h_t‖",
      "‖∂h_T/∂h_t‖ through z alone, no weights",
      ...["r", "z", "n"].map((gate) => `‖∂h_T/∂h_t‖ by W_h${gate} alone`),
    ]);
    await client.ask("disconnect");
    const plain = new RawClient(runtimes);
    const there = plain.next("stopped");
    const feedForward = (source: string) =>
      source.replace("nn.RNN(2, 4)", "nn.Linear(2, 4)").replace("const [h] =", "const h =");
    await plain.begin(modelFile(feedForward), [11]);
    await there;
    const [top] = (await plain.ask("stackTrace", { threadId: 1 })).stackFrames;
    assert.deepEqual(await scope(plain, top.id, "Memory"), []);
    await plain.ask("disconnect");
    for (const each of [client, plain]) each.check();
  });

  test("is refused while training runs", async () => {
    const client = new RawClient(runtimes);
    await client.begin(modelFile(endless));
    await assert.rejects(client.ask("gradientDebugger/chain", { layer: "rnn" }), /training is running/);
    await client.ask("disconnect");
  });
});

describe("while training runs", { concurrency: false }, () => {
  test("learning rate and clip norm change without a stop, by request and from the console", async () => {
    const client = new RawClient(runtimes);
    await client.begin(modelFile(endless), [], { __forwardEvents: true });
    const before = await client.ask("gradientDebugger/set", {});
    assert.deepEqual(before, { learningRate: 0.1, clipGradNorm: null });
    const after = await client.ask("gradientDebugger/set", { learningRate: 0.02, clipGradNorm: 3 });
    assert.deepEqual(after, { learningRate: 0.02, clipGradNorm: 3 });
    const { result } = await client.ask("evaluate", { expression: "learningRate = 5e-3", context: "repl" });
    assert.equal(result, "0.005");
    assert.equal((await client.ask("evaluate", { expression: "clipGradNorm = null" })).result, "null");
    assert.deepEqual(await client.ask("gradientDebugger/set", {}), { learningRate: 0.005, clipGradNorm: null });
    assert.match(client.text("console"), /learningRate = 0.02, clipGradNorm = 3 from iteration \d+ on\n/);
    let seen = 0;
    while (seen !== 0.005) {
      const event = await client.next("gradientDebugger.runtime");
      if (event.type === "iterations") seen = event.records.at(-1).learningRate;
    }
    assert.equal(
      client.log.some((message) => "event" in message && message.event === "stopped"),
      false,
    );
    await client.ask("disconnect");
    client.check();
  });

  test("a change that makes no sense is refused with both values, and nothing changes", async () => {
    const client = new RawClient(runtimes);
    await client.begin(modelFile(endless));
    for (const [change, message] of [
      [{ learningRate: -1 }, /"learningRate" must be a number of at least 0, but is -1/],
      [
        { learningRate: 0.5, clipGradNorm: 0 },
        /"clipGradNorm" must be a number above 0, or null for no clipping, but is 0/,
      ],
      [{ momentum: 1 }, /"momentum" cannot be changed while training runs; learningRate and clipGradNorm can/],
    ] as const) {
      await assert.rejects(client.ask("gradientDebugger/set", change), message);
    }
    assert.deepEqual(await client.ask("gradientDebugger/set", {}), { learningRate: 0.1, clipGradNorm: null });
    await client.ask("disconnect");
    await assert.rejects(client.ask("gradientDebugger/set", {}), /training is over/);
    client.check();
  });

  test("a breakpoint that is set stops at its line, and one that is removed does not", async () => {
    const client = new RawClient(runtimes);
    const program = modelFile(endless);
    await client.begin(program);
    const stopped = client.next("stopped");
    const { breakpoints } = await client.ask("setBreakpoints", {
      source: { path: program },
      breakpoints: [{ line: 10 }],
    });
    assert.deepEqual((await stopped).hitBreakpointIds, [breakpoints[0].id]);
    const again = await client.stopAfter("continue");
    assert.equal(again[0].line, 10);
    await client.ask("continue", { threadId: 1 });
    await client.ask("setBreakpoints", { source: { path: program }, breakpoints: [] });
    // whatever had stopped before the breakpoints were gone goes on
    await client.send("continue", { threadId: 1 });
    await client.ask("gradientDebugger/set", { learningRate: 0.2 });
    await assert.rejects(client.ask("stackTrace", { threadId: 1 }), /training is running/);
    await client.ask("disconnect");
    client.check();
  });

  test("pause stops within 100 ms, and a change at a pause is seen in the Optimizer scope", async () => {
    const client = new RawClient(runtimes);
    await client.begin(modelFile(endless));
    await client.ask("gradientDebugger/set", {});
    // the quickest of a few, since a test machine may have other things to do
    let took = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 5; i++) {
      const stopped = client.next("stopped");
      const began = performance.now();
      void client.ask("pause", { threadId: 1 });
      await stopped;
      took = Math.min(took, performance.now() - began);
      if (i < 4) await client.ask("continue", { threadId: 1 });
    }
    assert.ok(took < 100, `${took} ms`);
    const [frame] = (await client.ask("stackTrace", { threadId: 1 })).stackFrames;
    assert.equal((await client.ask("evaluate", { expression: "learningRate = 0.3" })).result, "0.3");
    const optimizer = await scope(client, frame.id, "Optimizer");
    assert.equal(optimizer.find(({ name }) => name === "learningRate")?.value, "0.3");
    await client.ask("disconnect");
    client.check();
  });

  test("a change stays where it was made when the run goes back and comes again", async () => {
    const client = new RawClient(runtimes);
    const program = modelFile();
    const learningRate = async () => {
      return (await client.ask("evaluate", { expression: "optimizer.learningRate", context: "watch" })).result;
    };
    const stopped = client.next("stopped");
    await client.begin(program, [20]);
    await stopped;
    await client.ask("gradientDebugger/set", { learningRate: 0.3, clipGradNorm: 2 });
    await client.stopAfter("continue");
    await client.stopAfter("continue");
    // from the loss of iteration 2 back into the update of iteration 1, after the change in its loss
    let [top] = await client.stopAfter("stepBack");
    while (!/update$/.test(top.name)) [top] = await client.stopAfter("stepBack");
    assert.equal(await learningRate(), "0.3");
    assert.deepEqual(await client.ask("gradientDebugger/set", {}), { learningRate: 0.3, clipGradNorm: 2 });
    await client.stopAfter("goto", { threadId: 1, targetId: 1 });
    assert.equal(await learningRate(), "0.1");
    assert.deepEqual(await client.ask("gradientDebugger/set", {}), { learningRate: 0.1, clipGradNorm: null });
    await client.ask("disconnect");
    client.check();
  });
});
