// The adapter as a process of its own: DAP over stdin and stdout, nothing else on stdout, and an end in every case.
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { modelFile } from "./fakeRuntime.ts";
import { ProcessClient } from "./processClient.ts";

const server = ["--import", "tsx", join(import.meta.dirname, "fakeServer.ts")];

/** The fake worker runs for ever. */
const loop = { program: join(import.meta.dirname, "loop.model.ts") };

describe("over stdio", { concurrency: false }, () => {
  test("a client hits a breakpoint, steps, looks around and continues to the end", async () => {
    const client = new ProcessClient(server);
    await client.hitBreakpoint({ program: modelFile }, { path: modelFile, line: 10 });
    const arrival = client.assertStoppedLocation("step", { path: modelFile, line: 10 });
    await client.nextRequest({ threadId: 1 });
    const [frame] = (await arrival).body.stackFrames;
    const [scope] = (await client.scopesRequest({ frameId: frame.id })).body.scopes;
    const { variables } = (await client.variablesRequest({ variablesReference: scope.variablesReference })).body;
    assert.deepEqual(
      variables.map(({ name }) => name),
      ["h", "loss"],
    );
    const over = client.waitForEvent("terminated");
    await client.continueRequest({ threadId: 1 });
    await over;
    await client.disconnectRequest({});
    assert.equal(await client.ended, 0);
    assert.match(client.errors, /a stray line of the adapter's own process\nand one past the console\n/);
  });

  test("the process ends when the client disconnects from an endless loop", async () => {
    const client = new ProcessClient(server, { FAKE_SERVER: "workers" });
    await client.begin(loop);
    await client.disconnectRequest({});
    assert.equal(await client.ended, 0);
  });

  test("the process ends when stdin is closed", async () => {
    const client = new ProcessClient(server, { FAKE_SERVER: "workers" });
    await client.begin(loop);
    client.child.stdin.end();
    assert.equal(await client.ended, 0);
  });

  test("the process ends when nobody reads its output any more", async () => {
    const client = new ProcessClient(server, { FAKE_SERVER: "workers" });
    await client.begin(loop);
    client.child.stdout.destroy();
    // The answer cannot be written; that is how the adapter hears of it.
    void client.threadsRequest();
    assert.equal(await client.ended, 0);
  });

  test("the process ends in good order on a signal", async () => {
    const client = new ProcessClient(server, { FAKE_SERVER: "workers" });
    await client.begin(loop);
    client.child.kill("SIGTERM");
    assert.equal(await client.ended, 0);
  });
});
