// The decision surface of a model with two inputs: its output over a grid of points, with the data upon it.
import type { SurfaceAxis, SurfaceOutput, SurfacePoint, SurfaceReport } from "../../protocol/inspector/playing.ts";
import { type DataSet, evaluate } from "../../training/aside.ts";
import type { TrainingRun } from "../../training/run.ts";
import { isClassifier, type Probe, type Subject } from "./probe.ts";
import { classNames, draw, largest, packed, softmax } from "./samples.ts";

/** Places along each axis. */
const size = 48;
const mostPoints = 400;
const mostClasses = 10;
/** Places that are computed together: of two inputs it takes little memory, and small batches would take twenty times as long. */
const leastAtOnce = 256;
/** Room around the data, as a share of their range. */
const room = 0.1;

interface Sample {
  /** As the model sees them. */
  readonly input: readonly [number, number];
  readonly target: number;
  readonly validation: boolean;
}

/** Turns the scores of one place into a value and, where there are classes, the number of one. */
interface Reading {
  readonly output: SurfaceOutput;
  read(scores: Float32Array | Float64Array): { readonly value: number; readonly winner: number };
  /** Number of a target's class. */
  classOf(target: number): number;
}

/** For two float features, and one output or a few classes. */
export function surface(run: TrainingRun, probe: Probe): Subject | null {
  const { input, output, target } = probe;
  const two = input.shape.length === 2 && input.shape[1] === 2 && input.data instanceof Float32Array;
  if (!two || output.length > 2 || target.data.length !== 1) return null;
  const width = output[1] ?? 1;
  const samples = samplesOf(run);
  const reading = readingOf(run, probe, width, samples);
  if (reading === null) return null;
  const { features } = run.data;
  const axes = ([0, 1] as const).map((i) => {
    const { scale = 1, shift = 0 } = features?.[i] ?? {};
    const range = rangeOf(samples.map((sample) => sample.input[i]));
    return { ...range, scale, shift, name: features?.[i]?.name ?? `x${i === 0 ? "₁" : "₂"}` };
  });
  const [x, y] = axes;
  const points = samples.map(({ input: [px, py], ...rest }): SurfacePoint => {
    return { x: px * x.scale + x.shift, y: py * y.scale + y.shift, ...rest, target: reading.classOf(rest.target) };
  });
  const set = gridAndPoints(x, y, samples, target.shape);
  return {
    about: {
      kind: "surface",
      x: shown(x),
      y: shown(y),
      columns: size,
      rows: size,
      output: reading.output,
      points,
      samples: run.data.train.length + (run.validation?.length ?? 0),
    },
    early: true,
    compute: () => compute(run, set, width, reading, points),
  };
}

function compute(
  run: TrainingRun,
  set: DataSet,
  width: number,
  { output, read }: Reading,
  points: readonly SurfacePoint[],
): Omit<SurfaceReport, "iteration" | "epoch"> {
  const values = new Float64Array(set.length);
  const winners = new Float64Array(set.length);
  const all = Int32Array.from({ length: set.length }, (_, i) => i);
  const atOnce = Math.max(run.data.batchSize, leastAtOnce);
  evaluate(
    run,
    set,
    all,
    ({ input }, { floats }, first) => {
      for (let i = 0; i < input.shape[0]; i++) {
        const { value, winner } = read(floats.array.subarray(i * width, (i + 1) * width));
        values[first + i] = value;
        winners[first + i] = winner;
      }
      return true;
    },
    atOnce,
  );
  const grid = size * size;
  const right = points.filter(({ target }, i) => winners[grid + i] === target).length;
  return {
    kind: "surface",
    values: packed(values.subarray(0, grid)),
    winners: output.kind === "classes" ? packed(winners.subarray(0, grid)) : null,
    right: output.kind === "value" || points.length === 0 ? null : right / points.length,
  };
}

/** The places of the grid, row by row, and after them the data's own points. */
function gridAndPoints(
  x: SurfaceAxis,
  y: SurfaceAxis,
  samples: readonly Sample[],
  targetShape: readonly number[],
): DataSet {
  const at = ({ min, max }: SurfaceAxis, i: number) => min + ((max - min) * (i + 0.5)) / size;
  const grid = Array.from({ length: size * size }, (_, i) => [at(x, i % size), at(y, Math.floor(i / size))]);
  const places = Float32Array.from([...grid, ...samples.map(({ input }) => input)].flat());
  return {
    length: places.length / 2,
    batch(indices) {
      const data = new Float32Array(2 * indices.length);
      indices.forEach((index, i) => {
        data.set(places.subarray(2 * index, 2 * index + 2), 2 * i);
      });
      const target = new Int32Array(indices.length);
      return {
        input: { shape: [indices.length, 2], data },
        target: { shape: [indices.length, ...targetShape.slice(1)], data: target },
      };
    },
  };
}

function readingOf(run: TrainingRun, probe: Probe, width: number, samples: readonly Sample[]): Reading | null {
  if (isClassifier(probe)) {
    if (width < 2 || width > mostClasses) return null;
    const classes = classNames(width, run.data.classes);
    const classOf = (target: number) => target;
    if (width > 2) {
      const read: Reading["read"] = (scores) => {
        const p = softmax(scores);
        const winner = largest(p);
        return { value: p[winner], winner };
      };
      return { output: { kind: "classes", classes }, read, classOf };
    }
    return {
      output: { kind: "two", classes: [classes[0], classes[1]] },
      read: twoSided((s) => softmax(s)[1]),
      classOf,
    };
  }
  if (width !== 1) return null;
  const targets = [...new Set(samples.map(({ target }) => target))].sort((a, b) => a - b);
  const [low, high] = targets;
  const isLogit = probe.operations.has("binary cross entropy");
  if (targets.length !== 2) {
    if (isLogit) return null;
    const read: Reading["read"] = (scores) => ({ value: scores[0], winner: 0 });
    return { output: { kind: "value", name: "output" }, read, classOf: (target) => target };
  }
  const share = isLogit
    ? (s: ArrayLike<number>) => 1 / (1 + Math.exp(-s[0]))
    : (s: ArrayLike<number>) => Math.min(1, Math.max(0, (s[0] - low) / (high - low)));
  const classes: [string, string] = [String(low), String(high)];
  return { output: { kind: "two", classes }, read: twoSided(share), classOf: (target) => Number(target === high) };
}

function twoSided(share: (scores: ArrayLike<number>) => number): Reading["read"] {
  return (scores) => {
    const value = share(scores);
    return { value, winner: Number(value > 0.5) };
  };
}

/** Samples of both sets, drawn evenly when there are many. */
function samplesOf(run: TrainingRun): Sample[] {
  const { train } = run.data;
  const held = run.validation?.length ?? 0;
  const total = train.length + held;
  const limit = (length: number) => Math.round(mostPoints * Math.min(1, length / Math.max(mostPoints, total)));
  const read = (set: DataSet, validation: boolean): Sample[] => {
    const indices = draw(set.length, total <= mostPoints ? set.length : limit(set.length));
    const { input, target } = set.batch(indices);
    return Array.from(indices, (_, i) => ({
      input: [input.data[2 * i], input.data[2 * i + 1]],
      target: target.data[i],
      validation,
    }));
  };
  return [...read(train, false), ...(run.validation === null ? [] : read(run.validation, true))];
}

function rangeOf(values: readonly number[]): { readonly min: number; readonly max: number } {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const around = (high - low) * room || 1;
  return { min: low - around, max: high + around };
}

function shown({ name, min, max, scale, shift }: SurfaceAxis & { readonly scale: number; readonly shift: number }) {
  return { name, min: min * scale + shift, max: max * scale + shift };
}
