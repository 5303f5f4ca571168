// `data.mnist`: pictures of handwritten digits, from one compact file or from the IDX pair in which MNIST is published.
import { DataError } from "../engine/errors.ts";
import { type BatchOptions, checkBatching, checkFile, checkShare } from "./options.ts";
import { allSamples, type Samples, selectSamples, splitSamples } from "./samples.ts";
import type { DataSource, LoadedData } from "./source.ts";

/**
 * A compact file's name, or the two files of an IDX pair (`train-images-idx3-ubyte`, `train-labels-idx1-ubyte`).
 *
 * The compact file, integers little-endian:
 *
 * | bytes | content |
 * |---|---|
 * | 0–3 | `GDIM` in ASCII |
 * | 4–7 | number of pictures n, unsigned 32 bit |
 * | 8–11 | rows r of a picture |
 * | 12–15 | columns c of a picture |
 * | 16 … | n class numbers, one byte each |
 * | 16 + n … | n · r · c pixels, one byte each, 0 background to 255 ink, picture by picture, row by row |
 */
export type MnistFiles = string | { readonly images: string; readonly labels: string };

export interface MnistOptions extends BatchOptions {
  /** Share of the pictures to validate on (drawn by the seeded generator), or files of their own. Default 0. */
  validation?: number | MnistFiles;
}

const call = "data.mnist";

/**
 * Pictures with class numbers, paths relative to the model file: `data.mnist("mnist.bin", { validation: 0.2 })`.
 * Batches: input [batch, rows · columns] with pixels from 0 to 1 (for MNIST [batch, 784]); target [batch] class numbers.
 * Kept as float32 in memory: 4 bytes a pixel.
 * @throws DataError when a file has another format or another length than it says.
 */
export function mnist(
  files: MnistFiles,
  { batchSize = 32, shuffle = true, dropLast = false, validation = 0, ...unknown }: MnistOptions = {},
): DataSource {
  const batching = checkBatching(call, { batchSize, shuffle, dropLast }, unknown);
  checkFiles("files", files);
  if (typeof validation === "number") checkShare(call, validation);
  else checkFiles("validation", validation);

  return {
    files: [...namesOf(files), ...(typeof validation === "number" ? [] : namesOf(validation))],
    open(read, random): LoadedData {
      const samples = readPictures(files, read);
      const [count, pixels] = samples.input.shape;
      const rows = splitSamples(namesOf(files)[0], count, typeof validation === "number" ? validation : 0, random);
      return {
        ...batching,
        train: selectSamples(samples, rows.train),
        validation:
          typeof validation === "number"
            ? selectSamples(samples, rows.validation)
            : allSamples(readValidation(validation, read, pixels)),
        description: `${count} pictures of ${pixels} pixels`,
        vocabulary: null,
        picture: samples.picture,
      };
    },
  };
}

type Read = (file: string) => Uint8Array;

/** Samples that are pictures, all of one size. */
interface Pictures extends Samples {
  readonly picture: readonly [rows: number, columns: number];
}

function checkFiles(name: string, files: MnistFiles): void {
  if (typeof files === "string") {
    checkFile(call, name, files);
  } else {
    checkFile(call, `${name}.images`, files.images);
    checkFile(call, `${name}.labels`, files.labels);
  }
}

function namesOf(files: MnistFiles): string[] {
  return typeof files === "string" ? [files] : [files.images, files.labels];
}

function readValidation(files: MnistFiles, read: Read, pixels: number): Samples {
  const samples = readPictures(files, read);
  if (samples.input.shape[1] !== pixels) {
    throw new DataError(
      `its pictures have ${samples.input.shape[1]} pixels, the training pictures ${pixels}; they must be alike`,
      namesOf(files)[0],
    );
  }
  return samples;
}

function readPictures(files: MnistFiles, read: Read): Pictures {
  return typeof files === "string"
    ? readCompact(files, read(files))
    : readPair(files.images, read(files.images), files.labels, read(files.labels));
}

function readCompact(file: string, bytes: Uint8Array): Pictures {
  const view = header(file, bytes, 16);
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== "GDIM") {
    const hint = view.getUint32(0) >>> 8 === 8 ? ": an IDX file goes in as { images: …, labels: … }" : "";
    throw new DataError(`is no picture file: it begins with ${hex(bytes)}, not with "GDIM"${hint}`, file);
  }
  const [n, rows, columns] = [4, 8, 12].map((at) => view.getUint32(at, true));
  checkLength(file, bytes, 16 + n + n * rows * columns, `${n} pictures of ${rows}×${columns}`);
  return toSamples(file, n, [rows, columns], bytes.subarray(16 + n), bytes.subarray(16, 16 + n));
}

/** IDX: two zero bytes, element type (8: unsigned byte), number of dimensions, then each size big-endian. */
function readPair(images: string, imageBytes: Uint8Array, labels: string, labelBytes: Uint8Array): Pictures {
  const imageView = idxHeader(images, imageBytes, 3);
  const [n, rows, columns] = [4, 8, 12].map((at) => imageView.getUint32(at));
  checkLength(images, imageBytes, 16 + n * rows * columns, `${n} pictures of ${rows}×${columns}`);
  const labelCount = idxHeader(labels, labelBytes, 1).getUint32(4);
  checkLength(labels, labelBytes, 8 + labelCount, `${labelCount} labels`);
  if (labelCount !== n) {
    throw new DataError(`has ${labelCount} labels, but ${images} has ${n} pictures; take two files of one set`, labels);
  }
  return toSamples(images, n, [rows, columns], imageBytes.subarray(16), labelBytes.subarray(8));
}

function idxHeader(file: string, bytes: Uint8Array, dimensions: number): DataView {
  const view = header(file, bytes, 4 + 4 * dimensions);
  const magic = 0x800 + dimensions;
  if (view.getUint32(0) === magic) return view;
  const hint =
    bytes[0] === 0x1f && bytes[1] === 0x8b
      ? "; it is compressed, unpack it first (gunzip)"
      : view.getUint32(0) >>> 8 === 8
        ? "; are images and labels exchanged?"
        : "";
  const wanted = `00 00 08 0${dimensions}`;
  throw new DataError(
    `begins with ${hex(bytes)}, but IDX with ${dimensions} dimension${dimensions > 1 ? "s" : ""} begins with ${wanted}${hint}`,
    file,
  );
}

function header(file: string, bytes: Uint8Array, size: number): DataView {
  if (bytes.length < size) {
    throw new DataError(`has ${bytes.length} bytes, its header alone takes ${size}; the file is cut off`, file);
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkLength(file: string, bytes: Uint8Array, wanted: number, holds: string): void {
  if (bytes.length !== wanted) {
    throw new DataError(
      `has ${bytes.length} bytes, but ${holds} take ${wanted}; the file is damaged, get it anew`,
      file,
    );
  }
}

function toSamples(
  file: string,
  n: number,
  picture: Pictures["picture"],
  pixels: Uint8Array,
  labels: Uint8Array,
): Pictures {
  const size = picture[0] * picture[1];
  if (n * size === 0) throw new DataError(`holds ${n} pictures of ${size} pixels; it needs at least one`, file);
  const data = new Float32Array(n * size);
  for (let i = 0; i < data.length; i++) data[i] = pixels[i] / 255;
  return { input: { shape: [n, size], data }, target: { shape: [n], data: Int32Array.from(labels) }, picture };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, "0")).join(" ");
}
