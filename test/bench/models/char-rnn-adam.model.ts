// Benchmark: tanh RNN over 65 characters, hidden 128, 32 timesteps, batch 16, Adam, on random characters.
import { defineTraining, F, nn, optim, type Tensor } from "gradient-debugger";
import { oneHotSequences, vocabulary } from "./recurrent.ts";

class CharRNN extends nn.Module {
  rnn = new nn.RNN(vocabulary, 128);
  head = new nn.Linear(128, vocabulary);

  forward(x: Tensor): Tensor {
    const [h] = this.rnn.forward(x);
    return this.head.forward(h);
  }
}

export default defineTraining({
  model: () => new CharRNN(),
  data: oneHotSequences(32, 16),
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.adam(parameters, { learningRate: 1e-3 }),
  epochs: 1_000_000,
});
