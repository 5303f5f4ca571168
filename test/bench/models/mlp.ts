// What the two perceptron benchmarks share: model, data of MNIST's shape, loss.
import { data, F, nn, type Tensor } from "gradient-debugger";

class DigitMLP extends nn.Module {
  fc1 = new nn.Linear(784, 256);
  fc2 = new nn.Linear(256, 128);
  fc3 = new nn.Linear(128, 10);

  forward(pixels: Tensor): Tensor {
    const h1 = F.relu(this.fc1.forward(pixels));
    const h2 = F.relu(this.fc2.forward(h1));
    return this.fc3.forward(h2);
  }
}

export const mlpTraining = {
  model: () => new DigitMLP(),
  data: data.generate(
    (random) => ({ input: Float32Array.from({ length: 784 }, () => random.uniform()), target: random.integer(10) }),
    { samples: 64 * 64, batchSize: 64 },
  ),
  loss: F.crossEntropy,
  epochs: 1_000_000,
};
