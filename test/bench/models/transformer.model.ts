// Benchmark: pre-norm transformer over 65 characters, 2 layers, width 128, 4 heads, 64 timesteps, batch 8, causal, Adam.
import { data, defineTraining, F, nn, optim, type Tensor } from "gradient-debugger";

const [vocabulary, width, T, batchSize] = [65, 128, 64, 8];

/** A layer of its own, because nn.TransformerEncoderLayer has the exact GELU and the workload the one with tanh. */
class Block extends nn.Module {
  norm1 = new nn.LayerNorm(width);
  attention = new nn.MultiheadAttention(width, 4);
  norm2 = new nn.LayerNorm(width);
  linear1 = new nn.Linear(width, 4 * width);
  linear2 = new nn.Linear(4 * width, width);

  forward(x: Tensor): Tensor {
    const a = this.norm1.forward(x);
    const [attended] = this.attention.forward(a, a, a, { isCausal: true, needWeights: false });
    const y = x.add(attended);
    const z = F.gelu(this.linear1.forward(this.norm2.forward(y)), { approximate: "tanh" });
    return y.add(this.linear2.forward(z));
  }
}

class Transformer extends nn.Module {
  embed = new nn.Embedding(vocabulary, width);
  position = new nn.LearnedPositionalEmbedding(T, width);
  layers = new nn.ModuleList([new Block(), new Block()]);
  norm = new nn.LayerNorm(width);
  head = new nn.Linear(width, vocabulary, { bias: false });

  forward(tokens: Tensor): Tensor {
    let x = this.position.forward(this.embed.forward(tokens));
    for (const layer of this.layers) x = layer.forward(x);
    return this.head.forward(this.norm.forward(x));
  }
}

export default defineTraining({
  model: () => new Transformer(),
  data: data.generate(
    (random) => {
      const tokens = () => Int32Array.from({ length: T }, () => random.integer(vocabulary));
      return { input: tokens(), target: tokens() };
    },
    { samples: 64 * batchSize, batchSize, inputType: "int", targetType: "int" },
  ),
  loss: F.crossEntropy,
  optimizer: (parameters) => optim.adam(parameters, { learningRate: 1e-3 }),
  epochs: 1_000_000,
});
