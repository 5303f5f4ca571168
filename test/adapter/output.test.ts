// What a run tells the client while it goes on and when it ends: console, progress, summary, errors, forwarded events.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Events } from "../../src/adapter/dap.ts";
import { Progress } from "../../src/adapter/progress.ts";
import { decodeEvent, forwardedEvent } from "../../src/protocol/wire.ts";
import { errorReport, finished, iterations, model, modelFile, modelInfo, started, stopped } from "./fakeRuntime.ts";
import { StreamClient } from "./streamClient.ts";

describe("console output", () => {
  test("of the model leads to the line that printed it", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    const source = { file: modelFile, line: 12 };
    runtime.emit({ type: "output", category: "stdout", text: "shape 16,128", source });
    assert.deepEqual(await client.next("output"), {
      category: "stdout",
      output: "shape 16,128\n",
      source: { name: "char.model.ts", path: modelFile },
      line: 12,
    });
  });

  test("without a place is passed on as it is", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    runtime.emit({ type: "output", category: "stderr", text: "warning\n", source: null });
    assert.deepEqual(await client.next("output"), { category: "stderr", output: "warning\n" });
  });
});

describe("the end of a run", () => {
  test("that is complete is a summary, exit code 0 and terminated", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    runtime.emit(started, finished);
    await client.next("terminated");
    assert.equal(client.text("console"), "completed: 300 iterations in 12.3 s, loss 0.457\n");
    assert.deepEqual(client.events("exited"), [{ exitCode: 0 }]);
    assert.deepEqual(client.order().slice(-3), ["output", "exited", "terminated"]);
  });

  test("that failed is the error at the user's line with the user's stack, and exit code 1", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    runtime.emit(started, { type: "failed", error: errorReport("matmul of [2, 3] and [4, 5]") }, finished);
    await client.next("terminated");
    assert.deepEqual(client.events("output"), [
      {
        category: "stderr",
        output: `${modelFile}:10:15: matmul of [2, 3] and [4, 5]\n    at CharRNN.forward (${modelFile}:10:15)\n`,
        source: { name: "char.model.ts", path: modelFile },
        line: 10,
        column: 15,
      },
    ]);
    assert.deepEqual(client.events("exited"), [{ exitCode: 1 }]);
    assert.equal(client.events("terminated").length, 1);
  });

  test("whose error has no place is its message alone", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    runtime.emit({ type: "failed", error: { ...errorReport("training ran out of memory", null), stack: [] } });
    await client.next("terminated");
    assert.deepEqual(client.events("output"), [{ category: "stderr", output: "training ran out of memory\n" }]);
  });
});

describe("forwarded events", () => {
  test("are every runtime event, once, in order, before what DAP makes of it", async () => {
    const client = new StreamClient();
    const runtime = await client.begin({ __forwardEvents: true });
    const events = [started, iterations(1, 3), stopped("pause"), { type: "continued" } as const, finished];
    runtime.emit(...events);
    await client.next("terminated");
    assert.deepEqual(client.events(forwardedEvent), events);
    const order = client.order();
    assert.ok(order.lastIndexOf(forwardedEvent) < order.indexOf("exited"));
  });

  test("keep a loss that is not a number", async () => {
    const client = new StreamClient();
    const runtime = await client.begin({ __forwardEvents: true });
    const record = { iteration: 1, epoch: 1, loss: Number.NaN, gradNorm: Infinity, learningRate: 1, milliseconds: 1 };
    runtime.emit({ type: "iterations", records: [record] });
    const body = await client.next(forwardedEvent);
    assert.deepEqual(decodeEvent(body), { type: "iterations", records: [record] });
  });

  test("are not sent to clients that did not ask for them", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    runtime.emit(started, finished);
    await client.next("terminated");
    assert.deepEqual(client.events(forwardedEvent), []);
  });

  test("end with a finished event when the client stops the run", async () => {
    const client = new StreamClient();
    const runtime = await client.begin({ __forwardEvents: true });
    runtime.emit(started, iterations(1, 7));
    await client.terminateRequest({});
    const last = client.events(forwardedEvent).at(-1);
    assert.deepEqual([last?.type, last?.reason, last?.iterations, last?.loss], ["finished", "stopped", 7, 2.1345]);
  });

  test("carry the errors of a model that cannot be loaded", async () => {
    const client = new StreamClient();
    const error = errorReport("';' expected", 7);
    client.factory.result = { ok: false, errors: [error] };
    await client.initializeRequest();
    await assert.rejects(client.send("launch", { program: modelFile, __forwardEvents: true }), /';' expected/);
    assert.deepEqual(client.events(forwardedEvent), [{ type: "failed", error }]);
    client.factory.result = { ok: true, model };
  });
});

describe("progress in the client", () => {
  const supportsProgressReporting = true;

  test("is started, updated and ended, and can be cancelled", async () => {
    const client = new StreamClient();
    const runtime = await client.begin({}, [], { supportsProgressReporting });
    runtime.emit(started, iterations(1, 150));
    await client.next("progressUpdate");
    const [start] = client.events("progressStart");
    assert.deepEqual(start, { progressId: "training-1", title: "Training CharRNN", cancellable: true, percentage: 0 });
    const updates = client.events("progressUpdate");
    assert.deepEqual(updates[0], {
      progressId: "training-1",
      message: "epoch 2/3  iteration 150/300  loss 2.13  ‖g‖ 0.83  500 it/s",
      percentage: 50,
    });
    await client.send("cancel", { progressId: "training-1" });
    await client.next("terminated");
    assert.equal(runtime.terminated, true);
    assert.deepEqual(client.events("progressEnd"), [{ progressId: "training-1" }]);
  });

  test("is not shown at a pause, and comes back with the iterations after it", async () => {
    const client = new StreamClient();
    const runtime = await client.begin({}, [], { supportsProgressReporting });
    runtime.emit(started, stopped("pause"));
    await client.next("stopped");
    assert.deepEqual(client.events("progressEnd"), [{ progressId: "training-1" }]);
    await client.continueRequest({ threadId: 1 });
    runtime.emit(iterations(1, 75));
    const { progressId, percentage } = await client.next("progressUpdate");
    // 75 of 300 iterations.
    assert.deepEqual([progressId, percentage], ["training-1-2", 25]);
    assert.equal(client.events("progressStart").at(-1).progressId, "training-1-2");
  });

  test("goes back when the run begins a new branch of its history", async () => {
    const client = new StreamClient();
    const runtime = await client.begin({}, [], { supportsProgressReporting });
    runtime.emit(started, iterations(1, 150), { type: "rewound", iteration: 29 }, stopped("step"));
    await client.next("stopped");
    await client.continueRequest({ threadId: 1 });
    runtime.emit(iterations(30, 75));
    const { percentage } = client.events("progressStart").at(-1) ?? (await client.next("progressStart"));
    assert.ok(percentage <= 25, `${percentage} %`);
    await client.terminateRequest({});
    assert.match(client.text("console"), /stopped: 75 iterations/);
  });

  test("is ended when the run is replaced, and the next one has its own", async () => {
    const client = new StreamClient();
    const runtime = await client.begin({}, [], { supportsProgressReporting });
    runtime.emit(started);
    await client.next("progressStart");
    await client.restartRequest({});
    assert.deepEqual(client.events("progressEnd"), [{ progressId: "training-1" }]);
    client.runtime.emit(started);
    assert.equal((await client.next("progressStart")).progressId, "training-2");
  });

  test("is not sent to other clients; cancelling a request changes nothing", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    runtime.emit(started, iterations(1, 10), finished);
    await client.send("cancel", { requestId: 3 });
    await client.next("terminated");
    assert.equal(
      client.order().some((name) => name.startsWith("progress")),
      false,
    );
    assert.equal(runtime.terminated, false);
  });
});

describe("progress lines", () => {
  /** Lines of a progress whose clock the test turns. */
  function lines(shows = false): { progress: Progress; said: string[]; wait(milliseconds: number): void } {
    let time = 0;
    const said: string[] = [];
    const send = <K extends keyof Events>(event: K, body: Events[K]) => {
      if (event === "output") said.push((body as Events["output"]).output.trimEnd());
    };
    const progress = new Progress(send, "p", shows, () => time);
    progress.started(modelInfo);
    const wait = (milliseconds: number) => {
      time += milliseconds;
    };
    return { progress, said, wait };
  }

  function feed(progress: Progress, from: number, to: number): void {
    const event = iterations(from, to);
    assert.ok(event.type === "iterations");
    progress.iterations(event.records);
  }

  test("come every two seconds", () => {
    const { progress, said, wait } = lines();
    for (let i = 1; i <= 50; i++) {
      wait(100);
      feed(progress, i, i);
    }
    // 50 × 100 ms = 5 s: at 2 s and at 4 s.
    assert.deepEqual(said, [
      "epoch 1/3  iteration 20/300  loss 2.13  ‖g‖ 0.83  500 it/s",
      "epoch 1/3  iteration 40/300  loss 2.13  ‖g‖ 0.83  500 it/s",
    ]);
  });

  test("come at the end of an epoch, also for clients that show progress", () => {
    for (const shows of [false, true]) {
      const { progress, said, wait } = lines(shows);
      feed(progress, 1, 99);
      wait(600);
      feed(progress, 100, 130);
      assert.deepEqual(said, ["epoch 1/3  iteration 100/300  loss 2.13  ‖g‖ 0.83  500 it/s"]);
    }
  });

  test("of epochs that are over in a moment are twice a second at most, but never without the last", () => {
    const { progress, said, wait } = lines();
    for (const end of [100, 200, 300]) {
      wait(1);
      feed(progress, end - 99, end);
    }
    assert.deepEqual(
      said.map((line) => line.split("  ")[1]),
      ["iteration 100/300", "iteration 300/300"],
    );
  });

  test("say the validation", () => {
    const { progress, said, wait } = lines();
    progress.validation({ type: "validation", epoch: 1, iteration: 100, loss: 1.2345, accuracy: 0.9512 });
    wait(1);
    progress.validation({ type: "validation", epoch: 2, iteration: 200, loss: 1.1, accuracy: null });
    progress.validation({ type: "validation", epoch: 3, iteration: 300, loss: 1.05, accuracy: null });
    assert.deepEqual(said, ["epoch 1/3  validation loss 1.23  accuracy 95.1 %", "epoch 3/3  validation loss 1.05"]);
  });

  test("say NaN when the loss is NaN", () => {
    const { progress, said, wait } = lines();
    wait(2000);
    progress.iterations([
      { iteration: 1, epoch: 1, loss: Number.NaN, gradNorm: Infinity, learningRate: 1, milliseconds: 0 },
    ]);
    assert.deepEqual(said, ["epoch 1/3  iteration 1/300  loss NaN  ‖g‖ Infinity"]);
  });
});
