// Options that every data source shares, and the checks that tell a mistyped one while the user's line is on the stack.
import { ModelError } from "../engine/errors.ts";

/** How samples are gathered into batches. */
export interface BatchOptions {
  /** Samples in one batch. Default 32. */
  batchSize?: number;
  /** Visit the training samples in a new random order every epoch (seeded). Default true. */
  shuffle?: boolean;
  /** Leave out a last batch that is smaller than `batchSize`. Default false. */
  dropLast?: boolean;
}

/** The part of `LoadedData` that comes from the options alone. */
export interface Batching {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
}

/** @throws ModelError when one of them is not what it should be, or when `unknown` (what is left over) is not empty. */
export function checkBatching(call: string, batching: Batching, unknown: object): Batching {
  for (const name of Object.keys(unknown)) {
    throw new ModelError(`${call} has no option "${name}"; check its spelling`);
  }
  checkWhole(call, "batchSize", batching.batchSize);
  checkFlag(call, "shuffle", batching.shuffle);
  checkFlag(call, "dropLast", batching.dropLast);
  return batching;
}

/** @throws ModelError unless `value` is a whole number of at least 1. */
export function checkWhole(call: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new ModelError(`${call}: ${name} is ${show(value)}; it must be a whole number of at least 1`);
  }
}

/** @throws ModelError unless `value` is true or false. */
export function checkFlag(call: string, name: string, value: boolean): void {
  if (typeof value !== "boolean") throw new ModelError(`${call}: ${name} is ${show(value)}; it must be true or false`);
}

/** @throws ModelError unless `value` is one of `choices` or undefined. */
export function checkChoice(call: string, name: string, value: string | undefined, choices: readonly string[]): void {
  if (value !== undefined && !choices.includes(value)) {
    throw new ModelError(`${call}: ${name} is ${show(value)}; it must be ${choices.map(show).join(" or ")}`);
  }
}

/** @throws ModelError unless `share` is a number in [0, 1). */
export function checkShare(call: string, share: number): void {
  if (typeof share !== "number" || !(share >= 0 && share < 1)) {
    throw new ModelError(
      `${call}: validation is ${show(share)}; a share must be at least 0 and less than 1, such as 0.2`,
    );
  }
}

/** @throws ModelError unless `file` is a name. */
export function checkFile(call: string, name: string, file: string): void {
  if (typeof file !== "string" || file === "") {
    throw new ModelError(
      `${call}: ${name} is ${show(file)}; it must be the name of a file, relative to the model file`,
    );
  }
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
