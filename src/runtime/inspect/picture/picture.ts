// Makes the picture of a tensor: its shape cut to two dimensions, its elements to cells. Changes nothing.
import {
  type Extreme,
  largestPicture,
  type TensorPicture,
  type TensorQuestion,
  type Window,
} from "../../../protocol/inspector/tensorPicture.ts";
import { counted, histograms } from "./histogram.ts";
import { blocks, everyNth, lookedAt, type Numbers, survey } from "./numbers.ts";

const defaultRows = 96;
const defaultColumns = 160;
const extremes = 10;

type Drawn = Omit<TensorPicture, "name" | "part" | "parameter" | "iteration" | "parts">;

/** @param limit elements that are looked at: of a larger tensor every n-th is */
export function draw(
  numbers: Numbers,
  shape: readonly number[],
  question: TensorQuestion,
  limit: number = lookedAt,
): Drawn {
  const width = shape.at(-1) ?? 1;
  const height = shape.at(-2) ?? 1;
  const leading = shape.slice(0, -2);
  const slice = leading.map((size, i) => indexWithin(question.slice?.[i], size));
  const window = windowWithin(question.window, height, width);
  const rows = Math.min(window.rows, limited(question.rows, defaultRows));
  const columns = Math.min(window.columns, limited(question.columns, defaultColumns));
  const every = everyNth(numbers.length, width, limit);
  const histogramEvery = everyNth(numbers.length, width, counted);
  const { statistics, largest, places } = survey(numbers, every, extremes);
  const offset = slice.reduce((at, index, i) => at * leading[i] + index, 0) * height * width;
  const cells = everyNth(window.rows * window.columns, width, limit);
  return {
    shape,
    slice,
    window,
    rows,
    columns,
    values:
      numbers.length === 0
        ? []
        : blocks(numbers, { offset, width, window, every: cells }, { rows, columns }).map(short),
    statistics,
    largest,
    ...histograms(numbers, histogramEvery, statistics.min, statistics.max),
    extremes: places.map((place): Extreme => ({ index: indexOf(place, shape), value: short(valueAt(numbers, place)) })),
    every,
    histogramEvery,
  };
}

/** Of a float32 no digit is lost, and the message is half as long. */
function short(value: number): number {
  return Number(value.toPrecision(9));
}

function valueAt({ array, minus }: Numbers, place: number): number {
  return minus === null ? array[place] : array[place] - minus[place];
}

function indexOf(place: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = place;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    index.unshift(rest % shape[dim]);
    rest = Math.floor(rest / shape[dim]);
  }
  return index;
}

function limited(asked: number | undefined, otherwise: number): number {
  return Math.min(largestPicture, Math.max(1, wholeNumber(asked, otherwise)));
}

function indexWithin(asked: number | undefined, size: number): number {
  const index = wholeNumber(asked, 0);
  return index >= 0 && index < size ? index : 0;
}

function windowWithin(asked: Window | undefined, height: number, width: number): Window {
  const row = indexWithin(asked?.row, height);
  const column = indexWithin(asked?.column, width);
  const part = (count: number | undefined, left: number) => Math.min(left, Math.max(1, wholeNumber(count, left)));
  return { row, column, rows: part(asked?.rows, height - row), columns: part(asked?.columns, width - column) };
}

function wholeNumber(asked: number | undefined, otherwise: number): number {
  return typeof asked === "number" && Number.isFinite(asked) ? Math.floor(asked) : otherwise;
}
