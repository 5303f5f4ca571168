// What the picture of the flow costs a training, and that it changes nothing in it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { changing, charRnn, longRun, lora, residualCnn, shared, stacked, transformer } from "./models.ts";
import { Played } from "./played.ts";

/** Every bit of the weights and of what Adam keeps of them. */
function bitsOf({ run }: Played): string {
  assert.ok(run !== null);
  const parts = [...run.parameters].map(([{ floats }, name]) => {
    const { buffer, byteOffset, byteLength } = floats.array;
    return `${name} ${Buffer.from(new Uint8Array(buffer, byteOffset, byteLength)).toString("base64")}`;
  });
  return parts.join("\n");
}

const models = { charRnn, transformer, residualCnn, shared, lora, stacked, changing };

for (const [name, source] of Object.entries(models)) {
  test(`${name}: whether somebody watches or stops at every step, its numbers are the same to the bit`, async () => {
    const iterations = 5;
    const alone = await Played.train(source, { iterations, watched: "never" });
    assert.equal(alone.events.filter(({ type }) => type === "flow" || type === "flowValues").length, 0);
    const watched = await Played.train(source, { iterations });
    assert.ok(watched.events.filter(({ type }) => type === "flowValues").length === iterations);
    const stepped = await Played.train(source, { iterations, script: () => "stepIn" });
    assert.ok(stepped.events.filter(({ type }) => type === "flowValues").length > 10 * iterations);
    for (const other of [watched, stepped]) {
      assert.deepEqual(other.losses, alone.losses);
      assert.equal(bitsOf(other), bitsOf(alone));
    }
  });
}

test("a training that runs on spends one hundredth of its time in the picture, and no more", async () => {
  const enough = ({ looks }: Played) => looks.filter(({ told }) => told).length === 8;
  const { looks } = await Played.train(longRun, { iterations: 1_000_000, watched: "rarely", enough });
  const told = looks.filter((look) => look.told);
  assert.equal(told.length, 8);
  // from the end of one picture to the beginning of a later one: those between have been made up for by the run
  const [begin, end] = [told[0].ended, told[told.length - 1].began];
  const within = looks.filter(({ began, ended }) => began >= begin && ended <= end);
  const lengths = (all: typeof looks) => all.map(({ began, ended }) => ended - began).sort((a, b) => a - b);
  const pictures = lengths(within.filter((look) => look.told)).reduce((sum, length) => sum + length, 0);
  // the usual one for each: another program may have had the processor in the middle of some
  const questions = lengths(within.filter((look) => !look.told));
  const share = (pictures + questions.length * questions[questions.length >> 1]) / (end - begin);
  console.log(
    `${looks.length} iterations in ${(end - begin).toFixed(0)} ms, ${(100 * share).toFixed(2)} % of that for pictures`,
  );
  // 1 % for the pictures, and for every iteration the question whether it is time for one
  assert.ok(share < 0.015, `${share} of the time`);
});

test("a run that nobody watches is not looked at", async () => {
  const { looks, events } = await Played.train(longRun, { iterations: 20, watched: "never" });
  assert.deepEqual(looks, []);
  assert.ok(!events.some(({ type }) => type === "flow"));
});
