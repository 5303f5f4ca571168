// Model files of the kinds that the flow has to draw; small, with data made by formula.

const begin = `import { nn, F, optim, data, defineTraining, type Tensor } from "gradient-debugger";
`;

/** A definition over made-up samples; `input` and `target` are expressions of `random`. */
function definition(
  model: string,
  input: string,
  target: string,
  rest: string,
  type: "float" | "int" = "float",
): string {
  return `export default defineTraining({
  model: () => new ${model}(),
  data: data.generate((random) => ({ input: ${input}, target: ${target} }), { samples: 24, batchSize: 4${type === "int" ? ', inputType: "int", targetType: "int"' : ""} }),
  ${rest}
  optimizer: (parameters) => optim.adam(parameters),
  seed: 1,
});
`;
}

const row = (n: number): string => `Array.from({ length: ${n} }, () => random.normal())`;
const rows = (t: number, n: number): string => `Array.from({ length: ${t} }, () => ${row(n)})`;
const tokens = (t: number, n: number): string => `Array.from({ length: ${t} }, () => random.integer(${n}))`;
const crossEntropy = "loss: F.crossEntropy,";

export const mlp = `${begin}class Mlp extends nn.Module {
  net = new nn.Sequential(new nn.Linear(6, 8), new nn.ReLU(), new nn.Linear(8, 3));

  forward(x: Tensor): Tensor {
    return this.net.forward(x);
  }
}
${definition("Mlp", row(6), "random.integer(3)", crossEntropy)}`;

/** As the example, with 8 timesteps. */
export const charRnn = `${begin}class CharRNN extends nn.Module {
  embed = new nn.Embedding(12, 8);
  rnn = new nn.RNN(8, 16);
  head = new nn.Linear(16, 12);

  forward(tokens: Tensor): Tensor {
    const x = this.embed.forward(tokens);
    const [h] = this.rnn.forward(x);
    return this.head.forward(h);
  }
}
${definition("CharRNN", tokens(8, 12), tokens(8, 12), crossEntropy, "int")}`;

/** Two layers, two directions. */
export const stacked = `${begin}class Stacked extends nn.Module {
  lstm = new nn.LSTM(3, 6, { numLayers: 2, bidirectional: true });
  head = new nn.Linear(12, 2);

  forward(x: Tensor): Tensor {
    const [h] = this.lstm.forward(x);
    return this.head.forward(h.select(1, -1));
  }
}
${definition("Stacked", rows(5, 3), "random.integer(2)", crossEntropy)}`;

/** Two encoder layers; places are a parameter that belongs to no layer. */
export const transformer = encoder(2);

/** The same with twelve: several hundred operations. */
export const largeTransformer = encoder(12);

function encoder(layers: number): string {
  return `${begin}import { randn } from "gradient-debugger";

class Encoder extends nn.Module {
  embed = new nn.Embedding(12, 16);
  places = new nn.Parameter(randn(6, 16));
  layers = new nn.ModuleList(Array.from({ length: ${layers} }, () => new nn.TransformerEncoderLayer(16, 2, { dimFeedforward: 32, dropout: 0, normFirst: true })));
  head = new nn.Linear(16, 12);

  forward(tokens: Tensor): Tensor {
    let x = this.embed.forward(tokens).add(this.places);
    for (const layer of this.layers) x = layer.forward(x);
    return this.head.forward(x);
  }
}
${definition("Encoder", tokens(6, 12), tokens(6, 12), crossEntropy, "int")}`;
}

/** A residual block by hand, called for three layers in a loop, and a convolution before it. */
export const residualCnn = `${begin}class Block extends nn.Module {
  first = new nn.Conv2d(4, 4, 3, { padding: 1 });
  second = new nn.Conv2d(4, 4, 3, { padding: 1 });

  forward(x: Tensor): Tensor {
    const y = F.relu(this.first.forward(x));
    return x.add(this.second.forward(y));
  }
}

class ResNet extends nn.Module {
  stem = new nn.Conv2d(1, 4, 3, { padding: 1 });
  blocks = new nn.Sequential(new Block(), new Block());
  head = new nn.Linear(4 * 36, 3);

  forward(x: Tensor): Tensor {
    const features = this.blocks.forward(this.stem.forward(x.reshape(-1, 1, 6, 6)));
    return this.head.forward(features.flatten(1));
  }
}
${definition("ResNet", row(36), "random.integer(3)", crossEntropy)}`;

/** One layer called twice, and one called for each of six timesteps. */
export const shared = `${begin}import { cat } from "gradient-debugger";

class Shared extends nn.Module {
  mix = new nn.Linear(4, 4);
  cell = new nn.Linear(8, 4);
  head = new nn.Linear(4, 2);

  forward(x: Tensor): Tensor {
    let h = this.mix.forward(x.select(1, 0));
    h = this.mix.forward(F.tanh(h));
    for (let t = 0; t < 6; t++) h = F.tanh(this.cell.forward(cat([x.select(1, t), h], 1)));
    return this.head.forward(h);
  }
}
${definition("Shared", rows(6, 4), "random.integer(2)", crossEntropy)}`;

/** A step of its own, a frozen layer, and one with a low-rank path. */
export const lora = `${begin}class Adapted extends nn.Module {
  base = new nn.Linear(6, 8);
  head = nn.lora(new nn.Linear(8, 3), { rank: 2 });

  constructor() {
    super();
    this.base.freeze("**");
  }

  forward(x: Tensor): Tensor {
    return this.head.forward(F.relu(this.base.forward(x)));
  }
}
${definition(
  "Adapted",
  row(6),
  "random.integer(3)",
  `step: (model, batch) => {
    const output = model.forward(batch.input);
    return F.crossEntropy(output, batch.target).add(output.square().mean().mul(0.01));
  },`,
)}`;

/** A hundred layers one after the other. */
export const deep = `${begin}class Deep extends nn.Module {
  net = new nn.Sequential(...Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? new nn.Linear(6, 6) : new nn.Tanh())));

  forward(x: Tensor): Tensor {
    return this.net.forward(x);
  }
}
${definition("Deep", row(6), "random.integer(6)", crossEntropy)}`;

/** Calls its layer twice in odd iterations, once in even ones. */
export const changing = `${begin}class Changing extends nn.Module {
  body = new nn.Linear(4, 4);
  head = new nn.Linear(4, 2);
  iteration = 0;

  forward(x: Tensor): Tensor {
    this.iteration++;
    let h = F.tanh(this.body.forward(x));
    if (this.iteration % 2 === 1) h = F.tanh(this.body.forward(h));
    return this.head.forward(h);
  }
}
${definition("Changing", row(4), "random.integer(2)", crossEntropy)}`;

/** y = x·w with w = 2 and L = mean(y²), on the batch x = (1, 2): small enough to reckon with a pencil. */
export const byHand = `${begin}import { tensor } from "gradient-debugger";

class ByHand extends nn.Module {
  w = new nn.Parameter(tensor([[2]]));

  forward(x: Tensor): Tensor {
    return x.matmul(this.w);
  }
}
export default defineTraining({
  model: () => new ByHand(),
  data: data.arrays({ input: [[1], [2]], target: [[0], [0]] }, { batchSize: 2, shuffle: false }),
  loss: F.mseLoss,
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0 }),
  epochs: 3,
  seed: 1,
});
`;

/** Its middle divides by zero in the third iteration. */
export const broken = `${begin}class Broken extends nn.Module {
  first = new nn.Linear(4, 4);
  second = new nn.Linear(4, 4);
  head = new nn.Linear(4, 2);
  iteration = 0;

  forward(x: Tensor): Tensor {
    this.iteration++;
    const h = this.second.forward(F.tanh(this.first.forward(x)));
    return this.head.forward(h.div(this.iteration === 3 ? 0 : 1));
  }
}
${definition("Broken", row(4), "random.integer(2)", crossEntropy)}`;

/** Adam on a model that takes a while: what a picture of it costs can be measured. */
export const longRun = `${begin}class Long extends nn.Module {
  rnn = new nn.RNN(16, 48);
  head = new nn.Linear(48, 8);

  forward(x: Tensor): Tensor {
    const [h] = this.rnn.forward(x);
    return this.head.forward(h.select(1, -1));
  }
}
${definition("Long", rows(24, 16), "random.integer(8)", `${crossEntropy}\n  epochs: 1000,`)}`;
