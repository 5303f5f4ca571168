// A diverging colour scale: the background for zero, orange for negative and blue for positive numbers, both from pale to strong.
import type { Palette } from "../../../theme.ts";

type Rgb = readonly [red: number, green: number, blue: number];

/** Ends that stand out from a light and from a dark background; orange and blue look different to everybody. */
const ends = {
  light: { negative: [166, 54, 3], positive: [8, 69, 148] },
  dark: { negative: [255, 158, 74], positive: [104, 182, 255] },
} as const satisfies Record<string, Record<"negative" | "positive", Rgb>>;

/** Decades below the largest magnitude that a logarithmic scale tells apart; the histograms have as many. */
export const logDecades = 4;

export class Scale {
  readonly #zero: Rgb;
  readonly #negative: Rgb;
  readonly #positive: Rgb;

  /** @param largest magnitude that the colours reach to */
  constructor(
    palette: Palette,
    readonly largest: number,
    readonly log: boolean,
  ) {
    this.#zero = parse(palette.background);
    const [red, green, blue] = this.#zero;
    const isDark = 0.299 * red + 0.587 * green + 0.114 * blue < 128;
    const { negative, positive } = isDark ? ends.dark : ends.light;
    this.#negative = negative;
    this.#positive = positive;
  }

  /** −1 to 1; 0 is zero. */
  shareOf(value: number): number {
    if (value === 0 || !(this.largest > 0)) return 0;
    const size = Math.min(1, Math.abs(value) / this.largest);
    const share = this.log ? Math.max(0, 1 + Math.log10(size) / logDecades) : size;
    return value < 0 ? -share : share;
  }

  colourOf(value: number): string {
    return this.colourAt(this.shareOf(value));
  }

  /** @param share −1 to 1 */
  colourAt(share: number): string {
    const end = share < 0 ? this.#negative : this.#positive;
    const mix = (i: 0 | 1 | 2) => Math.round(this.#zero[i] + (end[i] - this.#zero[i]) * Math.abs(share));
    return `rgb(${mix(0)} ${mix(1)} ${mix(2)})`;
  }

  /** As CSS, from the most negative to the most positive. */
  gradient(): string {
    const stops = [-1, -0.5, 0, 0.5, 1].map((share) => this.colourAt(share));
    return `linear-gradient(to right, ${stops.join(", ")})`;
  }
}

/** Any colour of CSS. */
function parse(colour: string): Rgb {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  if (context === null) return [255, 255, 255];
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}
