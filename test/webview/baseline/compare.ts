// Compares a picture with the one that is kept of it, with a tolerance for a font's edges and none for what has moved.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";
import { palettePng, rounded } from "./palettePng.ts";

/** Set to `write`, the pictures are made anew instead. */
export const writing = process.env.BASELINE === "write";
export const baselineFolder = join(import.meta.dirname, "pictures");

export interface Difference {
  /** In words; null when the pictures look the same. */
  readonly problem: string | null;
  /** What differs in red, the rest faint; null when the sizes differ. */
  readonly picture: PNG | null;
}

/** How far two colours may lie apart, 0 to 1, to count as the same; edges of letters are left out by their shape. */
const threshold = 0.12;
/** Of all pixels, so many may differ: another version of the browser rounds some corners otherwise. */
const largestShare = 0.004;
/** Of a square of this many pixels a side: a word that is gone, a line in another colour fill one, and hardly count in the whole. */
const tile = 24;
const largestShareOfTile = 0.06;

export function differenceOf(expected: PNG, actual: PNG): Difference {
  const { width, height } = expected;
  if (width !== actual.width || height !== actual.height) {
    const problem = `it is ${actual.width} × ${actual.height} pixels large, and was ${width} × ${height}`;
    return { problem, picture: null };
  }
  const marks = new PNG({ width, height });
  const [before, now] = [rounded(expected).data, rounded(actual).data];
  const count = pixelmatch(before, now, marks.data, width, height, { threshold, diffMask: true });
  if (count === 0) return { problem: null, picture: null };
  const worst = worstTile(marks);
  const picture = new PNG({ width, height });
  pixelmatch(before, now, picture.data, width, height, { threshold });
  const share = count / (width * height);
  if (share > largestShare) return { problem: `${percent(share)} of its pixels are others`, picture };
  if (worst.share <= largestShareOfTile) return { problem: null, picture };
  return { problem: `${percent(worst.share)} of the pixels around (${worst.x}, ${worst.y}) are others`, picture };
}

/** The square with the most marked pixels. Squares overlap by half, so that an edge between two hides nothing. */
function worstTile({ width, height, data }: PNG): { readonly share: number; readonly x: number; readonly y: number } {
  let worst = { share: 0, x: 0, y: 0 };
  for (let top = 0; top < height; top += tile / 2) {
    for (let left = 0; left < width; left += tile / 2) {
      let count = 0;
      for (let y = top; y < Math.min(height, top + tile); y++) {
        for (let x = left; x < Math.min(width, left + tile); x++) if (data[4 * (y * width + x) + 3] > 0) count++;
      }
      const share = count / tile ** 2;
      if (share > worst.share) worst = { share, x: left + tile / 2, y: top + tile / 2 };
    }
  }
  return worst;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/**
 * What is wrong with a picture, in words, or null. Leaves the picture and what differs in `leftIn`; in a run that writes it
 * keeps the picture, unless the one that is kept already looks the same.
 */
export function compareWithBaseline(name: string, actual: PNG, leftIn: string): string | null {
  const path = join(baselineFolder, `${name}.png`);
  const known = existsSync(path) ? differenceOf(PNG.sync.read(readFileSync(path)), actual) : null;
  if (known !== null && known.problem === null) return null;
  if (writing) {
    mkdirSync(baselineFolder, { recursive: true });
    writeFileSync(path, palettePng(actual));
    return null;
  }
  writeFileSync(join(leftIn, `baseline-${name}-now.png`), PNG.sync.write(actual));
  if (known?.picture) writeFileSync(join(leftIn, `baseline-${name}-differs.png`), PNG.sync.write(known.picture));
  return `${name}: ${known === null ? "no picture of it is kept" : known.problem}`;
}

/** A part of a picture; what lies outside of it is left out. */
export function cropped(picture: PNG, left: number, top: number, width: number, height: number): PNG {
  const [x, y] = [Math.max(0, Math.round(left)), Math.max(0, Math.round(top))];
  const [w, h] = [Math.min(Math.round(width), picture.width - x), Math.min(Math.round(height), picture.height - y)];
  const part = new PNG({ width: w, height: h });
  PNG.bitblt(picture, part, x, y, w, h, 0, 0);
  return part;
}
