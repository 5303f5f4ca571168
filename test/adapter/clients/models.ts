// Small model files for tests that run the real worker.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

const folders: string[] = [];

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Three timesteps of two features; the lines that tests name are marked. */
export const tiny = `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";

class Tiny extends nn.Module {
  rnn = new nn.RNN(2, 4); // 4
  head = new nn.Linear(4, 1);

  forward(x: Tensor): Tensor {
    // 8: nothing runs here
    const [h] = this.rnn.forward(x); // 9
    const last = h.select(1, -1); // 10
    return this.head.forward(last); // 11
  }
}

const input = Array.from({ length: 8 }, (_, i) => [[i, 1], [0, i], [1, -i]].map((step) => step.map((v) => v / 8)));

export default defineTraining({
  model: () => new Tiny(),
  data: data.arrays({ input, target: input.map(([[a]]) => [2 * a]) }, { batchSize: 4 }),
  loss: F.mseLoss, // 20
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0.1 }),
  epochs: 3,
  seed: 1,
});
`;

/** A model file in a folder of its own, which goes with the test. */
export function modelFile(change: (source: string) => string = (same) => same): string {
  const folder = mkdtempSync(join(tmpdir(), "gradient-debugger-"));
  folders.push(folder);
  const file = join(folder, "tiny.model.ts");
  writeFileSync(file, change(tiny));
  return file;
}

/** Trains for so long that only a client ends it. */
export function endless(source: string): string {
  return source.replace("epochs: 3", "epochs: 1e9");
}
