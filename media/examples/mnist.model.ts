// MNIST (LeCun et al. 1998): a multilayer perceptron reads 10,000 handwritten digits of 28 × 28 pixels.
import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";

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

export default defineTraining({
  model: () => new DigitMLP(),
  data: data.mnist("data/mnist.bin", { batchSize: 64, validation: 0.2 }),
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.adam(parameters, { learningRate: 1e-3 }),
  epochs: 10,
  seed: 42,
});
