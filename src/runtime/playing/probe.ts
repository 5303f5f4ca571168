// What one sample and its output look like, which tells what can be shown of a model at play.
import type { PlayingAbout, PlayingPicture } from "../../protocol/inspector/playing.ts";
import { aside, evaluate, type PlainArray } from "../../training/aside.ts";
import type { TrainingRun } from "../../training/run.ts";

/** A picture without where in the run it belongs. */
export type Content = {
  readonly [P in PlayingPicture as P["kind"]]: Omit<P, "iteration" | "epoch">;
}[PlayingPicture["kind"]];

/** Something to show. */
export interface Subject {
  readonly about: PlayingAbout;
  /** Is it worth its time before the first iteration? */
  readonly early: boolean;
  /** To be called in `aside`. @param now milliseconds, by which a slow model's picture is cut short */
  compute(now: () => number): Content;
}

/** What one sample and its output look like. */
export interface Probe {
  readonly input: PlainArray;
  readonly target: PlainArray;
  /** [1, …] */
  readonly output: readonly number[];
  readonly operations: ReadonlySet<string>;
}

/** Are the targets classes, and the last dimension of the output scores of them? */
export function isClassifier({ operations, target }: Probe): boolean {
  return (operations.has("cross entropy") || operations.has("nll")) && target.data instanceof Int32Array;
}

/** Computes output and loss of one sample. */
export function look(run: TrainingRun): Probe | null {
  const { engine, definition, data } = run;
  const { loss } = definition;
  // what `step` makes of the model's output is its own affair
  if (loss === undefined || data.train.length === 0) return null;
  const first = Int32Array.of(0);
  const sample = data.train.batch(first);
  return aside(run, () => {
    let output: readonly number[] = [];
    const operations = new Set<string>();
    evaluate(run, data.train, first, (batch, result) => {
      output = result.shape;
      // The tape is the one place that tells which loss it is. It belongs to no iteration now, and is emptied afterwards.
      engine.recording = true;
      try {
        loss(result, batch.target);
      } finally {
        engine.recording = false;
      }
      for (const { operation } of engine.tape) operations.add(operation);
      return true;
    });
    return { ...sample, output, operations };
  });
}
