// Changes from outside: what comes after them is a new branch of history, and going back knows of them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Command, Session, type Stop } from "./debugged.ts";
import { charRNN, text } from "./models.ts";

const data = { "text.txt": text };

/** Doubles a bias; says how to do it again when `again` is set. */
function edit(session: Session, again = true): void {
  const change = () => {
    const { bias } = Object.fromEntries(session.run.model.namedParameters().map(([name, p]) => [name.slice(5), p]));
    for (let i = 0; i < bias.length; i++) bias.storage.array[i] *= 2;
  };
  change();
  session.controller.history?.branch("head.bias", again ? change : null);
}

function* steps(session: Session, command: Command, times: number): Generator<Command, [Stop, string][], Stop> {
  const out: [Stop, string][] = [];
  for (let i = 0; i < times; i++) out.push([yield command, session.hash()]);
  return out;
}

const points = (stops: readonly [Stop, string][]) => stops.map(([stop, hash]) => [stop.point, stop.name, hash]);

describe("a change", () => {
  test("at the newest point drops nothing; replays make it again, and going back before it undoes it", async () => {
    const session = await Session.train(
      charRNN,
      function* (session) {
        yield { goTo: 6 };
        const before = yield* steps(session, "stepIn", 10);
        edit(session);
        const changed = session.hash();
        assert.notEqual(changed, before[9][1]);
        const after = yield* steps(session, "stepIn", 60);
        assert.ok(after[59][0].point.iteration > 6);
        const back = yield* steps(session, "stepBack", 60);
        assert.deepEqual(points(back.slice(0, 59).reverse()), points(after.slice(0, 59)));
        assert.deepEqual([back[59][0].point, back[59][1]], [before[9][0].point, changed], "the change is still there");
        assert.deepEqual(session.said, []);
        const undone = yield* steps(session, "stepBack", 1);
        assert.deepEqual(points(undone), points([before[8]]));
        assert.deepEqual(session.said, [
          "Went back before the change of head.bias in iteration 6: it is undone, and what was recorded from there on is dropped.",
        ]);
        assert.deepEqual(session.rewinds, [5], "iteration 6 had been reported with the change");
        const forward = yield* steps(session, "stepIn", 1);
        assert.deepEqual(points(forward), points([before[9]]), "it is not made again");
      },
      { data },
    );
    const free = await Session.train(charRNN, function* () {}, { data });
    assert.equal(session.hash(), free.hash());
  });

  test("that cannot be made again is undone by a step back", async () => {
    await Session.train(
      charRNN,
      function* (session) {
        yield { goTo: 4 };
        const [[, there]] = yield* steps(session, "stepIn", 1);
        yield "stepIn";
        edit(session, false);
        yield "stepIn";
        const [[, next]] = yield* steps(session, "stepIn", 1);
        yield "stepBack";
        assert.match(session.said[0], /it is undone/);
        const [, [, back]] = yield* steps(session, "stepBack", 2);
        assert.equal(back, there);
        const forward = yield* steps(session, "stepIn", 3);
        assert.notEqual(forward[2][1], next);
      },
      { data },
    );
  });

  test("after going back begins a new branch: later records are dropped, said once, and reported anew", async () => {
    const session = await Session.train(
      charRNN,
      function* (session) {
        yield { goTo: 15 };
        yield { goTo: 7 };
        edit(session);
        assert.deepEqual(session.rewinds, [6]);
        assert.deepEqual(session.said, [
          "A new branch of history begins at iteration 7 with the change of head.bias: 8 recorded iterations are dropped.",
        ]);
        const [[, ahead]] = yield* steps(session, { goTo: 15 }, 1);
        yield { goTo: 7 };
        const [[, again]] = yield* steps(session, { goTo: 15 }, 1);
        assert.equal(again, ahead, "the branch is replayed with its change");
        yield { goTo: 3 };
        assert.match(session.said[1], /^Went back before the change of head.bias in iteration 7/);
      },
      { data },
    );
    const numbers = session.records.map(({ iteration }) => iteration);
    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
    assert.deepEqual(numbers, [...range(1, 14), ...range(7, 14), ...range(7, 20)]);
    assert.deepEqual(session.rewinds, [6, 6]);
    const losses = (part: number, of: readonly { readonly loss: number }[]) => of.slice(part).map(({ loss }) => loss);
    const free = await Session.train(charRNN, function* () {}, { data });
    assert.deepEqual(losses(-14, session.records), losses(-14, free.records), "the last course has no change in it");
    assert.notEqual(session.records[14 + 1].loss, free.records[7].loss, "the second one had");
    assert.deepEqual(
      session.validations.map(({ epoch }) => epoch),
      [1, 2, 3, 2, 3, 2, 3, 4, 5],
    );
  });

  test("before the first iteration holds for the whole run, also when it goes back there", async () => {
    const session = await Session.train(
      charRNN,
      function* (session) {
        edit(session);
        yield { goTo: 5 };
        const [[, there]] = yield* steps(session, "stepIn", 1);
        yield { goTo: 0 };
        yield { goTo: 5 };
        const [[, again]] = yield* steps(session, "stepIn", 1);
        assert.equal(again, there);
        yield { goTo: 0 };
        edit(session);
        assert.match(session.said[0], /^A new branch of history begins before the first iteration/);
      },
      { data },
    );
    assert.deepEqual(session.rewinds, [0]);
    assert.equal(session.records.length, 4 + 20);
  });
});
