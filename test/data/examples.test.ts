// The example workspace's data files as the build makes them: what is in them, and that they are made only once.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { csv, mnist, text } from "../../src/data/index.ts";
import type { DataSource } from "../../src/data/source.ts";
import { Random } from "../../src/engine/random.ts";
import { numbers, wholeBatch } from "./helpers.ts";

const script = fileURLToPath(new URL("../../media/buildExamples.mjs", import.meta.url));
let folder = "";

const build = () => execFileSync(process.execPath, [script, folder], { encoding: "utf8" });
const open = (source: DataSource) => source.open((name) => readFileSync(path.join(folder, name)), new Random(42));
const countOf = (classes: ArrayLike<number>, n: number) =>
  Array.from({ length: n }, (_, c) => Array.from(classes).filter((x) => x === c).length);

before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "examples-"));
  assert.equal(build().trim().split("\n").length, 3);
});
after(() => rmSync(folder, { recursive: true }));

test("Iris: 150 flowers with 4 measurements, 50 of each species", () => {
  const { train, description } = open(csv("iris.csv", { target: "species" }));
  assert.equal(description, "150 rows × 4 features, 3 classes (setosa, versicolor, virginica)");
  assert.deepEqual(countOf(wholeBatch(train).target.data, 3), [50, 50, 50]);
});

test("MNIST: 10,000 digits of 28 × 28 pixels with ink in every one, mixed so that any thousand has all ten digits", () => {
  const { train } = open(mnist("mnist.bin"));
  const { input, target } = wholeBatch(train);
  assert.deepEqual(input.shape, [10000, 784]);
  for (let i = 0; i < 10000; i++) {
    const most = Math.max(...input.data.subarray(i * 784, (i + 1) * 784));
    assert.ok(most > 0.5 && most <= 1, `picture ${i}: ${most}`);
  }
  for (let start = 0; start < 10000; start += 1000) {
    const counts = countOf(target.data.subarray(start, start + 1000), 10);
    assert.ok(Math.min(...counts) > 60, `from ${start}: ${counts}`);
  }
});

test("Moby Dick: the novel from first to last sentence, in 65 token numbers", () => {
  const whole = readFileSync(path.join(folder, "moby-dick.txt"), "utf8");
  assert.match(whole, /^CHAPTER 1\. Loomings\.\n\nCall me Ishmael\./);
  assert.match(whole, /only found another orphan\.\n$/);
  assert.equal(whole.match(/^CHAPTER \d+\./gm)?.length, 135);
  const { train, validation, vocabulary } = open(
    text("moby-dick.txt", { sequenceLength: 32, batchSize: 16, maxVocabulary: 65 }),
  );
  assert.equal(vocabulary?.length, 65);
  assert.ok(train.length > 30000 && validation !== null && validation.length > 3000);
  const highest = numbers(wholeBatch(train).input).reduce((a, b) => Math.max(a, b), 0);
  assert.ok(highest <= 64, `token ${highest}`);
});

test("files that are newer than their sources are left alone, older ones are made again", () => {
  assert.equal(build(), "");
  utimesSync(path.join(folder, "iris.csv"), 0, 0);
  assert.match(build(), /^wrote .*iris\.csv\n$/);
});
