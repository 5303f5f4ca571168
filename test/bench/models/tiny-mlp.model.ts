// Benchmark: multilayer perceptron 2-8-8-1, batch 32, SGD: what a step costs that hardly computes anything.
import { data, defineTraining, F, nn, optim, type Tensor } from "gradient-debugger";

class TinyMLP extends nn.Module {
  fc1 = new nn.Linear(2, 8);
  fc2 = new nn.Linear(8, 8);
  fc3 = new nn.Linear(8, 1);

  forward(x: Tensor): Tensor {
    const h1 = F.tanh(this.fc1.forward(x));
    const h2 = F.tanh(this.fc2.forward(h1));
    return this.fc3.forward(h2);
  }
}

export default defineTraining({
  model: () => new TinyMLP(),
  data: data.generate((random) => ({ input: [random.uniform(), random.uniform()], target: [random.uniform()] }), {
    samples: 64 * 32,
    batchSize: 32,
  }),
  loss: F.mseLoss,
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0.03 }),
  epochs: 1_000_000,
});
