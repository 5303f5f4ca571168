// Runs in worker threads, against a worker and a bundler of a few lines: messages, pauses, every way to end.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, describe, test } from "node:test";
import type { Runtime } from "../../src/adapter/runtime/runtime.ts";
import { WorkerRuntimes } from "../../src/adapter/runtime/workerRuntime.ts";
import type { RuntimeEvent } from "../../src/protocol/events.ts";
import type { LaunchOptions } from "../../src/protocol/requests.ts";
import { lineBreakpoint, model } from "./fakeRuntime.ts";

const dist = join(import.meta.dirname, "fakeDist");
const options: LaunchOptions = {
  stopOnEntry: false,
  debug: true,
  seed: 42,
  epochs: null,
  breakpoints: [lineBreakpoint(1, [3])],
};

const factories: WorkerRuntimes[] = [];
afterEach(async () => {
  for (const factory of factories.splice(0)) await factory.dispose();
});

function makeFactory(resourceLimits = {}): WorkerRuntimes {
  const factory = new WorkerRuntimes({ dist, resourceLimits });
  factories.push(factory);
  return factory;
}

function start(script: string, factory = makeFactory()): Runtime {
  return factory.start({ ...model, code: script }, options);
}

/** All events up to the one that ends the run, or up to the first of `type`. */
function eventsOf(runtime: Runtime, type?: RuntimeEvent["type"]): Promise<RuntimeEvent[]> {
  const events: RuntimeEvent[] = [];
  return new Promise((resolve) => {
    runtime.onEvent((event) => {
      events.push(event);
      if (event.type === type || event.type === "finished" || event.type === "failed") resolve(events);
    });
  });
}

function failure(events: readonly RuntimeEvent[]): string {
  const last = events.at(-1);
  assert.ok(last?.type === "failed");
  return last.error.message;
}

describe("a run in a worker", () => {
  test("gets the model, the options and the folder of the kernels", async () => {
    const [output, end] = await eventsOf(start("data"));
    assert.ok(output.type === "output");
    assert.deepEqual(JSON.parse(output.text), { file: model.file, options, dist });
    assert.equal(end.type, "finished");
  });

  test("keeps its events until somebody listens", async () => {
    const runtime = start("data");
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual(
      (await eventsOf(runtime)).map(({ type }) => type),
      ["output", "finished"],
    );
  });

  test("answers requests from the pause it blocks in, and goes on when it is told to", async () => {
    const runtime = start("pause");
    const events = eventsOf(runtime);
    const evaluate = { expression: "h", context: "hover" } as const;
    assert.deepEqual(await runtime.request("evaluate", evaluate), { request: "evaluate", params: evaluate });
    await assert.rejects(runtime.request("evaluate", { ...evaluate, expression: "wrong" }), {
      message: "wrong is wrong",
    });
    const many = await Promise.all([1, 2, 3].map((frame) => runtime.request("scopes", { frame })));
    assert.deepEqual(
      many,
      [1, 2, 3].map((frame) => ({ request: "scopes", params: { frame } })),
    );
    await runtime.request("resume", { mode: "stepIn" });
    assert.deepEqual(
      (await events).map(({ type }) => type),
      ["continued", "finished"],
    );
    await assert.rejects(runtime.request("frames", {}), { message: "the run is over" });
  });

  test("is not heard by a listener that has been disposed", async () => {
    const runtime = start("pause");
    let heard = 0;
    runtime
      .onEvent(() => {
        heard += 1;
      })
      .dispose();
    const events = eventsOf(runtime);
    await runtime.request("resume", { mode: "continue" });
    await events;
    assert.equal(heard, 0);
  });

  test("that fails by itself says so once", async () => {
    const runtime = start("failed");
    const events = await eventsOf(runtime);
    await runtime.terminate();
    assert.deepEqual(
      events.map(({ type }) => type),
      ["failed"],
    );
    assert.equal(failure(events), "loss is NaN");
  });

  test("passes on what is printed past the console, before its end", async () => {
    const events = await eventsOf(start("print"));
    const printed = events.flatMap((event) => (event.type === "output" ? [`${event.category}: ${event.text}`] : []));
    assert.deepEqual(printed.sort(), ["stderr: to stderr\n", "stdout: to stdout\n"]);
    assert.equal(events.length, 3);
  });
});

describe("a worker that is gone before the run is finished", () => {
  test("by process.exit is a failure with the exit code, after all it had sent", async () => {
    const events = await eventsOf(start("exit"));
    assert.deepEqual(
      events.map(({ type }) => type),
      ["continued", "failed"],
    );
    assert.match(failure(events), /^training ended with exit code 3 before the run was finished/);
  });

  test("by an exception is a failure with its message", async () => {
    assert.equal(failure(await eventsOf(start("throw"))), "training crashed: kernels.simd.wasm is broken");
  });

  test("because its file is missing is a failure that names the file", async () => {
    const factory = new WorkerRuntimes({ dist: join(dist, "nowhere") });
    factories.push(factory);
    assert.match(failure(await eventsOf(factory.start(model, options))), /^training crashed: .*nowhere.*worker\.cjs/s);
  });

  test("because memory ran out is a failure that says so", async () => {
    const factory = makeFactory({ maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 });
    assert.match(failure(await eventsOf(start("memory", factory))), /^training ran out of memory/);
  });

  test("leaves no request waiting", async () => {
    const runtime = start("exit");
    await assert.rejects(runtime.request("frames", {}), /exit code 3/);
  });
});

describe("terminate", () => {
  test("ends an endless loop within a second, without a failure", async () => {
    const runtime = start("loop");
    await eventsOf(runtime, "continued");
    const after: RuntimeEvent[] = [];
    runtime.onEvent((event) => after.push(event));
    const waiting = assert.rejects(runtime.request("pause", {}), { message: "the run has been ended" });
    const before = performance.now();
    await runtime.terminate();
    assert.ok(performance.now() - before < 1000);
    await waiting;
    assert.deepEqual(after, []);
    await assert.rejects(runtime.request("frames", {}), { message: "the run has been ended" });
    await runtime.terminate();
  });

  test("ends a pause", async () => {
    const runtime = start("pause");
    await runtime.request("frames", {});
    await runtime.terminate();
  });

  test("dispose ends the bundler and all runs, and nothing is bundled after it", async () => {
    const factory = makeFactory();
    const runtime = start("pause", factory);
    const waiting = assert.rejects(factory.bundle("/w/never.model.ts"), { message: "the bundler has been shut down" });
    await factory.dispose();
    await waiting;
    await assert.rejects(runtime.request("frames", {}), { message: "the run has been ended" });
    await assert.rejects(factory.bundle("/w/data.model.ts"), /cannot load \/w\/data\.model\.ts/);
  });
});

describe("the bundler", () => {
  test("stays between bundles and answers each request with its own result", async () => {
    const factory = makeFactory();
    factory.warmUp();
    const files = ["/w/slow.model.ts", "/w/data.model.ts"];
    const results = await Promise.all(files.map((file) => factory.bundle(file)));
    const again = await factory.bundle("/w/third.model.ts");
    const models = [...results, again].map((result) => (result.ok ? result.model : null));
    assert.deepEqual(
      models.map((bundled) => bundled?.file),
      [...files, "/w/third.model.ts"],
    );
    assert.equal(models[0]?.inputs[1], join(dist, "esbuild.wasm"));
    assert.equal(new Set(models.map((bundled) => bundled?.inputs[2])).size, 1, "all in one worker");
  });

  test("that crashes fails what was asked and is started again for the next", async () => {
    const factory = makeFactory();
    const message = "the bundler ended with exit code 1: esbuild.wasm is broken";
    await assert.rejects(factory.bundle("/w/crash.model.ts"), { message });
    assert.equal((await factory.bundle("/w/data.model.ts")).ok, true);
  });
});

describe("the process is not kept alive", () => {
  const code = (script: string) => `
    import { WorkerRuntimes } from ${JSON.stringify(join(import.meta.dirname, "../../src/adapter/runtime/workerRuntime.ts"))};
    const factory = new WorkerRuntimes({ dist: ${JSON.stringify(dist)} });
    const bundled = await factory.bundle("/w/${script}.model.ts");
    factory.start(bundled.model, ${JSON.stringify(options)}).onEvent((event) => console.log(event.type));`;

  for (const script of ["data", "linger"]) {
    test(`by a run that is finished and a bundler that waits (${script})`, () => {
      const args = ["--import", "tsx", "--input-type=module", "--eval", code(script)];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 20_000 });
      assert.deepEqual([status, stderr], [0, ""]);
      assert.match(stdout, /finished\n$/);
    });
  }
});
