// Two Spirals: a small multilayer perceptron finds the line between two arms that wind around each other.
import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";

class SpiralMLP extends nn.Module {
  hidden1 = new nn.Linear(2, 8);
  hidden2 = new nn.Linear(8, 8);
  output = new nn.Linear(8, 1);

  forward(points: Tensor): Tensor {
    const h1 = F.tanh(this.hidden1.forward(points));
    const h2 = F.tanh(this.hidden2.forward(h1));
    return this.output.forward(h2);
  }
}

export default defineTraining({
  model: () => new SpiralMLP(),
  // Arm 0 and, half a turn further, arm 1: the radius grows with the angle, and a little noise blurs the line.
  data: data.generate(
    (random, i) => {
      const arm = i % 2;
      const along = Math.sqrt(random.uniform());
      const angle = 3 * Math.PI * along + arm * Math.PI;
      const point = [Math.cos(angle), Math.sin(angle)].map((x) => 2 * along * x + random.normal(0, 0.06));
      return { input: point, target: [arm] };
    },
    { samples: 400, batchSize: 8, validation: 0.2, targetType: "float" },
  ),
  loss: F.binaryCrossEntropyWithLogits,
  optimizer: (parameters) => optim.adam(parameters, { learningRate: 5e-4 }),
  epochs: 2000,
  seed: 7,
});
