// A bundler of a few lines: "bundles" by naming the script of the fake worker after the file, or fails as it is told.
const { basename } = require("node:path");
const { parentPort, threadId, workerData } = require("node:worker_threads");

parentPort.on("message", ({ id, file }) => {
  const code = basename(file, ".model.ts");
  if (code === "crash") throw new Error("esbuild.wasm is broken");
  if (code === "never") return;
  console.log("a line of the bundler's own");
  // The slow one is answered after those that come later.
  const inputs = [file, workerData.esbuildWasm, String(threadId)];
  const model = { file, code, map: "{}", sites: [], inputs };
  setTimeout(() => parentPort.postMessage({ id, result: { ok: true, model } }), code === "slow" ? 50 : 0);
});
