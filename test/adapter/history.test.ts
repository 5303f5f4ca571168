// Going back and forth over stdio: the built command, a real worker, a client on its stdin and stdout.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { ProcessClient } from "./processClient.ts";

const cli = join(import.meta.dirname, "../../dist/cli.cjs");
const thread = { threadId: 1 };

/** Two iterations an epoch; the lines that the tests name are marked. */
const source = `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";

class Tiny extends nn.Module {
  rnn = new nn.RNN(2, 4); // 4
  head = new nn.Linear(4, 1);

  forward(x: Tensor): Tensor {
    const [h] = this.rnn.forward(x);
    const last = h.select(1, -1); // 9
    return this.head.forward(last); // 10
  }
}

const input = Array.from({ length: 8 }, (_, i) => [[i, 1], [0, i], [1, -i]].map((step) => step.map((v) => v / 8)));

export default defineTraining({
  model: () => new Tiny(),
  data: data.arrays({ input, target: input.map(([[a]]) => [2 * a]) }, { batchSize: 4 }),
  loss: F.mseLoss,
  optimizer: (parameters) => optim.adam(parameters, { learningRate: 0.1 }),
  epochs: 4,
  seed: 1,
});
`;

const program = join(mkdtempSync(join(tmpdir(), "gradient-")), "tiny.model.ts");
writeFileSync(program, source);

interface Place {
  readonly reason: string;
  readonly text: string;
  readonly hit: readonly number[];
  readonly frames: readonly Dap.StackFrame[];
  /** The top of the stack, and the iteration. */
  readonly at: string;
}

/** Runs `request` and says where the stop is that follows. */
async function stopAfter(client: ProcessClient, request: () => Promise<unknown>): Promise<Place> {
  const stopped = client.waitForEvent("stopped");
  await request();
  const { reason, text, hitBreakpointIds } = (await stopped).body;
  const frames = (await client.stackTraceRequest(thread)).body.stackFrames;
  const iteration = frames.find(({ name }) => name.startsWith("iteration"))?.name ?? "no iteration";
  return { reason, text, hit: hitBreakpointIds, frames, at: `${frames[0].name}, ${iteration}` };
}

const goto = (client: ProcessClient, targetId: number) =>
  stopAfter(client, () => client.gotoRequest({ ...thread, targetId }));

/** Starts at entry. */
async function begin(more: Readonly<Record<string, unknown>> = {}): Promise<ProcessClient> {
  const client = new ProcessClient([cli, "dap"]);
  const place = await stopAfter(client, () => client.begin({ program, ...{ stopOnEntry: true, ...more } }));
  assert.deepEqual([place.reason, place.at], ["entry", "before the first iteration, no iteration"]);
  return client;
}

async function end(client: ProcessClient): Promise<void> {
  await client.disconnectRequest({});
  assert.equal(await client.ended, 0);
}

async function evaluate(client: ProcessClient, expression: string): Promise<string> {
  return (await client.evaluateRequest({ expression, context: "watch" })).body.result;
}

describe("history over stdio", { concurrency: false }, () => {
  test("says what it can", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const { body } = await client.initializeRequest();
    assert.deepEqual(
      [body?.supportsStepBack, body?.supportsGotoTargetsRequest, body?.supportsRestartFrame],
      [true, true, true],
    );
    await end(client);
  });

  test("steps back through the events it came through, down to the beginning, and forward again", async () => {
    const client = await begin();
    const names: string[] = [];
    const norms: string[] = [];
    const note = async ({ at }: Place) => {
      names.push(at);
      norms.push(await evaluate(client, "this.head.weight.norm()"));
    };
    for (let i = 0; i < 45; i++) await note(await stopAfter(client, () => client.stepInRequest(thread)));
    assert.equal(new Set(norms).size, 3, "the weights have changed twice");
    const [thereNames, thereNorms] = [names.splice(0), norms.splice(0)];
    for (let i = 0; i < 44; i++) {
      const place = await stopAfter(client, () => client.stepBackRequest(thread));
      assert.equal(place.reason, "step");
      await note(place);
    }
    assert.deepEqual(names.reverse(), thereNames.slice(0, -1));
    assert.deepEqual(norms.reverse(), thereNorms.slice(0, -1));
    const entry = await stopAfter(client, () => client.stepBackRequest(thread));
    assert.equal(entry.at, "before the first iteration, no iteration");
    await assert.rejects(client.stepBackRequest(thread), { message: "this is the beginning of the run" });
    const first = await stopAfter(client, () => client.stepInRequest(thread));
    assert.equal(first.at, thereNames[0]);
    await end(client);
  });

  test("reverses to the breakpoint hit before, and says where history begins", async () => {
    const client = await begin();
    const { breakpoints } = (
      await client.setBreakpointsRequest({ source: { path: program }, breakpoints: [{ line: 4 }, { line: 10 }] })
    ).body;
    const there: Place[] = [];
    for (let i = 0; i < 8; i++) there.push(await stopAfter(client, () => client.continueRequest(thread)));
    assert.deepEqual(
      there.slice(0, 4).map(({ at }) => at),
      [
        "head forward, iteration 1",
        "head backward, iteration 1",
        "rnn.weight_ih_l0 update, iteration 1",
        "head forward, iteration 2",
      ],
    );
    for (let i = 6; i >= 0; i--) {
      const { at, hit, reason } = await stopAfter(client, () => client.reverseContinueRequest(thread));
      assert.deepEqual([at, hit, reason], [there[i].at, there[i].hit, "breakpoint"]);
    }
    assert.deepEqual(there[2].hit, [breakpoints[0].id]);
    const first = await stopAfter(client, () => client.reverseContinueRequest(thread));
    assert.deepEqual([first.reason, first.at], ["entry", "before the first iteration, no iteration"]);
    assert.match(client.text("console"), /Went back as far as history reaches, to the beginning of the run/);
    await end(client);
  });

  test("goes to iterations by their number, and to the same place in those beside", async () => {
    const client = await begin();
    const six = await goto(client, 6);
    assert.deepEqual([six.reason, six.at], ["goto", "beginning of iteration 6, iteration 6"]);
    assert.deepEqual(
      six.frames.map(({ name }) => name),
      ["beginning of iteration 6", "iteration 6", "epoch 3"],
    );
    const norm = await evaluate(client, "this.head.weight.norm()");
    assert.equal((await goto(client, 2)).at, "beginning of iteration 2, iteration 2");
    assert.equal((await goto(client, 6)).at, six.at);
    assert.equal(await evaluate(client, "this.head.weight.norm()"), norm);
    for (let i = 0; i < 3; i++) await stopAfter(client, () => client.stepInRequest(thread));
    const response = await client.send("gotoTargets", { source: { path: program }, line: 9 });
    const { targets }: Dap.GotoTargetsResponse["body"] = response.body;
    assert.deepEqual(
      targets.map(({ label, line }) => [label, line]),
      [
        ["rnn[t=1] forward of iteration 7", 9],
        ["rnn[t=1] forward of iteration 5", 9],
        ["Beginning of iteration 6", 9],
        ["Beginning of iteration 7", 9],
        ["Beginning of iteration 5", 9],
        ["Before the first iteration", 9],
      ],
    );
    assert.equal((await goto(client, targets[1].id)).at, "rnn[t=1] forward, iteration 5");
    assert.equal((await goto(client, targets[3].id)).at, "beginning of iteration 7, iteration 7");
    await assert.rejects(client.gotoRequest({ ...thread, targetId: 9 }), {
      message: "there is no iteration 9: this run has the iterations 1 to 8",
    });
    await assert.rejects(client.gotoRequest({ ...thread, targetId: 1.5 }), /"targetId" must be the number/);
    assert.equal((await stopAfter(client, () => client.stepInRequest(thread))).at, "rnn forward, iteration 7");
    await end(client);
  });

  test("runs the iteration of a frame again, or its epoch", async () => {
    const client = await begin();
    await goto(client, 4);
    const place = await stopAfter(client, async () => {
      await client.stepInRequest(thread);
    });
    const restart = (name: string, frames: readonly Dap.StackFrame[]) => {
      const { id = 0 } = frames.find((frame) => frame.name === name) ?? {};
      return stopAfter(client, () => client.restartFrameRequest({ frameId: id }));
    };
    const again = await restart(place.frames[0].name, place.frames);
    assert.deepEqual([again.reason, again.at], ["restart", "beginning of iteration 4, iteration 4"]);
    const { frames } = await stopAfter(client, () => client.stepOutRequest(thread));
    assert.equal((await restart("iteration 4", frames)).at, again.at);
    const inner = await stopAfter(client, () => client.stepInRequest(thread));
    assert.equal((await restart("epoch 2", inner.frames)).at, "beginning of iteration 3, iteration 3");
    await assert.rejects(client.restartFrameRequest({ frameId: 1 }), /frame 1 belongs to an earlier pause/);
    await end(client);
  });

  test("a change after going back begins a new branch, which the console and the forwarded events say", async () => {
    const client = await begin({ __forwardEvents: true });
    const rewound: unknown[] = [];
    client.on("gradientDebugger.runtime", ({ body }: Dap.Event) => {
      if (body.type === "rewound") rewound.push(body.iteration);
    });
    await goto(client, 7);
    await goto(client, 3);
    await client.send("setExpression", { expression: "this.head.bias[0]", value: "0.5" });
    const there = await goto(client, 7);
    const norm = await evaluate(client, "this.head.weight.norm()");
    assert.equal(there.at, "beginning of iteration 7, iteration 7");
    assert.deepEqual(rewound, [2]);
    assert.match(
      client.text("console"),
      /A new branch of history begins at iteration 3 with the change of this\.head\.bias\[0\] = 0\.5: 4 recorded iterations are dropped\./,
    );
    await goto(client, 3);
    assert.equal(await evaluate(client, "this.head.bias[0]"), "0.5");
    await goto(client, 7);
    assert.equal(await evaluate(client, "this.head.weight.norm()"), norm, "replays make the change again");
    await goto(client, 2);
    assert.deepEqual(rewound, [2, 2]);
    assert.match(client.text("console"), /Went back before the change of this\.head\.bias\[0\] = 0\.5 in iteration 3/);
    await end(client);
  });

  test("refuses to go back without history, and at a wrong size of it", async () => {
    const client = await begin({ historyMegabytes: 0 });
    await stopAfter(client, () => client.stepInRequest(thread));
    await assert.rejects(
      client.stepBackRequest(thread),
      /history is off \("historyMegabytes" is 0\), so this run cannot go back; start it anew with more/,
    );
    assert.equal((await goto(client, 2)).at, "beginning of iteration 2, iteration 2");
    await end(client);
    const other = new ProcessClient([cli, "dap"]);
    await assert.rejects(other.begin({ program, ...{ historyMegabytes: -1 } }), /"historyMegabytes" of the launch/);
    await end(other);
  });

  test("pauses within 100 ms, also in a long validation", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const file = join(mkdtempSync(join(tmpdir(), "gradient-")), "long.model.ts");
    const long = source
      .replace("epochs: 4", "validation: data.arrays({ input, target: input.map(() => [0]) }, {}), epochs: 100000")
      .replace(
        "const [h]",
        "const until = Date.now() + (this.training ? 0 : 20); while (Date.now() < until); const [h]",
      );
    writeFileSync(file, long);
    await client.begin({ program: file });
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      const stopped = client.waitForEvent("stopped");
      await new Promise((resolve) => setTimeout(resolve, 130));
      const began = performance.now();
      await client.pauseRequest(thread);
      assert.equal((await stopped).body.reason, "pause");
      waits.push(performance.now() - began);
      await client.continueRequest(thread);
    }
    const median = waits.sort((a, b) => a - b)[2];
    // on a machine with more to do than it has processors everything takes its share of longer
    const patience = 100 * Math.max(1, loadavg()[0] / availableParallelism());
    assert.ok(median < patience, `it took ${waits.join(", ")} ms, with a patience of ${patience} ms`);
    await end(client);
  });
});
