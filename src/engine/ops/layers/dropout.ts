// Dropout: elements that are left out at random in training.
import { engine } from "../../engine.ts";
import type { Tensor } from "../../tensor.ts";
import { perform } from "../operation.ts";

/**
 * Inverted dropout (Srivastava et al. 2014): in training each element is zero with probability p and else divided by 1 − p;
 * otherwise the input itself. The mask comes from the training's seeded generator. y = x ⊙ mask, dx = dy ⊙ mask.
 * @throws ModelError when p does not lie in [0, 1)
 */
export function dropout(x: Tensor, p = 0.5, training = true): Tensor {
  const e = engine();
  const k = e.kernels;
  if (!(p >= 0 && p < 1)) throw e.error(`dropout: the probability must lie in [0, 1), but it is ${p}`);
  if (!training || p === 0) return x;
  const n = x.length;
  const values = x.floats;
  const mask = k.memory.floats(n, !e.iterating);
  k.layers.dropoutMask(n, p, e.random, mask);
  return perform({
    name: "dropout",
    inputs: [x],
    shape: x.shape,
    forward: (y) => k.binary("mul", n, values, mask, y),
    backward: (dy) => k.multiplyAdd(n, dy, mask, x.gradient()),
  });
}
