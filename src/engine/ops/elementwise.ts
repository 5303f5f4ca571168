// Elementwise operations with broadcasting. The derivatives stand in the kernels' `unaryBackward` and below.
import { engine } from "../engine.ts";
import type { BinaryOp, FloatBuffer, UnaryOp } from "../kernels/kernels.ts";
import { broadcastShape, sameShape, showShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { perform } from "./operation.ts";
import { expand } from "./views.ts";

/** y = f(x), element by element. */
export function unary(op: UnaryOp, x: Tensor): Tensor {
  const k = engine().kernels;
  const values = x.floats;
  return perform({
    name: op,
    inputs: [x],
    shape: x.shape,
    forward: (y) => k.unary(op, x.length, values, y),
    backward: (dy, y) => k.unaryBackward(op, x.length, values, y, dy, x.gradient()),
  });
}

/**
 * z = x ∘ y with NumPy's broadcasting; a number stands for a tensor filled with it.
 * @throws ModelError with both shapes when they do not broadcast
 */
export function binary(op: BinaryOp, x: Tensor, operand: Tensor | number): Tensor {
  const e = engine();
  const y = typeof operand === "number" ? constant(operand) : operand;
  const shape = sameShape(x.shape, y.shape) ? x.shape : broadcastShape(x.shape, y.shape);
  if (shape === null) {
    throw e.error(
      `${op}: shapes ${showShape(x.shape)} and ${showShape(y.shape)} do not broadcast; sizes must be equal or 1, counted from the last dimension`,
    );
  }
  return same(op, expand(x, shape), expand(y, shape));
}

/** z = x ∘ y for equal shapes. */
function same(op: BinaryOp, x: Tensor, y: Tensor): Tensor {
  const k = engine().kernels;
  const n = x.length;
  const [a, b] = [x.floats, y.floats];
  return perform({
    name: op,
    inputs: [x, y],
    shape: x.shape,
    forward: (z) => k.binary(op, n, a, b, z),
    backward: (dz, z) => {
      const t = k.memory.floats(op === "div" ? n : 0, false);
      switch (op) {
        case "add": // dx = dz, dy = dz
          if (x.requiresGrad) passOn(x, dz);
          if (y.requiresGrad) passOn(y, dz);
          return;
        case "sub": // dx = dz, dy = −dz
          if (x.requiresGrad) passOn(x, dz);
          if (y.requiresGrad) k.axpy(n, -1, dz, y.gradient());
          return;
        case "mul": // dx = dz ⊙ y, dy = dz ⊙ x
          if (x.requiresGrad) k.multiplyAdd(n, dz, b, x.gradient());
          if (y.requiresGrad) k.multiplyAdd(n, dz, a, y.gradient());
          return;
        case "div": // dx = dz / y, dy = −dz ⊙ z / y
          k.binary("div", n, dz, b, t);
          if (x.requiresGrad) k.axpy(n, 1, t, x.gradient());
          if (y.requiresGrad) {
            k.binary("mul", n, t, z, t);
            k.axpy(n, -1, t, y.gradient());
          }
          return;
      }
    },
  });
}

/** A scalar that needs no gradient. */
function constant(value: number): Tensor {
  const e = engine();
  const buffer = e.kernels.memory.floats(1, !e.iterating);
  buffer.set(0, value);
  return new Tensor(buffer, [], { persistent: !e.iterating });
}

/** dx += dz */
function passOn(x: Tensor, dz: FloatBuffer): void {
  const k = engine().kernels;
  const { buffer: dx, accumulate } = x.gradientTarget();
  if (accumulate) k.axpy(x.length, 1, dz, dx);
  else k.copy(x.length, dz, dx);
}
