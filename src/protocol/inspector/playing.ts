// The model at play: what it does with points, text and classes, in pictures that a run sends now and then.
import { assertNever } from "../assertNever.ts";

/** One of two input features. */
export interface SurfaceAxis {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/** A sample of the data, in the units of the axes. */
export interface SurfacePoint {
  readonly x: number;
  readonly y: number;
  /** Number of its class, or its target value. */
  readonly target: number;
  /** Held out for validation. */
  readonly validation: boolean;
}

export type SurfaceOutput =
  /** The surface is the share of the second class, 0 to 1. */
  | { readonly kind: "two"; readonly classes: readonly [string, string] }
  /** The surface is the probability of the class with the largest one. */
  | { readonly kind: "classes"; readonly classes: readonly string[] }
  /** The surface is the output itself. */
  | { readonly kind: "value"; readonly name: string };

/** Decision surface of a model with two inputs. */
export interface SurfaceAbout {
  readonly kind: "surface";
  readonly x: SurfaceAxis;
  readonly y: SurfaceAxis;
  readonly columns: number;
  readonly rows: number;
  readonly output: SurfaceOutput;
  readonly points: readonly SurfacePoint[];
  /** All samples of the data; `points` may be a part of them. */
  readonly samples: number;
}

/** Text that a language model goes on writing. */
export interface TextAbout {
  readonly kind: "text";
  /** From the data; the model goes on from here every time. */
  readonly prompt: string;
  /** Logits are divided by it: below 1 the likely characters become likelier. */
  readonly temperature: number;
}

/** A picture as an input of the model holds it: channel by channel, row by row. */
export interface PictureShape {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

/** Which classes are taken for which. */
export interface ConfusionAbout {
  readonly kind: "confusion";
  readonly classes: readonly string[];
  readonly set: "validation" | "training";
  /** Samples of that set. */
  readonly samples: number;
  /** Null when inputs are no pictures. */
  readonly picture: PictureShape | null;
}

/** What a run shows; it stays the same for all of the run. */
export type PlayingAbout = SurfaceAbout | TextAbout | ConfusionAbout;

interface At {
  /** The last one that has changed the weights; 0 before the first. */
  readonly iteration: number;
  readonly epoch: number;
}

/** One byte a place, as base64; see `unpack`. */
export interface Packed {
  readonly low: number;
  readonly high: number;
  readonly bytes: string;
}

export interface SurfaceReport extends At {
  readonly kind: "surface";
  /** Rows from the lowest y to the highest, each from the lowest x to the highest. */
  readonly values: Packed;
  /** Number of the class at each place; null when there are not more than two. */
  readonly winners: Packed | null;
  /** Share of the points whose class the model finds; null when there are no classes. */
  readonly right: number | null;
}

export interface TextReport extends At {
  readonly kind: "text";
  /** One character each; empty when the model's output is not finite. */
  readonly characters: readonly string[];
  /** The model's own probability of each, at temperature 1. */
  readonly probabilities: readonly number[];
}

/** A sample that the model finds hard. */
export interface WorstExample {
  /** Its number in the set. */
  readonly index: number;
  readonly truth: number;
  readonly predicted: number;
  /** Of the predicted class. */
  readonly probability: number;
  /** −ln of the true class's probability. */
  readonly loss: number;
  /** What goes in, as text: `petal length 4.9, petal width 1.8`; empty for a picture. */
  readonly features: string;
  /** Brightness of each pixel, one byte, as base64: channels last. Null when the input is no picture. */
  readonly picture: string | null;
}

export interface ConfusionReport extends At {
  readonly kind: "confusion";
  /** Samples counted: evenly drawn from the set when they are not all of it. */
  readonly samples: number;
  /** Row of the true class, column of the predicted one. */
  readonly counts: readonly number[];
  /** Mean over the samples. */
  readonly loss: number;
  /** The largest loss first. Only the newest report keeps them. */
  readonly worst: readonly WorstExample[];
}

/** One picture of the model at play. */
export type PlayingPicture = SurfaceReport | TextReport | ConfusionReport;

export type PlayingReport =
  /** Comes first. */
  | { readonly kind: "about"; readonly about: PlayingAbout }
  | PlayingPicture
  /** From here on there are no more pictures, for this reason. */
  | { readonly kind: "unavailable"; readonly message: string };

/** What is kept of a run: pictures that lie evenly over it. */
export interface PlayingState {
  readonly about: PlayingAbout | null;
  /** At most `picturesKept`, in the order of their iterations; the first and the newest are always there. */
  readonly pictures: readonly PlayingPicture[];
  readonly message: string | null;
}

export const picturesKept = 20;

export function played(state: PlayingState | null, report: PlayingReport): PlayingState {
  const { about, pictures, message } = state ?? nothing;
  switch (report.kind) {
    case "about":
      return { about: report.about, pictures: [], message: null };
    case "unavailable":
      return { about, pictures, message: report.message };
    case "surface":
    case "text":
    case "confusion": {
      const before = pictures.filter(({ iteration }) => iteration < report.iteration).map(lighter);
      return { about, pictures: spread([...before, report]), message };
    }
    default:
      return assertNever(report);
  }
}

/** Without what was seen after this iteration. */
export function playedUpTo(state: PlayingState | null, iteration: number): PlayingState | null {
  if (state === null) return null;
  return { ...state, pictures: state.pictures.filter((picture) => picture.iteration <= iteration) };
}

export function isPlayingState(value: unknown): value is PlayingState {
  if (typeof value !== "object" || value === null) return false;
  return "about" in value && "message" in value && "pictures" in value && Array.isArray(value.pictures);
}

/** Marks a place whose value is not finite. */
const notFinite = 255;

/** Numbers in 255 steps between the least and the largest of them; NaN and infinities become NaN. */
export function pack(values: ArrayLike<number>, toBase64: (bytes: Uint8Array) => string): Packed {
  const finite = Array.from(values).filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (finite.length === 0) return { low: 0, high: 0, bytes: toBase64(new Uint8Array(values.length).fill(notFinite)) };
  const step = (high - low) / (notFinite - 1) || 1;
  const bytes = Uint8Array.from(values, (value) =>
    Number.isFinite(value) ? Math.round((value - low) / step) : notFinite,
  );
  return { low, high, bytes: toBase64(bytes) };
}

/** The numbers again. */
export function unpack({ low, high }: Packed, bytes: Uint8Array): Float64Array {
  const step = (high - low) / (notFinite - 1);
  return Float64Array.from(bytes, (byte) => (byte === notFinite ? Number.NaN : low + byte * step));
}

const nothing: PlayingState = { about: null, pictures: [], message: null };

/** Examples with their pictures are large, and those of the past are not asked for. */
function lighter(picture: PlayingPicture): PlayingPicture {
  return picture.kind === "confusion" && picture.worst.length > 0 ? { ...picture, worst: [] } : picture;
}

/** Drops, while there are too many, the picture whose neighbours lie closest together. */
function spread(pictures: readonly PlayingPicture[]): readonly PlayingPicture[] {
  const kept = [...pictures];
  while (kept.length > picturesKept) {
    let closest = 1;
    for (let i = 2; i < kept.length - 1; i++) if (gap(kept, i) < gap(kept, closest)) closest = i;
    kept.splice(closest, 1);
  }
  return kept;
}

function gap(pictures: readonly PlayingPicture[], i: number): number {
  return pictures[i + 1].iteration - pictures[i - 1].iteration;
}
