// `data.generate`: samples drawn by a function of the seeded generator, once, when the run begins.
import { ModelError } from "../engine/errors.ts";
import type { Random } from "../engine/random.ts";
import { describeSamples } from "./arrays.ts";
import { type ElementOptions, type NestedNumbers, samplesFromNested } from "./nested.ts";
import { type BatchOptions, checkBatching, checkChoice, checkShare, checkWhole } from "./options.ts";
import { selectSamples, splitSamples } from "./samples.ts";
import type { DataSource, LoadedData } from "./source.ts";

/** Makes sample number `index` (from 0); all randomness must come from `random`, so that a run can be repeated. */
export type SampleFunction = (
  random: Random,
  index: number,
) => { readonly input: NestedNumbers; readonly target: NestedNumbers };

export interface GenerateOptions extends BatchOptions, ElementOptions {
  /** How many samples to draw. Default 1000. */
  samples?: number;
  /** Share of the samples to validate on. Default 0. */
  validation?: number;
}

const call = "data.generate";

/**
 * Samples from a function that returns one sample at a time; all must have the same shape:
 * `data.generate((random) => { const x = random.uniform(-3, 3); return { input: [x], target: [Math.sin(x)] }; })`.
 * The same seed gives the same samples, and every epoch visits the same ones.
 * @throws DataError naming the sample when shapes differ or a value is not finite.
 */
export function generate(
  sample: SampleFunction,
  {
    batchSize = 32,
    shuffle = true,
    dropLast = false,
    validation = 0,
    samples = 1000,
    inputType,
    targetType,
    ...unknown
  }: GenerateOptions = {},
): DataSource {
  if (typeof sample !== "function") {
    throw new ModelError(
      `${call}: the first argument is a ${typeof sample}; it must be a function that returns a sample`,
    );
  }
  const batching = checkBatching(call, { batchSize, shuffle, dropLast }, unknown);
  checkWhole(call, "samples", samples);
  checkShare(call, validation);
  checkChoice(call, "inputType", inputType, ["float", "int"]);
  checkChoice(call, "targetType", targetType, ["float", "int"]);

  return {
    files: [],
    open(_read, random): LoadedData {
      const drawn = Array.from({ length: samples }, (_, i) => draw(sample, random, i));
      const all = samplesFromNested(
        call,
        { input: drawn.map((s) => s.input), target: drawn.map((s) => s.target) },
        { inputType, targetType },
      );
      const rows = splitSamples(call, samples, validation, random);
      return {
        ...batching,
        train: selectSamples(all, rows.train),
        validation: selectSamples(all, rows.validation),
        description: describeSamples(all),
        vocabulary: null,
      };
    },
  };
}

function draw(sample: SampleFunction, random: Random, index: number): ReturnType<SampleFunction> {
  const drawn = sample(random, index);
  // Model files run without a type check, so the function may return anything.
  if (drawn?.input === undefined || drawn.target === undefined) {
    throw new ModelError(`${call}: the function did not return { input, target } for sample ${index}`);
  }
  return drawn;
}
