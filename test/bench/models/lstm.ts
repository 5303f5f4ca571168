// What the two LSTM benchmarks share: the training of a character model of any hidden size, on random characters.
import { defineTraining, F, nn, optim, type Tensor } from "gradient-debugger";
import { oneHotSequences, vocabulary } from "./recurrent.ts";

class CharLSTM extends nn.Module {
  readonly lstm: nn.LSTM;
  readonly head: nn.Linear;

  constructor(hidden: number) {
    super();
    this.lstm = new nn.LSTM(vocabulary, hidden);
    this.head = new nn.Linear(hidden, vocabulary);
  }

  forward(x: Tensor): Tensor {
    const [h] = this.lstm.forward(x);
    return this.head.forward(h);
  }
}

export function lstmTraining(hidden: number, T: number, batchSize: number) {
  return defineTraining({
    model: () => new CharLSTM(hidden),
    data: oneHotSequences(T, batchSize),
    loss: F.crossEntropy,
    optimizer: (parameters) => optim.adam(parameters, { learningRate: 1e-3 }),
    epochs: 1_000_000,
  });
}
