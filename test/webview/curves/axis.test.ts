// The shared axis without a page: zooming, moving, following, marks gathered on its pixels, and where a run can be taken.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type InspectorState, reduce } from "../../../src/protocol/inspector/inspector.ts";
import type { Mark } from "../../../src/protocol/inspector/marks.ts";
import {
  type Axis,
  following,
  iterationAt,
  movedBy,
  narrowest,
  pixelOf,
  selected,
  showing,
  shownRange,
  wholeIterationAt,
  type Zoom,
  zoomedBy,
} from "../../../webview/charts/range.ts";
import { clusters, describeCluster, inOrder } from "../../../webview/views/curves/marks/markItems.ts";
import {
  describeTravel,
  seenBeyond,
  standsAt,
  type Travel,
  travelAfter,
  whyNot,
} from "../../../webview/views/curves/travel/travel.ts";
import { scenes } from "../runs.ts";
import { debugged, paused, stoppedAt, wentBack } from "./runs.ts";

const whole = { min: 1, max: 1001, newest: 1001 };
const axis: Axis = { min: 1, max: 1001, left: 50, right: 550 };
const at = (min: number, max: number, follow = false): Zoom => ({ min, max, follow });

test("zooming keeps the iteration under the pointer where it is", () => {
  const zoom = zoomedBy(null, whole, 0.5, 251) ?? assert.fail("still the whole run");
  assert.deepEqual(zoom, at(126, 626)); // a quarter of 500 before 251
  assert.equal(zoomedBy(zoom, whole, 4, 251), null, "wider than the run is the whole run");
});

test("whatever is done, the range lies in the run and is not empty", () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant("zoom" as const),
      factor: fc.double({ min: 0.01, max: 20, noNaN: true }),
      at: fc.double({ min: 1, max: 1001, noNaN: true }),
    }),
    fc.record({ do: fc.constant("move" as const), by: fc.double({ min: -3000, max: 3000, noNaN: true }) }),
    fc.record({
      do: fc.constant("select" as const),
      from: fc.double({ min: 1, max: 1001, noNaN: true }),
      to: fc.double({ min: 1, max: 1001, noNaN: true }),
    }),
    fc.record({ do: fc.constant("follow" as const) }),
    fc.record({ do: fc.constant("show" as const), iteration: fc.integer({ min: 1, max: 1001 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let zoom: Zoom | null = null;
      for (const each of steps) {
        if (each.do === "zoom") zoom = zoomedBy(zoom, whole, each.factor, each.at);
        else if (each.do === "move") zoom = movedBy(zoom, whole, each.by);
        else if (each.do === "select") zoom = selected(each.from, each.to, whole);
        else if (each.do === "follow") zoom = following(zoom, whole);
        else zoom = showing(zoom, whole, each.iteration);
        const { min, max } = shownRange(zoom, whole);
        assert.ok(min >= whole.min - 1e-9 && max <= whole.max + 1e-9, `${min} to ${max}`);
        assert.ok(max - min >= narrowest - 1e-9, `${min} to ${max}`);
        if (each.do === "show") assert.ok(each.iteration >= min - 1e-9 && each.iteration <= max + 1e-9);
      }
    }),
  );
});

test("a range that follows keeps its width and ends at the newest iteration", () => {
  const zoom = following(at(100, 300), whole);
  assert.deepEqual(zoom, at(801, 1001, true));
  assert.deepEqual(shownRange(zoom, { min: 1, max: 1501, newest: 1501 }), { min: 1301, max: 1501 });
  assert.equal(movedBy(zoom, whole, -10)?.follow, false, "whoever looks elsewhere does not follow");
  assert.deepEqual(following(null, whole), at(801, 1001, true), "of a run that is shown whole, the last fifth");
});

test("a selection is taken in either direction, and is never narrower than can be read", () => {
  assert.deepEqual(selected(300, 100, whole), at(100, 300));
  assert.deepEqual(selected(200, 200.5, whole), at(198.25, 202.25));
  assert.equal(selected(-10, 2000, whole), null);
});

test("pixels and iterations are each other's inverse", () => {
  assert.equal(pixelOf(501, axis), 300);
  assert.equal(iterationAt(300, axis), 501);
  assert.equal(wholeIterationAt(300.2, axis), 501);
  assert.equal(wholeIterationAt(9999, axis), 1001, "the cursor stays on the axis");
});

const mark = (iteration: number, kind: Mark["kind"] = "breakpoint", event = 3): Mark => ({
  kind,
  iteration,
  event,
  text: `stop ${iteration}.${event}`,
});

test("marks that stand close are one, of the kind that matters most", () => {
  const items = inOrder([mark(905), mark(100), mark(901, "finding"), mark(903)]);
  // 2 iterations are a pixel
  const found = clusters(items, axis, 16);
  assert.deepEqual(
    found.map(({ x, kind, items: inside }) => [x, kind, inside.length]),
    [
      [99.5, "breakpoint", 1],
      [500, "finding", 3],
    ],
  );
  assert.equal(describeCluster(found[0]), "Iteration 100, breakpoint hit: stop 100.3");
  assert.match(
    describeCluster(found[1]),
    /^Iterations 901 to 905: 1 finding, 2 breakpoint hits\nIteration 901, finding/,
  );
});

test("marks outside the axis are left out, and those of one iteration stand in the order of its events", () => {
  assert.deepEqual(clusters([mark(5), mark(2000)], { ...axis, min: 10 }, 16), []);
  const items = inOrder([mark(7, "breakpoint", 9), mark(7, "breakpoint", 2)]);
  assert.deepEqual(
    items.map(({ event }) => event),
    [2, 9],
  );
});

test("a cluster of hundreds names the first and counts the rest", () => {
  const items = inOrder(Array.from({ length: 300 }, (_, i) => mark(10, "breakpoint", i)));
  const [found] = clusters(items, axis, 16);
  assert.match(describeCluster(found), /^Iteration 10: 300 breakpoint hits\n.*\nand 296 more$/s);
});

const play = (state: InspectorState, events: Parameters<typeof reduce>[1][]): InspectorState =>
  events.reduce(reduce, state);

test("the run stands where it is paused, else at its newest iteration", () => {
  assert.equal(standsAt(paused()), 1805);
  assert.equal(standsAt(debugged()), 1804);
  assert.equal(standsAt(scenes.idle()), null);
});

test("having gone back, what was run behind the pause is known", () => {
  assert.equal(seenBeyond(paused()), null);
  const back = play(paused(), wentBack(1100));
  assert.deepEqual(seenBeyond(back), [1100, 1804]);
  assert.match(describeTravel({ kind: "none" }, back), /Iterations 1,100 to 1,804 were run before going back/);
});

test("a journey ends with the next stop, or with the run", () => {
  const start = paused();
  const going: Travel = { kind: "going", iteration: 1100, from: start.status };
  const [left, arrived] = wentBack(1100);
  assert.equal(travelAfter(going, start), going);
  const onItsWay = play(start, [left]);
  assert.equal(travelAfter(going, onItsWay), going);
  assert.deepEqual(travelAfter(going, play(onItsWay, [arrived])), { kind: "none" });
  const ended: Parameters<typeof reduce>[1] = {
    type: "finished",
    reason: "stopped",
    iterations: 1804,
    seconds: 1,
    loss: 2,
  };
  assert.deepEqual(travelAfter(going, play(onItsWay, [ended])), { kind: "none" });
});

test("why a run cannot be taken elsewhere is said for each state", () => {
  assert.equal(whyNot(paused()), null);
  assert.match(whyNot(debugged()) ?? "", /Pause it first/);
  assert.match(whyNot(scenes.running()) ?? "", /started with Train/);
  assert.match(whyNot(scenes.finished()) ?? "", /run is over/);
  assert.match(whyNot(scenes.failed()) ?? "", /run is over/);
  assert.match(whyNot(scenes.loading()) ?? "", /being loaded/);
  const kept = { id: "a", name: "the first", started: 0 };
  assert.match(whyNot({ ...paused(), kept }) ?? "", /kept run/);
});

test("an aim says which way it goes", () => {
  const aim = (iteration: number): string => describeTravel({ kind: "aiming", iteration }, paused());
  assert.equal(aim(1200), "Back to the beginning of iteration 1,200");
  const back = play(paused(), [stoppedAt(1100, "goto", "Paused on goto", 0)]);
  assert.equal(describeTravel({ kind: "aiming", iteration: 1500 }, back), "On to the beginning of iteration 1,500");
  assert.match(describeTravel({ kind: "aiming", iteration: 3 }, debugged()), /cannot be taken to iteration 3/);
});
