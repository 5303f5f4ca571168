// Which iterations of a long run are kept: hardly more than a bounded number, and the same ones in every run.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isMilestone } from "../../src/protocol/inspector/runs.ts";
import { keepsIteration, StatisticsSchedule } from "../../src/runs/recording/thinning.ts";

test("up to 65,536 every iteration is kept, then half as many for each doubling, the same ones in every run", () => {
  const count = (from: number, to: number) => {
    let kept = 0;
    for (let i = from; i <= to; i++) if (keepsIteration(i)) kept++;
    return kept;
  };
  assert.equal(count(1, 65_536), 65_536);
  assert.equal(count(65_537, 131_072), 32_768);
  assert.equal(count(131_073, 262_144), 32_768);
});

test("milestones are 1 to 8, 10, 12, 14, 16, 20 and so on, four for each doubling", () => {
  const milestones = Array.from({ length: 65 }, (_, i) => i).filter(isMilestone);
  assert.deepEqual(milestones, [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64]);
});

test("statistics of a long run are bounded, every milestone is among them, and going back begins again", () => {
  const schedule = new StatisticsSchedule();
  const kept: number[] = [];
  for (let i = 1; i <= 1_000_000; i++) if (schedule.wants(i)) kept.push(i);
  assert.ok(kept.length < 500, `${kept.length}`);
  const milestones = Array.from({ length: 1000 }, (_, i) => i).filter(isMilestone);
  assert.deepEqual(
    milestones.filter((i) => !kept.includes(i)),
    [],
  );
  assert.equal(schedule.wants(4096), false);
  schedule.rewound(4095);
  assert.equal(schedule.wants(4096), true);
  assert.equal(schedule.wants(4096), false, "once");
});
