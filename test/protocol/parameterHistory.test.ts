// The history of every parameter: few points, evenly spaced whatever the times at which reports come, and bounded.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { ParameterReport, StatisticsReport } from "../../src/protocol/events.ts";
import {
  type HistoryPoint,
  historyNumbers,
  historyPoints,
  isHistory,
  pointLimit,
  recorded,
  recordedUpTo,
  spread,
} from "../../src/protocol/inspector/parameterHistory.ts";
import type { TensorStatistics } from "../../src/protocol/tensors.ts";

const statistics = (norm: number, nonFinite = 0): TensorStatistics => ({
  ...{ count: 4, norm, mean: 0, std: norm / 2, min: -norm, max: norm, zeros: 0 },
  nonFinite,
});

const parameter = (gradient: TensorStatistics | null, updateRatio: number | null): ParameterReport => ({
  name: "w",
  values: statistics(1),
  weightNormBefore: 1,
  weightNormAfter: 1,
  gradient,
  updateNorm: updateRatio,
  updateRatio,
});

const report = (iteration: number, parameters: readonly ParameterReport[], complete = true): StatisticsReport => ({
  ...{ iteration, epoch: 1, complete, loss: 1, gradNorm: 1, parameters, layers: [], timesteps: [], variables: [] },
});

const usual = [parameter(statistics(0.5), 1e-3)];
const iterations = (history: readonly HistoryPoint[]) => history.map(({ iteration }) => iteration);
/** What comes of reports of these iterations. */
const historyOf = (numbers: Iterable<number>) =>
  [...numbers].reduce<readonly HistoryPoint[]>((history, i) => recorded(history, report(i, usual)), []);

describe("the history of parameters", () => {
  test("takes complete reports in their order, and no other", () => {
    const history = historyOf([1, 5, 3, 5]);
    assert.deepEqual(iterations(history), [1, 5]);
    assert.equal(recorded(history, report(9, usual, false)), history);
    assert.equal(recorded(history, report(9, [])), history);
  });

  test("keeps three digits, nulls, and NaN where no element is finite any more", () => {
    const broken = [parameter(statistics(0.123456), 1.23456e-5), parameter(null, null), parameter(statistics(0, 4), 2)];
    assert.deepEqual(recorded([], report(1, broken)), [
      { iteration: 1, gradNorms: [0.123, null, Number.NaN], updateRatios: [1.23e-5, null, 2] },
    ]);
  });

  test("is bounded for any number of parameters, and still holds the newest and the first", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 400 }),
        (parameters, gaps) => {
          const limit = pointLimit(parameters);
          assert.ok(limit <= historyPoints);
          assert.ok(limit === 8 || 2 * limit * parameters <= historyNumbers);
          let at = 0;
          const points = gaps.map((gap): HistoryPoint => {
            at += gap;
            return { iteration: at, gradNorms: [1], updateRatios: [1] };
          });
          let kept: readonly HistoryPoint[] = [];
          for (const point of points) kept = spread(kept.concat(point), limit);
          assert.ok(kept.length <= limit + 1, `${kept.length} of ${limit}`);
          assert.equal(kept.at(-1)?.iteration, at);
          assert.equal(kept[0].iteration, points[0].iteration);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("lies evenly over the run, however many iterations there are and however irregular the reports", () => {
    for (const step of [1, 7]) {
      // gaps of one to five steps
      const times = Array.from({ length: 10_000 }, (_, i) => 1 + i * step).filter((_, i) => i % 7 === 0 || i % 5 > 2);
      const history = historyOf(times);
      const { length } = history;
      assert.ok(length > historyPoints / 4 && length <= historyPoints, `${length} points`);
      const gaps = history.slice(1).map(({ iteration }, i) => iteration - history[i].iteration);
      const even = (10_000 * step) / length;
      assert.ok(Math.max(...gaps) < 4 * even, `a gap of ${Math.max(...gaps)} where ${even} is even`);
    }
  });

  test("forgets what a run that has gone back does not know yet", () => {
    const history = historyOf([1, 2, 3]);
    assert.deepEqual(iterations(recordedUpTo(history, 2)), [1, 2]);
    assert.equal(recordedUpTo(history, 3), history);
  });

  test("is known from what is none", () => {
    assert.ok(isHistory(historyOf([1, 2])));
    for (const none of [null, {}, [3], [{ iteration: 1 }], [{ iteration: "1", gradNorms: [], updateRatios: [] }]]) {
      assert.equal(isHistory(none), false, JSON.stringify(none));
    }
  });
});
