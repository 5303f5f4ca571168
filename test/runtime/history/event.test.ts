// Going to one event of a recurrent layer: before and after the pause, every cell, level and direction, the same numbers.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { EventPlace } from "../../../src/protocol/history.ts";
import { eventGoal } from "../../../src/runtime/history/targets.ts";
import { type Command, Session, type Stop } from "./debugged.ts";
import { charModel, charRNN, text } from "./models.ts";

const data = { "text.txt": text };
const last = 4;

/** What a pause shows, and where it is. */
interface Seen {
  readonly place: string;
  readonly event: number;
  readonly hash: string;
}

function seen(session: Session, { name, point }: Stop): Seen {
  return { place: `${point.iteration} ${name}`, event: point.event, hash: session.hash() };
}

/** Steps through an iteration from its beginning and notes every event. */
function* walk(session: Session, iteration: number): Generator<Command, Seen[], Stop> {
  yield { goTo: iteration };
  const all: Seen[] = [];
  for (let stop = yield "stepIn"; stop.point.iteration === iteration; stop = yield "stepIn") {
    all.push(seen(session, stop));
  }
  return all;
}

const operations: Readonly<Record<string, string>> = { RNN: "rnn step", LSTM: "lstm h", GRU: "gru h" };

const models = {
  RNN: charModel("new nn.RNN(4, 6)"),
  LSTM: charModel("new nn.LSTM(4, 6)"),
  GRU: charModel("new nn.GRU(4, 6)"),
  "LSTM of two levels": charModel("new nn.LSTM(4, 6, { numLayers: 2 })"),
  "bidirectional GRU": charModel("new nn.GRU(4, 3, { numLayers: 2, bidirectional: true })"),
};

describe("going to an event", () => {
  for (const [kind, source] of Object.entries(models)) {
    test(`of ${kind} stops exactly there, before and after the pause, with the numbers of having stepped there`, async () => {
      await Session.train(
        source,
        function* (session) {
          const all = yield* walk(session, 3);
          const parts = new Set(
            session.run.model.namedParameters().flatMap(([name]) => /weight_hh_(\w+)$/.exec(name)?.[1] ?? []),
          );
          for (const phase of ["backward", "forward"] as const) {
            for (const part of parts) {
              const events = new Set<number>();
              for (const timestep of [2, last, 0]) {
                const place: EventPlace = { layer: "rnn", timestep, phase, part };
                const found: Seen[] = [];
                for (const from of [0, 1, 2, 3]) {
                  // from the beginning, the middle of forward, of backward, and the end of the iteration
                  yield { goTo: 3 };
                  if (from === 1) yield { goToEvent: { layer: "rnn", timestep: 1, phase: "forward" } };
                  if (from === 2) yield { goToEvent: { layer: "rnn", timestep: 1, phase: "backward" } };
                  if (from === 3) for (let i = 0; i < 4; i++) yield "stepOut";
                  const stop = yield { goToEvent: place };
                  assert.equal(stop.reason, "goto");
                  assert.equal(stop.text, null);
                  assert.equal(stop.name, `rnn[t=${timestep}] ${phase}`);
                  found.push(seen(session, stop));
                }
                for (const each of found) assert.deepEqual(each, found[0]);
                assert.deepEqual(
                  all.filter(({ event }) => event === found[0].event),
                  [found[0]],
                  `as stepped there: ${part} t=${timestep} ${phase}`,
                );
                events.add(found[0].event);
              }
              assert.equal(events.size, 3);
            }
          }
        },
        { data },
      );
    });
  }

  test("means the event that gives h_t, or the one of the gate that is asked for", async () => {
    for (const [kind, gates] of [
      ["LSTM", ["i", "f", "g", "o"]],
      ["GRU", ["r", "z", "n"]],
    ] as const) {
      await Session.train(
        models[kind],
        function* () {
          yield { goTo: 2 };
          for (const phase of ["forward", "backward"] as const) {
            const hidden = yield { goToEvent: { layer: "rnn", timestep: 2, phase } };
            assert.equal(hidden.operation, operations[kind]);
            for (const gate of gates) {
              const stop = yield { goToEvent: { layer: "rnn", timestep: 2, phase, gate } };
              assert.equal(stop.operation, `${kind.toLowerCase()} ${gate}`);
            }
          }
        },
        { data },
      );
    }
  });

  test("finds the call that is meant when a layer is called several times", async () => {
    const twice = charModel("new nn.RNN(4, 6)", {
      forward:
        "const x = this.embed.forward(tokens); const [a] = this.rnn.forward(x); const [b] = this.rnn.forward(x.mul(2)); return this.head.forward(a.add(b));",
    });
    await Session.train(
      twice,
      function* () {
        yield { goTo: 2 };
        const events: number[] = [];
        for (const phase of ["forward", "backward"] as const) {
          for (const call of [0, 1]) {
            const stop = yield { goToEvent: { layer: "rnn", timestep: 3, phase, call } };
            assert.deepEqual([stop.name, stop.text], [`rnn[t=3] ${phase}`, null]);
            events.push(stop.point.event);
          }
        }
        const [first, second, laterBack, earlierBack] = events;
        assert.ok(first < second && second < earlierBack && earlierBack < laterBack, events.join());
      },
      { data },
    );
  });

  test("changes nothing of the training, and reports no iteration twice", async () => {
    const session = await Session.train(
      charRNN,
      function* () {
        yield { goTo: 6 };
        for (const [timestep, phase] of [
          [3, "backward"],
          [1, "forward"],
          [0, "backward"],
        ] as const) {
          yield { goToEvent: { layer: "rnn", timestep, phase } };
        }
      },
      { data },
    );
    const free = await Session.train(charRNN, function* () {}, { data });
    assert.equal(session.hash(), free.hash());
    const losses = ({ records }: Session) => records.map(({ iteration, loss }) => [iteration, loss]);
    assert.deepEqual(losses(session), losses(free));
  });

  test("needs no history for what lies ahead; for what lies before it says that history is off", async () => {
    await Session.train(
      charRNN,
      function* (session) {
        yield "stepIn";
        const forward = yield { goToEvent: { layer: "rnn", timestep: 3, phase: "forward" } };
        assert.equal(forward.name, "rnn[t=3] forward");
        const backward = yield { goToEvent: { layer: "rnn", timestep: 1, phase: "backward" } };
        assert.equal(backward.name, "rnn[t=1] backward");
        assert.throws(() => eventGoalFrom(session, { layer: "rnn", timestep: 2, phase: "backward" }), {
          message: /^history is off \("historyMegabytes" is 0\), so this run cannot go back/,
        });
      },
      { data, historyMegabytes: 0 },
    );
  });

  test("that does not exist is refused with what there is", async () => {
    await Session.train(
      models.LSTM,
      function* (session) {
        const refused = (place: EventPlace, message: RegExp) =>
          assert.throws(() => eventGoal(place, session.run), { message });
        const place = { layer: "rnn", timestep: 0, phase: "backward" } as const;
        refused(place, /has not begun its first iteration/);
        yield { goTo: 2 };
        yield "stepOut";
        refused({ ...place, layer: "head" }, /the model has no recurrent layer "head"; it has "rnn"/);
        refused({ ...place, timestep: 5 }, /"timestep" must be below 5, the length of the sequence in "rnn", but is 5/);
        refused({ ...place, timestep: 1.5 }, /"timestep" must be a whole number of at least 0, but is 1.5/);
        refused({ ...place, gate: "z" }, /"rnn" has no gate "z"/);
        yield "stepOut";
        refused({ ...place, call: 1 }, /iteration 2 has no rnn\[t=0\] backward/);
        yield "stepOut";
        refused({ ...place, part: "l1" }, /"rnn" has no part "l1"; it has l0/);
      },
      { data },
    );
  });

  test("that forward turns out not to have ends at the end of its phase, and says so", async () => {
    await Session.train(
      models.RNN,
      function* () {
        yield { goTo: 2 };
        const stop = yield { goToEvent: { layer: "rnn", timestep: 9, phase: "forward" } };
        assert.deepEqual([stop.name, stop.text], ["end of forward", "iteration 2 does not come to rnn[t=9] forward"]);
      },
      { data },
    );
  });
});

function eventGoalFrom(session: Session, place: EventPlace): void {
  session.controller.goTo((run) => eventGoal(place, run), "goto");
}
