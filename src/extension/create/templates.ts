// The model files that "New Model" writes. Text only; knows no VS Code.

export interface Template {
  readonly label: string;
  readonly detail: string;
  /** Suggested file name without `.model.ts`. */
  readonly name: string;
  /** The model file; `name` is the chosen file name without `.model.ts`. */
  source(name: string): string;
  /** Files that it reads, by name, beside it. */
  data(name: string): Readonly<Record<string, string>>;
}

export const templates: readonly Template[] = [
  {
    label: "MLP",
    detail: "Learns two moons: a classifier with one hidden layer on generated points",
    name: "two-moons",
    source: () => mlp,
    data: () => ({}),
  },
  {
    label: "char-RNN",
    detail: "Learns a text letter by letter: embedding, recurrent layer, head",
    name: "char-rnn",
    source: (name) => charRnn(`${name}.txt`),
    data: (name) => ({ [`${name}.txt`]: poem }),
  },
];

const mlp = `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";

class MLP extends nn.Module {
  hidden = new nn.Linear(2, 16);
  head = new nn.Linear(16, 2);

  forward(x: Tensor): Tensor {
    const h = F.tanh(this.hidden.forward(x));
    return this.head.forward(h);
  }
}

/** Points of two interleaved half circles, and which of the two each belongs to. */
const moons = data.generate(
  (random) => {
    const label = random.integer(2);
    const angle = Math.PI * random.uniform();
    const x = label === 0 ? Math.cos(angle) : 1 - Math.cos(angle);
    const y = label === 0 ? Math.sin(angle) : 0.5 - Math.sin(angle);
    return { input: [x + 0.1 * random.normal(), y + 0.1 * random.normal()], target: label };
  },
  { samples: 512, batchSize: 32, validation: 0.2 },
);

export default defineTraining({
  model: () => new MLP(),
  data: moons,
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.adam(parameters, { learningRate: 1e-2 }),
  epochs: 20,
  seed: 42,
});
`;

const charRnn = (file: string) => `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";

// The most frequent characters get a token number each; were there more, the others would share the last one.
const vocabulary = 64;

class CharRNN extends nn.Module {
  embed = new nn.Embedding(vocabulary, 16);
  rnn = new nn.RNN(16, 64);
  head = new nn.Linear(64, vocabulary);

  forward(tokens: Tensor): Tensor {
    const x = this.embed.forward(tokens);
    const [h] = this.rnn.forward(x);
    return this.head.forward(h);
  }
}

export default defineTraining({
  model: () => new CharRNN(),
  data: data.text("${file}", { sequenceLength: 16, batchSize: 8, maxVocabulary: vocabulary }),
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.adam(parameters, { learningRate: 5e-3 }),
  clipGradNorm: 5,
  epochs: 30,
  seed: 42,
});
`;

const poem = `A gradient came down the hill,
it asked the slope which way to go;
the slope said nothing, standing still,
and pointed to the vale below.

It took one step, and then one more,
each step as long as it was steep,
and passed the place it passed before
with less to lose and more to keep.

The layers whispered, one by one,
the part of it that each had made;
the last one said: when I am done
I send it back with what I weighed.

So back it went through every gate,
through every hour it had seen,
and some forgot it, small and late,
and some grew loud where it had been.

Then every weight moved by a hair,
and no one saw it from outside;
the error was no longer there
where it had been so deep and wide.

And down the hill, and down again,
a little lower every day,
until the ground was flat, and then
it had no more to give or say.
`;
