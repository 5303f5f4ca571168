// Lines of logpoints: gathered, in order, bounded, and none lost without a word.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LogGatherer, type LogLines } from "../../../src/runtime/triggers/logs.ts";

function gatherer(): { readonly logs: LogGatherer; readonly sent: LogLines[]; readonly clock: { now: number } } {
  const sent: LogLines[] = [];
  const clock = { now: 5000 };
  return {
    logs: new LogGatherer(
      (lines) => sent.push(lines),
      () => clock.now,
    ),
    sent,
    clock,
  };
}

describe("lines of logpoints", () => {
  test("wait some tens of milliseconds and go out together, by line of the source", () => {
    const { logs, sent, clock } = gatherer();
    for (const [text, site] of [
      ["a", 1],
      ["b", 1],
      ["c", 2],
      ["d", 1],
    ] as const)
      logs.add(text, site);
    assert.deepEqual(sent, []);
    clock.now += 40;
    logs.tick();
    assert.deepEqual(sent, [
      { text: "a\nb", site: 1 },
      { text: "c", site: 2 },
      { text: "d", site: 1 },
    ]);
    logs.tick();
    assert.equal(sent.length, 3);
  });

  test("go out at once when the run stops or ends", () => {
    const { logs, sent } = gatherer();
    logs.add("a", 1);
    logs.flush();
    assert.deepEqual(sent, [{ text: "a", site: 1 }]);
  });

  test("are a thousand a second at most, and the others are counted", () => {
    const { logs, sent, clock } = gatherer();
    // 5 lines a millisecond for 2.5 seconds: 1000 + 1000 + 1000 are written, 4000 + 4000 + 1500 are not
    for (let ms = 0; ms < 2500; ms++) {
      clock.now++;
      for (let i = 0; i < 5; i++) logs.add("line", 1);
      logs.tick();
    }
    logs.flush();
    const lines = sent.flatMap(({ text }) => text.split("\n"));
    assert.equal(lines.filter((line) => line === "line").length, 3000);
    assert.deepEqual(
      lines.filter((line) => line !== "line"),
      [4000, 4000, 1500].map((n) => `(${n} more lines of logpoints within this second were left out)`),
    );
    assert.ok(sent.length < 200, `${sent.length} messages`);
  });

  test("tell what was left out also when no line follows", () => {
    const { logs, sent, clock } = gatherer();
    for (let i = 0; i < 1002; i++) logs.add("line", 1);
    clock.now += 1000;
    logs.tick();
    const lines = sent.flatMap(({ text }) => text.split("\n"));
    assert.equal(lines.at(-1), "(2 more lines of logpoints within this second were left out)");
  });
});
