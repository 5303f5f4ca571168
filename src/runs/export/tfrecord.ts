// The framing of TensorFlow's record files: each record with its length and two masked checksums.
//
// length (uint64), masked CRC-32C of those 8 bytes (uint32), data, masked CRC-32C of the data (uint32); little-endian.
// Source: tensorflow/core/lib/io/record_writer.h and tensorflow/core/lib/hash/crc32c.h.
import { crc32c } from "@aws-crypto/crc32c";

/** One record as it stands in the file. */
export function tfRecord(data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(8 + 4 + data.length + 4);
  bytes.writeBigUInt64LE(BigInt(data.length), 0);
  bytes.writeUInt32LE(maskedCrc(bytes.subarray(0, 8)), 8);
  bytes.set(data, 12);
  bytes.writeUInt32LE(maskedCrc(data), 12 + data.length);
  return bytes;
}

/** A checksum of data that contain checksums is no good, so it is rotated by 15 bits and shifted by a constant. */
export function maskedCrc(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
