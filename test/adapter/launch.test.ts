// From initialize to the start of a run, to its restart and its end: what a client may send when, and what it hears.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import type { BundleResult } from "../../src/protocol/model.ts";
import {
  errorReport,
  finished,
  laterBundle,
  layerFile,
  lineBreakpoint,
  model,
  modelFile,
  sitesOf,
  started,
  stopped,
} from "./fakeRuntime.ts";
import { StreamClient } from "./streamClient.ts";

const initialize = { adapterID: "gradient-debugger" };
/** A client that says nothing of filters has those that are on by default. */
const exceptionFilters = [{ filter: "notFinite", condition: null }];
const broken: BundleResult = {
  ok: false,
  errors: [errorReport("';' expected", 7), errorReport("no default export", null)],
};

describe("launch", () => {
  test("runs through the whole sequence and gives the options to the runtime", async () => {
    const client = new StreamClient();
    const capabilities = (await client.initializeRequest()).body;
    assert.equal(capabilities?.supportsConfigurationDoneRequest, true);
    await client.send("launch", { program: "models/char.model.ts", cwd: "/w", stopOnEntry: true, seed: 7, epochs: 2 });
    await client.next("initialized");
    assert.deepEqual(client.factory.bundled, [resolve("/w", "models/char.model.ts")]);
    assert.equal(client.factory.runtimes.length, 0, "nothing runs before configurationDone");
    await client.configurationDoneRequest({});
    const options = { stopOnEntry: true, debug: true, seed: 7, epochs: 2, breakpoints: [], exceptionFilters };
    assert.deepEqual(client.runtime.options, options);
    client.runtime.emit(started, stopped("entry"));
    assert.equal((await client.next("stopped")).reason, "entry");
  });

  test("works when the client sends all requests at once", async () => {
    const client = new StreamClient();
    client.factory.onStart = (runtime) => runtime.emit(stopped("breakpoint", 10, [2]));
    await Promise.all([
      client.initializeRequest(),
      client.setLines([10]),
      client.configurationDoneRequest({}),
      client.send("launch", { program: modelFile }),
      client.threadsRequest(),
    ]);
    assert.deepEqual(sitesOf(client.runtime.options.breakpoints), [2]);
    await client.next("initialized");
  });

  test("works with the client's own hitBreakpoint scenario", async () => {
    const client = new StreamClient();
    client.factory.onStart = (runtime) =>
      setImmediate(() =>
        runtime.emit(
          started,
          stopped(
            "breakpoint",
            10,
            runtime.options.breakpoints.map(({ id }) => id),
          ),
        ),
      );
    await client.hitBreakpoint({ program: modelFile }, { path: modelFile, line: 10 });
  });

  test("confirms the launch before the initialized event", async () => {
    const client = new StreamClient();
    await client.begin();
    assert.deepEqual(client.order().slice(0, 3), ["initialize!", "launch!", "initialized"]);
  });

  test("without debugging never stops: no entry, no breakpoints, no pause", async () => {
    const client = new StreamClient();
    const runtime = await client.begin({ noDebug: true, stopOnEntry: true }, [10]);
    assert.deepEqual(runtime.options, { stopOnEntry: false, debug: false, seed: null, epochs: null, breakpoints: [] });
    const [breakpoint] = await client.setLines([10]);
    assert.equal(breakpoint.verified, false);
    assert.match(breakpoint.message ?? "", /started without debugging/);
    await assert.rejects(client.pauseRequest({ threadId: 1 }), /started without debugging/);
  });

  const wrong: readonly (readonly [object, RegExp])[] = [
    [{}, /"program" .* must be the path of a model file, but is missing/],
    [{ program: 3 }, /"program" .* but is 3/],
    [{ program: modelFile, epochs: 0 }, /"epochs" .* must be a whole number of at least 1, but is 0/],
    [{ program: modelFile, epochs: 1.5 }, /"epochs" .* but is 1.5/],
    [{ program: modelFile, seed: "x" }, /"seed" .* must be a whole number of at least 0, but is "x"/],
    [{ program: modelFile, stopOnEntry: "yes" }, /"stopOnEntry" .* must be true or false, but is "yes"/],
    [{ program: modelFile, cwd: 1 }, /"cwd" .* must be the path of a folder, but is 1/],
  ];
  for (const [args, message] of wrong) {
    test(`refuses ${JSON.stringify(args).replace(modelFile, "…")} and says why`, async () => {
      const client = new StreamClient();
      await client.initializeRequest();
      await assert.rejects(client.send("launch", args), message);
      assert.equal(client.response("launch").body.error.showUser, true);
      assert.equal(client.factory.bundled.length, 0);
      await client.send("launch", { program: modelFile });
    });
  }

  test("fails with file, line and column when the model cannot be loaded, and can be tried again", async () => {
    const client = new StreamClient();
    client.factory.result = broken;
    await client.initializeRequest();
    const expected = `${modelFile}:7:15: ';' expected\nno default export`;
    await assert.rejects(client.send("launch", { program: modelFile }), { message: expected });
    const { error } = client.response("launch").body;
    assert.deepEqual([error.format, error.showUser], [expected, true]);
    const [first] = client.events("output");
    assert.equal(first.category, "stderr");
    assert.equal(first.output.split("\n")[0], `${modelFile}:7:15: ';' expected`);
    assert.deepEqual([first.source.path, first.line, first.column], [modelFile, 7, 15]);
    await client.settle();
    assert.equal(client.events("initialized").length, 0);
    client.factory.result = { ok: true, model };
    await client.send("launch", { program: modelFile });
    await client.next("initialized");
  });

  test("fails with the reason when the bundler itself is broken", async () => {
    const client = new StreamClient();
    client.factory.result = Promise.reject(new Error("the bundler ended with exit code 1"));
    await client.initializeRequest();
    await assert.rejects(client.send("launch", { program: modelFile }), /the bundler ended with exit code 1/);
  });
});

describe("requests out of order", () => {
  test("everything but initialize is refused before initialize", async () => {
    const client = new StreamClient();
    for (const command of ["launch", "setBreakpoints", "threads", "continue", "evaluate", "terminate"]) {
      await assert.rejects(client.send(command, {}), { message: `"${command}" came before "initialize"` });
    }
    await client.initializeRequest();
    await assert.rejects(client.initializeRequest(), /"initialize" was sent already/);
  });

  test("questions about a run are refused before there is one", async () => {
    const client = new StreamClient();
    await client.initializeRequest();
    await assert.rejects(client.stackTraceRequest({ threadId: 1 }), /"launch" has not loaded a model/);
    await assert.rejects(client.restartRequest({}), /"launch" has not loaded a model/);
    assert.deepEqual((await client.send("loadedSources")).body, { sources: [] });
    await client.send("launch", { program: modelFile });
    await assert.rejects(client.pauseRequest({ threadId: 1 }), /"configurationDone" has not come yet/);
    await assert.rejects(client.send("launch", { program: modelFile }), /"launch" was sent already/);
    await client.configurationDoneRequest({});
    await client.configurationDoneRequest({});
    assert.equal(client.factory.runtimes.length, 1);
  });

  test("an unknown request is refused by name, and so is attach", async () => {
    const client = new StreamClient();
    await client.initializeRequest();
    await assert.rejects(client.send("disassemble", { threadId: 1 }), {
      message: 'the request "disassemble" is not supported',
    });
    await assert.rejects(client.send("attach", {}), /no running training to attach to/);
    await assert.rejects(client.send("toString"), /"toString" is not supported/);
    await client.send("setExceptionBreakpoints", { filters: [] });
  });

  test("arguments that are missing or of another kind give an error response", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    runtime.emit(stopped("pause"));
    await client.next("stopped");
    await assert.rejects(client.send("setBreakpoints"), /"source.path" must be the path of a file/);
    const breakpoints = { source: { path: modelFile }, breakpoints: [{ line: "one" }] };
    await assert.rejects(client.send("setBreakpoints", breakpoints), /needs a "line" that is a whole number/);
    await assert.rejects(client.send("variables"), /there is no variables reference undefined/);
    await assert.rejects(client.send("evaluate", {}), /no expression/);
    await assert.rejects(client.send("stackTrace", { threadId: 9 }), /no thread 9; the only one is 1 \(training\)/);
  });

  test("bytes that are no message are passed over", async () => {
    const client = new StreamClient();
    client.writeRaw("Content-Length: 5\r\n\r\n{oops");
    client.writeRaw("Content-Length: 4\r\n\r\nnull");
    await client.initializeRequest();
    assert.equal(client.shutdowns, 0);
  });
});

describe("the end", () => {
  test("terminate ends the run and says what was reached", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    runtime.emit(started);
    await client.terminateRequest({});
    assert.equal(runtime.terminated, true);
    assert.equal((await client.next("exited")).exitCode, 0);
    await client.next("terminated");
    assert.match(client.text("console"), /^stopped: 0 iterations in /);
    assert.equal(runtime.listeners, 0);
    await assert.rejects(client.continueRequest({ threadId: 1 }), { message: "training is over" });
    await assert.rejects(client.restartRequest({}), { message: "training is over" });
  });

  test("disconnect ends the run, then the session", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    await client.disconnectRequest({});
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([runtime.terminated, client.shutdowns], [true, 1]);
  });

  test("a client that hangs up leaves nothing behind", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    client.hangUp();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([runtime.terminated, client.shutdowns], [true, 1]);
  });

  test("disconnect while the model is being loaded starts nothing", async () => {
    const client = new StreamClient();
    const bundle = laterBundle();
    client.factory.result = bundle.promise;
    await client.initializeRequest();
    const launched = assert.rejects(
      client.send("launch", { program: modelFile }),
      /was ended while the model was being loaded/,
    );
    await client.configurationDoneRequest({});
    await client.disconnectRequest({});
    bundle.resolve({ ok: true, model });
    await launched;
    assert.equal(client.factory.runtimes.length, 0);
  });

  test("questions after the last iteration are refused", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    runtime.emit(started, finished);
    await client.next("terminated");
    await assert.rejects(client.evaluateRequest({ expression: "loss" }), { message: "training is over" });
    await client.setLines([10]);
    assert.deepEqual(runtime.requests, []);
  });
});

describe("restart", () => {
  test("loads the model again, places the breakpoints anew and starts with the new arguments", async () => {
    const client = new StreamClient();
    const first = await client.begin({ epochs: 3 }, [12]);
    first.emit(started, stopped("breakpoint", 14, [5]));
    await client.next("stopped");
    const moved = model.sites.map((site) => (site.id === 5 ? { ...site, range: { ...site.range, line: 13 } } : site));
    client.factory.result = { ok: true, model: { ...model, sites: moved } };
    await client.restartRequest({ arguments: { program: modelFile, epochs: 1 } as object });
    assert.deepEqual([first.terminated, first.listeners], [true, 0]);
    assert.equal(client.factory.runtimes.length, 2);
    const { reason, breakpoint } = await client.next("breakpoint");
    assert.deepEqual(client.runtime.options, {
      stopOnEntry: false,
      debug: true,
      seed: null,
      epochs: 1,
      breakpoints: [lineBreakpoint(Number(breakpoint.id), [5])],
      exceptionFilters,
    });
    assert.deepEqual([reason, breakpoint.verified, breakpoint.line], ["changed", true, 13]);
    assert.equal((await client.next("continued")).allThreadsContinued, true);
    first.emit(finished);
    await client.settle();
    assert.equal(client.events("terminated").length, 0, "the run before is not heard any more");
    client.runtime.emit(started, stopped("breakpoint", 13, [Number(breakpoint.id)]));
    assert.deepEqual((await client.next("stopped")).hitBreakpointIds, [breakpoint.id]);
  });

  test("keeps the arguments when none are sent", async () => {
    const client = new StreamClient();
    await client.begin({ seed: 5 });
    await client.restartRequest({});
    assert.equal(client.runtime.options.seed, 5);
  });

  test("leaves the run before as it is when the model has an error now", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    runtime.emit(stopped("pause"));
    await client.next("stopped");
    client.factory.result = broken;
    await assert.rejects(client.restartRequest({}), /';' expected/);
    assert.equal(runtime.terminated, false);
    await client.stackTraceRequest({ threadId: 1 });
  });

  test("disconnect in its middle starts no other run", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    const bundle = laterBundle();
    client.factory.result = bundle.promise;
    const restarted = assert.rejects(client.restartRequest({}), /was ended/);
    await client.disconnectRequest({});
    bundle.resolve({ ok: true, model });
    await restarted;
    assert.deepEqual([client.factory.runtimes.length, runtime.terminated], [1, true]);
  });
});

test("loaded sources are the files that went into the model", async () => {
  const client = new StreamClient();
  await client.begin();
  const { sources } = (await client.send("loadedSources")).body;
  assert.deepEqual(sources, [
    { name: "char.model.ts", path: modelFile },
    { name: "layer.ts", path: layerFile },
  ]);
});

test("initialize with other conventions is honoured: lines and columns from 0, paths as URIs", async () => {
  const client = new StreamClient();
  const conventions = { ...initialize, linesStartAt1: false, columnsStartAt1: false, pathFormat: "uri" };
  const runtime = await client.begin({}, [], conventions);
  const source = { path: new URL(`file://${modelFile}`).href };
  const { breakpoints } = (await client.setBreakpointsRequest({ source, breakpoints: [{ line: 10, column: 10 }] }))
    .body;
  assert.deepEqual([breakpoints[0].line, breakpoints[0].column, breakpoints[0].source?.path], [10, 19, source.path]);
  runtime.emit(stopped("breakpoint", 11, [3]));
  await client.next("stopped");
  const [frame] = (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames;
  assert.deepEqual([frame.line, frame.column, frame.source?.path], [9, 4, source.path]);
  await assert.rejects(client.setLines([1], "nonsense"), /must be the URI of a file, but is "nonsense"/);
});
