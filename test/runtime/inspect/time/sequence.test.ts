// What stands along the axis of time: characters, numbers of tokens, values, or nothing, of the sample that is asked for.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SequenceReport } from "../../../../src/protocol/inspector/time.ts";
import { sequenceReport } from "../../../../src/runtime/inspect/time/sequence.ts";
import { Session } from "../../history/debugged.ts";
import { charModel, text } from "../../history/models.ts";

const begin = `import { F, data, defineTraining, nn, optim, type Tensor } from "gradient-debugger";\n`;

/** A linear layer over whatever goes in, which is flattened. */
function modelFile(input: string, size: number, type: "float" | "int"): string {
  return `${begin}
class Model extends nn.Module {
  a = new nn.Linear(${size}, 1);
  e = new nn.Embedding(9, 1);
  forward(x: Tensor): Tensor {
    const flat = ${type === "int" ? "this.e.forward(x)" : "x"}.reshape(x.shape[0], ${size});
    return this.a.forward(flat);
  }
}
export default defineTraining({
  model: () => new Model(),
  data: data.generate((random, i) => ({ input: ${input}, target: [0.5] }), { samples: 8, batchSize: 4, inputType: "${type}" }),
  loss: F.mseLoss,
  optimizer: (parameters) => optim.sgd(parameters, { learningRate: 0.1 }),
  epochs: 1,
});
`;
}

/** Asks in the first event of the second iteration, for every sample; what was given is in `batch`. */
async function ask(
  source: string,
  samples: readonly number[],
): Promise<{ readonly reports: readonly SequenceReport[]; readonly given: readonly number[]; readonly width: number }> {
  let found: { reports: SequenceReport[]; given: number[]; width: number } | null = null;
  await Session.train(
    source,
    function* (session) {
      yield { goTo: 2 };
      yield "stepIn";
      const { run } = session;
      const given = run.batch?.input.toFlatArray() ?? [];
      const reports = samples.map((sample) => sequenceReport(run, sample));
      found = { reports, given: Array.from(given), width: given.length / (run.batch?.input.shape[0] ?? 1) };
    },
    { data: { "text.txt": text } },
  );
  assert.ok(found !== null);
  return found;
}

describe("what goes in along the axis of time", { concurrency: false }, () => {
  test("are the characters of a text", async () => {
    const { reports, given, width } = await ask(charModel("new nn.RNN(4, 6)"), [0, 3]);
    const alphabet = [...new Set(text)].sort();
    for (const { sample, batch, iteration, input } of reports) {
      assert.deepEqual([iteration, batch], [2, 16]);
      assert.equal(input.kind, "characters");
      const written = input.kind === "characters" ? input.steps.join("") : "";
      assert.ok(text.includes(written) && written.length === 5, written);
      // tokens are numbered in the order of the alphabet
      const letters = given.slice(sample * width, (sample + 1) * width).map((token) => alphabet[token]);
      assert.equal(written, letters.join(""));
    }
    assert.notDeepEqual(reports[0].input, reports[1].input);
  });

  test("are numbers where nobody knows what the tokens stand for", async () => {
    const source = modelFile("Array.from({ length: 5 }, () => random.integer(9))", 5, "int");
    const { reports, given } = await ask(source, [2]);
    assert.deepEqual(reports[0].input, { kind: "tokens", steps: given.slice(10, 15) });
  });

  test("are the first values of every timestep, and how many there are", async () => {
    const source = modelFile(
      "Array.from({ length: 3 }, () => Array.from({ length: 6 }, () => random.normal()))",
      18,
      "float",
    );
    const { reports, given } = await ask(source, [1]);
    const own = given.slice(18, 36);
    assert.deepEqual(reports[0].input, {
      kind: "values",
      features: 6,
      steps: [own.slice(0, 4), own.slice(6, 10), own.slice(12, 16)],
    });
  });

  test("are nothing for an input that is no sequence", async () => {
    const image = "[Array.from({ length: 3 }, () => [1, 2, 3])]";
    const { reports } = await ask(modelFile(image, 9, "float"), [0]);
    assert.deepEqual(reports[0].input, { kind: "none" });
  });

  test("of a sample that there is not are refused with the numbers there are", async () => {
    for (const sample of [-1, 16, 1.5]) {
      await assert.rejects(ask(charModel("new nn.RNN(4, 6)"), [sample]), {
        message: `"sample" must be a whole number from 0 to 15, because the batch has 16, but is ${sample}`,
      });
    }
    await Session.train(
      charModel("new nn.RNN(4, 6)"),
      function* (session) {
        assert.throws(() => sequenceReport(session.run), { message: "the run has not taken its first batch yet" });
      },
      { data: { "text.txt": text } },
    );
  });
});
