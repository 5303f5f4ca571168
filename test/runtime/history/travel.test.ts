// Journeys: to an iteration, to the last breakpoint, to the same place elsewhere; what is reported on the way and what is not.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BreakpointSpec } from "../../../src/protocol/requests.ts";
import { goal } from "../../../src/runtime/history/targets.ts";
import { type Command, Session, type Stop } from "./debugged.ts";
import { charModel, charRNN, text } from "./models.ts";

const data = { "text.txt": text };
const phases = ["forward", "loss", "backward", "update"] as const;
const name = ({ name }: Stop) => name;

function line(id: number, sites: readonly number[], of: readonly (typeof phases)[number][] = phases): BreakpointSpec {
  return { id, kind: "line", sites, phases: of, condition: null, hitCondition: null, logMessage: null };
}

/** Goes on by each of the commands, and notes where that led and what it saw there. */
function* go(session: Session, ...commands: readonly Command[]): Generator<Command, [Stop, string][], Stop> {
  const stops: [Stop, string][] = [];
  for (const command of commands) stops.push([yield command, session.hash()]);
  return stops;
}

describe("going to an iteration", () => {
  test("forward and backward gives the same numbers, on both sides of an epoch's end", async () => {
    const seen = new Map<number, Set<string>>();
    const order = [9, 3, 10, 4, 5, 9, 1, 10, 3, 4];
    let iteration10 = 0;
    const session = await Session.train(
      charRNN,
      function* (session) {
        for (const n of order) {
          const [[stop, hash]] = yield* go(session, { goTo: n });
          assert.deepEqual([stop.point.iteration, stop.point.event, stop.reason], [n, 0, "goto"]);
          assert.equal(stop.name, `beginning of iteration ${n}`);
          assert.equal(session.run.batch?.input.shape.join(), "16,5");
          seen.set(n, (seen.get(n) ?? new Set()).add(hash));
          if (n === 10) iteration10++;
        }
      },
      { data },
    );
    assert.equal(iteration10, 2);
    assert.deepEqual(
      [...seen].map(([n, hashes]) => [n, hashes.size]),
      [9, 3, 10, 4, 5, 1].map((n) => [n, 1]),
    );
    assert.deepEqual(
      session.records.map(({ iteration }) => iteration),
      Array.from({ length: 20 }, (_, i) => i + 1),
      "every iteration is reported once",
    );
    assert.deepEqual(
      session.validations.map(({ epoch }) => epoch),
      [1, 2, 3, 4, 5],
    );
  });

  test("0 is before the first iteration; what does not exist is refused and the pause stays", async () => {
    await Session.train(
      charRNN,
      function* (session, entry) {
        const before = session.hash();
        yield { goTo: 6 };
        const [[stop, hash]] = yield* go(session, { goTo: 0 });
        assert.deepEqual([stop.point, stop.epoch, stop.name, hash], [entry.point, 0, entry.name, before]);
        const event = { kind: "entry" } as const;
        assert.throws(() => session.controller.goTo((run) => goal(21, "beginning", event, run), "goto"), {
          message: "there is no iteration 21: this run has the iterations 1 to 20",
        });
        assert.throws(() => session.controller.resume("stepBack", event), {
          message: "this is the beginning of the run",
        });
        assert.throws(() => session.controller.resume("reverseContinue", event), {
          message: "this is the beginning of the run",
        });
        assert.equal(name(yield "stepIn"), "embed forward");
      },
      { data },
    );
  });

  test("the same layer and timestep of the next iteration and of the one before", async () => {
    await Session.train(
      charRNN,
      function* (session) {
        yield { goTo: 5 };
        let stop = yield "stepIn";
        while (stop.name !== "rnn[t=2] backward") stop = yield "stepIn";
        const { event } = stop.point;
        const hash = session.hash();
        for (const iteration of [6, 7, 4, 5]) {
          stop = yield { goTo: iteration, place: "here" };
          assert.deepEqual(
            [stop.name, stop.point.iteration, stop.point.event],
            ["rnn[t=2] backward", iteration, event],
          );
        }
        assert.equal(session.hash(), hash);
      },
      { data },
    );
  });

  test("a layer that is called twice is told apart; where the place does not exist it says so", async () => {
    const source = charModel("new nn.RNN(4, 6)", {
      forward: `let h = this.rnn.forward(this.embed.forward(tokens))[0];
    this.n++;
    if (this.n % 2 === 1) h = F.tanh(h);
    return this.head.forward(h).add(this.head.forward(h.mul(0.5)));`,
    }).replace("forward(tokens", "n = 0;\n  forward(tokens");
    await Session.train(
      source,
      function* (session) {
        yield { goTo: 1 };
        let stop = yield "stepIn";
        while (!(stop.name === "head forward" && session.run.engine.tape.length > 14)) stop = yield "stepIn";
        const { event } = stop.point;
        stop = yield { goTo: 2, place: "here" };
        // one statement fewer, and one operation
        assert.deepEqual([stop.name, stop.point.event], ["head forward", event - 2]);
        stop = yield { goTo: 1, place: "here" };
        assert.equal(stop.point.event, event);
        while (stop.name !== "tanh forward") stop = yield "stepBack";
        stop = yield { goTo: 2, place: "here" };
        assert.deepEqual([stop.name, stop.text], ["end of update", "iteration 2 does not come to this place"]);
        stop = yield { goTo: 3, place: "here" };
        assert.equal(stop.text, "iteration 3 does not come to this place");
      },
      { data },
    );
  });
});

describe("reverse", () => {
  test("stops at the breakpoint hit before, over two breakpoints and several iterations, down to the beginning", async () => {
    await Session.train(
      charRNN,
      function* (session) {
        session.controller.setBreakpoints([
          line(1, session.sitesOf("this.head.forward"), ["backward"]),
          line(
            2,
            session.run.model.namedModules().flatMap(([path, m]) => (path === "rnn" ? [m.creationSite] : [])),
            ["update"],
          ),
        ]);
        const there: Stop[] = [];
        const hashes: string[] = [];
        for (let i = 0; i < 11; i++) {
          there.push(yield "continue");
          hashes.push(session.hash());
        }
        assert.deepEqual(
          there.slice(0, 4).map(({ point, breakpoints }) => [point.iteration, breakpoints.join()]),
          [
            [1, "1"],
            [1, "2"],
            [2, "1"],
            [2, "2"],
          ],
        );
        for (let i = 9; i >= 0; i--) {
          const stop = yield "reverseContinue";
          assert.deepEqual([stop.point, stop.reason, stop.name], [there[i].point, "breakpoint", there[i].name]);
          assert.deepEqual([stop.breakpoints, session.hash()], [there[i].breakpoints, hashes[i]]);
        }
        const first = yield "reverseContinue";
        assert.deepEqual(
          [first.reason, first.point.iteration, first.text],
          ["entry", 0, "no breakpoint was hit before: this is the beginning of history"],
        );
        assert.equal(session.said.length, 1);
        for (let i = 0; i < 3; i++) assert.deepEqual((yield "continue").point, there[i].point);
      },
      { data },
    );
  });

  test("counts hits as on the way there, and says nothing of logpoints again", async () => {
    await Session.train(
      charRNN,
      function* (session) {
        const sites = session.sitesOf("this.head.forward");
        session.controller.setBreakpoints([
          { ...line(1, sites, ["forward"]), hitCondition: "% 3" },
          { ...line(2, sites, ["forward"]), logMessage: "iteration {iteration}" },
        ]);
        const there: Stop[] = [];
        for (let i = 0; i < 4; i++) there.push(yield "continue");
        assert.deepEqual(
          there.map(({ point }) => point.iteration),
          [3, 6, 9, 12],
        );
        assert.equal(session.lines.length, 12);
        for (let i = 2; i >= 0; i--) assert.deepEqual((yield "reverseContinue").point, there[i].point);
        assert.equal(session.lines.length, 12);
        for (let i = 1; i < 4; i++) assert.deepEqual((yield "continue").point, there[i].point);
        yield { goTo: 5 };
        assert.deepEqual((yield "continue").point, there[1].point);
      },
      { data },
    );
  });

  test("finds a statement that computes nothing, where it stopped at first", async () => {
    const source = charModel("new nn.RNN(4, 6)", {
      forward: `const h = this.rnn.forward(this.embed.forward(tokens))[0];
    const width = h.shape[2];
    return this.head.forward(h.mul(width / 6));`,
    });
    await Session.train(
      source,
      function* (session) {
        session.controller.setBreakpoints([line(1, session.sitesOf("const width"))]);
        const there: Stop[] = [];
        for (let i = 0; i < 3; i++) there.push(yield "continue");
        assert.ok(there.every(({ point }) => point.over));
        yield "stepIn";
        assert.deepEqual((yield "reverseContinue").point, there[2].point);
        assert.deepEqual((yield "reverseContinue").point, there[1].point);
        // between the statement and the hit nothing was computed but the layers before
        assert.equal(name(yield "stepBack"), "rnn forward");
      },
      { data },
    );
  });

  test("ends where a breakpoint was set only after the run had passed it", async () => {
    await Session.train(
      charRNN,
      function* (session) {
        const far = yield { goTo: 14 };
        session.controller.setBreakpoints([line(1, session.sitesOf("this.head.forward"), ["forward"])]);
        const stop = yield "reverseContinue";
        assert.deepEqual([stop.point.iteration, stop.reason], [13, "breakpoint"]);
        session.controller.setBreakpoints([]);
        assert.deepEqual((yield { goTo: 14 }).point, far.point);
      },
      { data },
    );
  });
});

describe("pausing", () => {
  test("in a replay stays where the replay has come to", async () => {
    await Session.train(
      charRNN,
      function* (session) {
        yield { goTo: 18 };
        let polls = 0;
        session.onPoll = () => {
          if (session.run.iteration === 7 && ++polls === 10) session.controller.pause();
        };
        const stop = yield { goTo: 3 };
        assert.equal(stop.reason, "goto");
        assert.equal((yield { goTo: 11 }).reason, "pause");
        session.onPoll = null;
        assert.deepEqual([session.run.iteration, polls], [7, 10]);
      },
      { data },
    );
  });

  test("in a validation gives the end of the iteration before it, and the validation comes later", async () => {
    const session = await Session.train(
      charRNN,
      function* (session) {
        session.onPoll = () => {
          // only a validation has no events but looks for requests
          if (session.run.iteration === 8 && !session.run.model.training) session.controller.pause();
        };
        const stop = yield "continue";
        session.onPoll = null;
        assert.deepEqual([stop.point.iteration, stop.name, stop.reason], [8, "end of update", "pause"]);
        assert.equal(session.run.loss?.item(), session.records[7].loss);
      },
      { data },
    );
    assert.deepEqual(
      session.validations.map(({ epoch }) => epoch),
      [1, 2, 3, 4, 5],
    );
    const free = await Session.train(charRNN, function* () {}, { data });
    assert.equal(session.hash(), free.hash());
  });
});
