// The bound of memory: what is kept, what goes first, and what a run says that has no room for a past.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Schedule } from "../../../src/runtime/history/schedule.ts";
import { type Snapshot, SnapshotStore } from "../../../src/runtime/history/store.ts";
import { Session } from "./debugged.ts";
import { charRNN, text } from "./models.ts";

const overhead = 4096;

function snapshot(iteration: number, bytes: number): Snapshot {
  const numbers = new ArrayBuffer(8);
  return { iteration, saved: { bytes: bytes - overhead, numbers, restore() {} }, restoreRest() {} };
}

describe("a store of snapshots", () => {
  test("stays within its bound, keeps the first and the last, and has ever larger gaps towards the past", () => {
    const store = new SnapshotStore(20 * 10_000);
    for (let i = 1; i <= 2000; i++) {
      assert.ok(store.add(snapshot(i, 10_000)));
      assert.ok(store.bytes <= 20 * 10_000);
    }
    const { iterations } = store;
    assert.equal(iterations.length, 20);
    assert.deepEqual([iterations[0], iterations.at(-1), iterations.at(-2)], [1, 2000, 1999]);
    const gaps = iterations.slice(1).map((iteration, i) => iteration - iterations[i]);
    // not more than half of the way back lies between two of them
    const wide = gaps.slice(1).filter((gap, i) => gap > (2001 - iterations[i + 1]) / 2 + 1);
    assert.deepEqual(wide, [], iterations.join(" "));
  });

  test("is dense around where it is filled, also in the past", () => {
    const store = new SnapshotStore(20 * 10_000);
    for (let i = 1; i <= 400; i++) store.add(snapshot(i, 10_000));
    for (let i = 100; i <= 110; i++) if (!store.has(i)) store.add(snapshot(i, 10_000));
    assert.ok(
      [106, 107, 108, 109, 110].every((i) => store.has(i)),
      store.iterations.join(" "),
    );
    assert.equal(store.iterations[0], 1);
  });

  test("finds the newest snapshot that is not later, and forgets later ones", () => {
    const store = new SnapshotStore(1e6);
    for (const i of [1, 5, 9]) store.add(snapshot(i, 10_000));
    assert.deepEqual([store.newest(0), store.newest(4)?.iteration, store.newest(9)?.iteration], [null, 1, 9]);
    assert.deepEqual([store.has(5), store.has(6)], [true, false]);
    store.dropAfter(5);
    assert.deepEqual([...store.iterations], [1, 5]);
    assert.equal(store.bytes, 20_000);
    assert.equal(store.takeSpare()?.byteLength, 8);
    assert.equal(store.takeSpare(), null);
  });

  test("with room for one keeps the newest, with room for none says so", () => {
    const one = new SnapshotStore(15_000);
    for (let i = 1; i <= 3; i++) assert.ok(one.add(snapshot(i, 10_000)));
    assert.deepEqual([...one.iterations], [3]);
    const none = new SnapshotStore(9_000);
    assert.equal(none.add(snapshot(1, 10_000)), false);
    assert.deepEqual([none.bytes, none.iterations.length], [0, 0]);
  });
});

test("snapshots take one eightieth of the time, however much each takes", () => {
  const schedule = new Schedule();
  let now = 0;
  let spent = 0;
  for (let iteration = 0; iteration < 100_000; iteration++) {
    now += 1;
    if (!schedule.isDue(now)) continue;
    const cost = 0.3 + (iteration % 7) / 10;
    schedule.took(now, now + cost);
    now += cost;
    spent += cost;
  }
  assert.ok(spent / now < 0.0125 && spent / now > 0.006, `${spent / now}`);
});

describe("a run", () => {
  const data = { "text.txt": text };

  test("with little memory for its past goes back all the same, only more slowly", async () => {
    // a snapshot takes 14 kB: weights, velocities, and the objects that hold them
    const historyMegabytes = 0.06;
    await Session.train(
      charRNN,
      function* (session) {
        const hashes = new Map<number, string>();
        const { store } = session.controller.history ?? assert.fail();
        for (let i = 1; i <= 19; i++) {
          yield { goTo: i };
          hashes.set(i, session.hash());
          assert.ok(store.bytes <= historyMegabytes * 2 ** 20);
        }
        assert.ok(store.iterations.length < 6 && store.iterations[0] === 1, store.iterations.join(" "));
        for (let i = 19; i >= 1; i--) {
          yield { goTo: i };
          assert.equal(session.hash(), hashes.get(i));
          assert.ok(store.bytes <= historyMegabytes * 2 ** 20);
        }
      },
      { data, historyMegabytes },
    );
  });

  test("without memory for its past says how to get some", async () => {
    const cases = [
      {
        historyMegabytes: 0,
        message: 'history is off ("historyMegabytes" is 0), so this run cannot go back; start it anew with more',
      },
      {
        historyMegabytes: 2 ** -10,
        message:
          'there is no history to go back in: a snapshot of this training takes more than the 0.0009765625 MB of "historyMegabytes"; raise it and start anew',
      },
    ];
    for (const { historyMegabytes, message } of cases) {
      await Session.train(
        charRNN,
        function* (session) {
          yield "stepIn";
          assert.throws(() => session.controller.resume("stepBack", { kind: "phase" }), { message });
          assert.equal((yield { goTo: 3 }).point.iteration, 3);
        },
        { data, historyMegabytes },
      );
    }
  });
});
