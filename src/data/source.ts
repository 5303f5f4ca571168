// What a data set is to training: samples by number, given as plain arrays. Opens no file; bytes come from outside.
import type { Random } from "../engine/random.ts";

/** Numbers with a shape. Float32Array for values, Int32Array for token numbers and class labels. Row-major. */
export interface PlainArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

export interface Batch {
  readonly input: PlainArray;
  readonly target: PlainArray;
}

export interface DataSet {
  /** Number of samples. */
  readonly length: number;
  /**
   * The samples of these numbers, stacked along a new first dimension.
   * @param reuse an earlier batch that nobody needs any more: its arrays may be overwritten and returned
   */
  batch(indices: Int32Array, reuse?: Batch): Batch;
}

export interface LoadedData {
  readonly train: DataSet;
  readonly validation: DataSet | null;
  readonly batchSize: number;
  readonly shuffle: boolean;
  /** True when a last batch smaller than `batchSize` is left out. */
  readonly dropLast: boolean;
  /** One line for people: `150 rows × 4 features, 3 classes`. */
  readonly description: string;
  /** For text: the character of each token number. */
  readonly vocabulary: readonly string[] | null;
  /** What the class numbers of the targets stand for, where the data says so. */
  readonly classes?: readonly string[];
  /** What the numbers of an input [features] are, where the data says so. */
  readonly features?: readonly Feature[];
  /** Rows and columns of the picture that an input [rows · columns] is. */
  readonly picture?: readonly [rows: number, columns: number];
}

/** A named number; the data's own value is `value · scale + shift`, where it was shifted and scaled for the model. */
export interface Feature {
  readonly name: string;
  readonly scale: number;
  readonly shift: number;
}

/** What `data.csv(…)` and its siblings return: a description, opened when the run begins. */
export interface DataSource {
  /** Files it needs, relative to the model file. */
  readonly files: readonly string[];
  /** @throws DataError naming file, row and column, when the bytes are not what they should be. */
  open(read: (file: string) => Uint8Array, random: Random): LoadedData;
}
