// Writes a PNG with a palette: a picture of a page has few colours, and takes a third of the room of one without.
import { deflateSync } from "node:zlib";
import type { PNG } from "pngjs";

/** Bits of each of red, green and blue that are kept; the fewer when there are more than 256 colours otherwise. */
const precisions = [5, 4, 3, 2] as const;

/** @returns the file; transparency is left out */
export function palettePng(picture: PNG): Buffer {
  for (const bits of precisions) {
    const indexed = index(rounded(picture, bits));
    if (indexed !== null) return encode(picture, indexed);
  }
  throw new Error("a picture with two bits for each of three channels has at most 64 colours");
}

/** The picture as it comes back from its file, in the finest precision: what another picture is compared with. */
export function rounded(
  { width, height, data }: PNG,
  bits: number = precisions[0],
): Pick<PNG, "width" | "height" | "data"> {
  const step = 255 / (2 ** bits - 1);
  return { width, height, data: Buffer.from(data.map((value) => Math.round(Math.round(value / step) * step))) };
}

interface Indexed {
  readonly palette: Buffer;
  /** Rows of palette places, each after a 0: no filter. */
  readonly rows: Buffer;
}

function index({ width, height, data }: Pick<PNG, "width" | "height" | "data">): Indexed | null {
  const places = new Map<number, number>();
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = data.readUIntBE(4 * (y * width + x), 3);
      const place = places.get(colour) ?? places.size;
      if (place > 255) return null;
      places.set(colour, place);
      rows[y * (width + 1) + 1 + x] = place;
    }
  }
  const palette = Buffer.alloc(3 * places.size);
  for (const [colour, place] of places) palette.writeUIntBE(colour, 3 * place, 3);
  return { palette, rows };
}

function encode({ width, height }: PNG, { palette, rows }: Indexed): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a pixel, palette; deflate, no interlacing.
  header.set([8, 3, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = [chunk("IHDR", header), chunk("PLTE", palette), chunk("IDAT", deflateSync(rows, { level: 9 }))];
  return Buffer.concat([signature, ...chunks, chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}

/** Of PNG (second edition), annex D: the polynomial 0xEDB88320, bits reversed. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
