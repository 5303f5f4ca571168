// What a chart of lines is asked to draw. Knows no canvas.
import type { Domain } from "./scales.ts";
import type { Point } from "./series.ts";

/** Colours of the palette that lines have. */
export type ThemeColour =
  | "train"
  | "trainFaint"
  | "validation"
  | "gradient"
  | "gradientFaint"
  | "rate"
  | "muted"
  | "axis";

export interface Line {
  readonly label: string;
  readonly points: readonly Point[];
  /** A number: of another run, its place in the palette's `others`, counted from 0 and beginning anew at their end. */
  readonly colour: ThemeColour | number;
  readonly width: number;
  readonly dash?: readonly number[];
  readonly marker?: "circle" | "rectRot";
  /** Pixels. */
  readonly markerRadius?: number;
}

/** Room on either side of a plot, in pixels, whatever the words take: charts with the same room stand in line. */
export interface Room {
  readonly left: number;
  readonly right: number;
}

export interface Drawing {
  readonly lines: readonly Line[];
  /** `bare`: no numbers and no title, because another chart below has them. */
  readonly x: Domain & { readonly title: string; readonly bare: boolean };
  readonly y: Domain & { readonly log: boolean; readonly tick: (value: number) => string };
  readonly room: Room;
  /** Parts of the x axis where the value is NaN or infinite: marked on the upper edge. */
  readonly broken: readonly Domain[];
}
