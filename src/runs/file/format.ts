// The bytes of a file of records: each framed with its length and its checksum, so that a torn one is known. Knows no run.
//
// magic, then for each record: length of the body (uint32), CRC-32C of the body (uint32), body; little-endian.
// body: kind (1 byte), form (1 byte: 0 text, 1 deflated text), JSON as inspectorWire.ts writes it, in UTF-8.
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { crc32c } from "@aws-crypto/crc32c";
import { decode, encode } from "../../protocol/inspector/inspectorWire.ts";
import { type RecordKind, type RecordOf, type RunRecord, recordChecks } from "./record.ts";

/** The last digit is the version: a reader of another one refuses the file. */
export const magic = Buffer.from("gdruns1\n", "latin1");

const kindBytes: Readonly<Record<RecordKind, number>> = {
  header: 1,
  iterations: 2,
  statistics: 3,
  validation: 4,
  mark: 5,
  rewound: 6,
  full: 7,
  end: 8,
  label: 9,
  flow: 10,
};
const kinds = new Map(Object.entries(kindBytes).map(([kind, byte]) => [byte, kind]));

const frameBytes = 8;
/** Shorter texts do not get shorter by deflating. */
const deflateFrom = 400;
/** No record is longer: a length above it is damage, and is not believed with memory. */
const longest = 64 * 1024 * 1024;

/** A record of a file, whose checksum is right; what it says has not been looked at. */
export interface Frame {
  readonly kind: RecordKind;
  readonly body: Uint8Array;
  /** Where the next one begins. */
  readonly end: number;
}

/** How far a file could be read. */
export interface Extent {
  /** Bytes of the magic and of complete records. */
  readonly bytes: number;
  /** Why reading ended there, in words; null at the end of the file. */
  readonly broken: string | null;
}

export function encodeRecord(record: RunRecord): Uint8Array {
  const text = Buffer.from(encode(record), "utf8");
  const deflated = text.length >= deflateFrom;
  const content = deflated ? deflateRawSync(text, { level: 1 }) : text;
  const bytes = Buffer.alloc(frameBytes + 2 + content.length);
  bytes.writeUInt8(kindBytes[record.kind], frameBytes);
  bytes.writeUInt8(deflated ? 1 : 0, frameBytes + 1);
  bytes.set(content, frameBytes + 2);
  bytes.writeUInt32LE(content.length + 2, 0);
  bytes.writeUInt32LE(crc32c(bytes.subarray(frameBytes)), 4);
  return bytes;
}

/** The complete records from the beginning on, up to the first that is torn or damaged; returns how far that was. */
export function* framesOf(bytes: Uint8Array): Generator<Frame, Extent> {
  if (bytes.length < magic.length) return { bytes: 0, broken: "the file is too short to be a run" };
  if (!magic.equals(bytes.subarray(0, magic.length))) {
    return { bytes: 0, broken: "this is not a file of a run, or one of another version" };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = magic.length;
  while (start < bytes.length) {
    const at = `after ${start} of ${bytes.length} bytes`;
    if (bytes.length - start < frameBytes) return { bytes: start, broken: `the last record is torn, ${at}` };
    const length = view.getUint32(start, true);
    if (length < 2 || length > longest) return { bytes: start, broken: `the file is damaged ${at}` };
    const end = start + frameBytes + length;
    if (end > bytes.length) return { bytes: start, broken: `the last record is torn, ${at}` };
    const body = bytes.subarray(start + frameBytes, end);
    const kind = kinds.get(body[0]);
    if (crc32c(body) !== view.getUint32(start + 4, true) || !isKind(kind)) {
      return { bytes: start, broken: `the file is damaged ${at}` };
    }
    yield { kind, body, end };
    start = end;
  }
  return { bytes: start, broken: null };
}

/** What a record of this kind says, or null when it is not one: a right checksum does not make it true. */
export function decodeFrame<K extends RecordKind>(frame: Frame & { readonly kind: K }): RecordOf<K> | null {
  const value = contentOf(frame.body);
  const check = recordChecks[frame.kind];
  return check(value) ? value : null;
}

function contentOf(body: Uint8Array): unknown {
  try {
    const content = body.subarray(2);
    const bytes = body[1] === 1 ? inflateRawSync(content, { maxOutputLength: 4 * longest }) : content;
    const text = Buffer.from(bytes).toString("utf8");
    // Looking at every value costs ten times as much as reading them, and few records have a number that is marked.
    return text.includes("\\u0000") ? decode(text) : JSON.parse(text);
  } catch {
    return null; // not deflated, or not JSON: damage that the checksum did not show
  }
}

function isKind(kind: string | undefined): kind is RecordKind {
  return kind !== undefined && Object.hasOwn(kindBytes, kind);
}
