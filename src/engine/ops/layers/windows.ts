// Windows that slide over an image: sizes of what convolution and pooling give, and the parameters of both. Knows no values.
import { engine } from "../../engine.ts";
import { type Shape, showShape } from "../../shape.ts";

/** One number for all directions, or one for each: height, then width. */
export type PerAxis = number | readonly number[];

/** A window in two directions; one-dimensional windows have height 1. */
export interface Windows {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
}

/** Images that windows slide over: `[samples, channels, height, width]` in, `[samples, …, rows, columns]` out. */
export interface Image {
  readonly samples: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly rows: number;
  readonly columns: number;
  /** The input's shape without channels and positions: `[N]`, or empty for a single image. */
  readonly lead: Shape;
}

/**
 * Fills in what is missing and checks what is there.
 * @throws ModelError naming the option when it is not a whole number in range
 */
export function windowsOf(
  name: string,
  axes: 1 | 2,
  kernel: PerAxis,
  { stride = 1, padding = 0, dilation = 1 }: { stride?: PerAxis; padding?: PerAxis; dilation?: PerAxis },
): Windows {
  const pair = (what: string, value: PerAxis, least: number, missing: number): [number, number] => {
    const list = typeof value === "number" ? Array.from({ length: axes }, () => value) : value;
    if (list.length !== axes || list.some((v) => !Number.isInteger(v) || v < least)) {
      throw engine().error(
        `${name}: ${what} must be ${axes === 1 ? "one whole number" : "one or two whole numbers"} of at least ${least}, but it is ${showShape(list)}`,
      );
    }
    return axes === 1 ? [missing, list[0]] : [list[0], list[1]];
  };
  return {
    kernel: pair("kernelSize", kernel, 1, 1),
    stride: pair("stride", stride, 1, 1),
    padding: pair("padding", padding, 0, 0),
    dilation: pair("dilation", dilation, 1, 1),
  };
}

/**
 * What windows make of an input `[N, C, H, W]` or `[C, H, W]`, with one axis `[N, C, L]` or `[C, L]`.
 * Output size along an axis: ⌊(size + 2 padding − dilation (kernel − 1) − 1) / stride⌋ + 1.
 * @throws ModelError with the shape when it has other dimensions, or is smaller than one window
 */
export function imageOf(name: string, axes: 1 | 2, shape: Shape, windows: Windows): Image {
  const batched = shape.length === axes + 2;
  if (!batched && shape.length !== axes + 1) {
    const wanted = axes === 1 ? "[N, C, L] or [C, L]" : "[N, C, H, W] or [C, H, W]";
    throw engine().error(`${name}: the input must be ${wanted}, but its shape is ${showShape(shape)}`);
  }
  const [samples, rest] = batched ? [shape[0], shape.slice(1)] : [1, shape];
  const [channels, height, width] = axes === 1 ? [rest[0], 1, rest[1]] : rest;
  const { kernel, stride, padding, dilation } = windows;
  const places = (size: number, axis: 0 | 1) =>
    Math.floor((size + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis]) + 1;
  const [rows, columns] = [places(height, 0), places(width, 1)];
  if (rows < 1 || columns < 1) {
    const of = (pair: readonly number[]) => showShape(axes === 1 ? pair.slice(1) : pair);
    throw engine().error(
      `${name}: a window of ${of(kernel)} (dilation ${of(dilation)}) does not fit into the input of shape ${showShape(shape)} with padding ${of(padding)}`,
    );
  }
  return { samples, channels, height, width, rows, columns, lead: batched ? [samples] : [] };
}
