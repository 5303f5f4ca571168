// The text sample against the model itself: what it goes on from, the characters it draws, and how probable they were.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random } from "../../../src/engine/random.ts";
import type { TextAbout, TextReport } from "../../../src/protocol/inspector/playing.ts";
import type { TrainingRun } from "../../../src/training/run.ts";
import { charModel, text } from "../history/models.ts";
import { picturesOf, scoresOf, softmaxOf, watch } from "./watched.ts";

const data = { "text.txt": text };

/** The longest sample that is asked for; a slow machine may have time for less. */
const longest = 120;

/** Writes on from the prompt by hand, as far as the report has come. */
function write(run: TrainingRun, { prompt, temperature }: TextAbout, count: number) {
  const vocabulary = run.data.vocabulary ?? [];
  const random = new Random(1);
  const window = [...prompt].map((character) => vocabulary.indexOf(character));
  const characters: string[] = [];
  const probabilities: number[] = [];
  for (let i = 0; i < count; i++) {
    const [scores] = scoresOf(run, [window.slice(-prompt.length)], true);
    const p = softmaxOf(scores.slice(0, vocabulary.length).map((score) => score / temperature));
    const u = random.uniform();
    let sum = 0;
    const token = p.findIndex((share) => {
      sum += share;
      return u < sum;
    });
    characters.push(vocabulary[token]);
    probabilities.push(softmaxOf(scores.slice(0, vocabulary.length))[token]);
    window.push(token);
  }
  return { characters, probabilities };
}

async function samples(source: string): Promise<{ about: TextAbout; pictures: TextReport[] }> {
  const abouts: TextAbout[] = [];
  let checked = 0;
  const watched = await watch(source, {
    data,
    seen: (run, report) => {
      if (report.kind === "about") {
        assert.equal(report.about.kind, "text");
        if (report.about.kind === "text") abouts.push(report.about);
      } else {
        assert.equal(report.kind, "text");
        if (report.kind !== "text") return;
        const { characters, probabilities } = report;
        assert.ok(characters.length > 0 && characters.length <= longest, `${characters.length} characters`);
        const expected = write(run, abouts[0], characters.length);
        assert.deepEqual(characters, expected.characters, `iteration ${report.iteration}`);
        probabilities.forEach((p, i) => {
          // three digits travel
          assert.ok(Math.abs(p - expected.probabilities[i]) <= 0.0005 + 1e-6, `character ${i}`);
        });
        checked++;
      }
    },
  });
  assert.ok(checked > 5, `${checked} samples`);
  return { about: abouts[0], pictures: picturesOf(watched, "text") };
}

describe("the text sample", { concurrency: false }, () => {
  for (const [kind, layer] of [
    ["RNN", "new nn.RNN(4, 6)"],
    ["LSTM with dropout, which writes without it", "new nn.LSTM(4, 6, { numLayers: 2, dropout: 0.4 })"],
    ["stateful GRU, which begins each character afresh", "new nn.GRU(4, 6, { stateful: true })"],
  ]) {
    test(`of an ${kind} is what the model says, character by character`, async () => {
      const source = kind.startsWith("stateful")
        ? charModel(layer, { text: "stateful: true, batchSize: 36" })
        : charModel(layer);
      const { about, pictures } = await samples(source);
      assert.ok(text.includes(about.prompt), `the prompt "${about.prompt}" is of the text`);
      assert.equal(about.prompt.length, 5, "as long as the data's sequences");
      assert.ok(pictures[0].iteration > 0, "before the first iteration nobody waits for it");
      const said = new Set(pictures.map(({ characters }) => characters.join("")));
      assert.ok(said.size > 1, "what it has learnt changes what it writes");
    });
  }

  test("ends where the output is not finite, and the run goes on", async () => {
    const source = charModel("new nn.RNN(4, 6)", {
      forward: `
        this.calls = (this.calls ?? 0) + 1;
        const y = this.head.forward(this.rnn.forward(this.embed.forward(tokens))[0]);
        return tokens.shape[0] === 1 ? y.mul(Number.NaN) : y;`,
    });
    const watched = await watch(source, { data });
    const pictures = picturesOf(watched, "text");
    assert.ok(pictures.length > 10);
    assert.ok(pictures.every(({ characters }) => characters.length === 0));
    assert.ok(watched.session.records.every(({ loss }) => Number.isFinite(loss)));
  });
});
