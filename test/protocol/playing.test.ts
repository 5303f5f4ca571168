// Pictures of the model at play as they travel and as they are kept: packed numbers, a bounded history, going back.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type InspectorState, initialState, reduce } from "../../src/protocol/inspector/inspector.ts";
import { decode, encode, isInspectorState } from "../../src/protocol/inspector/inspectorWire.ts";
import {
  type ConfusionReport,
  isPlayingState,
  type PlayingAbout,
  type PlayingState,
  pack,
  picturesKept,
  played,
  playedUpTo,
  type TextReport,
  unpack,
} from "../../src/protocol/inspector/playing.ts";

const about: PlayingAbout = { kind: "text", prompt: "Call me", temperature: 0.8 };

function text(iteration: number): TextReport {
  return { kind: "text", iteration, epoch: 1, characters: [..."abc"], probabilities: [0.5, 0.25, 1] };
}

function table(iteration: number): ConfusionReport {
  const example = { index: 3, truth: 0, predicted: 1, probability: 0.9, loss: 2.3, features: "x 1", picture: null };
  return { kind: "confusion", iteration, epoch: 1, samples: 4, counts: [1, 1, 0, 2], loss: 0.7, worst: [example] };
}

function keptAfter(iterations: readonly number[], report: (iteration: number) => TextReport | ConfusionReport = text) {
  const begun = played(null, { kind: "about", about });
  return iterations.reduce<PlayingState>((state, iteration) => played(state, report(iteration)), begun);
}

const iterationsOf = (state: PlayingState | null) => state?.pictures.map(({ iteration }) => iteration);

function there(values: readonly number[]): readonly number[] {
  const packed = pack(values, (bytes) => Buffer.from(bytes).toString("base64"));
  return Array.from(unpack(packed, Buffer.from(packed.bytes, "base64")));
}

describe("numbers on their way", () => {
  test("come back within half of a 254th of their range, its ends exactly", () => {
    const values = Array.from({ length: 100 }, (_, i) => Math.sin(i) * 37 - 5);
    const back = there(values);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    values.forEach((value, i) => {
      assert.ok(Math.abs(back[i] - value) <= (high - low) / 254 / 2 + 1e-9);
    });
    assert.equal(back[values.indexOf(low)], low);
    assert.ok(Math.abs(back[values.indexOf(high)] - high) < 1e-9);
  });

  test("that are all the same, or not finite, come back as that", () => {
    assert.deepEqual(there([0.3, 0.3]), [0.3, 0.3]);
    assert.deepEqual(there([Number.NaN, 1, Number.POSITIVE_INFINITY, 2]), [Number.NaN, 1, Number.NaN, 2]);
    assert.deepEqual(there([Number.NaN, Number.NEGATIVE_INFINITY]), [Number.NaN, Number.NaN]);
    assert.deepEqual(there([]), []);
  });
});

describe("pictures that are kept", () => {
  test("are never more than fit, lie evenly over the run, and have the first and the newest among them", () => {
    const all = Array.from({ length: 1000 }, (_, i) => 10 * i);
    const kept = iterationsOf(keptAfter(all)) ?? [];
    assert.equal(kept.length, picturesKept);
    assert.deepEqual([kept[0], kept.at(-1)], [0, 9990]);
    const gaps = kept.slice(1).map((iteration, i) => iteration - kept[i]);
    // 19 gaps over 9990 iterations: 526 each
    assert.ok(Math.max(...gaps) < 3 * 526 && gaps.every((gap) => gap > 0), `${gaps}`);
    assert.deepEqual(iterationsOf(keptAfter(all.slice(0, 5))), [0, 10, 20, 30, 40], "few are kept all");
  });

  test("have the worst examples only in the newest table", () => {
    const { pictures } = keptAfter([5, 10, 15], table);
    const worst = pictures.map((picture) => (picture.kind === "confusion" ? picture.worst.length : -1));
    assert.deepEqual(worst, [0, 0, 1]);
  });

  test("end where the run goes on after going back", () => {
    const kept = keptAfter([0, 10, 20, 30]);
    assert.deepEqual(iterationsOf(played(kept, text(15))), [0, 10, 15]);
    assert.deepEqual(iterationsOf(played(kept, text(20))), [0, 10, 20], "one of each iteration");
  });

  test("stay when there are no more, with the reason; and a new run begins with none", () => {
    const stopped = played(keptAfter([1, 2]), { kind: "unavailable", message: "enough" });
    assert.deepEqual([iterationsOf(stopped), stopped.message, stopped.about], [[1, 2], "enough", about]);
    assert.deepEqual(played(stopped, { kind: "about", about }), { about, pictures: [], message: null });
    const never = played(null, { kind: "unavailable", message: "no" });
    assert.deepEqual(never, { about: null, pictures: [], message: "no" });
  });

  test("of iterations that a new branch of history has undone are dropped", () => {
    const kept = keptAfter([0, 10, 20, 30]);
    assert.deepEqual(iterationsOf(playedUpTo(kept, 20)), [0, 10, 20]);
    assert.equal(playedUpTo(null, 20), null);
    const state: InspectorState = { ...initialState, playing: kept };
    assert.deepEqual(iterationsOf(reduce(state, { type: "rewound", iteration: 10 }).playing), [0, 10]);
  });

  test("travel with the inspector's state, and something else in their place does not", () => {
    const event = { type: "playing", report: { kind: "about", about } } as const;
    const state = reduce(reduce(initialState, event), { type: "playing", report: table(3) });
    assert.deepEqual(decode(encode(state)), state);
    assert.ok(isInspectorState(state) && isPlayingState(state.playing));
    for (const wrong of [7, "x", {}, { about, message: null, pictures: 3 }]) {
      assert.equal(isPlayingState(wrong), false);
      assert.equal(isInspectorState({ ...state, playing: wrong }), false);
    }
  });
});
