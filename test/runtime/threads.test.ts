// One run with one thread and with two, in the real worker: the same bits.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { WorkerRuntimes } from "../../src/adapter/runtime/workerRuntime.ts";

const folder = mkdtempSync(join(tmpdir(), "gradient-debugger-threads-"));
const runtimes = new WorkerRuntimes({ dist: join(import.meta.dirname, "../../dist") });
after(async () => {
  await runtimes.dispose();
  rmSync(folder, { recursive: true, force: true });
});

// products of 32 × 1024 × 256 and larger, which are split, and of 32 × 8, which are not
const model = `import { nn, F, optim, data, defineTraining } from "gradient-debugger";
class Long extends nn.Module {
  rnn = new nn.LSTM(16, 256);
  head = new nn.Linear(256, 8);
  forward(x) {
    const [, [h]] = this.rnn.forward(x);
    return this.head.forward(h.select(0, 0));
  }
}
export default defineTraining({
  model: () => new Long(),
  data: data.generate((random) => ({ input: Array.from({ length: 6 }, () => Array.from({ length: 16 }, () => random.normal())), target: random.integer(8) }), { samples: 64, batchSize: 32 }),
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.adam(parameters),
  epochs: 6,
});
`;

async function losses(threads: number): Promise<number[]> {
  const file = join(folder, "long.model.ts");
  writeFileSync(file, model);
  const bundle = await runtimes.bundle(file);
  assert.ok(bundle.ok, JSON.stringify(bundle));
  const run = runtimes.start(bundle.model, {
    stopOnEntry: false,
    debug: false,
    seed: 1,
    epochs: null,
    breakpoints: [],
    threads,
  });
  const out: number[] = [];
  await new Promise<void>((resolve, reject) => {
    run.onEvent((event) => {
      if (event.type === "iterations") out.push(...event.records.map((r) => r.loss));
      else if (event.type === "failed") reject(new Error(event.error.detail));
      else if (event.type === "finished") resolve();
    });
  });
  return out;
}

test("two threads give the same bits as one", async () => {
  const one = await losses(1);
  assert.equal(one.length, 12);
  assert.ok(one[11] < one[0], `${one[0]} → ${one[11]}`);
  assert.deepEqual(await losses(2), one);
});
