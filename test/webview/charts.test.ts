// Smoothing, thinning and axes of the charts.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  calmDecades,
  decades,
  integerTicks,
  linearDomain,
  linearTicks,
  logDomain,
  logTicks,
} from "../../webview/charts/scales.ts";
import { decimate, extent, type Point, sample, smooth } from "../../webview/charts/series.ts";

const line = (ys: readonly number[]): Point[] => ys.map((y, x) => ({ x, y }));

test("smoothing leaves a constant as it is, whatever the spacing", () => {
  const points = [1, 2, 5, 40, 41].map((x) => ({ x, y: 3 }));
  for (const { y } of smooth(points, 7)) assert.ok(Math.abs(y - 3) < 1e-12, String(y));
});

test("smoothing weighs neighbours on both sides by e^(-distance / tau)", () => {
  const w = Math.exp(-1 / 2);
  // At x = 1: (0 w + 6 + 3 w) / (1 + 2 w)
  assert.ok(Math.abs(smooth(line([0, 6, 3]), 2)[1].y - (6 + 3 * w) / (1 + 2 * w)) < 1e-12);
});

test("a smoothed slope does not lag behind in its middle", () => {
  const middle = smooth(line(Array.from({ length: 101 }, (_, x) => 200 - x)), 5)[50].y;
  assert.ok(Math.abs(middle - 150) < 1e-6, String(middle));
});

test("a hole stays a hole and does not spread", () => {
  const ys = smooth(line([1, 1, Number.NaN, 1, 1]), 3).map(({ y }) => y);
  assert.deepEqual(
    ys.map((y) => (Number.isNaN(y) ? "hole" : Number(y.toFixed(9)))),
    [1, 1, "hole", 1, 1],
  );
});

test("thinning keeps the ends, every spike and every hole, in order", () => {
  const points = line(Array.from({ length: 10_000 }, (_, x) => Math.sin(x / 500)));
  points[3333] = { x: 3333, y: 99 };
  points[4444] = { x: 4444, y: -99 };
  points[5555] = { x: 5555, y: Number.NaN };
  const places = decimate(points, 200);
  for (const place of [0, 3333, 4444, 5555, 9999]) assert.ok(places.includes(place), `misses ${place}`);
  assert.ok(places.length <= 200 * 5 + 5, `${places.length} points for 200 columns`);
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  );
});

test("what already fits is not thinned", () => {
  assert.deepEqual(decimate(line([1, 2, 3]), 200), [0, 1, 2]);
});

test("the extent counts finite values only", () => {
  assert.deepEqual(extent([null, 2, Number.NaN, -1, Number.POSITIVE_INFINITY]), [-1, 2]);
  assert.equal(extent([null, Number.NaN]), null);
});

test("samples include both ends", () => {
  assert.deepEqual(sample(3, 12), [0, 1, 2]);
  assert.deepEqual(sample(101, 5), [0, 25, 50, 75, 100]);
});

test("axes leave room around a curve, also around a flat one", () => {
  assert.deepEqual(linearDomain([0, 10]), { min: 0, max: 10.5 });
  const flat = linearDomain([2, 2]);
  assert.ok(flat.min < 2 && flat.max > 2);
  assert.ok(linearDomain([0, 0]).max > 0);
  const log = logDomain([1e-3, 1]);
  assert.ok(log.min < 1e-3 && log.min > 1e-4 && log.max > 1 && log.max < 10);
  assert.ok(logDomain([2, 2]).min < 2);
});

test("decades are whole and at least two", () => {
  assert.deepEqual(decades([0.003, 5]), { min: -3, max: 1 });
  assert.deepEqual(decades([2, 5]), { min: -1, max: 1 });
  assert.deepEqual(decades([1, 1], 1), { min: 0, max: 1 });
});

test("a calm axis grows at once and shrinks only when more than a decade is empty", () => {
  const before = { min: -4, max: 0 };
  assert.deepEqual(calmDecades(null, before), before);
  assert.deepEqual(calmDecades(before, { min: -5, max: 1 }), { min: -5, max: 1 });
  assert.deepEqual(calmDecades(before, { min: -3, max: -1 }), before);
  assert.deepEqual(calmDecades(before, { min: -2, max: -2 }), { min: -2, max: -2 });
});

test("linear marks are round and at least two", () => {
  assert.deepEqual(linearTicks({ min: 0, max: 1 }, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(linearTicks({ min: 1.9, max: 4.3 }, 5), [2, 2.5, 3, 3.5, 4]);
  for (const max of [625, 1804, 2600, 9999, 12345]) {
    const { length } = integerTicks({ min: 1, max }, 3);
    assert.ok(length >= 2 && length <= 6, `${length} marks up to ${max}`);
  }
});

test("iterations and timesteps have whole marks", () => {
  assert.deepEqual(integerTicks({ min: 1, max: 2 }, 5), [1, 2]);
  assert.deepEqual(integerTicks({ min: -0.5, max: 7.5 }, 8), [0, 1, 2, 3, 4, 5, 6, 7]);
});

test("logarithmic marks are decades, with 2 and 5 when there is room, and thinned when there is none", () => {
  assert.deepEqual(logTicks({ min: 1e-4, max: 0.1 }, 5), [1e-4, 1e-3, 1e-2, 0.1]);
  assert.deepEqual(logTicks({ min: 0.4, max: 5 }, 5), [0.5, 1, 2, 5]);
  assert.deepEqual(logTicks({ min: 1e-12, max: 1 }, 5), [1e-12, 1e-9, 1e-6, 1e-3, 1]);
  // Within less than a decade round numbers say more than powers of ten.
  assert.deepEqual(logTicks({ min: 2, max: 4 }, 4), [2, 2.5, 3, 3.5, 4]);
});
