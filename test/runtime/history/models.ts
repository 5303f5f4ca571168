// Model files whose trainings are hard to bring back: state, chance, schedules, statistics, gradients of several batches.

/** Long enough for the epochs of the models here, and of few different letters. */
export const text = Array.from({ length: 420 }, (_, i) => "abcdefgh"[(i * i + 3 * i) % 8]).join("");

const head = `import { F, data, defineTraining, nn, optim, type Tensor } from "gradient-debugger";\n`;

/** A language model of characters; 4 iterations an epoch, with validation. */
export function charModel(
  layer: string,
  options: {
    readonly training?: string;
    readonly forward?: string;
    readonly text?: string;
    readonly top?: string;
  } = {},
): string {
  const forward = options.forward ?? "return this.head.forward(this.rnn.forward(this.embed.forward(tokens))[0]);";
  return `${head}
${options.top ?? ""}
class Model extends nn.Module {
  embed = new nn.Embedding(8, 4);
  rnn = ${layer};
  head = new nn.Linear(6, 8);
  forward(tokens: Tensor): Tensor {
    ${forward}
  }
}
export default defineTraining({
  model: () => new Model(),
  data: data.text("text.txt", { sequenceLength: 5, batchSize: 16, validation: 0.1, ${options.text ?? "dropLast: true"} }),
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.adam(parameters, { learningRate: 0.01 }),
  epochs: 5,
  seed: 7,
  ${options.training ?? ""}
});
`;
}

export const charRNN = charModel("new nn.RNN(4, 6)", {
  training:
    "clipGradNorm: 0.5, optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0.1, momentum: 0.9 }),",
});

export const statefulLSTM = charModel("new nn.LSTM(4, 6, { numLayers: 2, dropout: 0.3, stateful: true })", {
  text: "stateful: true, batchSize: 36",
  training:
    "schedule: (optimizer) => optim.schedules.sequential(optimizer, [(o) => optim.schedules.linear(o), (o) => optim.schedules.exponential(o, { gamma: 0.9, interval: 'iteration' })], { milestones: [3] }),",
});

/** The last batch of its epochs is smaller than the others. */
export const accumulating = charModel("new nn.GRU(4, 6)", {
  text: "dropLast: false",
  training: "accumulate: 3, optimizer: (parameters) => optim.adamW(parameters),",
});

export const convolution = `${head}
class Model extends nn.Module {
  conv = new nn.Conv2d(1, 3, 3, { padding: 1 });
  norm = new nn.BatchNorm2d(3);
  drop = new nn.Dropout(0.2);
  head = new nn.Linear(48, 3);
  forward(x: Tensor): Tensor {
    const h = F.relu(this.norm.forward(this.conv.forward(x)));
    return this.head.forward(this.drop.forward(h.reshape(x.shape[0], 48)));
  }
}
export default defineTraining({
  model: () => new Model(),
  data: data.generate((random) => {
    const image = [Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => random.normal()))];
    return { input: image, target: random.integer(3) };
  }, { samples: 20, batchSize: 6, validation: 0.2 }),
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.rmsprop(parameters, { learningRate: 0.01, momentum: 0.5 }),
  schedule: (optimizer) => optim.schedules.plateau(optimizer, { patience: 0 }),
  epochs: 30,
  seed: 3,
});
`;
