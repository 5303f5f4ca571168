// Moby Dick, character by character: a recurrent network predicts the next character of the novel.
import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";

class CharRNN extends nn.Module {
  embed = new nn.Embedding(65, 32);
  rnn = new nn.RNN(32, 128);
  head = new nn.Linear(128, 65);

  forward(tokens: Tensor): Tensor {
    const x = this.embed.forward(tokens);
    const [h] = this.rnn.forward(x);
    return this.head.forward(h);
  }
}

export default defineTraining({
  model: () => new CharRNN(),
  // The novel has 81 different characters: the 64 most frequent get a token number each, the others share the 65th.
  data: data.text("data/moby-dick.txt", { sequenceLength: 32, batchSize: 16, maxVocabulary: 65 }),
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.adam(parameters, { learningRate: 2e-3 }),
  clipGradNorm: 5,
  epochs: 3,
  seed: 42,
});
