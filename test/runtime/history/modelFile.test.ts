// What a model file may do without being noticed in its past: catch everything, draw random numbers, read the clock, write.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Session, type Stop } from "./debugged.ts";
import { charModel, text } from "./models.ts";

const data = { "text.txt": text };
const plain = "return this.head.forward(this.rnn.forward(this.embed.forward(tokens))[0]);";

describe("a model file", () => {
  test("that catches everything does not stop the way back", async () => {
    const source = charModel("new nn.RNN(4, 6)", {
      forward: `for (;;) {
      try {
        try { ${plain} } catch (error) { return this.rescue(tokens); } finally { this.log.push("left"); }
      } catch { continue; }
    }`,
    }).replace(
      "forward(tokens",
      `log: string[] = [];
  rescue(tokens: Tensor): Tensor { try { ${plain} } catch { return this.rescue(tokens); } }
  forward(tokens`,
    );
    await Session.train(
      source,
      function* (session) {
        const there: [Stop, string][] = [];
        for (let i = 0; i < 60; i++) there.push([yield "stepIn", session.hash()]);
        for (let i = 58; i >= 0; i--) {
          const stop = yield "stepBack";
          assert.deepEqual([stop.point, session.hash()], [there[i][0].point, there[i][1]]);
        }
      },
      { data },
    );
  });

  test("gets the same chance and the same time again, and other ones on another day", async () => {
    const source = charModel("new nn.RNN(4, 6)", {
      top: `import { randomUUID } from "node:crypto";
import { performance as clock } from "node:perf_hooks";`,
      forward: `const bytes = crypto.getRandomValues(new Uint8Array(4));
    const noise = [Math.random(), Date.now(), new Date().getTime(), performance.now(), clock.now(), bytes.join(), crypto.randomUUID(), randomUUID(), Date()];
    this.seen.push(JSON.stringify(noise));
    const h = this.rnn.forward(this.embed.forward(tokens))[0].mul(1 + Math.random() / 10 + (Date.now() % 7) / 100);
    return this.head.forward(h);`,
    }).replace("forward(tokens", "seen: string[] = [];\n  forward(tokens");
    const seenBy = ({ run }: Session): unknown[] => Reflect.get(run.model, "seen");
    let chances: unknown[] = [];
    const session = await Session.train(
      source,
      function* (session) {
        yield { goTo: 9 };
        const before = [...seenBy(session)];
        const hash = session.hash();
        // eight iterations and the validations of two epochs
        assert.equal(new Set(before).size, 10);
        yield { goTo: 2 };
        assert.equal(seenBy(session).length, 1);
        yield { goTo: 9 };
        assert.deepEqual(seenBy(session), before);
        assert.equal(session.hash(), hash);
        chances = before.map((noise) => JSON.parse(String(noise))).map(([random, , , , , bytes]) => [random, bytes]);
      },
      { data },
    );
    assert.deepEqual(session.said, []);
    const another = await Session.train(
      source,
      function* (session) {
        yield { goTo: 9 };
        const again = seenBy(session).map((noise) => JSON.parse(String(noise)));
        assert.deepEqual(
          again.map(([random, , , , , bytes]) => [random, bytes]),
          chances,
          "chance comes from the seed",
        );
      },
      { data },
    );
    assert.notDeepEqual(seenBy(another), seenBy(session), "the time is the real one");
  });

  test("writes each line once, however often it is run", async () => {
    const source = charModel("new nn.RNN(4, 6)", {
      forward: `const before = "before";
    console.log(before);
    const h = this.rnn.forward(this.embed.forward(tokens))[0];
    console.log("after");
    return this.head.forward(h);`,
    });
    const session = await Session.train(
      source,
      function* (session) {
        yield { goTo: 3 };
        yield "stepIn";
        assert.deepEqual(session.lines.slice(4), ["before"]);
        yield { goTo: 2 };
        yield { goTo: 3, place: "beginning" };
        assert.equal(session.lines.length, 5);
        for (let i = 0; i < 20; i++) yield "stepIn";
        assert.equal(session.lines.length, 6);
        for (let i = 0; i < 30; i++) yield "stepBack";
        assert.equal(session.lines.length, 6);
      },
      { data },
    );
    const validations = 5;
    const lines = Array.from({ length: 20 + validations }, () => ["before", "after"]).flat();
    assert.deepEqual(session.lines, lines);
  });

  test("gets back what its modules' fields hold; of a variable of the file it is told that it cannot be", async () => {
    const source = (step: string) =>
      charModel("new nn.RNN(4, 6)", {
        top: "let outside = 0;",
        forward: `${step};
    this.memory.set("last", [tokens.shape[0], this.steps]);
    const h = this.rnn.forward(this.embed.forward(tokens))[0];
    return this.head.forward(h.mul(1 + (outside + this.steps) / 100));`,
      }).replace("forward(tokens", "steps = 0;\n  memory = new Map<string, unknown>();\n  forward(tokens");
    const inside = await Session.train(
      source("if (this.training) this.steps++"),
      function* (session) {
        yield { goTo: 7 };
        const hash = session.hash();
        yield { goTo: 1 };
        assert.deepEqual(
          [Reflect.get(session.run.model, "steps"), Reflect.get(session.run.model, "memory").size],
          [0, 0],
        );
        yield { goTo: 7 };
        assert.equal(session.hash(), hash);
      },
      { data },
    );
    assert.deepEqual(inside.said, []);
    const outside = await Session.train(
      source("if (this.training) outside++"),
      function* () {
        yield { goTo: 7 };
        yield { goTo: 1 };
        yield { goTo: 7 };
      },
      { data },
    );
    assert.equal(outside.said.length, 1);
    assert.match(
      outside.said[0],
      /^Iteration 1 came out differently when it was run again: loss .*a variable of the file/,
    );
  });
});
