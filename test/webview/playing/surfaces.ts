// Recorded decision surfaces of every kind: two classes, several, a value, and one that is not finite.
import {
  pack,
  type SurfaceAbout,
  type SurfaceOutput,
  type SurfacePoint,
  type SurfaceReport,
} from "../../../src/protocol/inspector/playing.ts";
import { wobble } from "../runs.ts";
import { base64, playing } from "./runs.ts";

const size = 48;

/** Two arms that wind around each other. */
export function arms(count: number, targetOf: (arm: number, x: number, y: number) => number): SurfacePoint[] {
  return Array.from({ length: count }, (_, i) => {
    const along = Math.sqrt((i + 1) / count);
    const angle = 3 * Math.PI * along + (i % 2) * Math.PI;
    const x = 2 * along * Math.cos(angle) + 0.08 * wobble(i);
    const y = 2 * along * Math.sin(angle) + 0.08 * wobble(i + 5);
    return { x, y, target: targetOf(i % 2, x, y), validation: i % 5 === 0 };
  });
}

export function surfaceAbout(output: SurfaceOutput, points: readonly SurfacePoint[]): SurfaceAbout {
  const axis = { min: -2.4, max: 2.4 };
  return {
    kind: "surface",
    x: { name: "x₁", ...axis },
    y: { name: "x₂", ...axis },
    columns: size,
    rows: size,
    output,
    points,
    samples: points.length,
  };
}

/** A surface whose value at (x, y) is `of(x, y)`, and whose class there is `winner(x, y)`. */
export function surfaceOf(
  iteration: number,
  of: (x: number, y: number) => number,
  right: number | null,
  winner?: (x: number, y: number) => number,
): SurfaceReport {
  const at = (i: number): readonly [number, number] => [
    -2.4 + (4.8 * ((i % size) + 0.5)) / size,
    -2.4 + (4.8 * (Math.floor(i / size) + 0.5)) / size,
  ];
  const all = Array.from({ length: size * size }, (_, i) => at(i));
  return {
    kind: "surface",
    iteration,
    epoch: 1 + Math.floor(iteration / 125),
    values: pack(
      all.map(([x, y]) => of(x, y)),
      base64,
    ),
    winners:
      winner === undefined
        ? null
        : pack(
            all.map(([x, y]) => winner(x, y)),
            base64,
          ),
    right,
  };
}

/** Probability of arm 1, the surer the steeper. */
const spiral = (steep: number) => (x: number, y: number) =>
  1 / (1 + Math.exp(steep * Math.cos(Math.atan2(y, x) - 1.5 * Math.PI * Math.hypot(x, y))));

export const twoClasses = playing(
  surfaceAbout(
    { kind: "two", classes: ["0", "1"] },
    arms(200, (arm) => arm),
  ),
  [0, 20, 50, 90, 150, 220, 300, 400].map((iteration) =>
    surfaceOf(iteration, spiral(iteration / 60), Math.min(0.985, 0.5 + iteration / 600)),
  ),
);

const third = (x: number, y: number) => Math.floor(((Math.atan2(y, x) + Math.PI) / (2 * Math.PI)) * 2.999);

export const fourClasses = playing(
  surfaceAbout(
    { kind: "classes", classes: ["setosa", "versicolor", "virginica"] },
    arms(90, (_, x, y) => third(x, y)),
  ),
  [10, 400].map((iteration) =>
    surfaceOf(
      iteration,
      (x, y) => 1 / 3 + (Math.min(1, Math.hypot(x, y)) * (2 / 3) * iteration) / 400,
      0.93,
      (x, y) => third(x, y),
    ),
  ),
);

export const valueSurface = playing(
  surfaceAbout(
    { kind: "value", name: "output" },
    arms(90, (_, x, y) => x * y),
  ),
  [10, 400].map((iteration) => surfaceOf(iteration, (x, y) => (x * y * iteration) / 400, null)),
);

export const brokenSurface = playing(
  surfaceAbout(
    { kind: "two", classes: ["0", "1"] },
    arms(60, (arm) => arm),
  ),
  [surfaceOf(0, spiral(1), 0.6), surfaceOf(30, () => Number.NaN, 0.5)],
);
