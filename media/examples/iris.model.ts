// Iris (Fisher 1936): a small multilayer perceptron that tells three species apart by four measurements.
import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";

class IrisMLP extends nn.Module {
  hidden = new nn.Linear(4, 16);
  output = new nn.Linear(16, 3);

  forward(flowers: Tensor): Tensor {
    const z = this.hidden.forward(flowers);
    const a = F.tanh(z);
    return this.output.forward(a);
  }
}

export default defineTraining({
  model: () => new IrisMLP(),
  data: data.csv("data/iris.csv", { target: "species", batchSize: 16, validation: 0.2 }),
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0.1, momentum: 0.9, weightDecay: 3e-3 }),
  epochs: 50,
  seed: 6,
});
