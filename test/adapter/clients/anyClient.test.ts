// Clients that do not speak as VS Code does: another order, other conventions, fewer words.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { WorkerRuntimes } from "../../../src/adapter/runtime/workerRuntime.ts";
import { dist, RawClient } from "../protocol/rawClient.ts";
import { endless, modelFile } from "./models.ts";

const runtimes = new WorkerRuntimes({ dist });
after(() => runtimes.dispose());

async function leave(client: RawClient): Promise<void> {
  await client.ask("disconnect");
  await client.ended;
  client.check();
}

describe("the order of requests", { concurrency: false }, () => {
  test("breakpoints and configurationDone may come before launch; the breakpoint is then placed by an event", async () => {
    const client = new RawClient(runtimes);
    const program = modelFile();
    await client.ask("initialize", { adapterID: "x" });
    const { breakpoints } = await client.ask("setBreakpoints", {
      source: { path: program },
      breakpoints: [{ line: 8 }],
    });
    assert.equal(breakpoints[0].verified, false);
    await client.ask("setExceptionBreakpoints", { filters: [] });
    await client.ask("configurationDone");
    const changed = client.next("breakpoint");
    const stopped = client.next("stopped");
    await client.ask("launch", { program });
    const { breakpoint } = await changed;
    assert.deepEqual([breakpoint.id, breakpoint.verified, breakpoint.line], [breakpoints[0].id, true, 9]);
    assert.deepEqual((await stopped).hitBreakpointIds, [breakpoints[0].id]);
    await leave(client);
  });

  test("all of it may come in one burst, before any answer", async () => {
    const client = new RawClient(runtimes);
    const program = modelFile();
    const stopped = client.next("stopped");
    const answers = [
      client.send("initialize", { adapterID: "x" }),
      client.send("threads"),
      client.send("launch", { program }),
      client.send("setBreakpoints", { source: { path: program }, breakpoints: [{ line: 10 }] }),
      client.send("setExceptionBreakpoints", { filters: [] }),
      client.send("configurationDone"),
      client.send("threads"),
    ];
    assert.deepEqual(
      (await Promise.all(answers)).map(({ success }) => success),
      answers.map(() => true),
    );
    await stopped;
    assert.equal((await client.ask("stackTrace", { threadId: 1 })).stackFrames[0].line, 10);
    await leave(client);
  });

  test("threads are told at any time after initialize, also when training is over", async () => {
    const client = new RawClient(runtimes);
    const threads = async () => (await client.ask("threads")).threads;
    await client.ask("initialize", { adapterID: "x" });
    assert.deepEqual(await threads(), [{ id: 1, name: "training" }]);
    const terminated = client.next("terminated");
    await client.ask("launch", { program: modelFile() });
    await threads();
    await client.ask("configurationDone");
    await threads();
    await terminated;
    await threads();
    await leave(client);
  });

  test("without configurationDone nothing starts, and what would need a run says what is missing", async () => {
    const client = new RawClient(runtimes);
    await client.ask("initialize", { adapterID: "x" });
    await client.ask("launch", { program: modelFile() });
    await assert.rejects(client.ask("continue", { threadId: 1 }), /"configurationDone" has not come yet/);
    await leave(client);
  });
});

describe("conventions", { concurrency: false }, () => {
  test("lines and columns from 0 and paths as URIs go both ways", async () => {
    const client = new RawClient(runtimes);
    const program = modelFile();
    const uri = pathToFileURL(program).href;
    await client.ask("initialize", {
      adapterID: "x",
      linesStartAt1: false,
      columnsStartAt1: false,
      pathFormat: "uri",
    });
    await client.ask("launch", { program });
    const source = { path: uri };
    const { breakpoints } = await client.ask("setBreakpoints", { source, breakpoints: [{ line: 8, column: 4 }] });
    assert.deepEqual([breakpoints[0].line, breakpoints[0].column], [8, 4]);
    const located = (await client.ask("breakpointLocations", { source, line: 8 })).breakpoints;
    assert.ok(located.length > 0);
    assert.deepEqual([located[0].line, located[0].column], [8, 4]);
    const stopped = client.next("stopped");
    await client.ask("configurationDone");
    await stopped;
    const [frame] = (await client.ask("stackTrace", { threadId: 1 })).stackFrames;
    assert.deepEqual([frame.source.path, frame.line, frame.column], [uri, 8, 4]);
    await leave(client);
  });

  test("a client that says nothing of itself gets no types and no progress", async () => {
    const client = new RawClient(runtimes);
    await client.ask("initialize");
    await client.ask("launch", { program: modelFile(), stopOnEntry: true });
    const stopped = client.next("stopped");
    await client.ask("configurationDone");
    await stopped;
    const [frame] = (await client.ask("stackTrace", { threadId: 1 })).stackFrames;
    const { scopes } = await client.ask("scopes", { frameId: frame.id });
    for (const { variablesReference } of scopes) {
      const { variables } = await client.ask("variables", { variablesReference });
      assert.ok(variables.every((variable: object) => !("type" in variable)));
    }
    const sent = JSON.stringify(client.log);
    for (const word of ["progressStart", "memory", "invalidated", "startDebugging", "gradientDebugger.runtime"]) {
      assert.ok(!sent.includes(`"event":"${word}"`), word);
    }
    await leave(client);
  });

  test("breakpoints may come as bare lines", async () => {
    const client = new RawClient(runtimes);
    const program = modelFile();
    await client.ask("initialize", { adapterID: "x" });
    await client.ask("launch", { program });
    const { breakpoints } = await client.ask("setBreakpoints", { source: { path: program }, lines: [9, 11] });
    assert.deepEqual(
      breakpoints.map(({ verified, line }: { verified: boolean; line: number }) => [verified, line]),
      [
        [true, 9],
        [true, 11],
      ],
    );
    await leave(client);
  });
});

describe("requests that cannot be served", { concurrency: false }, () => {
  test("attach says what to use instead", async () => {
    const client = new RawClient(runtimes);
    await client.ask("initialize", { adapterID: "x" });
    await assert.rejects(
      client.ask("attach", { port: 9229 }),
      /no running training to attach to: use "launch" with the model file/,
    );
    await leave(client);
  });

  test("unknown ones, and arguments that are none, are answered by an error that names them", async () => {
    const client = new RawClient(runtimes);
    await client.ask("initialize", { adapterID: "x" });
    for (const command of ["readRegisters", "__proto__", "constructor", "", "gradientDebugger/none"]) {
      await assert.rejects(client.ask(command), { message: `the request "${command}" is not supported` });
    }
    await assert.rejects(client.ask("variables", 7), /"arguments" of "variables" must be an object/);
    await assert.rejects(client.ask("setBreakpoints", null), /"source.path" must be the path of a file/);
    await leave(client);
  });

  test("disconnect is answered in every stage: before initialize, launch, the start and after the end", async () => {
    for (const upTo of [0, 1, 2, 3]) {
      const client = new RawClient(runtimes);
      if (upTo > 0) await client.ask("initialize", { adapterID: "x" });
      if (upTo > 1) await client.ask("launch", { program: modelFile(endless) });
      if (upTo > 2) await client.ask("configurationDone");
      await leave(client);
    }
  });
});
