// At a pause: stack, scopes, variables by page, expressions, and stepping on; and what is refused when nothing is paused.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RuntimeEvent, StopReason } from "../../src/protocol/events.ts";
import { type FakeRuntime, modelFile, started, stopped } from "./fakeRuntime.ts";
import { StreamClient } from "./streamClient.ts";

const thread = { threadId: 1 };
const continued: RuntimeEvent = { type: "continued" };

async function paused(initialize: object = {}, reason: StopReason = "step"): Promise<[StreamClient, FakeRuntime]> {
  const client = new StreamClient();
  const runtime = await client.begin({}, [], initialize);
  runtime.emit(started, stopped(reason, 10, [], "shapes [2, 3] and [4, 5]\nin matmul"));
  await client.next("stopped");
  return [client, runtime];
}

/** References of the first scope, and of the tensor in it. */
async function references(client: StreamClient): Promise<{ frame: number; scope: number; tensor: number }> {
  const [{ id: frame }] = (await client.stackTraceRequest(thread)).body.stackFrames;
  const [{ variablesReference: scope }] = (await client.scopesRequest({ frameId: frame })).body.scopes;
  const [{ variablesReference: tensor }] = (await client.variablesRequest({ variablesReference: scope })).body
    .variables;
  return { frame, scope, tensor };
}

describe("the stopped event", () => {
  const descriptions: Record<StopReason, string> = {
    entry: "Paused on entry",
    breakpoint: "Paused on breakpoint",
    "function breakpoint": "Paused on function breakpoint",
    "data breakpoint": "Paused on data breakpoint",
    step: "Paused after step",
    goto: "Paused where it was to go",
    restart: "Paused to run again",
    pause: "Paused",
    exception: "Paused on exception",
  };
  for (const reason of [
    "entry",
    "breakpoint",
    "function breakpoint",
    "data breakpoint",
    "step",
    "pause",
    "exception",
  ] as const) {
    test(`has the reason "${reason}" for people and for programs`, async () => {
      const [client] = await paused({}, reason);
      const [body] = client.events("stopped");
      assert.deepEqual(body, {
        reason,
        description: descriptions[reason],
        text: "shapes [2, 3] and [4, 5]\nin matmul",
        threadId: 1,
        allThreadsStopped: true,
        hitBreakpointIds: [],
      });
    });
  }
});

test("there is one thread", async () => {
  const [client] = await paused();
  assert.deepEqual((await client.threadsRequest()).body.threads, [{ id: 1, name: "training" }]);
});

describe("the stack", () => {
  test("has the user's line for each frame that has one", async () => {
    const [client] = await paused();
    const { stackFrames, totalFrames } = (await client.stackTraceRequest(thread)).body;
    const source = { name: "char.model.ts", path: modelFile };
    assert.deepEqual(stackFrames, [
      { id: 1, name: "rnn[t=12] forward", source, line: 10, column: 5, endLine: 10, endColumn: 40 },
      { id: 2, name: "iteration 37", line: 0, column: 0, presentationHint: "label" },
    ]);
    assert.equal(totalFrames, 2);
  });

  test("comes by page", async () => {
    const [client, runtime] = await paused();
    const names = async (page: object) => {
      const { body } = await client.stackTraceRequest({ ...thread, ...page });
      assert.equal(body.totalFrames, 2);
      return body.stackFrames.map(({ name }) => name);
    };
    assert.deepEqual(await names({ startFrame: 0, levels: 1 }), ["rnn[t=12] forward"]);
    assert.deepEqual(await names({ startFrame: 1, levels: 20 }), ["iteration 37"]);
    assert.deepEqual(await names({ startFrame: 1, levels: 0 }), ["iteration 37"]);
    assert.equal(runtime.requests.length, 1, "the runtime is asked once a pause");
  });
});

describe("variables", () => {
  test("go from the frame's scopes to a tensor", async () => {
    const [client] = await paused();
    const { frame, scope } = await references(client);
    const { scopes } = (await client.scopesRequest({ frameId: frame })).body;
    assert.deepEqual(
      scopes.map(({ name, expensive }) => [name, expensive]),
      [
        ["Gradients 0", false],
        ["Parameters", true],
      ],
    );
    const { variables } = (await client.variablesRequest({ variablesReference: scope })).body;
    const [h, loss] = variables;
    assert.deepEqual(
      [h.name, h.value, h.namedVariables, h.indexedVariables, h.evaluateName],
      ["h", "Tensor [200, 4]", 3, 200, "this.h"],
    );
    assert.deepEqual(loss, { name: "loss", value: "2.1", variablesReference: 0 });
  });

  test("are typed for clients that show types", async () => {
    const [client] = await paused({ supportsVariableType: true });
    const { scope } = await references(client);
    const [h] = (await client.variablesRequest({ variablesReference: scope })).body.variables;
    assert.equal(h.type, "Tensor");
  });

  const pages: readonly (readonly [object, { start: number; count: number } | null])[] = [
    [{}, { start: 0, count: 203 }],
    [
      { start: 2, count: 5 },
      { start: 2, count: 5 },
    ],
    [{ filter: "named" }, { start: 0, count: 3 }],
    [
      { filter: "named", start: 1, count: 9 },
      { start: 1, count: 2 },
    ],
    [{ filter: "indexed" }, { start: 3, count: 200 }],
    [
      { filter: "indexed", start: 100, count: 100 },
      { start: 103, count: 100 },
    ],
    [
      { filter: "indexed", start: 150, count: 100 },
      { start: 153, count: 50 },
    ],
    [{ filter: "indexed", start: 200, count: 100 }, null],
  ];
  for (const [page, expected] of pages) {
    test(`of 3 named and 200 indexed children ${JSON.stringify(page)} are ${JSON.stringify(expected)}`, async () => {
      const [client, runtime] = await paused();
      const { tensor } = await references(client);
      runtime.requests.length = 0;
      const { variables } = (await client.variablesRequest({ variablesReference: tensor, ...page })).body;
      const asked = expected === null ? [] : [{ request: "children", params: { reference: 9, ...expected } }];
      assert.deepEqual(runtime.requests, asked);
      assert.equal(variables.length, expected?.count ?? 0);
    });
  }

  test("of a scope are all named, and as many as there are", async () => {
    const [client, runtime] = await paused();
    const { scope } = await references(client);
    runtime.requests.length = 0;
    await client.variablesRequest({ variablesReference: scope, filter: "named" });
    await client.variablesRequest({ variablesReference: scope, filter: "indexed" });
    assert.deepEqual(runtime.requests, [
      { request: "children", params: { reference: 7, start: 0, count: 2 ** 31 - 1 } },
    ]);
  });
});

describe("evaluate", () => {
  test("gives value, type and children, and tells the runtime what it is for", async () => {
    const [client] = await paused({ supportsVariableType: true });
    for (const context of ["hover", "watch", "repl", "variables", "clipboard"]) {
      const { body } = await client.evaluateRequest({ expression: "loss", context });
      assert.equal(body.result, `loss in ${context}`);
    }
    const { body } = await client.evaluateRequest({ expression: "h", context: "watch" });
    assert.deepEqual([body.type, body.namedVariables, body.indexedVariables], ["Tensor", 3, 200]);
    const { variables } = (await client.variablesRequest({ variablesReference: body.variablesReference, count: 1 }))
      .body;
    assert.equal(variables.length, 1);
  });

  test("takes a context it does not know, or none, for the console", async () => {
    const [client] = await paused();
    assert.equal(
      (await client.evaluateRequest({ expression: "loss", context: "notebook" })).body.result,
      "loss in repl",
    );
    assert.equal((await client.evaluateRequest({ expression: "loss" })).body.result, "loss in repl");
  });

  test("fails with the runtime's own message and does not pop up", async () => {
    const [client] = await paused();
    const message = "nothing is not defined here; the layers are under this";
    await assert.rejects(client.evaluateRequest({ expression: "nothing", context: "hover" }), { message });
    assert.deepEqual(client.response("evaluate").body.error, { id: 1000, format: message, showUser: false });
    await assert.rejects(client.evaluateRequest({ expression: "  " }), /no expression/);
    await assert.rejects(client.evaluateRequest({ expression: "h", frameId: 77 }), { message: "there is no frame 77" });
  });
});

describe("stepping", () => {
  const steps = { continue: "continue", next: "stepOver", stepIn: "stepIn", stepOut: "stepOut" } as const;
  for (const [command, mode] of Object.entries(steps)) {
    test(`"${command}" resumes with ${mode} and needs no continued event`, async () => {
      const [client, runtime] = await paused();
      const response = await client.send(command, thread);
      if (command === "continue") assert.equal(response.body.allThreadsContinued, true);
      assert.deepEqual(runtime.requests, [{ request: "resume", params: { mode } }]);
      runtime.emit(continued, stopped("step", 11));
      await client.next("stopped");
      assert.equal(client.events("continued").length, 0);
    });
  }

  test("is answered before the stop that it leads to", async () => {
    const client = new StreamClient();
    client.factory.answers = {
      resume: () => {
        client.runtime.emit(continued, stopped("step", 11));
        return {};
      },
    };
    const runtime = await client.begin();
    runtime.emit(stopped("entry"));
    await client.next("stopped");
    await client.nextRequest(thread);
    await client.next("stopped");
    assert.deepEqual(client.order().slice(-2), ["next!", "stopped"]);
  });

  test("by somebody else is told by a continued event", async () => {
    const [client, runtime] = await paused();
    runtime.emit(continued);
    assert.deepEqual(await client.next("continued"), { threadId: 1, allThreadsContinued: true });
    await assert.rejects(client.stackTraceRequest(thread), /training is running/);
  });

  test("that the runtime refuses leaves the pause as it is", async () => {
    const client = new StreamClient();
    client.factory.answers = {
      frames: () => [],
      resume: () => Promise.reject(new Error("cannot step here")),
    };
    const runtime = await client.begin();
    runtime.emit(stopped("entry"));
    await client.next("stopped");
    await assert.rejects(client.stepInRequest(thread), { message: "cannot step here" });
    await client.stackTraceRequest(thread);
  });

  test("pause asks for a stop and does not wait for it", async () => {
    const client = new StreamClient();
    client.factory.answers = { pause: () => new Promise(() => {}) };
    const runtime = await client.begin();
    await client.pauseRequest(thread);
    assert.deepEqual(runtime.requests, [{ request: "pause", params: {} }]);
    runtime.emit(stopped("pause"));
    await client.next("stopped");
    await client.pauseRequest(thread);
    assert.equal(runtime.requests.length, 1, "a run that is paused is not asked again");
  });
});

describe("what belongs to a pause", () => {
  test("is refused while training runs", async () => {
    const client = new StreamClient();
    await client.begin();
    const message = "training is running; this can be asked at a pause only";
    const asked: readonly (readonly [string, object])[] = [
      ["stackTrace", thread],
      ["scopes", { frameId: 1 }],
      ["variables", { variablesReference: 1 }],
      ["evaluate", { expression: "h" }],
      ["continue", thread],
      ["next", thread],
      ["stepIn", thread],
      ["stepOut", thread],
      ["exceptionInfo", thread],
    ];
    for (const [command, args] of asked) await assert.rejects(client.send(command, args), { message });
  });

  test("is gone after the next resume: frames and references are told to be old", async () => {
    const [client, runtime] = await paused();
    const { frame, scope, tensor } = await references(client);
    await client.nextRequest(thread);
    runtime.emit(continued, stopped("step", 11));
    await client.next("stopped");
    const old = (what: string, id: number) => ({
      message: `${what} ${id} belongs to an earlier pause; training has gone on since`,
    });
    await assert.rejects(client.scopesRequest({ frameId: frame }), old("frame", frame));
    for (const id of [scope, tensor]) {
      await assert.rejects(client.variablesRequest({ variablesReference: id }), old("variables reference", id));
    }
    const now = await references(client);
    assert.ok(now.frame > frame && now.scope > tensor, "numbers are not given twice");
  });

  test("is told to be unknown when it never was", async () => {
    const [client] = await paused();
    await assert.rejects(client.scopesRequest({ frameId: 5 }), { message: "there is no frame 5" });
    await assert.rejects(client.variablesRequest({ variablesReference: 0 }), {
      message: "there is no variables reference 0",
    });
  });
});

describe("exception info", () => {
  test("has the filter, the formula and the place, and an expression to look at", async () => {
    const [client] = await paused({}, "exception");
    const { body } = await client.exceptionInfoRequest(thread);
    assert.deepEqual(body, {
      exceptionId: "notFinite",
      description: "−∞ began in log forward, char.model.ts:10.\nlog(p[3,7] = 0) = −∞",
      breakMode: "always",
      details: { typeName: "notFinite", message: "Not finite: log(p[3,7] = 0) = −∞", evaluateName: "p" },
    });
  });

  test("is refused at another pause", async () => {
    const [client] = await paused();
    await assert.rejects(client.exceptionInfoRequest(thread), /has not stopped at an exception/);
  });
});
