// What the plots draw, without a page: lines of a part of the run, thinned, smoothed, broken, beside those of other runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type InspectorState, reduce, thin } from "../../../src/protocol/inspector/inspector.ts";
import { stretchesNotFinite } from "../../../webview/charts/series.ts";
import { switched } from "../../../webview/views/curves/choices.ts";
import { possiblePlots, presentPlots, wholeOf } from "../../../webview/views/curves/extents.ts";
import { lookOf } from "../../../webview/views/curves/plot/otherLines.ts";
import { type PlotData, type PlotSettings, plotLines } from "../../../webview/views/curves/plot/plotLines.ts";
import { withoutFlats } from "../../../webview/views/curves/plot/points.ts";
import { type QuantityId, quantities } from "../../../webview/views/curves/plot/quantities.ts";
import { nearest, nearestPlace, recordsIn } from "../../../webview/views/curves/plot/records.ts";
import { charRnn, scenes } from "../runs.ts";
import { broken, debugged, kept, paused, scheduled, stoppedAt, wentBack } from "./runs.ts";

function quantityOf(id: QuantityId): PlotSettings["quantity"] {
  return quantities.find((quantity) => quantity.id === id) ?? assert.fail(`no quantity ${id}`);
}

function settings(id: QuantityId, change: Partial<PlotSettings> = {}): PlotSettings {
  const range = { min: 1, max: 1804 };
  return { quantity: quantityOf(id), log: false, range, columns: 600, isHidden: () => false, ...change };
}

function dataOf(state: InspectorState): PlotData {
  return { records: state.iterations, validations: state.validations, others: [] };
}

const labels = (lines: ReturnType<typeof plotLines>["lines"]): string[] => lines.map(({ label }) => label);

test("twelve thousand iterations are drawn with a few points a pixel, and no peak is lost", () => {
  const records = scheduled(charRnn, 3600).flatMap((record, i) =>
    [0, 1, 2, 3].map((j) => ({ ...record, iteration: 4 * i + j + 1, loss: i === 1234 && j === 2 ? 50 : record.loss })),
  );
  const shown = plotLines(
    { records, validations: [], others: [] },
    settings("loss", { range: { min: 1, max: records.length } }),
  );
  assert.equal(shown.points.length, 14_400);
  for (const { label, points } of shown.lines) {
    // of each of 300 columns the first, the lowest, the highest and the last
    assert.ok(points.length <= 4 * 301, `${points.length} points of ${label}`);
  }
  const raw = shown.lines.find(({ label }) => label === "Loss");
  assert.ok(raw?.points.some(({ x, y }) => x === 4 * 1234 + 3 && y === 50));
  assert.ok(shown.y.max > 50);
});

test("a part of the run has its own height, and lines that go on to both edges", () => {
  const shown = plotLines(dataOf(paused()), settings("loss", { range: { min: 1000, max: 1020 } }));
  assert.equal(shown.points.length, 21);
  assert.equal(shown.smoothed, false, "so few points are shown as they are");
  const line = shown.lines.find(({ label }) => label === "Loss") ?? assert.fail("no line");
  assert.ok(line.points[0].x < 1000 && (line.points.at(-1)?.x ?? 0) > 1020);
  const top = Math.max(...shown.points.map(({ y }) => y));
  assert.ok(shown.y.max < top + 0.1, `the axis goes to ${shown.y.max}; the run began at 4.17`);
});

test("the smoothed line does not depend on where the range is cut", () => {
  const whole = plotLines(dataOf(paused()), settings("gradNorm", { range: { min: 400, max: 800 }, columns: 5000 }));
  const moved = plotLines(dataOf(paused()), settings("gradNorm", { range: { min: 500, max: 900 }, columns: 5000 }));
  const at = (lines: typeof whole): number =>
    lines.lines.find(({ label }) => label === "smoothed")?.points.find(({ x }) => x === 650)?.y ?? Number.NaN;
  assert.ok(Math.abs(at(whole) - at(moved)) < 1e-3 * at(whole), `${at(whole)} and ${at(moved)}`);
});

test("values that are not finite are holes in the line, and told as stretches", () => {
  const shown = plotLines(dataOf(broken(1000)), settings("loss", { range: { min: 1, max: 1000 } }));
  // i from 601 to 649 is iteration 602 to 650; infinity at i = 800
  assert.deepEqual(shown.broken, [
    { min: 602, max: 650 },
    { min: 801, max: 801 },
  ]);
  const raw = shown.lines.find(({ label }) => label === "Loss");
  const inside = raw?.points.filter(({ x, y }) => x > 602 && x < 650 && Number.isFinite(y));
  assert.deepEqual(inside, []);
  assert.ok(Number.isFinite(shown.y.max));
  assert.deepEqual(stretchesNotFinite([]), []);
});

test("a log scale has no place for zero, and its height follows what is above", () => {
  const shown = plotLines(dataOf(broken(1000)), settings("loss", { log: true, range: { min: 1, max: 1000 } }));
  assert.ok(shown.y.min > 0.5, String(shown.y.min));
  const raw = shown.lines.find(({ label }) => label === "Loss");
  assert.ok(raw?.points.every(({ y }) => Number.isNaN(y) || y > 0));
});

test("validations stand beside the loss alone, and the accuracy has a plot of its own", () => {
  const data = dataOf(scenes.running());
  const range = { min: 1, max: 400 };
  assert.deepEqual(labels(plotLines(data, settings("loss", { range })).lines), ["validation", "smoothed", "Loss"]);
  assert.deepEqual(labels(plotLines(data, settings("gradNorm", { range })).lines), ["smoothed", "Gradient norm"]);
  const accuracy = plotLines(data, settings("accuracy", { range }));
  assert.deepEqual(
    accuracy.points.map(({ x, y }) => [x, Number(y.toFixed(3))]),
    [
      [125, 0.89],
      [250, 0.908],
      [375, 0.926],
    ],
  );
});

test("a line that is switched off is not drawn, and the height is that of the others", () => {
  const data = dataOf(scenes.running());
  const range = { min: 1, max: 400 };
  const off = (...names: readonly string[]) =>
    plotLines(data, settings("loss", { range, isHidden: (name) => names.includes(name) }));
  assert.deepEqual(labels(off("loss/smoothed").lines), ["validation", "Loss"]);
  assert.deepEqual(labels(off("loss/raw", "loss/validation").lines), ["smoothed"]);
  const onlyValidation = off("loss/raw", "loss/smoothed");
  assert.ok(onlyValidation.y.max < 0.5, "validations are 0.42 and less, the loss began at 2.31");
});

test("a learning rate that stays is two points, one that changes is all of them", () => {
  const flat = Array.from({ length: 100 }, (_, x) => ({ x, y: 2e-3 }));
  assert.deepEqual(
    withoutFlats(flat).map(({ x }) => x),
    [0, 99],
  );
  const step = flat.map(({ x, y }) => ({ x, y: x < 50 ? y : y / 10 }));
  assert.deepEqual(
    withoutFlats(step).map(({ x }) => x),
    [0, 49, 50, 99],
  );
});

test("sixteen other runs have sixteen looks", () => {
  // The palette has four colours, which begin anew.
  const looks = Array.from({ length: 16 }, (_, i) => `${lookOf(i).colour % 4} ${lookOf(i).dash}`);
  assert.equal(new Set(looks).size, 16);
  assert.equal(new Set(looks.slice(0, 4).map((look) => look[0])).size, 4, "the first four differ in colour");
});

test("another run is drawn as smooth as the run's own, and its validations dotted", () => {
  const others = [kept("a", "slow", 0.5)];
  const whole = { min: 1, max: 2400 };
  const shown = plotLines({ ...dataOf(paused()), others }, settings("loss", { range: whole }));
  assert.deepEqual(labels(shown.lines), ["validation", "smoothed", "Loss", "slow", "slow, validation"]);
  const roughness = (points: readonly { readonly y: number }[]): number =>
    points.reduce((sum, { y }, i) => sum + (i === 0 ? 0 : Math.abs(y - points[i - 1].y)), 0);
  const [smoothed, asItIs] = [() => false, (name: string) => name === "loss/smoothed"].map(
    (isHidden) =>
      plotLines({ ...dataOf(paused()), others }, settings("loss", { range: whole, isHidden })).lines.find(
        ({ label }) => label === "slow",
      )?.points ?? [],
  );
  assert.ok(roughness(asItIs) > 5 * roughness(smoothed), `${roughness(asItIs)} and ${roughness(smoothed)}`);
  const hidden = settings("loss", { range: whole, isHidden: (name) => name === "run/a" });
  assert.ok(!labels(plotLines({ ...dataOf(paused()), others }, hidden).lines).includes("slow"));
  const time = plotLines({ ...dataOf(paused()), others }, settings("milliseconds", { range: whole }));
  assert.deepEqual(labels(time.lines), ["smoothed", "Time per iteration"], "a kept run has no times");
});

test("the record next to an iteration is found in a thinned list", () => {
  const records = thin(scheduled(charRnn, 3000), 400);
  for (const iteration of [-5, 1, 2, 777, 1500.4, 2999, 9000]) {
    const found = nearest(records, iteration);
    const best = Math.min(...records.map((record) => Math.abs(record.iteration - iteration)));
    assert.equal(Math.abs((found?.iteration ?? 0) - iteration), best, `next to ${iteration}`);
  }
  assert.equal(nearest([], 3), null);
  assert.equal(
    nearestPlace(2, 5, (i) => [4, 6][i]),
    0,
    "of two equally near the smaller",
  );
  const within = recordsIn(records, { min: 1000, max: 1100 });
  assert.ok(within[0].iteration < 1000 && (within.at(-1)?.iteration ?? 0) > 1100, "and one on either side");
});

test("the axis goes to the newest iteration, to where a pause stands, and to the end of a longer run beside it", () => {
  assert.deepEqual(wholeOf(paused(), []), { min: 1, max: 1805, newest: 1805 });
  assert.deepEqual(wholeOf(paused(), [kept("a", "long", 0)]), { min: 1, max: 2400, newest: 1805 });
  const [hit, back] = [stoppedAt(1805, "breakpoint", "Paused on breakpoint"), wentBack(900)];
  const marked = [hit, ...back].reduce(reduce, debugged());
  assert.equal(wholeOf(marked, []).max, 1805, "the mark of a half-done iteration stays on the axis");
  assert.deepEqual(wholeOf(scenes.first(), []), { min: 1, max: 2, newest: 1 });
});

test("a plot is there when it has something to show and is not switched off, and one always is", () => {
  const all = possiblePlots(scenes.running());
  assert.ok(all.has("accuracy"));
  assert.ok(!possiblePlots(scenes.pausedBackward()).has("accuracy"), "a language model has no accuracy");
  assert.deepEqual(
    [...presentPlots(all, ["plot/accuracy", "plot/milliseconds"])],
    ["loss", "gradNorm", "learningRate"],
  );
  const off = [...all].map((id) => `plot/${id}`);
  assert.deepEqual([...presentPlots(all, off)], ["loss"]);
  assert.deepEqual(switched(switched([], "run/a"), "run/a"), []);
});
