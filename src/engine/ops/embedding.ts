// Looking up rows of a table by whole numbers.
import { engine } from "../engine.ts";
import { showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { perform } from "./operation.ts";

/**
 * y[…, :] = W[token, :]. dW[token, :] += dy[…, :].
 * @param tokens `[…]`, whole numbers in [0, rows of W)
 * @param W `[rows, width]`
 * @returns `[…, width]`
 * @throws ModelError naming the token that has no row, and where it stands
 */
export function embedding(tokens: Tensor, W: Tensor): Tensor {
  const e = engine();
  const k = e.kernels;
  const [rows, width] = W.shape;
  const [indices, w] = [tokens.ints, W.floats];
  for (let i = 0; i < tokens.length; i++) {
    const token = indices.array[i];
    if (token < 0 || token >= rows) {
      throw e.error(
        `embedding: token ${token} at position ${i} of shape ${showShape(tokens.shape)} is out of range; the table has ${rows} rows, so tokens go from 0 to ${rows - 1}`,
      );
    }
  }
  return perform({
    name: "embedding",
    inputs: [tokens, W],
    shape: [...tokens.shape, width],
    forward: (y) => k.gatherRows(tokens.length, width, indices, w, y),
    backward: (dy) => k.scatterAddRows(tokens.length, width, indices, dy, W.gradient()),
  });
}
