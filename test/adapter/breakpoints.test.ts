// Source breakpoints over DAP: where they are placed, what is said of those that cannot be, when the runtime hears.
import assert from "node:assert/strict";
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { laterBundle, layerFile, model, modelFile, range, sitesOf, stopped } from "./fakeRuntime.ts";
import { StreamClient } from "./streamClient.ts";

async function loaded(): Promise<StreamClient> {
  const client = new StreamClient();
  await client.initializeRequest();
  await client.send("launch", { program: modelFile });
  await client.next("initialized");
  return client;
}

async function started(client: StreamClient): Promise<readonly number[]> {
  await client.configurationDoneRequest({});
  return sitesOf(client.runtime.options.breakpoints);
}

function facts({ verified, line, message }: Dap.Breakpoint) {
  return { verified, line, message };
}

describe("a breakpoint", () => {
  test("is verified on a line that runs and moved down from one that does not", async () => {
    const client = await loaded();
    const breakpoints = await client.setLines([10, 1, 5, 12]);
    const lines = [10, 4, 6, 14];
    assert.deepEqual(
      breakpoints.map(facts),
      lines.map((line) => ({ verified: true, line, message: undefined })),
    );
    assert.equal(new Set(breakpoints.map(({ id }) => id)).size, 4);
    assert.deepEqual(await started(client), [0, 1, 2, 5]);
  });

  test("passes over the lines that make the model and its data, because they do not run again", async () => {
    const client = await loaded();
    const [breakpoint] = await client.setLines([18]);
    assert.deepEqual(facts(breakpoint), { verified: true, line: 20, message: undefined });
  });

  test("below the last line that can stop is refused with both lines", async () => {
    const client = await loaded();
    const [breakpoint] = await client.setLines([50]);
    const message = "nothing runs at or below line 50; the last line that can stop is 20";
    assert.deepEqual(facts(breakpoint), { verified: false, line: 50, message });
    assert.equal(breakpoint.reason, "failed");
    assert.deepEqual(await started(client), []);
  });

  test("in a file that is not part of the model is refused", async () => {
    const client = await loaded();
    const [breakpoint] = await client.setLines([1], join(import.meta.dirname, "other.ts"));
    assert.equal(breakpoint.message, "no line of other.ts runs in char.model.ts");
  });

  test("works in a file that the model imports", async () => {
    const client = await loaded();
    await client.setLines([2], layerFile);
    await client.setLines([10]);
    assert.deepEqual(await started(client), [2, 10]);
  });

  test("on a line of several statements means the first, with every property that shares the line", async () => {
    const client = await loaded();
    await client.setLines([11, 20]);
    assert.deepEqual(await started(client), [4, 8, 9]);
  });

  test("with a column means the statement that begins there or next, else the last of the line", async () => {
    const client = await loaded();
    const columns = [1, 5, 6, 30];
    const breakpoints = columns.map((column) => ({ line: 11, column }));
    const { body } = await client.setBreakpointsRequest({ source: { path: modelFile }, breakpoints });
    assert.deepEqual(
      body.breakpoints.map(({ column }) => column),
      [5, 5, 20, 20],
    );
    assert.deepEqual(await started(client), [3, 4]);
  });

  test("may be sent as a bare line number, as old clients do", async () => {
    const client = await loaded();
    const { body } = await client.setBreakpointsRequest({ source: { path: modelFile }, lines: [9] });
    assert.equal(body.breakpoints[0].line, 10);
  });

  test("sent before the launch is remembered, and confirmed by an event", async () => {
    const client = new StreamClient();
    await client.initializeRequest();
    const [early, late] = await client.setLines([9, 99]);
    const message = "the model has not been loaded yet";
    assert.deepEqual(facts(early), { verified: false, line: 9, message });
    assert.equal(early.reason, "pending");
    await client.send("launch", { program: modelFile });
    await client.next("initialized");
    const changed = client
      .events("breakpoint")
      .map(({ reason, breakpoint }) => [reason, breakpoint.id, breakpoint.verified, breakpoint.line]);
    assert.deepEqual(changed, [
      ["changed", early.id, true, 10],
      ["changed", late.id, false, 99],
    ]);
    assert.deepEqual(await started(client), [2]);
  });

  test("sent while the model is being loaded is confirmed, too", async () => {
    const client = new StreamClient();
    const bundle = laterBundle();
    client.factory.result = bundle.promise;
    await client.initializeRequest();
    const launched = client.send("launch", { program: modelFile });
    const [breakpoint] = await client.setLines([10]);
    assert.equal(breakpoint.verified, false);
    bundle.resolve({ ok: true, model });
    await launched;
    assert.equal((await client.next("breakpoint")).breakpoint.verified, true);
  });

  test("is on the same file whichever way its path is written, and is answered in the client's own", async () => {
    const folder = mkdtempSync(join(tmpdir(), "breakpoints-"));
    const file = join(folder, "real.model.ts");
    writeFileSync(file, "");
    symlinkSync(folder, `${folder}-link`);
    const linked = join(`${folder}-link`, "real.model.ts");
    const client = new StreamClient();
    const sites = [{ ...model.sites[2], range: range(file, 10) }];
    client.factory.result = { ok: true, model: { ...model, file, inputs: [file], sites } };
    await client.initializeRequest();
    await client.send("launch", { program: linked });
    const [breakpoint] = await client.setLines([10], linked);
    assert.deepEqual([breakpoint.verified, breakpoint.source?.path], [true, linked]);
    assert.equal((await client.send("loadedSources")).body.sources[0].path, linked);
  });
});

describe("breakpoints of a run", () => {
  test("are sent to it whenever they change, as one whole set", async () => {
    const client = new StreamClient();
    const runtime = await client.begin({}, [10]);
    await client.setLines([5], layerFile);
    await client.setLines([14]);
    await client.setLines([]);
    const sets = runtime.requests.map((message) =>
      message.request === "setBreakpoints" ? sitesOf(message.params.breakpoints) : message.request,
    );
    assert.deepEqual(sets, [[2, 10], [5, 10], [10]]);
  });

  test("are answered at once, also when the run never reaches a pause point", async () => {
    const client = new StreamClient();
    client.factory.answers = { setBreakpoints: () => new Promise(() => {}) };
    await client.begin();
    assert.equal((await client.setLines([10]))[0].verified, true);
  });

  test("that the runtime refuses are reported on the console", async () => {
    const client = new StreamClient();
    client.factory.answers = {};
    await client.begin();
    await client.setLines([10]);
    await client.settle();
    assert.equal(client.text("stderr"), 'setBreakpoints: the test gives no answer to "setBreakpoints"\n');
  });

  test("that were hit are named by the stopped event", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    const [first, second, third] = await client.setLines([10, 9, 14]);
    runtime.emit(stopped("breakpoint", 10, [first.id, second.id].map(Number)));
    const body = await client.next("stopped");
    assert.deepEqual(body.hitBreakpointIds, [first.id, second.id]);
    assert.equal(body.hitBreakpointIds.includes(third.id), false);
  });
});

describe("breakpoint locations", () => {
  test("are the sites of the lines asked for", async () => {
    const client = await loaded();
    const ask = (line: number, endLine?: number) =>
      client.send("breakpointLocations", { source: { path: modelFile }, line, endLine });
    const starts = async (line: number, endLine?: number) =>
      (await ask(line, endLine)).body.breakpoints.map((at: Dap.BreakpointLocation) => [at.line, at.column]);
    assert.deepEqual(await starts(19), []);
    // a layer's line has its update; a statement forward in its first column and backward in its last
    assert.deepEqual(await starts(5, 10), [
      [6, 5],
      [10, 5],
      [10, 39],
    ]);
    // two statements that end together: the inner one has the last column
    assert.deepEqual(await starts(11), [
      [11, 5],
      [11, 20],
      [11, 39],
    ]);
  });

  test("are none before a model is loaded", async () => {
    const client = new StreamClient();
    await client.initializeRequest();
    const { body } = await client.send("breakpointLocations", { source: { path: modelFile }, line: 10 });
    assert.deepEqual(body, { breakpoints: [] });
  });
});
