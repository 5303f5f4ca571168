// data.text: token numbers, sequences with the next character as target, and the size of the vocabulary.
import assert from "node:assert/strict";
import test from "node:test";
import { type TextOptions, text } from "../../src/data/index.ts";
import { ModelError } from "../../src/engine/errors.ts";
import { assertDataError, open, wholeBatch } from "./helpers.ts";

const opened = (content: string, options: TextOptions) => open(text("t.txt", options), { "t.txt": content });

test("each sequence is followed by itself one character later", () => {
  // sorted characters: a 0, b 1, c 2
  const { train, validation, vocabulary } = opened("abcabca", { sequenceLength: 3, validation: 0 });
  assert.deepEqual(vocabulary, ["a", "b", "c"]);
  assert.deepEqual(wholeBatch(train), {
    input: { shape: [2, 3], data: Int32Array.of(0, 1, 2, 0, 1, 2) },
    target: { shape: [2, 3], data: Int32Array.of(1, 2, 0, 1, 2, 0) },
  });
  assert.equal(validation, null);
});

test("a sequence whose last target is missing is left out", () => {
  assert.equal(opened("abcabc", { sequenceLength: 3, validation: 0 }).train.length, 1);
  assert.equal(opened("abca", { sequenceLength: 3, validation: 0 }).train.length, 1);
});

test("a stride of 1 gives a sequence for every beginning", () => {
  const { train } = opened("abcab", { sequenceLength: 3, stride: 1, validation: 0 });
  assert.equal(train.length, 2);
  assert.deepEqual(train.batch(Int32Array.of(1)).input, { shape: [1, 3], data: Int32Array.of(1, 2, 0) });
});

test("validation is the end of the text, not pieces of it", () => {
  const { train, validation } = opened("aaaaaaaabbbbbbbb", { sequenceLength: 2, validation: 0.5 });
  // 8 characters each: floor((8 − 1)/2) = 3 sequences
  assert.deepEqual(wholeBatch(train).input.data, new Int32Array(6).fill(0));
  assert.deepEqual(wholeBatch(validation).input.data, new Int32Array(6).fill(1));
});

test("validation from another file shares the vocabulary", () => {
  const source = text("t.txt", { sequenceLength: 2, validation: "v.txt" });
  const { train, validation, vocabulary } = open(source, { "t.txt": "aca", "v.txt": "bca" });
  assert.deepEqual(vocabulary, ["a", "b", "c"]);
  assert.deepEqual(wholeBatch(train).input.data, Int32Array.of(0, 2));
  assert.deepEqual(wholeBatch(validation).input.data, Int32Array.of(1, 2));
});

test("maxVocabulary keeps the most frequent characters and gives all others the last number", () => {
  // c 4×, a 3×, b 1×, d 1×: two stay, in sorted order
  const options: TextOptions = { sequenceLength: 8, validation: 0, maxVocabulary: 3 };
  const { train, vocabulary } = opened("ccccaaabd", options);
  assert.deepEqual(vocabulary, ["a", "c", "\uFFFD"]);
  const { input, target } = wholeBatch(train);
  assert.deepEqual(input.data, Int32Array.of(1, 1, 1, 1, 0, 0, 0, 2));
  assert.deepEqual(target.data, Int32Array.of(1, 1, 1, 0, 0, 0, 2, 2));
});

test("maxVocabulary changes nothing when the text has no more characters", () => {
  const { vocabulary } = opened("abcabc", { sequenceLength: 2, validation: 0, maxVocabulary: 3 });
  assert.deepEqual(vocabulary, ["a", "b", "c"]);
});

test("of two characters of equal frequency the one that sorts first stays", () => {
  const { vocabulary } = opened("zzybx", { sequenceLength: 2, validation: 0, maxVocabulary: 3 });
  assert.deepEqual(vocabulary, ["b", "z", "\uFFFD"]);
});

test("a character outside the basic plane is one token", () => {
  const { train, vocabulary, description } = opened("a😀a", { sequenceLength: 2, validation: 0 });
  assert.deepEqual(vocabulary, ["a", "😀"]);
  assert.deepEqual(wholeBatch(train).target.data, Int32Array.of(1, 0));
  assert.equal(description, "3 characters, 2 different, sequences of 2");
});

test("lowercase and Windows line ends make fewer characters", () => {
  const { vocabulary } = opened("Aa\r\nBb", { sequenceLength: 2, validation: 0, lowercase: true });
  assert.deepEqual(vocabulary, ["\n", "a", "b"]);
});

test("a vocabulary of another size than the model's is an error with both sizes and both ways out", () => {
  assertDataError(() => opened("abcabc", { sequenceLength: 2, validation: 0, vocabularySize: 2 }), {
    file: "t.txt",
    message: /has 3 different characters, but vocabularySize is 2; write 3 .*, or write maxVocabulary: 2/,
  });
  assertDataError(() => opened("abcabc", { sequenceLength: 2, validation: 0, vocabularySize: 4 }), {
    file: "t.txt",
    message: /has 3 different characters, but vocabularySize is 4; write 3 there and in the model$/,
  });
  assert.equal(opened("abcabc", { sequenceLength: 2, validation: 0, vocabularySize: 3 }).train.length, 2);
});

test("a text too short for one sequence is an error that says for which part", () => {
  assertDataError(() => opened("", { sequenceLength: 4 }), {
    file: "t.txt",
    message: /has 0 characters for training, but one sequence with its targets takes 5/,
  });
  assertDataError(() => opened("abcdefghij", { sequenceLength: 4, validation: 0.1 }), {
    file: "t.txt",
    message: /has 1 characters for validation/,
  });
});

test("bytes that are not UTF-8 are an error at their line", () => {
  const bytes = Uint8Array.of(0x61, 0x0a, 0x62, 0xff, 0x0a);
  assertDataError(() => open(text("t.txt"), { "t.txt": bytes }), { file: "t.txt", row: 2, message: /is not UTF-8/ });
});

test("options out of range are named where the source is made", () => {
  const wrong: readonly [TextOptions, RegExp][] = [
    [{ sequenceLength: 0 }, /sequenceLength is 0/],
    [{ stride: 0 }, /stride is 0/],
    [{ maxVocabulary: 1 }, /maxVocabulary is 1; it must be a whole number of at least 2/],
    [{ vocabularySize: 1.5 }, /vocabularySize is 1\.5/],
    [{ validation: "" }, /validation is ""; it must be the name of a file/],
  ];
  for (const [options, message] of wrong) {
    assert.throws(
      () => text("t.txt", options),
      (e) => e instanceof ModelError && message.test(e.message),
    );
  }
});
