// What goes wrong in the worker or under it: the client hears what it was, the session goes on, and no thread stays.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import type { Worker } from "node:worker_threads";
import { WorkerRuntimes, type WorkerRuntimesOptions } from "../../../src/adapter/runtime/workerRuntime.ts";
import { dist, RawClient } from "../protocol/rawClient.ts";
import { endless, modelFile, tiny } from "./models.ts";

const alive = new Set<Worker>();
const track = (worker: Worker) => {
  alive.add(worker);
  worker.once("exit", () => alive.delete(worker));
};
process.on("worker", track);
after(() => process.off("worker", track));

/** Runs `body` with a client, and sees that nothing of it stays. */
async function session(
  body: (client: RawClient) => Promise<void>,
  options: Partial<WorkerRuntimesOptions> = {},
): Promise<void> {
  const runtimes = new WorkerRuntimes({ dist, ...options });
  const client = new RawClient(runtimes);
  try {
    await body(client);
  } finally {
    if (!client.gone) void client.send("disconnect");
    await client.ended;
    await runtimes.dispose();
  }
  client.check();
  for (let waited = 0; waited < 5000 && alive.size > 0; waited += 20) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(alive.size, 0, "threads that are left");
}

/** The run ends as one that failed, and the console says why. */
async function failure(client: RawClient, program: string): Promise<string> {
  const exited = client.next("exited");
  const terminated = client.next("terminated");
  await client.begin(program);
  assert.equal((await exited).exitCode, 1);
  await terminated;
  await assert.rejects(client.ask("continue", { threadId: 1 }), /training is over/);
  return client.text("stderr");
}

const inForward = (code: string) => (source: string) => source.replace("// 8: nothing runs here", code);

describe("a worker that dies", { concurrency: false }, () => {
  test("by process.exit() in the model file", () =>
    session(async (client) => {
      assert.match(await failure(client, modelFile(inForward("process.exit(3);"))), /exit code 3.*process\.exit\(\)/);
    }));

  test("by an error in the model file, told at its line", () =>
    session(async (client) => {
      const program = modelFile(inForward('throw new Error("no luck");'));
      assert.match(await failure(client, program), /tiny\.model\.ts:8:\d+: .*no luck/);
    }));

  test("of too large a heap", () =>
    session(
      async (client) => {
        const program = modelFile(
          inForward("const all = []; for (;;) all.push(Array.from({ length: 1000 }, Math.sin));"),
        );
        assert.match(
          await failure(client, program),
          /ran out of memory; a smaller batch or shorter sequences need less/,
        );
      },
      { resourceLimits: { maxOldGenerationSizeMb: 48 } },
    ));

  test("while requests wait for it: they are answered", () =>
    session(async (client) => {
      // one statement, because requests are answered between two of them
      const wait = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)";
      const busy = `console.log("busy"), ${wait}, process.exit(0);`;
      const terminated = client.next("terminated");
      await client.begin(modelFile(inForward(busy)));
      while (!client.text("stdout").includes("busy")) await client.next("output");
      const answers = Array.from({ length: 5 }, () => client.send("gradientDebugger/set", { learningRate: 0.1 }));
      for (const { success, message } of await Promise.all(answers)) {
        assert.equal(success, false);
        assert.match(message ?? "", /process\.exit\(\)|training is over/);
      }
      await terminated;
    }));

  test("never by a timer or a promise of the model file that fails: training has its end before", () =>
    session(async (client) => {
      const late = 'setTimeout(() => { throw new Error("late"); }); Promise.reject(new Error("never heard"));\n';
      const program = modelFile((source) => source.replace("export default", `${late}export default`));
      const terminated = client.next("terminated");
      await client.begin(program);
      await terminated;
      assert.match(client.text("console"), /completed: 6 iterations/);
    }));
});

describe("a client that leaves", { concurrency: false }, () => {
  test("in the middle of a step", () =>
    session(async (client) => {
      const stopped = client.next("stopped");
      await client.begin(modelFile(endless), [9]);
      await stopped;
      void client.send("setBreakpoints", { source: { path: "/nowhere.ts" }, breakpoints: [] });
      void client.send("stepIn", { threadId: 1 });
    }));

  test("without a word while training runs", () =>
    session(async (client) => {
      await client.begin(modelFile(endless));
      client.hangUp();
    }));

  test("while forward never ends", () =>
    session(async (client) => {
      await client.begin(modelFile(inForward("for (;;);")));
      await client.ask("pause", { threadId: 1 });
    }));
});

describe("a model file that is edited while its run is paused", { concurrency: false }, () => {
  test("is told of once, goes on with its old text, and a restart takes the new one", () =>
    session(async (client) => {
      const program = modelFile(endless);
      const stopped = client.next("stopped");
      await client.begin(program, [9]);
      await stopped;
      writeFileSync(program, readFileSync(program));
      await client.stopAfter("stepIn");
      assert.doesNotMatch(client.text("console"), /has been edited/);
      writeFileSync(program, `// one line more\n${endless(tiny)}`);
      const [old] = await client.stopAfter("stepIn");
      assert.equal(old.line, 9);
      await client.stopAfter("stepIn");
      const told = client.text("console").match(/tiny\.model\.ts has been edited since it was loaded/g);
      assert.equal(told?.length, 1);
      const again = client.next("stopped");
      const moved = client.next("breakpoint");
      await client.ask("restart", {});
      await moved;
      await again;
      const [now] = (await client.ask("stackTrace", { threadId: 1 })).stackFrames;
      assert.equal(now.line, 10);
    }));

  test("and has a mistake now leaves the run as it is", () =>
    session(async (client) => {
      const program = modelFile(endless);
      const stopped = client.next("stopped");
      await client.begin(program, [9]);
      await stopped;
      writeFileSync(program, "export default (");
      await assert.rejects(client.ask("restart", {}), /tiny\.model\.ts:1:/);
      assert.equal((await client.ask("stackTrace", { threadId: 1 })).stackFrames[0].line, 9);
      await client.stopAfter("stepIn");
    }));
});
