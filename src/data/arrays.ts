// `data.arrays`: samples written in the model file itself, or imported from JSON.
import { DataError } from "../engine/errors.ts";
import { type ElementOptions, elementType, type NestedNumbers, samplesFromNested } from "./nested.ts";
import { type BatchOptions, checkBatching, checkChoice, checkShare } from "./options.ts";
import { allSamples, type Samples, selectSamples, splitSamples } from "./samples.ts";
import type { DataSource, LoadedData } from "./source.ts";

/** Inputs and targets of all samples; entry i of both belongs to sample i. */
export interface NestedSamples {
  readonly input: NestedNumbers;
  readonly target: NestedNumbers;
}

export interface ArraysOptions extends BatchOptions, ElementOptions {
  /** Share of the samples to validate on (drawn by the seeded generator), or samples of their own. Default 0. */
  validation?: number | NestedSamples;
}

const call = "data.arrays";

/**
 * Samples from nested arrays: `data.arrays({ input: [[0, 0], [0, 1]], target: [0, 1] })` has 2 samples with an input of
 * shape [2] and a class number each. Batches: input [batch, …], target [batch, …].
 * @throws DataError naming the place (`input[3][1]`) when arrays are ragged, hold NaN or have no samples.
 */
export function arrays(
  samples: NestedSamples,
  {
    batchSize = 32,
    shuffle = true,
    dropLast = false,
    validation = 0,
    inputType,
    targetType,
    ...unknown
  }: ArraysOptions = {},
): DataSource {
  const batching = checkBatching(call, { batchSize, shuffle, dropLast }, unknown);
  checkChoice(call, "inputType", inputType, ["float", "int"]);
  checkChoice(call, "targetType", targetType, ["float", "int"]);
  // Read now and not at `open`, so that an error stands on the user's own line.
  const all = samplesFromNested(call, samples, { inputType, targetType });
  const held = typeof validation === "number" ? null : validationSamples(validation, all);
  if (typeof validation === "number") checkShare(call, validation);

  return {
    files: [],
    open(_read, random): LoadedData {
      const rows = splitSamples(call, all.input.shape[0], typeof validation === "number" ? validation : 0, random);
      return {
        ...batching,
        train: selectSamples(all, rows.train),
        validation: held === null ? selectSamples(all, rows.validation) : allSamples(held),
        description: describeSamples(all),
        vocabulary: null,
      };
    },
  };
}

/** `150 samples, input [4], target class number` */
export function describeSamples({ input, target }: Samples): string {
  const n = input.shape[0];
  const one = target.shape.length === 1;
  const what =
    elementType(target) === "int" && one ? "class number" : one ? "number" : `[${target.shape.slice(1).join(", ")}]`;
  return `${n} sample${n === 1 ? "" : "s"}, input [${input.shape.slice(1).join(", ")}], target ${what}`;
}

function validationSamples(given: NestedSamples, train: Samples): Samples {
  const name = `${call} validation`;
  const held = samplesFromNested(name, given, {
    inputType: elementType(train.input),
    targetType: elementType(train.target),
  });
  for (const part of ["input", "target"] as const) {
    const ours = held[part].shape.slice(1).join(", ");
    const theirs = train[part].shape.slice(1).join(", ");
    if (ours !== theirs) {
      throw new DataError(`${part} of a sample has shape [${ours}], in the training samples [${theirs}]`, name);
    }
  }
  return held;
}
