// Making tensors from numbers. Made while the model is being made they last; made in forward() they last one iteration.
import { engine } from "./engine.ts";
import { type Shape, showShape } from "./shape.ts";
import { type NestedNumbers, Tensor } from "./tensor.ts";

/**
 * A tensor of these numbers, as deep as the arrays are nested.
 * @throws ModelError when a row is longer or shorter than its neighbours
 */
export function tensor(values: NestedNumbers): Tensor {
  const shape: number[] = [];
  for (let v: NestedNumbers = values; typeof v !== "number"; v = v[0]) {
    shape.push(v.length);
    if (v.length === 0) break;
  }
  const flat: number[] = [];
  const collect = (v: NestedNumbers, depth: number): void => {
    if (typeof v === "number") flat.push(v);
    const size = typeof v === "number" ? undefined : v.length;
    if (size !== shape[depth]) {
      throw engine().error(
        `tensor: rows differ in length; at depth ${depth} one has ${size ?? "no"} elements and another ${shape[depth] ?? "none"}`,
      );
    }
    if (typeof v !== "number") for (const inner of v) collect(inner, depth + 1);
  };
  collect(values, 0);
  return filled(shape, (i) => flat[i]);
}

export function zeros(...shape: number[]): Tensor {
  return filled(shape, () => 0);
}

export function ones(...shape: number[]): Tensor {
  return filled(shape, () => 1);
}

/** Standard normal numbers from the training's seeded generator. */
export function randn(...shape: number[]): Tensor {
  const { random } = engine();
  return filled(shape, () => random.normal());
}

/** Numbers uniform in [0, 1) from the training's seeded generator. */
export function rand(...shape: number[]): Tensor {
  const { random } = engine();
  return filled(shape, () => random.uniform());
}

/** A tensor of this shape whose i-th element, in row-major order, is `value(i)`. */
export function filled(shape: Shape, value: (i: number) => number): Tensor {
  const e = engine();
  if (shape.some((d) => !Number.isInteger(d) || d < 0))
    throw e.error(`a shape is made of whole numbers of at least 0, but it is ${showShape(shape)}`);
  const buffer = e.floats(shape, "a tensor");
  for (let i = 0; i < buffer.length; i++) buffer.array[i] = value(i);
  return new Tensor(buffer, shape, { persistent: !e.iterating });
}
