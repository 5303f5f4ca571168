// What the recurrent benchmarks share: random characters as one-hot rows, the data of a model that predicts the next one.
// One-hot rows and not an nn.Embedding: PyTorch's and TensorFlow.js's versions multiply the rows by W_xh too, and looking
// them up would spare us a product that the others compute.
import { data } from "gradient-debugger";

export const vocabulary = 65;

/** Batches of input `[batch, T, 65]` and target `[batch, T]`. */
export function oneHotSequences(T: number, batchSize: number) {
  return data.generate(
    (random) => ({
      input: Array.from({ length: T }, () => {
        const row = new Float32Array(vocabulary);
        row[random.integer(vocabulary)] = 1;
        return row;
      }),
      target: Int32Array.from({ length: T }, () => random.integer(vocabulary)),
    }),
    { samples: 64 * batchSize, batchSize, targetType: "int" },
  );
}
