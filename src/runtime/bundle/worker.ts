// Entry of the bundling worker: takes file names, gives bundles. Runs none of the user's code.
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { BundlerData, BundlerRequest, BundlerResponse } from "../../protocol/control.ts";
import { createBundler } from "./bundler.ts";

const { esbuildWasm }: BundlerData = workerData;
const bundler = createBundler(readFileSync(esbuildWasm));

parentPort?.on("message", async ({ id, file }: BundlerRequest) => {
  const response: BundlerResponse = { id, result: await bundler.bundle(file) };
  parentPort?.postMessage(response);
});

// A failure here is one of the bundler itself; the request that comes next says so to the user.
bundler.warmUp().catch(() => undefined);
