// `data.text`: a text cut into sequences of characters, each to be predicted one character ahead.
import { DataError, ModelError } from "../engine/errors.ts";
import { decodeText } from "./decode.ts";
import { type BatchOptions, checkBatching, checkFile, checkFlag, checkShare, checkWhole } from "./options.ts";
import type { Batch, DataSet, DataSource, LoadedData } from "./source.ts";

export interface TextOptions extends BatchOptions {
  /** Characters in one sequence: the number of timesteps. Default 32. */
  sequenceLength?: number;
  /** Characters from the beginning of one sequence to that of the next. Default: `sequenceLength`, so none overlap. */
  stride?: number;
  /** Share of the text to validate on, always its end, or another file. Default 0.1. */
  validation?: number | string;
  /**
   * At most this many token numbers: the most frequent characters keep theirs and all others share the last one. So
   * the size of the model's first and last layer is known before the text is.
   */
  maxVocabulary?: number;
  /** The number of token numbers the model is built for; a text with another number of characters is an error. */
  vocabularySize?: number;
  /**
   * Row b of every batch continues row b of the batch before, for recurrent layers that carry their state
   * (`stateful: true`): the text is cut into `batchSize` streams, nothing is shuffled, and what does not fill the streams
   * is left out. Default false.
   */
  stateful?: boolean;
  /** Turn capital letters into small ones. Default false. */
  lowercase?: boolean;
}

const call = "data.text";
/** U+FFFD stands for every character that `maxVocabulary` leaves no token number for. */
const rareCharacter = 0xfffd;
/** One more than the highest code point. */
const codePointLimit = 0x110000;

/**
 * Sequences of characters of a UTF-8 text, path relative to the model file:
 * `data.text("moby-dick.txt", { sequenceLength: 32, batchSize: 16, maxVocabulary: 65 })`.
 * The token number of a character is its place in the sorted list of all characters of the text.
 * Batches: input [batch, time] token numbers; target [batch, time], the same one character later.
 * @throws DataError when the text is too short, not UTF-8, or its vocabulary has another size than `vocabularySize`.
 */
export function text(
  file: string,
  {
    batchSize = 32,
    stateful = false,
    shuffle = !stateful,
    dropLast = false,
    validation = 0.1,
    sequenceLength = 32,
    stride = sequenceLength,
    maxVocabulary,
    vocabularySize,
    lowercase = false,
    ...unknown
  }: TextOptions = {},
): DataSource {
  const batching = checkBatching(call, { batchSize, shuffle, dropLast }, unknown);
  checkFile(call, "file", file);
  checkWhole(call, "sequenceLength", sequenceLength);
  checkWhole(call, "stride", stride);
  checkFlag(call, "lowercase", lowercase);
  checkFlag(call, "stateful", stateful);
  if (stateful && (shuffle || stride !== sequenceLength)) {
    throw new ModelError(
      `${call}: with stateful the sequences must follow each other, but ${shuffle ? "shuffle is true" : `stride is ${stride} and sequenceLength ${sequenceLength}`}`,
    );
  }
  if (typeof validation === "string") checkFile(call, "validation", validation);
  else checkShare(call, validation);
  if (vocabularySize !== undefined) checkWhole(call, "vocabularySize", vocabularySize);
  if (maxVocabulary !== undefined && !(Number.isInteger(maxVocabulary) && maxVocabulary >= 2)) {
    throw new ModelError(`${call}: maxVocabulary is ${maxVocabulary}; it must be a whole number of at least 2`);
  }

  return {
    files: typeof validation === "string" ? [file, validation] : [file],
    open(read): LoadedData {
      const characters = (name: string): Int32Array => {
        const whole = decodeText(name, read(name));
        return codePoints(lowercase ? whole.toLowerCase() : whole);
      };
      const first = characters(file);
      const second = typeof validation === "string" ? characters(validation) : new Int32Array(0);
      const vocabulary = vocabularyOf([first, second], maxVocabulary);
      checkSize(file, vocabulary.length, vocabularySize);
      const tokens = tokenNumbers(first, vocabulary);
      const cut = typeof validation === "string" ? first.length : Math.round(first.length * (1 - validation));
      const sequences = (name: string, part: string, of: Int32Array): DataSet =>
        streams(sequenceSet(name, part, of, sequenceLength, stride), stateful ? batchSize : 1);

      return {
        ...batching,
        train: sequences(file, "training", tokens.subarray(0, cut)),
        validation:
          typeof validation === "string"
            ? sequences(validation, "validation", tokenNumbers(second, vocabulary))
            : validation === 0
              ? null
              : sequences(file, "validation", tokens.subarray(cut)),
        description: `${first.length} characters, ${vocabulary.length} different, sequences of ${sequenceLength}`,
        vocabulary: vocabulary.map((c) => String.fromCodePoint(c)),
      };
    },
  };
}

/** A million characters as numbers take some milliseconds; as an array of strings they would take half a second. */
function codePoints(whole: string): Int32Array {
  const points = new Int32Array(whole.length);
  let count = 0;
  for (let i = 0; i < whole.length; i++) {
    const point = whole.codePointAt(i)!;
    points[count++] = point;
    if (point > 0xffff) i++;
  }
  return points.subarray(0, count);
}

/** All characters in the order of their code points; with a maximum, the most frequent ones and the rare one last. */
function vocabularyOf(texts: readonly Int32Array[], maximum: number | undefined): readonly number[] {
  const counts = new Uint32Array(codePointLimit);
  for (const points of texts) for (const c of points) counts[c]++;
  const all: number[] = [];
  for (let c = 0; c < codePointLimit; c++) if (counts[c] > 0) all.push(c);
  if (maximum === undefined || all.length <= maximum) return all;
  // The sort is stable, so that of two characters of equal frequency the one with the lower code point stays.
  const frequent = all
    .filter((c) => c !== rareCharacter)
    .sort((a, b) => counts[b] - counts[a])
    .slice(0, maximum - 1);
  return [...frequent.sort((a, b) => a - b), rareCharacter];
}

function checkSize(file: string, size: number, wanted: number | undefined): void {
  if (wanted === undefined || size === wanted) return;
  const fold =
    size > wanted ? `, or write maxVocabulary: ${wanted} so that rare characters share one token number` : "";
  throw new DataError(
    `has ${size} different characters, but vocabularySize is ${wanted}; write ${size} there and in the model${fold}`,
    file,
  );
}

function tokenNumbers(points: Int32Array, vocabulary: readonly number[]): Int32Array {
  const numbers = new Int32Array(codePointLimit).fill(vocabulary.length - 1);
  vocabulary.forEach((c, i) => {
    numbers[c] = i;
  });
  return points.map((c) => numbers[c]);
}

/**
 * The sequences in an order in which every batch of `count` continues the batch before: sample i is sequence i ÷ count of
 * stream i mod count, and a stream is an equal share of consecutive sequences.
 */
function streams(set: DataSet, count: number): DataSet {
  if (count === 1) return set;
  const each = Math.floor(set.length / count);
  return {
    length: each * count,
    batch: (indices) => set.batch(indices.map((i) => (i % count) * each + Math.floor(i / count))),
  };
}

/** Sequence i is x = tokens[i·stride, …) of length T with the targets y_t = x_{t+1}. */
function sequenceSet(file: string, part: string, tokens: Int32Array, T: number, stride: number): DataSet {
  const length = Math.floor((tokens.length - 1 - T) / stride) + 1;
  if (length < 1) {
    throw new DataError(
      `has ${tokens.length} characters for ${part}, but one sequence with its targets takes ${T + 1}; use a longer text, a shorter sequenceLength or another validation share`,
      file,
    );
  }
  return {
    length,
    batch(indices: Int32Array): Batch {
      const input = new Int32Array(indices.length * T);
      const target = new Int32Array(indices.length * T);
      for (let i = 0; i < indices.length; i++) {
        const start = indices[i] * stride;
        input.set(tokens.subarray(start, start + T), i * T);
        target.set(tokens.subarray(start + 1, start + 1 + T), i * T);
      }
      const shape = [indices.length, T];
      return { input: { shape, data: input }, target: { shape, data: target } };
    },
  };
}
