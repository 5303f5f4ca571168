// Layers without a time axis within a whole training: the numeric gradient check, dropout, running statistics.
import assert from "node:assert/strict";
import { test } from "node:test";
import { nn, type Tensor } from "../../src/api.ts";
import { checkGradients } from "../../src/training/gradcheck.ts";
import { counting, smallRun, time, vocabulary } from "./small.ts";

class Transformer extends nn.Module {
  embed = new nn.Embedding(vocabulary, 4);
  position = new nn.LearnedPositionalEmbedding(time, 4);
  layer = new nn.TransformerEncoderLayer(4, 2, {
    dimFeedforward: 6,
    dropout: 0.2,
    activation: "gelu",
    normFirst: true,
  });
  norm = new nn.RMSNorm(4);
  head = new nn.Linear(4, vocabulary);

  forward(tokens: Tensor): Tensor {
    const x = this.layer.forward(this.position.forward(this.embed.forward(tokens)), { isCausal: true });
    return this.head.forward(this.norm.forward(x));
  }
}

class Convolutional extends nn.Module {
  embed = new nn.Embedding(vocabulary, 4);
  conv = new nn.Conv1d(4, 6, 3, { padding: 1 });
  norm = new nn.BatchNorm1d(6);
  activation = new nn.SiLU();
  head = new nn.Linear(6, vocabulary);

  forward(tokens: Tensor): Tensor {
    const x = this.embed.forward(tokens).transpose(1, 2);
    return this.head.forward(this.activation.forward(this.norm.forward(this.conv.forward(x))).transpose(1, 2));
  }
}

for (const [title, model] of [
  ["a transformer with dropout", () => new Transformer()],
  ["a convolution with batch norm", () => new Convolutional()],
] as const) {
  test(`the numeric check agrees with the gradients of ${title}`, () => {
    const checks = checkGradients(smallRun({ model }));
    for (const { name, worst } of checks) assert.ok(worst < 1e-5, `${name}: ${worst}`);
  });

  test(`${title} learns to count`, () => {
    const run = smallRun({ model, epochs: 150 });
    run.run();
    assert.ok((run.loss?.item() ?? Number.NaN) < 0.3, `loss ${run.loss?.item()}`);
  });
}

test("validation uses the running statistics and does not move them", () => {
  const run = smallRun({ model: () => new Convolutional(), data: counting(8, { validation: 4 }), epochs: 3 });
  run.run();
  // 8 samples in batches of 4, three times; the validation batches do not count
  assert.deepEqual(run.model.stateDict().get("norm.num_batches_tracked")?.toFlatArray(), [6]);
});
