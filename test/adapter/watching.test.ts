// Exception filters and data breakpoints between client and runtime: what is offered, checked, handed on and said.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { filterIds } from "../../src/protocol/breakpoints/exceptions.ts";
import { finished, modelFile, started, stopped } from "./fakeRuntime.ts";
import { StreamClient } from "./streamClient.ts";

async function initialized(): Promise<StreamClient> {
  const client = new StreamClient();
  await client.initializeRequest();
  await client.send("launch", { program: modelFile });
  await client.next("initialized");
  return client;
}

async function setFilters(client: StreamClient, args: Dap.SetExceptionBreakpointsArguments) {
  const { body } = (await client.send("setExceptionBreakpoints", args)) as Dap.SetExceptionBreakpointsResponse;
  return body?.breakpoints ?? [];
}

async function setData(client: StreamClient, ...breakpoints: Dap.DataBreakpoint[]): Promise<Dap.Breakpoint[]> {
  const response = (await client.send("setDataBreakpoints", { breakpoints })) as Dap.SetDataBreakpointsResponse;
  return response.body.breakpoints;
}

describe("exception filters", () => {
  test("are offered with a description and a condition to edit; only one is on by default", async () => {
    const client = new StreamClient();
    const { body } = await client.initializeRequest();
    const offered = body?.exceptionBreakpointFilters ?? [];
    assert.deepEqual(
      offered.map(({ filter }) => filter),
      [...filterIds],
    );
    assert.deepEqual(
      offered.filter((filter) => filter.default).map(({ filter }) => filter),
      ["notFinite"],
    );
    for (const { filter, description, supportsCondition, conditionDescription } of offered) {
      assert.ok(supportsCondition && description && conditionDescription?.includes("iteration"), filter);
    }
    assert.equal(body?.supportsExceptionFilterOptions, true);
    assert.match(offered[1].conditionDescription ?? "", /instead of: ratio < 1e-3 && norm < 1e-4\. Names: norm \(/);
  });

  test("go to the run with its start, and when they change; a client that says none gets the default", async () => {
    const silent = new StreamClient();
    const run = await silent.begin();
    assert.deepEqual(run.options.exceptionFilters, [{ filter: "notFinite", condition: null }]);
    const client = await initialized();
    await setFilters(client, {
      filters: ["deadUnits"],
      filterOptions: [{ filterId: "updateRatio", condition: "ratio < 1e-4" }],
    });
    await client.configurationDoneRequest({});
    assert.deepEqual(client.runtime.options.exceptionFilters, [
      { filter: "deadUnits", condition: null },
      { filter: "updateRatio", condition: "ratio < 1e-4" },
    ]);
    await setFilters(client, { filters: [] });
    assert.deepEqual(client.runtime.requests.at(-1), { request: "setExceptionFilters", params: { filters: [] } });
  });

  test("a condition that cannot be read is answered where it was written, in the order of the request", async () => {
    const client = await initialized();
    const answers = await setFilters(client, {
      filters: ["notFinite", "thunder"],
      filterOptions: [
        { filterId: "updateRatio", condition: "ratoi < 1" },
        { filterId: "lossDiverging", condition: "growth > " },
        { filterId: "vanishingGradient", condition: "norm < 1e-9 and iteration > 10" },
      ],
    });
    assert.deepEqual(
      answers.map(({ verified }) => verified),
      [true, false, false, false, true],
    );
    assert.match(answers[1].message ?? "", /no filter "thunder"; there are notFinite, /);
    assert.match(answers[2].message ?? "", /column 1: there is no “ratoi” here; did you mean ratio\?/);
    assert.match(answers[3].message ?? "", /a value is expected, but the expression ends/);
    await client.configurationDoneRequest({});
    assert.deepEqual(
      client.runtime.options.exceptionFilters?.map(({ filter }) => filter),
      ["notFinite", "vanishingGradient"],
    );
  });

  test("what is no list is refused", async () => {
    const client = await initialized();
    await assert.rejects(client.send("setExceptionBreakpoints", { filters: "notFinite" }), /must be lists/);
  });
});

describe("data breakpoints", () => {
  test("are named by the runtime, from a variable and from an expression", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    runtime.emit(started, stopped("step"));
    await client.next("stopped");
    const frames = (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames;
    const { scopes } = (await client.scopesRequest({ frameId: frames[0].id })).body;
    const info = async (args: Dap.DataBreakpointInfoArguments) =>
      ((await client.send("dataBreakpointInfo", args)) as Dap.DataBreakpointInfoResponse).body;
    assert.deepEqual(await info({ variablesReference: scopes[0].variablesReference, name: "h" }), {
      dataId: "activation:rnn",
      description: "h",
      accessTypes: ["write"],
      canPersist: true,
    });
    assert.deepEqual(runtime.requests.at(-1)?.params, { reference: 7, name: "h" });
    assert.equal((await info({ name: "x", frameId: frames[0].id })).dataId, "variable:CharRNN.forward/x");
    assert.deepEqual(await info({ name: "loss" }), {
      dataId: null,
      description: "loss cannot be watched: only tensors can be",
    });
    await assert.rejects(info({ variablesReference: 9999, name: "h" }), /no variables reference 9999/);
  });

  test("wait for the run, go to it before it begins, and say what it does not have", async () => {
    const client = await initialized();
    const answers = await setData(
      client,
      { dataId: "parameter:rnn.weight_hh_l0", condition: "changes > 0.01" },
      { dataId: "parameter:nowhere" },
      { dataId: "parameter:rnn.bias", condition: "changes >" },
      { dataId: "weights" },
      { dataId: "gradient:rnn.bias", hitCondition: "often" },
    );
    assert.deepEqual(
      answers.map(({ verified, reason }) => [verified, reason]),
      [
        [false, "pending"],
        [false, "pending"],
        [false, "failed"],
        [false, "failed"],
        [false, "failed"],
      ],
    );
    assert.match(answers[2].message ?? "", /a value is expected/);
    assert.match(answers[3].message ?? "", /"weights" is not the name of anything that can be watched/);
    assert.match(answers[4].message ?? "", /hit count must be like 5/);
    await client.configurationDoneRequest({});
    await client.settle();
    const changes = client.events("breakpoint").map(({ breakpoint }) => breakpoint as Dap.Breakpoint);
    const last = (id: number | undefined) => changes.findLast((breakpoint) => breakpoint.id === id);
    assert.equal(last(answers[0].id)?.verified, true);
    assert.equal(last(answers[1].id)?.message, "there is no parameter:nowhere");
    const [told] = client.runtime.requests.filter(({ request }) => request === "setDataBreakpoints");
    assert.deepEqual(told?.params, {
      breakpoints: [
        { id: answers[0].id, dataId: "parameter:rnn.weight_hh_l0", condition: "changes > 0.01", hitCondition: null },
        { id: answers[1].id, dataId: "parameter:nowhere", condition: null, hitCondition: null },
      ],
    });
  });

  test("keep their number while they stay, and stop with a reason of their own", async () => {
    const client = new StreamClient();
    const runtime = await client.begin();
    runtime.emit(started);
    const [first] = await setData(client, { dataId: "parameter:a" });
    const [second, same] = await setData(client, { dataId: "parameter:b" }, { dataId: "parameter:a" });
    assert.equal(first.verified, true);
    assert.equal(same.id, first.id);
    assert.notEqual(second.id, first.id);
    runtime.emit(stopped("data breakpoint", 4, [Number(first.id)], "a: norm 1 → 2"));
    const body = await client.next("stopped");
    assert.equal(body.reason, "data breakpoint");
    assert.deepEqual(body.hitBreakpointIds, [first.id]);
    assert.equal(body.text, "a: norm 1 → 2");
  });

  test("do nothing in a run without debugging, and say so", async () => {
    const client = new StreamClient();
    await client.begin({ noDebug: true });
    const [answer] = await setData(client, { dataId: "parameter:a" });
    assert.match(answer.message ?? "", /without debugging/);
    assert.deepEqual(
      client.runtime.requests.filter(({ request }) => request === "setDataBreakpoints"),
      [],
    );
  });
});

describe("a run without debugging that is not finite any more", () => {
  test("says how to debug from the iteration before, with the seed it had", async () => {
    const client = new StreamClient();
    const runtime = await client.begin({ noDebug: true });
    runtime.emit(started, { type: "notFinite", iteration: 12, what: "loss" }, finished);
    await client.next("terminated");
    assert.match(
      client.text("important"),
      /^The loss is not finite from iteration 12 on\. To stop where it began, debug with "debugFromIteration": 11 and "seed": 42\.\n$/,
    );
  });

  test("the launch option goes to the runtime, and must be an iteration", async () => {
    const client = new StreamClient();
    const runtime = await client.begin({ debugFromIteration: 11 });
    assert.equal(runtime.options.debugFromIteration, 11);
    // who debugs from an iteration on is after a number that is not finite, whatever the checkboxes say
    const unchecked = new StreamClient();
    await unchecked.initializeRequest();
    await unchecked.send("launch", { program: modelFile, debugFromIteration: 3 });
    await setFilters(unchecked, { filters: [] });
    await unchecked.configurationDoneRequest({});
    assert.deepEqual(unchecked.runtime.options.exceptionFilters, [{ filter: "notFinite", condition: null }]);
    const other = new StreamClient();
    await other.initializeRequest();
    const wrong = other.send("launch", { program: modelFile, debugFromIteration: 0 });
    await assert.rejects(wrong, /"debugFromIteration" .* whole number of at least 1, but is 0/);
  });
});
