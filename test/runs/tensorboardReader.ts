// Reads TensorFlow event files, written from the format's description alone: nothing of it is shared with the writer.
import assert from "node:assert/strict";

export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly fileVersion: string;
  readonly scalars: readonly { readonly tag: string; readonly value: number }[];
}

/** The events of a file; fails when a length, a checksum or a message is wrong. */
export function eventsOf(file: Uint8Array): ReadEvent[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const events: ReadEvent[] = [];
  let at = 0;
  while (at < file.length) {
    const length = Number(view.getBigUint64(at, true));
    assert.equal(view.getUint32(at + 8, true), masked(file.subarray(at, at + 8)), `checksum of the length at ${at}`);
    const data = file.subarray(at + 12, at + 12 + length);
    assert.equal(data.length, length);
    assert.equal(view.getUint32(at + 12 + length, true), masked(data), `checksum of the data at ${at}`);
    events.push(eventOf(data));
    at += length + 16;
  }
  return events;
}

/** A field of a protocol buffer's message: a number for the fixed and variable widths, bytes for the rest. */
interface Field {
  readonly number: number;
  readonly value: bigint | Uint8Array | DataView;
}

function* fields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const fixed = (size: number) => {
    at += size;
    return new DataView(bytes.buffer, bytes.byteOffset + at - size, size);
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const number = key >> 3;
    const wire = key & 7;
    if (wire === 0) yield { number, value: varint() };
    else if (wire === 1) yield { number, value: fixed(8) };
    else if (wire === 5) yield { number, value: fixed(4) };
    else {
      assert.equal(wire, 2, `wire type of field ${number}`);
      const length = Number(varint());
      at += length;
      yield { number, value: bytes.subarray(at - length, at) };
    }
  }
}

/** `double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5;` */
function eventOf(data: Uint8Array): ReadEvent {
  let event: ReadEvent = { wallTime: 0, step: 0, fileVersion: "", scalars: [] };
  for (const { number, value } of fields(data)) {
    if (number === 1 && value instanceof DataView) event = { ...event, wallTime: value.getFloat64(0, true) };
    else if (number === 2 && typeof value === "bigint") event = { ...event, step: Number(value) };
    else if (number === 3 && value instanceof Uint8Array) event = { ...event, fileVersion: textOf(value) };
    else if (number === 5 && value instanceof Uint8Array) event = { ...event, scalars: scalarsOf(value) };
    else assert.fail(`field ${number} of an event`);
  }
  return event;
}

/** `repeated Value value = 1;` of `string tag = 1; float simple_value = 2;` */
function scalarsOf(summary: Uint8Array): ReadEvent["scalars"] {
  return [...fields(summary)].map(({ number, value }) => {
    assert.ok(number === 1 && value instanceof Uint8Array, `field ${number} of a summary`);
    const scalar = { tag: "", value: Number.NEGATIVE_INFINITY };
    for (const part of fields(value)) {
      if (part.number === 1 && part.value instanceof Uint8Array) scalar.tag = textOf(part.value);
      else if (part.number === 2 && part.value instanceof DataView) scalar.value = part.value.getFloat32(0, true);
      else assert.fail(`field ${part.number} of a value`);
    }
    return scalar;
  });
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

/** Bit by bit, polynomial 0x1EDC6F41 reflected. */
function crc32c(bytes: Uint8Array): bigint {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return BigInt(~crc >>> 0);
}
