// Numbers, times and paths as the page writes them.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  baseName,
  formatCount,
  formatNumber,
  formatPercent,
  formatSeconds,
  formatSetting,
  formatShape,
  formatSpeed,
  formatTick,
} from "../../webview/format.ts";
import { pace } from "../../webview/pace.ts";

function check<T>(format: (value: T) => string, cases: readonly (readonly [T, string])[]): void {
  for (const [value, text] of cases) assert.equal(format(value), text, String(value));
}

test("numbers have three significant digits", () => {
  check(formatNumber, [
    [2.3046, "2.30"],
    [0.001234, "0.00123"],
    [0.0009996, "1.00e-3"],
    [12.345, "12.3"],
    [999.4, "999"],
    // Rounded to three digits this is a thousand.
    [999.7, "1.00e3"],
    [123456, "1.23e5"],
    [-0.5, "-0.500"],
    [3.21e-12, "3.21e-12"],
    [0, "0"],
  ]);
});

test("what is not a finite number says so, and what is not computed yet is a dash", () => {
  check(formatNumber, [
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "∞"],
    [Number.NEGATIVE_INFINITY, "−∞"],
    [null, "—"],
  ]);
});

test("settings lose the zeros that only precision adds", () => {
  check(formatSetting, [
    [0.002, "0.002"],
    [1e-5, "1e-5"],
    [2.5e-4, "2.5e-4"],
    [0.1, "0.1"],
    [1, "1"],
    [100, "100"],
  ]);
});

test("counts, shares and shapes", () => {
  check(formatCount, [[1234567, "1,234,567"]]);
  check(formatPercent, [
    [0.9734, "97.3 %"],
    [Number.NaN, "NaN"],
  ]);
  check(formatShape, [
    [[128, 32], "[128, 32]"],
    [[], "[]"],
  ]);
});

test("times and speeds have units", () => {
  check(formatSeconds, [
    [0.42, "0.42 s"],
    [12.34, "12.3 s"],
    [185, "3 min 5 s"],
    [3725, "1 h 2 min"],
  ]);
  check(formatSpeed, [
    [4.6, "217 it/s"],
    [200, "5.0 it/s"],
    [2500, "2.50 s per iteration"],
    [Number.NaN, "—"],
    [0, "—"],
  ]);
});

test("marks on axes are short", () => {
  check(formatTick, [
    [0, "0"],
    [0.01, "0.01"],
    [0.001, "1e-3"],
    [2.5, "2.5"],
    [1500, "1500"],
    [20000, "2e4"],
    [0.30000000000000004, "0.3"],
  ]);
});

test("the file name is found in paths of either kind", () => {
  check(baseName, [
    ["/w/char-rnn.model.ts", "char-rnn.model.ts"],
    ["C:\\w\\char-rnn.model.ts", "char-rnn.model.ts"],
    ["plain.ts", "plain.ts"],
  ]);
});

test("a paced function runs once for many requests and not before its time", () => {
  let time = 0;
  let runs = 0;
  const waiting: { at: number; callback: () => void }[] = [];
  const later = (callback: () => void, delay: number): void => {
    waiting.push({ at: time + delay, callback });
  };
  const paced = pace(
    () => runs++,
    100,
    () => time,
    later,
  );
  const advance = (to: number): void => {
    time = to;
    for (const item of waiting.splice(0)) {
      if (item.at <= time) item.callback();
      else waiting.push(item);
    }
  };
  paced.request();
  paced.request();
  advance(0);
  assert.equal(runs, 1);
  for (let t = 1; t <= 99; t++) {
    advance(t);
    paced.request();
  }
  assert.equal(runs, 1);
  advance(100);
  assert.equal(runs, 2);
  paced.flush();
  assert.equal(runs, 2, "nothing was due");
  paced.request();
  paced.flush();
  assert.equal(runs, 3);
  advance(300);
  assert.equal(runs, 3, "what was flushed does not run again");
});

test("a slow function is called less often, so that it takes a sixth of the time at most", () => {
  let time = 0;
  const delays: number[] = [];
  const waiting: (() => void)[] = [];
  const later = (callback: () => void, delay: number): void => {
    delays.push(delay);
    waiting.push(callback);
  };
  const work = (): void => {
    time += 80;
  };
  const paced = pace(work, 100, () => time, later);
  paced.request();
  waiting.pop()?.();
  paced.request();
  // It began at 0 and took 80: the next begins at 480, which is 400 after its end.
  assert.deepEqual(delays, [0, 400]);
});
