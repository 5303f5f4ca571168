// Going back step by step: every number of every event is the one that was there before.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Command, Session, type Stop } from "./debugged.ts";
import { accumulating, charRNN, convolution, statefulLSTM, text } from "./models.ts";

const data = { "text.txt": text };
const models = { "char-RNN": charRNN, "stateful LSTM": statefulLSTM, accumulating, convolution };
const walk = 500;

function* repeat(command: Command, times: number, session: Session, first: Stop): Generator<Command, Stop[], Stop> {
  const stops = [first];
  for (let i = 0; i < times; i++) {
    const stop = yield command;
    stops.push(stop);
    hashes.set(stop, session.hash());
  }
  return stops;
}

const hashes = new Map<Stop, string>();
const seen = (stops: readonly Stop[]) =>
  stops.map((stop) => `${stop.epoch} ${JSON.stringify(stop.point)} ${stop.name} ${hashes.get(stop)}`);

describe(`${walk} events forward, back and forward again`, () => {
  for (const [name, source] of Object.entries(models)) {
    test(`are the same bit for bit: ${name}`, async () => {
      let [there, back, again]: Stop[][] = [];
      const session = await Session.train(
        source,
        function* (session, entry) {
          hashes.set(entry, session.hash());
          there = yield* repeat("stepIn", walk, session, entry);
          back = yield* repeat("stepBack", walk, session, there[walk]);
          again = yield* repeat("stepIn", walk, session, back[walk]);
        },
        { data },
      );
      assert.equal(there.at(-1)?.reason, "step");
      assert.ok((there.at(-1)?.epoch ?? 0) >= 2, "the walk ends within the first epoch");
      assert.deepEqual(seen([...back].reverse()), seen(there));
      assert.deepEqual(seen(again), seen(there));
      assert.deepEqual(session.said, []);
      assert.deepEqual(session.rewinds, []);
      const free = await Session.train(source, function* () {}, { data });
      const results = (of: Session) => of.records.map(({ milliseconds: _, ...rest }) => rest);
      assert.deepEqual(results(session), results(free));
      assert.deepEqual(session.validations, free.validations);
      assert.equal(session.hash(), free.hash());
    });
  }
});
