// Conditions, hit counts, logpoints, function breakpoints and phases over DAP: what is refused where it was written, and how
// the runtime is told of the rest.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import type { ModelInfo } from "../../src/protocol/model.ts";
import type { BreakpointSpec } from "../../src/protocol/requests.ts";
import { model, modelFile, modelInfo } from "./fakeRuntime.ts";
import { StreamClient } from "./streamClient.ts";

const source = { path: modelFile };
const code = "const h = this.rnn.forward(x); const $last_2 = h;";
const info: ModelInfo = {
  ...modelInfo,
  layers: ["", "rnn", "head"].map((path) => ({ path, type: "RNN", source: null, recurrent: false })),
  parameters: [{ name: "head.weight", shape: [1, 4], layer: "head", trainable: true }],
};

async function loaded(): Promise<StreamClient> {
  const client = new StreamClient();
  client.factory.result = { ok: true, model: { ...model, code } };
  await client.initializeRequest();
  await client.send("launch", { program: modelFile });
  await client.next("initialized");
  return client;
}

async function set(client: StreamClient, ...breakpoints: Dap.SourceBreakpoint[]): Promise<Dap.Breakpoint[]> {
  return (await client.setBreakpointsRequest({ source, breakpoints })).body.breakpoints;
}

async function setFunctions(client: StreamClient, ...breakpoints: Dap.FunctionBreakpoint[]): Promise<Dap.Breakpoint[]> {
  return (await client.setFunctionBreakpointsRequest({ breakpoints })).body.breakpoints;
}

async function specs(client: StreamClient): Promise<readonly BreakpointSpec[]> {
  await client.configurationDoneRequest({});
  return client.runtime.options.breakpoints;
}

test("the client is told that conditions, hit counts, logpoints and function breakpoints are understood", async () => {
  const { body } = await new StreamClient().initializeRequest();
  const { supportsConditionalBreakpoints, supportsHitConditionalBreakpoints } = body ?? {};
  const { supportsLogPoints, supportsFunctionBreakpoints } = body ?? {};
  const supported = [supportsConditionalBreakpoints, supportsHitConditionalBreakpoints];
  assert.deepEqual([...supported, supportsLogPoints, supportsFunctionBreakpoints], [true, true, true, true]);
});

describe("a condition, a hit count and a message", () => {
  test("reach the runtime as they were written, empty ones as none", async () => {
    const client = await loaded();
    const [breakpoint] = await set(client, {
      line: 10,
      condition: "h.std() > 1 && $last_2 !== null",
      hitCondition: "% 100",
      logMessage: "",
    });
    assert.deepEqual([breakpoint.verified, breakpoint.message], [true, undefined]);
    assert.deepEqual(await specs(client), [
      {
        id: breakpoint.id,
        kind: "line",
        sites: [2],
        phases: ["forward", "loss", "backward", "update"],
        condition: "h.std() > 1 && $last_2 !== null",
        hitCondition: "% 100",
        logMessage: null,
      },
    ]);
  });

  test("that cannot be read are refused with the place in them, and the runtime does not hear of them", async () => {
    const client = await loaded();
    const answers = await set(
      client,
      { line: 10, condition: "loss >" },
      { line: 10, condition: "lss > 3" },
      { line: 10, hitCondition: "often" },
      { line: 10, logMessage: "std {h.std()} of {hidden}" },
    );
    assert.ok(answers.every(({ verified, reason, line }) => !verified && reason === "failed" && line === 10));
    const [syntax, name, count, message] = answers.map((answer) => answer.message);
    assert.equal(syntax, "condition, column 7: a value is expected, but the expression ends");
    assert.match(name ?? "", /^condition, column 1: nothing is called “lss”, .*; did you mean loss\?$/);
    assert.match(count ?? "", /^hit count, column 1: the hit count must be like 5/);
    assert.match(message ?? "", /^log message, column 19: nothing is called “hidden”/);
    assert.deepEqual(await specs(client), []);
  });

  test("that are no texts are an error that says so", async () => {
    const client = await loaded();
    const breakpoints = [{ line: 10, condition: 3 }];
    await assert.rejects(
      client.send("setBreakpoints", { source, breakpoints }),
      /"condition" of a breakpoint must be a string/,
    );
  });

  test("are refused for a mistake also before a model is loaded; a name may then be a variable", async () => {
    const client = new StreamClient();
    await client.initializeRequest();
    const [syntax, name] = await set(client, { line: 10, condition: "t =" }, { line: 10, condition: "hidden > 3" });
    assert.deepEqual([syntax.reason, name.reason], ["failed", "pending"]);
    await client.send("launch", { program: modelFile });
    const { breakpoint } = await client.next("breakpoint");
    assert.equal(breakpoint.id, name.id);
    assert.match(breakpoint.message, /nothing is called “hidden”/);
  });

  test("that fail in the run are said once on the console with the line, and at the breakpoint, which stays", async () => {
    const client = await loaded();
    const [breakpoint] = await set(client, { line: 9, condition: "h.std() > 1" });
    await client.configurationDoneRequest({});
    client.runtime.emit({ type: "breakpointFailed", id: Number(breakpoint.id), message: "h is undefined" });
    const { reason, breakpoint: changed } = await client.next("breakpoint");
    assert.deepEqual(
      [reason, changed.id, changed.verified, changed.line, changed.message],
      ["changed", breakpoint.id, true, 10, "h is undefined"],
    );
    const [output] = client.events("output").filter(({ category }) => category === "stderr");
    assert.match(output.output, /^breakpoint condition “h\.std\(\) > 1”: h is undefined; .*goes on\n$/);
    assert.deepEqual([output.line, output.source.path], [10, modelFile]);
    client.runtime.emit({ type: "breakpointFailed", id: 999, message: "of a breakpoint that is no more" });
    await client.settle();
    assert.equal(client.events("breakpoint").length, 1);
  });
});

describe("a breakpoint that is sent again", () => {
  test("keeps its number while nothing of it changes, so that its hits go on being counted", async () => {
    const client = await loaded();
    const [a, b] = await set(client, { line: 10, hitCondition: "5" }, { line: 14 });
    const [c, d, e] = await set(client, { line: 6 }, { line: 10, hitCondition: "5" }, { line: 10, hitCondition: "6" });
    assert.equal(d.id, a.id);
    assert.equal(new Set([a, b, c, e].map(({ id }) => id)).size, 4);
    const [f] = await setFunctions(client, { name: "rnn" });
    const [g, h] = await setFunctions(client, { name: "head" }, { name: "rnn" });
    assert.deepEqual([h.id, g.id === f.id], [f.id, false]);
  });
});

describe("a column", () => {
  const phasesAt = async (line: number, column: number) => {
    const client = await loaded();
    const [breakpoint] = await set(client, { line, column });
    const [spec] = await specs(client);
    assert.ok(spec.kind === "line");
    return [breakpoint.column, spec.sites, spec.phases];
  };

  test("at the beginning of a statement means forward, at its end backward", async () => {
    assert.deepEqual(await phasesAt(10, 5), [5, [2], ["forward", "loss"]]);
    assert.deepEqual(await phasesAt(10, 39), [39, [2], ["backward"]]);
  });

  test("anywhere else means the statement that begins there or next, in every phase", async () => {
    const all = ["forward", "loss", "backward", "update"];
    assert.deepEqual(await phasesAt(10, 1), [5, [2], all]);
    assert.deepEqual(await phasesAt(10, 20), [5, [2], all]);
  });

  test("of a layer and of the optimizer means the update, of the loss its forward or backward pass", async () => {
    assert.deepEqual(await phasesAt(6, 5), [5, [1], ["update"]]);
    assert.deepEqual(await phasesAt(20, 30), [30, [8], ["update"]]);
    assert.deepEqual(await phasesAt(20, 3), [3, [9], ["loss", "forward"]]);
    assert.deepEqual(await phasesAt(20, 39), [39, [9], ["backward"]]);
  });

  test("is what the locations offer, also for a statement over several lines, in the client's own counting", async () => {
    const client = new StreamClient();
    const range = { ...model.sites[2].range, endLine: 12, endColumn: 3 };
    const sites = [{ ...model.sites[2], range }];
    client.factory.result = { ok: true, model: { ...model, sites } };
    await client.initializeRequest({ adapterID: "x", linesStartAt1: false, columnsStartAt1: false });
    await client.send("launch", { program: modelFile });
    const { body } = await client.send("breakpointLocations", { source, line: 9 });
    const columns = body.breakpoints.map(({ line, column }: Dap.BreakpointLocation) => [line, column]);
    assert.deepEqual(columns, [
      [9, 4],
      [9, 5],
    ]);
    const [breakpoint] = await set(client, { line: 9, column: 5 });
    assert.deepEqual([breakpoint.line, breakpoint.column], [9, 5]);
    const [spec] = await specs(client);
    assert.deepEqual(spec.kind === "line" && spec.phases, ["backward"]);
  });
});

describe("a function breakpoint", () => {
  test("waits for the model's layers, and is confirmed or refused with the nearest names by an event", async () => {
    const client = await loaded();
    const answers = await setFunctions(
      client,
      { name: "rnn[t=12] backward", condition: "loss > 1", hitCondition: "2" },
      { name: "haed" },
    );
    assert.deepEqual(
      answers.map(({ verified, reason }) => [verified, reason]),
      [
        [false, "pending"],
        [false, "pending"],
      ],
    );
    const [{ id }, { id: wrong }] = answers;
    assert.deepEqual((await specs(client))[0], {
      id,
      kind: "function",
      pattern: "rnn[t=12] backward",
      condition: "loss > 1",
      hitCondition: "2",
      logMessage: null,
    });
    client.runtime.emit({ type: "started", model: info });
    await client.settle();
    const changed = client.events("breakpoint").map(({ breakpoint }) => breakpoint);
    assert.deepEqual(changed, [
      { id, verified: true },
      {
        id: wrong,
        verified: false,
        reason: "failed",
        message: "function breakpoint, column 1: no layer and no parameter is named like “haed”; did you mean head?",
      },
    ]);
  });

  test("is answered at once when the model is there, and sent to the run", async () => {
    const client = await loaded();
    await client.configurationDoneRequest({});
    client.runtime.emit({ type: "started", model: info });
    await client.settle();
    const answers = await setFunctions(client, { name: "CharRNN" }, { name: "*.weight" }, { name: "decoder" });
    assert.deepEqual(
      answers.map(({ verified }) => verified),
      [true, true, false],
    );
    const request = client.runtime.requests.findLast((message) => message.request === "setBreakpoints");
    assert.ok(request?.request === "setBreakpoints");
    const patterns = request.params.breakpoints.map((spec) => spec.kind === "function" && spec.pattern);
    assert.deepEqual(patterns, ["CharRNN", "*.weight"]);
  });

  test("that cannot be read is refused with the reason, and so is its condition", async () => {
    const client = await loaded();
    const [pattern, condition] = await setFunctions(client, { name: "rnn sideways" }, { name: "rnn", condition: "(" });
    assert.match(pattern.message ?? "", /^function breakpoint, column 5: “sideways” is no phase/);
    assert.match(condition.message ?? "", /^condition, column 2: a value is expected/);
    const nameless = { breakpoints: [{ name: 3 }] };
    await assert.rejects(client.send("setFunctionBreakpoints", nameless), /needs a "name" that is a string/);
  });

  test("in a run without debugging is refused", async () => {
    const client = new StreamClient();
    await client.begin({ noDebug: true });
    const [breakpoint] = await setFunctions(client, { name: "rnn" });
    assert.match(breakpoint.message ?? "", /started without debugging/);
  });
});
