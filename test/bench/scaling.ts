// How time and memory of our training step grow with hidden size, sequence length and batch, each doubled four times.
// Usage: node --import tsx scaling.ts SECONDS_A_SIZE. Prints one line of JSON. Runs in this process and without observer.
import { fileURLToPath } from "node:url";
import { data, defineTraining, F, nn, optim, type Tensor } from "../../src/api.ts";
import { WasmKernels } from "../../src/engine/kernels/wasm.ts";
import { kernelBinaries } from "../../src/runtime/files.ts";
import { makeEngine, TrainingRun } from "../../src/training/run.ts";
import { exponentOf, type Layer, medianOf, type Point, type Series } from "./report.ts";

interface Sizes {
  readonly hidden: number;
  readonly timesteps: number;
  readonly batch: number;
}

const vocabulary = 65;
const base: Sizes = { hidden: 128, timesteps: 32, batch: 16 };
const axes: readonly { readonly name: string; readonly key: keyof Sizes; readonly from: number }[] = [
  { name: "hidden size", key: "hidden", from: 32 },
  { name: "sequence length", key: "timesteps", from: 16 },
  { name: "batch", key: "batch", from: 8 },
];

class CharacterModel extends nn.Module {
  readonly recurrentLayer: nn.RNN | nn.LSTM;
  readonly head: nn.Linear;

  constructor(layer: Layer, hidden: number) {
    super();
    this.recurrentLayer = layer === "RNN" ? new nn.RNN(vocabulary, hidden) : new nn.LSTM(vocabulary, hidden);
    this.head = new nn.Linear(hidden, vocabulary);
  }

  forward(x: Tensor): Tensor {
    const [h] = this.recurrentLayer.forward(x);
    return this.head.forward(h);
  }
}

const seconds = Number(process.argv[2]);
if (!(seconds > 0)) throw new Error("usage: node --import tsx scaling.ts SECONDS_A_SIZE");
const layers: readonly Layer[] = ["RNN", "LSTM"];
// the compiler has seen every operation before the first figure counts
for (const layer of layers) measure(layer, base.hidden, base);
console.log(JSON.stringify(layers.flatMap((layer) => axes.map((axis) => seriesOf(layer, axis)))));

function seriesOf(layer: Layer, { name, key, from }: (typeof axes)[number]): Series {
  const sizes = [1, 2, 4, 8, 16].map((factor) => factor * from);
  const points = sizes.map((size) => measure(layer, size, { ...base, [key]: size }));
  const fit = (ys: readonly number[]) => exponentOf(sizes, ys);
  const exponents = { milliseconds: fit(points.map((p) => p.milliseconds)), bytes: fit(points.map((p) => p.bytes)) };
  return { layer, axis: name, points, exponents };
}

function measure(layer: Layer, size: number, sizes: Sizes): Point {
  const kernels = WasmKernels.create(kernelBinaries(fileURLToPath(new URL("../../dist", import.meta.url))));
  const engine = makeEngine(kernels);
  const run = new TrainingRun(training(layer, sizes), engine, { seed: 1, read: () => new Uint8Array() });
  const batch = Int32Array.from({ length: sizes.batch }, (_, i) => i);
  const warm = performance.now() + (seconds * 1000) / 3;
  for (let steps = 0; steps < 3 || performance.now() < warm; steps++) run.iterate(batch);
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (times.length < 5 || performance.now() < end) {
    const start = performance.now();
    run.iterate(batch);
    times.push(performance.now() - start);
  }
  const { iteration, persistent } = kernels.memory.usage();
  return { size, milliseconds: medianOf(times), bytes: iteration, persistentBytes: persistent };
}

/** One batch of random characters as one-hot rows, seen again and again. */
function training(layer: Layer, { hidden, timesteps, batch }: Sizes) {
  return defineTraining({
    model: () => new CharacterModel(layer, hidden),
    data: data.generate(
      (random) => ({
        input: Array.from({ length: timesteps }, () => {
          const row = new Float32Array(vocabulary);
          row[random.integer(vocabulary)] = 1;
          return row;
        }),
        target: Int32Array.from({ length: timesteps }, () => random.integer(vocabulary)),
      }),
      { samples: batch, batchSize: batch, targetType: "int" },
    ),
    loss: F.crossEntropy,
    optimizer: (parameters) => optim.adam(parameters, { learningRate: 1e-3 }),
  });
}
