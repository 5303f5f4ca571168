// The safetensors format: a length, a JSON header with names, types, shapes and offsets, then the bytes. Data, not code.
import { DataError } from "../engine/errors.ts";

export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** No header that is larger than this is read, in bytes; the reference implementation has the same limit. */
const headerLimit = 100_000_000;

/** Writes float tensors, in the order of the map. */
export function writeSafetensors(tensors: ReadonlyMap<string, NamedArray>): Uint8Array {
  const header: Record<string, { dtype: string; shape: readonly number[]; data_offsets: [number, number] }> = {};
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const dtype = data instanceof Float64Array ? "F64" : "F32";
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  // padded with blanks so that the data begin at a multiple of 8
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(8 + length + offset).fill(0x20, 8, 8 + length);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(json, 8);
  let at = 8 + length;
  for (const { data } of tensors.values()) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}

/**
 * Reads tensors of F32, F64 and I64 (as numbers), checking every size before it is used.
 * @throws DataError saying what is wrong with the file and where
 */
export function readSafetensors(bytes: Uint8Array, file: string): Map<string, NamedArray> {
  const wrong = (message: string) => new DataError(`not a valid safetensors file: ${message}`, file);
  if (bytes.length < 8) throw wrong(`it has ${bytes.length} bytes, too few for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > Math.min(headerLimit, bytes.length - 8))
    throw wrong(`its header claims ${length} bytes, but the file has ${bytes.length}`);
  const start = 8 + length;
  const tensors = new Map<string, NamedArray>();
  for (const [name, entry] of Object.entries(parseHeader(bytes.subarray(8, start), wrong))) {
    if (name === "__metadata__") continue;
    const { dtype, shape, offsets } = checkEntry(name, entry, wrong);
    const width = dtype === "F32" ? 4 : 8;
    const count = shape.reduce((n, d) => n * d, 1);
    const [from, to] = offsets;
    if (from > to || start + to > bytes.length || to - from !== count * width) {
      throw wrong(
        `tensor ${name} of shape [${shape.join(", ")}] and type ${dtype} needs ${count * width} bytes, but its place is ${from} to ${to} of ${bytes.length - start}`,
      );
    }
    // copied, because a place need not be aligned
    const copy = new Uint8Array(to - from);
    copy.set(bytes.subarray(start + from, start + to));
    tensors.set(name, { shape, data: decode[dtype](copy.buffer) });
  }
  return tensors;
}

/** Whole numbers are what PyTorch counts in, such as the batches that a BatchNorm has seen. */
const decode = {
  F32: (bytes: ArrayBuffer) => new Float32Array(bytes),
  F64: (bytes: ArrayBuffer) => new Float64Array(bytes),
  I64: (bytes: ArrayBuffer) => Float64Array.from(new BigInt64Array(bytes), Number),
};

function isReadable(dtype: unknown): dtype is keyof typeof decode {
  return typeof dtype === "string" && Object.hasOwn(decode, dtype);
}

function parseHeader(bytes: Uint8Array, wrong: (message: string) => DataError): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw wrong(`its header is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw wrong("its header is not an object");
  return { ...parsed };
}

function checkEntry(name: string, entry: unknown, wrong: (message: string) => DataError) {
  if (
    typeof entry !== "object" ||
    entry === null ||
    !("dtype" in entry) ||
    !("shape" in entry) ||
    !("data_offsets" in entry)
  ) {
    throw wrong(`tensor ${name} lacks dtype, shape or data_offsets`);
  }
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isReadable(dtype)) throw wrong(`tensor ${name} has type ${String(dtype)}; F32, F64 and I64 can be read`);
  if (!isSizes(shape)) throw wrong(`tensor ${name} has the shape ${JSON.stringify(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2)
    throw wrong(`tensor ${name} has the data_offsets ${JSON.stringify(offsets)}`);
  return { dtype, shape, offsets: [offsets[0], offsets[1]] as const };
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
