// Benchmark: a residual network of 100 small layers, 200 parameters, batch 8, SGD: as many reports as a large model gives.
import { data, defineTraining, F, nn, optim, type Tensor } from "gradient-debugger";

const width = 16;

class Deep extends nn.Module {
  layers = new nn.ModuleList(Array.from({ length: 99 }, () => new nn.Linear(width, width)));
  head = new nn.Linear(width, 1);

  forward(x: Tensor): Tensor {
    let h = x;
    for (const layer of this.layers) h = h.add(F.tanh(layer.forward(h)).mul(0.1));
    return this.head.forward(h);
  }
}

export default defineTraining({
  model: () => new Deep(),
  data: data.generate(
    (random) => ({ input: Float32Array.from({ length: width }, () => random.uniform()), target: [random.uniform()] }),
    { samples: 8 * 500, batchSize: 8 },
  ),
  loss: F.mseLoss,
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 1e-3 }),
  epochs: 1_000_000,
});
