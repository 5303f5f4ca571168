// data.csv: columns, class numbers, normalising, and errors with file, line and cell.
import assert from "node:assert/strict";
import test from "node:test";
import { type CsvOptions, csv } from "../../src/data/index.ts";
import { assertDataError, numbers, open, wholeBatch } from "./helpers.ts";

const flowers = "length,width,species\n1,10,rose\n2,20,aster\n3,30,rose\n6,60,iris\n";

const opened = (content: string, options: CsvOptions = {}) => open(csv("f.csv", options), { "f.csv": content });
const fails = (content: string, options: CsvOptions = {}) => {
  return (row: number, column: number, message: RegExp) =>
    assertDataError(() => opened(content, options), { file: "f.csv", row, column, message });
};

test("labels become class numbers in sorted order, and the last column is the target", () => {
  const { train, description } = opened(flowers, { normalize: false });
  assert.deepEqual(wholeBatch(train), {
    input: { shape: [4, 2], data: Float32Array.of(1, 10, 2, 20, 3, 30, 6, 60) },
    // aster 0, iris 1, rose 2
    target: { shape: [4], data: Int32Array.of(2, 0, 2, 1) },
  });
  assert.equal(description, "4 rows × 2 features, 3 classes (aster, iris, rose)");
});

test("a numeric target is regression and has one column of its own", () => {
  const { train, description } = opened("x,y\n1,2.5\n2,3\n");
  assert.deepEqual(wholeBatch(train).target, { shape: [2, 1], data: Float32Array.of(2.5, 3) });
  assert.equal(description, "2 rows × 1 features, target y");
});

test("classes written as numbers are sorted by value when the task says classification", () => {
  const { train } = opened("x,class\n1,10\n2,9\n3,10\n", { task: "classification" });
  assert.deepEqual(wholeBatch(train).target, { shape: [3], data: Int32Array.of(1, 0, 1) });
});

test("target and features can be chosen, and features keep the order given", () => {
  const { train } = opened("a,b,c,d\n1,2,3,4\n5,6,7,8\n", { target: "b", features: ["d", "a"], normalize: false });
  assert.deepEqual(wholeBatch(train), {
    input: { shape: [2, 2], data: Float32Array.of(4, 1, 8, 5) },
    target: { shape: [2, 1], data: Float32Array.of(2, 6) },
  });
});

test("features are normalised to mean 0 and standard deviation 1", () => {
  // mean 3, population variance ((−2)² + (−1)² + 0 + 3²)/4 = 3.5
  const { input } = wholeBatch(opened(flowers).train);
  const std = Math.sqrt(3.5);
  const column = numbers(input).filter((_, i) => i % 2 === 0);
  for (const [i, x] of [1, 2, 3, 6].entries()) assert.equal(column[i], Math.fround((x - 3) / std));
});

test("the scale comes from the training rows alone and is used for validation too", () => {
  const rows = Array.from({ length: 10 }, (_, i) => `${i * i},${i}`).join("\n");
  const plain = opened(`x,y\n${rows}\n`, { validation: 0.3, normalize: false });
  const scaled = opened(`x,y\n${rows}\n`, { validation: 0.3 });
  const x = numbers(wholeBatch(plain.train).input);
  assert.equal(x.length, 7);
  const mean = x.reduce((a, b) => a + b) / 7;
  const std = Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / 7);
  const expected = (values: number[]) => values.map((v) => Math.fround((v - mean) / std));
  assert.deepEqual(numbers(wholeBatch(scaled.train).input), expected(x));
  assert.deepEqual(numbers(wholeBatch(scaled.validation).input), expected(numbers(wholeBatch(plain.validation).input)));
});

test("a constant column is shifted to 0 and not divided by 0", () => {
  const { input } = wholeBatch(opened("x,y\n7,1\n7,2\n").train);
  assert.deepEqual(numbers(input), [0, 0]);
});

test("large values with small differences keep them: normalising happens in float64", () => {
  // float32 steps are 128 at 1.6e9, so these three would be one value
  const { input } = wholeBatch(opened("time,y\n1600000000,1\n1600000001,2\n1600000002,3\n").train);
  // mean 1600000001, variance (1 + 0 + 1)/3
  assert.deepEqual(
    numbers(input),
    [-1, 0, 1].map((d) => Math.fround(d / Math.sqrt(2 / 3))),
  );
});

test("validation from another file uses the training file's columns, classes and scale", () => {
  const source = csv("f.csv", { validation: "g.csv" });
  assert.deepEqual(source.files, ["f.csv", "g.csv"]);
  const { train, validation } = open(source, { "f.csv": flowers, "g.csv": "species,width,length\nrose,30,3\n" });
  assert.equal(train.length, 4);
  // both features of this row are the training means, 3 and 30
  assert.deepEqual(wholeBatch(validation), {
    input: { shape: [1, 2], data: Float32Array.of(0, 0) },
    target: { shape: [1], data: Int32Array.of(2) },
  });
  assertDataError(() => open(source, { "f.csv": flowers, "g.csv": "species,width,length\nlily,30,3\n" }), {
    file: "g.csv",
    row: 2,
    column: 1,
    message: /target "species" is "lily" here, which is no class of the training rows \(aster, iris, rose\)/,
  });
});

test("quoted cells, Windows line ends, blank lines, blanks around cells and a byte order mark are read", () => {
  const { train } = opened('\uFEFFx,"the, name"\r\n\r\n 1 ,"a ""b"""\r\n2,c\r\n', { normalize: false });
  assert.deepEqual(numbers(wholeBatch(train).input), [1, 2]);
  const semicolons = opened("x;y\n1;2\n", { delimiter: ";", normalize: false });
  assert.deepEqual(numbers(wholeBatch(semicolons.train).input), [1]);
});

test("a cell that is no number is an error at its line and place", () => {
  fails("x,y\n1,2\n\n3x,4\n")(4, 1, /column "x" has "3x" here, which is not a number/);
  fails("x,y\n1,2\n3,\n")(3, 2, /column "y" has no value here/);
  fails("x,y\n1,2\n,4\n")(3, 1, /column "x" has no value here/);
  fails("x,y\nNaN,2\n3,4\n")(2, 1, /column "x" is NaN here/);
  fails("x,y\n1,nan\n3,4\n")(2, 2, /column "y" is NaN here/);
  fails("x,y\n1,2\n3,Infinity\n")(3, 2, /column "y" has Infinity here; every value must be finite/);
  fails("x,y\n1e39,2\n3,4\n")(2, 1, /column "x" has 1e39 here/);
});

test("a label column with a number in it, or the other way round, is an error that says where both stand", () => {
  fails("x,y\n1,2\n3,4\n5,lots\n")(4, 2, /target "y" is "lots" here, but "2" in row 2/);
  fails("x,y\n1,rose\n3,4\n")(3, 2, /target "y" is "4" here, but "rose" in row 2: .*task: "classification"/);
  fails("x,y\n1,rose\n3,\n")(3, 2, /target "y" has no value here/);
});

test("a ragged row says which value is missing or too many", () => {
  fails("x,y,z\n1,2,3\n4,5\n")(3, 3, /has 2 values here, but 3 column names; the value of "z" is missing/);
  fails("x,y\n1,2\n3,4,5\n")(3, 3, /has 3 values here, but 2 column names; "5" is one too many/);
});

test("the line of a row after a cell with line ends inside is the file's", () => {
  fails('x,y\n1,"a\nb"\nbad,c\n')(4, 1, /"bad" here, which is not a number/);
  fails('x,y\n1,a\nbad,"a\nb"\n')(3, 1, /"bad" here, which is not a number/);
});

test("an empty file, a file without rows and broken quotes are errors", () => {
  fails("")(0, 0, /is empty; it needs a row of column names/);
  fails("x,y\n")(0, 0, /has column names but no row of data/);
  fails('x,y\n1,"a\n')(2, 0, /ends inside a value in double quotes/);
  fails('x,y\n1,a"b"\n')(2, 0, /has a double quote inside a value/);
  fails('x,y\n1,"a"b\n')(2, 0, /has text after the closing double quote/);
});

test("a column that does not exist is an error that names those there are", () => {
  fails(flowers, { target: "Species" })(1, 0, /has no column "Species"; its columns are length, width, species/);
  fails(flowers, { features: ["height"] })(1, 0, /has no column "height"; its columns are/);
  fails(flowers, { features: ["width", "species"] })(1, 0, /column "species" is the target and among the features/);
  fails("x;y\n1;2\n")(1, 0, /leaves no feature .*its only column is "x;y"/);
  fails("x,y,x\n1,2,3\n")(1, 3, /columns 1 and 3 have the same name "x"/);
});

test("bytes that are not UTF-8 are an error at their line", () => {
  const latin1 = Uint8Array.from([..."x,y\n1,caf"].map((c) => c.charCodeAt(0)).concat([0xe9, 0x0a]));
  assertDataError(() => open(csv("f.csv"), { "f.csv": latin1 }), { file: "f.csv", row: 2, message: /is not UTF-8/ });
});
