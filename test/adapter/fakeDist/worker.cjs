// A training worker of a few lines: does what the model's `code` names, so that the host's side can be tested alone.
const { workerData, receiveMessageOnPort } = require("node:worker_threads");

const { model, options, control, port, dist } = workerData;
const flag = new Int32Array(control);
const failed = { message: "loss is NaN", source: null, stack: [], detail: "" };
const finished = { type: "finished", reason: "completed", iterations: 1, seconds: 0.1, loss: 1 };

function answer({ id, request, params }) {
  if (request === "evaluate" && params.expression === "wrong")
    port.postMessage({ id, ok: false, message: "wrong is wrong" });
  else port.postMessage({ id, ok: true, result: { request, params } });
  return request === "resume";
}

/** Blocks as a pause point does, until it is told to resume. */
function pause() {
  for (;;) {
    Atomics.wait(flag, 0, 0);
    Atomics.store(flag, 0, 0);
    for (let mail = receiveMessageOnPort(port); mail !== undefined; mail = receiveMessageOnPort(port)) {
      if (answer(mail.message)) return;
    }
  }
}

const scripts = {
  data: () => {
    const text = JSON.stringify({ file: model.file, options, dist });
    port.postMessage({ type: "output", category: "console", text, source: null });
    port.postMessage(finished);
  },
  pause: () => {
    pause();
    port.postMessage({ type: "continued" });
    port.postMessage(finished);
  },
  linger: () => {
    setInterval(() => {}, 1000);
    port.postMessage(finished);
  },
  failed: () => port.postMessage({ type: "failed", error: failed }),
  exit: () => {
    port.postMessage({ type: "continued" });
    process.exit(3);
  },
  throw: () => {
    throw new TypeError("kernels.simd.wasm is broken");
  },
  print: () => {
    process.stdout.write("to stdout\n");
    process.stderr.write("to stderr\n");
    process.exit(0);
  },
  memory: () => {
    const kept = [];
    for (;;) kept.push(new Array(1000).fill(Math.random()));
  },
  loop: () => {
    port.postMessage({ type: "continued" });
    for (;;);
  },
};

scripts[model.code]();
