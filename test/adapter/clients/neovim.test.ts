// A session in nvim-dap's order of requests, with the arguments that it sends, over the built command.
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import { ProcessClient } from "../processClient.ts";
import { modelFile } from "./models.ts";

const cli = join(import.meta.dirname, "../../../dist/cli.cjs");

/** As nvim-dap introduces itself. */
const initialize = {
  clientID: "neovim",
  clientName: "neovim",
  adapterID: "gradient",
  pathFormat: "path",
  columnsStartAt1: true,
  linesStartAt1: true,
  supportsRunInTerminalRequest: true,
  supportsVariableType: true,
  supportsProgressReporting: true,
  supportsStartDebuggingRequest: true,
  locale: "en_US.UTF-8",
};

describe("nvim-dap", { concurrency: false }, () => {
  test("launches, configures, looks around at every stop, steps, and closes when training is over", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const program = modelFile();
    const { body: capabilities } = await client.send("initialize", initialize);
    const initialized = client.waitForEvent("initialized");
    // the whole configuration goes into the request, its type, name and request too
    const configuration = { type: "gradient", request: "launch", name: "Debug training", program };
    const launched = client.send("launch", { ...configuration, cwd: process.cwd() });
    await initialized;
    const breakpoints = [{ line: 10 }];
    const source = { path: program, name: "tiny.model.ts" };
    const placed = (await client.send("setBreakpoints", { source, breakpoints, lines: [10] })).body.breakpoints;
    assert.deepEqual([placed[0].verified, placed[0].line], [true, 10]);
    if (capabilities.exceptionBreakpointFilters) {
      const filters: { filter: string; default?: boolean }[] = capabilities.exceptionBreakpointFilters;
      await client.send("setExceptionBreakpoints", {
        filters: filters.filter((f) => f.default).map(({ filter }) => filter),
      });
    }
    const stopped = client.waitForEvent("stopped");
    assert.equal(capabilities.supportsConfigurationDoneRequest, true);
    await client.send("configurationDone");
    await launched;
    assert.equal((await stopped).body.threadId, 1);
    assert.equal(await lookAround(client, program), 10);
    for (const command of ["next", "stepIn", "stepOut"]) {
      const arrived = client.waitForEvent("stopped");
      await client.send(command, { threadId: 1, granularity: "statement" });
      assert.equal((await arrived).body.reason, "step");
      assert.ok((await lookAround(client, program)) > 0);
    }
    await client.send("setBreakpoints", { source, breakpoints: [], lines: [] });
    const terminated = client.waitForEvent("terminated");
    await client.send("continue", { threadId: 1 });
    await terminated;
    await client.send("disconnect", { restart: false, terminateDebuggee: true });
    assert.equal(await client.ended, 0);
  });

  test("ends the training when the user terminates the session", async () => {
    const client = new ProcessClient([cli, "dap"]);
    const program = modelFile((source) => source.replace("epochs: 3", "epochs: 1e9"));
    const capabilities = (await client.send("initialize", initialize)).body;
    const initialized = client.waitForEvent("initialized");
    void client.send("launch", { type: "gradient", request: "launch", name: "Debug training", program });
    await initialized;
    await client.send("configurationDone");
    const terminated = client.waitForEvent("terminated");
    assert.equal(capabilities.supportsTerminateRequest, true);
    await client.send("terminate", {});
    await terminated;
    client.child.stdin.end();
    assert.equal(await client.ended, 0);
  });
});

/** What it asks at a stop: threads, stack, the scopes of the first frame with a source, all cheap variables. */
async function lookAround(client: ProcessClient, program: string): Promise<number> {
  const { threads } = (await client.send("threads")).body;
  const { stackFrames } = (await client.send("stackTrace", { threadId: threads[0].id })).body;
  const frame = stackFrames.find((candidate: Dap.StackFrame) => candidate.source?.path !== undefined);
  assert.ok(frame?.source?.path === program);
  const { scopes } = (await client.send("scopes", { frameId: frame.id })).body;
  for (const { expensive, variablesReference } of scopes) {
    if (!expensive) await client.send("variables", { variablesReference });
  }
  return frame.line;
}
