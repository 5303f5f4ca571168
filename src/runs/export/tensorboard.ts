// A kept run as an event file of TensorBoard: scalars over the iterations.
//
// Field numbers: tensorflow/core/util/event.proto (Event) and tensorflow/core/framework/summary.proto (Summary).
import { PbfWriter } from "pbf";
import type { StatisticsReport } from "../../protocol/events.ts";
import type { KeptRun } from "../run.ts";
import { tfRecord } from "./tfrecord.ts";

const event = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
const summary = { value: 1 } as const;
const value = { tag: 1, simpleValue: 2 } as const;

/** What TensorBoard asks the first event of a file to say. */
const fileVersion = "brain.Event:2";

export interface Scalar {
  readonly tag: string;
  readonly value: number;
}

interface Step {
  readonly iteration: number;
  readonly scalars: readonly Scalar[];
}

/** TensorBoard looks for files with `tfevents` in their names; the number is the time in seconds. */
export function eventFileName(run: KeptRun): string {
  const { started, writer } = run.header ?? { started: 0, writer: { host: "" } };
  const host = writer.host.replace(/[^A-Za-z0-9-]+/g, "-") || "host";
  return `events.out.tfevents.${Math.floor(started / 1000)}.${host}`;
}

/** The whole file. */
export function eventFile(run: KeptRun): Uint8Array {
  const started = (run.header?.started ?? 0) / 1000;
  const records = [encoded((pbf) => pbf.writeStringField(event.fileVersion, fileVersion), started)];
  const clock = new Clock(run, started);
  for (const { iteration, scalars } of stepsOf(run)) {
    if (scalars.length > 0) records.push(scalarsEvent(iteration, clock.at(iteration), scalars));
  }
  return Buffer.concat(records.map(tfRecord));
}

/** In the order of the iterations, each of which may come several times. */
function stepsOf(run: KeptRun): readonly Step[] {
  const iterations = run.iterations.map(({ iteration, loss, gradNorm, learningRate }) => ({
    iteration,
    scalars: [
      { tag: "loss", value: loss },
      { tag: "grad_norm", value: gradNorm },
      { tag: "learning_rate", value: learningRate },
    ],
  }));
  const validations = run.validations.map(({ iteration, loss, accuracy }) => ({
    iteration,
    scalars: scalarsOf({ val_loss: loss, val_accuracy: accuracy }),
  }));
  const statistics = Array.from(run.statistics(), (report) => ({
    iteration: report.iteration,
    scalars: parameterScalars(report),
  }));
  return [...iterations, ...validations, ...statistics].sort((a, b) => a.iteration - b.iteration);
}

/** TensorBoard groups charts by what stands before the slash. */
function parameterScalars({ parameters }: StatisticsReport): readonly Scalar[] {
  return parameters.flatMap(({ name, values, weightNormAfter, gradient, updateNorm, updateRatio }) =>
    scalarsOf({
      [`weight_norm/${name}`]: weightNormAfter ?? values.norm,
      [`grad_norm/${name}`]: gradient?.norm ?? null,
      [`update_norm/${name}`]: updateNorm,
      [`update_ratio/${name}`]: updateRatio,
    }),
  );
}

function scalarsOf(values: Readonly<Record<string, number | null>>): readonly Scalar[] {
  return Object.entries(values).flatMap(([tag, value]) => (value === null ? [] : [{ tag, value }]));
}

/** When an iteration ended, in seconds since 1970: the start and the time that the iterations took. */
class Clock {
  readonly #started: number;
  readonly #iterations: readonly number[];
  readonly #times: readonly number[];
  #place = 0;

  constructor(run: KeptRun, started: number) {
    let time = started;
    let last = 0;
    this.#iterations = run.iterations.map(({ iteration }) => iteration);
    this.#times = run.iterations.map(({ iteration, milliseconds }) => {
      // Those in between that were thinned out took as long.
      time += ((iteration - last) * milliseconds) / 1000;
      last = iteration;
      return time;
    });
    this.#started = started;
  }

  /** Asked in ascending order. */
  at(iteration: number): number {
    while (this.#place < this.#iterations.length && this.#iterations[this.#place] <= iteration) this.#place += 1;
    return this.#times[this.#place - 1] ?? this.#started;
  }
}

function scalarsEvent(iteration: number, time: number, scalars: readonly Scalar[]): Uint8Array {
  return encoded((pbf) => {
    pbf.writeVarintField(event.step, iteration);
    pbf.writeMessage(event.summary, writeSummary, scalars);
  }, time);
}

function encoded(write: (pbf: PbfWriter) => void, time: number): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeDoubleField(event.wallTime, time);
  write(pbf);
  return pbf.finish();
}

function writeSummary(scalars: readonly Scalar[], pbf: PbfWriter): void {
  for (const scalar of scalars) pbf.writeMessage(summary.value, writeScalar, scalar);
}

function writeScalar(scalar: Scalar, pbf: PbfWriter): void {
  pbf.writeStringField(value.tag, scalar.tag);
  pbf.writeFloatField(value.simpleValue, scalar.value);
}
