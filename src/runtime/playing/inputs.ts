// What goes into a model, as a small picture when it is one, else as text.
import type { PictureShape } from "../../protocol/inspector/playing.ts";
import type { Feature, PlainArray } from "../../training/aside.ts";
import type { TrainingRun } from "../../training/run.ts";

/** Smaller than this in either direction nobody would call it a picture. */
const leastSide = 8;
/** Larger ones are not sent. */
const mostPixels = 128 * 128;
/** Numbers of one input that are written out. */
const mostNumbers = 8;

/** Of an input [1, …]; null when it is no picture. */
export function pictureShape({ data }: TrainingRun, { shape, data: values }: PlainArray): PictureShape | null {
  if (values instanceof Int32Array) return null;
  const found = shapeOf(shape.slice(1), data.picture);
  if (found === null) return null;
  const { rows, columns } = found;
  return Math.min(rows, columns) >= leastSide && rows * columns <= mostPixels ? found : null;
}

function shapeOf(shape: readonly number[], flat: readonly [number, number] | undefined): PictureShape | null {
  const [a, b, c] = shape;
  if (shape.length === 1 && flat !== undefined) return { rows: flat[0], columns: flat[1], channels: 1 };
  // MNIST, as everybody flattens it
  if (shape.length === 1 && a === 784) return { rows: 28, columns: 28, channels: 1 };
  if (shape.length === 2) return { rows: a, columns: b, channels: 1 };
  return shape.length === 3 && (a === 1 || a === 3) ? { rows: b, columns: c, channels: a } : null;
}

/** Brightness from the least to the largest value of the input; in the order of rows, columns, channels. */
export function pictureBytes({ data }: PlainArray, { rows, columns, channels }: PictureShape): Uint8Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const bytes = new Uint8Array(data.length);
  const pixels = rows * columns;
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < channels; c++) {
      bytes[i * channels + c] = Math.round((255 * (data[c * pixels + i] - low)) / (high - low || 1));
    }
  }
  return bytes;
}

/** `petal length 4.9, petal width 1.8`, in the data's own units where they are known. */
export function describeInput({ data: { features } }: TrainingRun, { data }: PlainArray): string {
  const numbers = Array.from(data.slice(0, mostNumbers), (value, i) => {
    const feature = features?.length === data.length ? features[i] : undefined;
    if (feature === undefined) return short(value);
    return `${feature.name.replaceAll("_", " ")} ${short(original(value, feature))}`;
  });
  return data.length > mostNumbers ? `${numbers.join(", ")} …` : numbers.join(", ");
}

/** The data's own value; what is left of 0 after 32 bits of precision is 0. */
function original(value: number, { scale, shift }: Feature): number {
  const result = value * scale + shift;
  return Math.abs(result) < 1e-6 * (Math.abs(value * scale) + Math.abs(shift)) ? 0 : result;
}

/** Three significant digits at least, and no zeros after the last of them. */
function short(value: number): string {
  return String(Number(value.toPrecision(Math.abs(value) < 1000 ? 3 : 6)));
}
