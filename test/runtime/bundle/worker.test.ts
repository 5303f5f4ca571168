// The bundling worker answers every request and survives every file.
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { buildSync } from "esbuild";
import type { BundlerData, BundlerRequest, BundlerResponse } from "../../../src/protocol/control.ts";
import { project, wasmFile } from "./project.ts";

test("the worker answers by id, also after a bad file", async () => {
  const folder = project({ "good.model.ts": "export default 7;", "bad.model.ts": "export default {" });
  const workerData: BundlerData = { esbuildWasm: wasmFile };
  const outfile = join(folder, "bundler.cjs");
  const entry = fileURLToPath(new URL("../../../src/runtime/bundle/worker.ts", import.meta.url));
  buildSync({ entryPoints: [entry], outfile, bundle: true, platform: "node", format: "cjs", target: "node20" });
  const worker = new Worker(outfile, { workerData, execArgv: [] });
  try {
    const ask = async (id: number, name: string): Promise<BundlerResponse> => {
      const request: BundlerRequest = { id, file: join(folder, name) };
      worker.postMessage(request);
      return (await once(worker, "message"))[0];
    };
    const bad = await ask(5, "bad.model.ts");
    assert.equal(bad.id, 5);
    assert.ok(!bad.result.ok);
    assert.match(bad.result.errors[0].message, /^Syntax error/);
    assert.equal((await ask(6, "gone.model.ts")).result.ok, false);
    const good = await ask(7, "good.model.ts");
    assert.equal(good.id, 7);
    assert.ok(good.result.ok);
    assert.equal(good.result.model.file, join(folder, "good.model.ts"));
  } finally {
    await worker.terminate();
  }
});
